"""What Kubernetes, its tools and its images write: quantities and image references."""
