"""What decides, beside lock files, how a service of a language is built and runs here: commands that print versions."""

from __future__ import annotations

EACH = ("make --version", "git --version")
LANGUAGES = {
    "python": (*EACH, "python3 --version"),
    "go": (*EACH, "go version", "go env GOFLAGS GOTOOLCHAIN GOPROXY"),
    "typescript": (*EACH, "node --version", "npm --version"),
    "java": (*EACH, "java -version", "javac -version"),
    "rust": (*EACH, "cargo --version", "rustc --version"),
}
CONTAINERS = ("podman --version", "buildah --version", "runc --version", "mmdebstrap --version")
CLUSTER = (
    *CONTAINERS,
    "etcd --version",
    "containerd --version",
    "iptables --version",
    "ip -V",
    "kubectl version --client",
)
