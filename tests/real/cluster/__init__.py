"""The generated manifests on a real Kubernetes with Pod Security `restricted` enforced."""
