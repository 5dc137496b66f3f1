"""The cluster stage: the service's manifests on a real Kubernetes, in a namespace of their own."""
