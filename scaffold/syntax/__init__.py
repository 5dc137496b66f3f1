"""Files as they are written, with the place of each value: YAML, Dockerfiles, nginx, scripts inside of other files."""
