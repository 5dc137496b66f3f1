"""CPU and memory (P13)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    AUTOSCALER,
    DEPLOYMENT,
    DOCKERFILE,
    GO,
    JOB,
    Mutation,
)

SCALED = """---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {name}
spec:
  scaleTargetRef:
    name: {name}
"""

RESOURCES = (
    Mutation("P13-memory-limit", DEPLOYMENT, r"memory: 256Mi", ""),
    Mutation(
        "P13-missing-request",
        JOB,
        r"            requests:\n(?:              .*\n)+            limits:\n              cpu: .*\n",
        "            limits:\n",
    ),
    Mutation("P13-request-above-limit", DEPLOYMENT, r"memory: 128Mi\n(.*P06: the sum)", r"memory: 512Mi\n\1"),
    Mutation("P13-heap-above-limit", DEPLOYMENT, "value: 921MiB", "value: 1GiB", GO),
    Mutation("P13-heap-above-limit", DOCKERFILE, r"(?m)^USER", "ENV JAVA_TOOL_OPTIONS=-Xmx1g\nUSER"),
    Mutation("P13-heap-above-limit", DEPLOYMENT, r"args: \[serve\]", "args: [-Xmx1g, serve]"),
    Mutation("P13-autoscaler-target", AUTOSCALER, "    name: everything-go", "    name: everything", GO),
    Mutation("P13-autoscaler-request", AUTOSCALER, "        name: cpu", "        name: nvidia.com/gpu", GO),
    Mutation("P13-autoscaler-fixed", AUTOSCALER, "maxReplicas: 12", "maxReplicas: 3", GO),
    Mutation(
        "P13-tiny-memory", DEPLOYMENT, r"(limits:\n(?:              .*\n)*?              memory:) \S+", r"\1 512m"
    ),
    Mutation("P13-two-autoscalers", AUTOSCALER, r"\Z", SCALED.format(name="everything-go"), GO),
)
