"""What kustomize and helm make of a repository, and which written line each value comes from."""
