"""Wrong answers about who deploys, each with words of the sentence that refuses it."""

from __future__ import annotations

from typing import Any

SECRET = "gitops_url must not contain a user name, a password or a token: Argo CD and Flux read those from a Secret"

# (question, wrong value, words), where nothing else is answered
GITOPS: list[tuple[str, Any, str]] = [
    ("deploy", "jenkins", "must be one of make, argocd, flux, not jenkins."),
    ("gitops_url", "https://token@github.com/example-org/shop.git", SECRET),
    ("gitops_url", "https://user:token@github.com/example-org/shop.git", SECRET),
    ("gitops_url", "ssh://git:token@github.com/example-org/shop.git", SECRET),
    ("gitops_url", "https://github.com/example-org/shop.git?token=a", SECRET),
    (
        "gitops_url",
        "git@github.com:example-org/shop.git",
        "an address that begins with https:// or ssh://git@, with a host",
    ),
    ("gitops_url", "http://github.com/example-org/shop.git", "an address that begins with https:// or ssh://git@"),
    ("gitops_url", "https://github.com", "with a host and a path"),
    ("gitops_url", "https://github.com/example-org/../shop", "with a host and a path"),
    ("gitops_url", 7, 'with a host and a path, not "7". Example: https://github.com/example-org/payments-api.git.'),
    ("gitops_secret", "Login", "gitops_secret must be the name of a Secret, of at most 253 characters"),
    ("gitops_secret", "login", 'gitops_secret must be empty while deploy is not flux. Example: "".'),
    ("gitops_namespace", "Argo CD", "gitops_namespace must be a DNS label of at most 63 characters"),
]
