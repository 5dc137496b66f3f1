"""What turns a template and answers into files, without knowing of versions, services or people."""
