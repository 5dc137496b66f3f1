"""What rules see: Kubernetes objects, containers, probes: views over positioned YAML, made when they are asked for.

Names and defaults are those of the Kubernetes API reference, https://kubernetes.io/docs/reference/kubernetes-api/.
"""
