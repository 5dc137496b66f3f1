"""The generated Dockerfiles, built for real, and the containers that come of them."""
