"""What a user or a repository set for all commands, and where that lies."""
