"""The container stage: the image by itself, on this machine, in docker or podman."""
