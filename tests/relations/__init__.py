"""What must hold between the files of a service, whatever the answers: over every golden, in both overlays."""
