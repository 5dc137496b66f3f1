"""Wrong answers about environments and labels, each with words of the sentence that refuses it."""

from __future__ import annotations

from typing import Any

PROD = {"name": "production"}
ENVIRONMENTS: list[tuple[str, Any, str]] = [
    ("environments", [], "have one of kind production"),
    ("environments", [{"name": "dev"}], "have one of kind production"),
    ("environments", [PROD, PROD], "must be unique, but production is used twice"),
    ("environments", [PROD, {"name": "Dev"}], "environments[1].name must be a name of at most 30 characters"),
    ("environments", [PROD, {"name": "dev", "host": "a"}], "must not have the field host"),
    ("environments", [PROD, {"name": "dev", "kind": "live"}], "environments.dev.kind must be test or production"),
    ("environments", [PROD, {"name": "dev", "namespace": "my-service"}], "environments.dev.namespace must not be my-s"),
    ("environments", [PROD, {"name": "dev", "namespace": "default"}], "Kubernetes creates that namespace itself"),
    ("environments", [PROD, {"name": "dev", "replicas": 0}], "a whole number of pods from 1 to 500, not 0"),
    ("environments", [{**PROD, "replicas": 1}], "a whole number of pods from 2 to 500, not 1"),
    ("environments", [PROD, {"name": "dev", "cpu_limit": 1}], "environments.dev.cpu_limit must be a CPU quantity"),
    ("environments", [PROD, {"name": "dev", "memory_limit": "8Mi"}], "environments.dev.memory_limit must be a memory"),
    ("environments", [PROD, {"name": "dev", "urls": "a"}], "must be a mapping of dependencies to URLs"),
    ("environments", [PROD, {"name": "dev", "urls": {"tax": "http://a"}}], "name only dependencies (there are none)"),
    ("environments", [PROD, {"name": "dev", "suspended": "a"}], "must be a list of jobs, not a"),
    ("environments", [PROD, {"name": "dev", "suspended": ["a"]}], "only jobs with a schedule (there are none), not a"),
    ("part_of", "web shop", "part_of must be the value of a label"),
    ("object_labels", {"owner": "a"}, "must be a list of records"),
    ("object_labels", [{"name": "owner", "value": "a"}] * 2, "must be unique, but owner is used twice"),
    ("object_labels", [{"name": "deployed-from", "value": "a"}], "the service sets that label itself"),
    ("object_labels", [{"name": "owner", "value": "a/b"}], "object_labels.owner.value must be the value of a label"),
]
