"""What every pod has, whether it serves or works off a job: an owner, an account, values, bounds, and no rights."""

from __future__ import annotations

import re

from tests.support.deployed import Deployed, Object, containers_of, quantity

OWN = {"serve", "job"}  # the containers that run the service's image; all others are sidecars


def containers(service: Deployed) -> list[Object]:
    return [each for _, pod in service.pods for each in containers_of(pod).values()]


def own_containers(service: Deployed) -> list[Object]:
    return [each for each in containers(service) if each["name"] in OWN]


def test_no_pod_is_naked(service: Deployed) -> None:
    kinds = {each["kind"] for each in service.objects}
    assert "Deployment" in kinds and not kinds & {"Pod", "ReplicaSet", "ReplicationController"}


def test_every_reference_leads_somewhere(service: Deployed) -> None:
    accounts = {each["metadata"]["name"] for each in service.all("ServiceAccount")}
    maps = {each["metadata"]["name"] for each in service.all("ConfigMap")}
    for name, pod in service.pods:
        assert pod["spec"]["serviceAccountName"] in accounts, name
        volumes = pod["spec"].get("volumes", [])
        assert {each["configMap"]["name"] for each in volumes if "configMap" in each} <= maps, name
    for container in own_containers(service):
        assert [each["configMapRef"]["name"] for each in container["envFrom"]] and {
            each["configMapRef"]["name"] for each in container["envFrom"]
        } <= maps
        taken = [each["valueFrom"] for each in container.get("env", []) if "valueFrom" in each]
        kept = [each.pop("configMapKeyRef") for each in map(dict, taken) if "configMapKeyRef" in each]
        assert all(each["name"] in maps and each["key"] in service.config for each in kept)
        usual = ({"fieldRef"}, {"secretKeyRef"}, {"configMapKeyRef"})  # test_secrets.py looks at the second
        assert all(each.keys() in usual for each in taken), "configuration is in the ConfigMap"


def with_variables(text: str, known: dict[str, str]) -> str:
    """Return a text as Kubernetes gives it to a container: $(NAME) is a variable before it."""
    return re.sub(r"\$\((\w+)\)", lambda found: known[found[1]], text)


def test_traces_name_the_environment_and_keep_what_a_team_adds(service: Deployed) -> None:
    for _, pod in service.pods if service.answers["telemetry"] == "otlp" else ():
        (container,) = (each for each in containers_of(pod).values() if each["name"] in OWN)
        resolved = {"POD_NAME": "p", "POD_NAMESPACE": "n"}
        for each in container["env"]:
            source = each.get("valueFrom", {})
            if "configMapKeyRef" in source:
                resolved[each["name"]] = service.config[source["configMapKeyRef"]["key"]] + ",team=a"
            elif (path := source.get("fieldRef", {}).get("fieldPath", "")).startswith("metadata.labels["):
                resolved[each["name"]] = pod["metadata"]["labels"][path[len("metadata.labels['") : -2]]
            elif "value" in each:
                resolved[each["name"]] = with_variables(str(each["value"]), resolved)
        attributes = dict(pair.split("=") for pair in resolved["OTEL_RESOURCE_ATTRIBUTES"].split(","))
        own = {"service.namespace": service.answers["part_of"], "team": "a"}
        assert attributes == own | {
            "deployment.environment.name": service.overlay,
            "k8s.namespace.name": "n",
            "k8s.pod.name": "p",
        }


def test_all_objects_lie_in_the_overlays_namespace(service: Deployed) -> None:
    usual = service.answers["kubernetes_namespace"] + ("" if service.production else f"-{service.overlay}")
    namespaces = {each["metadata"].get("namespace") for each in service.objects}
    assert namespaces == {service.environment.get("namespace", usual)}


def test_all_objects_have_names_and_labels_that_kubernetes_takes(service: Deployed) -> None:
    for each in service.objects:
        longest = {"Service": 63, "CronJob": 52}.get(each["kind"], 253)
        assert len(each["metadata"]["name"]) <= longest
        assert each["metadata"]["labels"]["app.kubernetes.io/name"] == service.answers["name"]
    names = [(each["kind"], each["metadata"]["name"]) for each in service.objects]
    assert len(names) == len(set(names))


def test_limits_are_not_below_requests(service: Deployed) -> None:
    for container in containers(service):
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert set(requests) == set(limits) == {"cpu", "memory", "ephemeral-storage"}
        assert all(quantity(limits[key]) >= quantity(requests[key]) > 0 for key in requests)
    for container in own_containers(service):
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        wanted = {**service.answers, **service.environment}
        assert limits["cpu"] == wanted["cpu_limit"] and limits["memory"] == wanted["memory_limit"]
        assert requests["cpu"] == min(service.answers["cpu_request"], limits["cpu"], key=quantity)


def test_only_the_writable_paths_can_be_written_to(service: Deployed) -> None:
    answered = {each["path"]: each["size"] for each in service.answers["writable_paths"]}
    for name, pod in service.pods:
        volumes = {
            each["name"]: each["emptyDir"]["sizeLimit"]
            for each in pod["spec"].get("volumes", [])
            if each["name"].startswith("writable-")
        }
        (container,) = (each for each in containers_of(pod).values() if each["name"] in OWN)
        written = [each for each in container.get("volumeMounts", []) if not each.get("readOnly")]
        mounts = {each["mountPath"]: volumes[each["name"]] for each in written}
        assert mounts == answered and len(volumes) == len(answered), name
        bound = quantity(container["resources"]["limits"]["ephemeral-storage"])
        assert bound > sum(quantity(size) for size in volumes.values()), name
        variables = {each["name"]: each.get("value") for each in container.get("env", [])}
        assert variables.get("TMPDIR") == next(iter(answered), None), name


def test_pods_meet_the_restricted_standard(service: Deployed) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    for _, pod in service.pods:
        spec = pod["spec"]
        context = spec["securityContext"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert context["runAsNonRoot"] and context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert context["runAsUser"] == context["runAsGroup"] == context["fsGroup"] == 10001
        assert spec["automountServiceAccountToken"] is False and spec["enableServiceLinks"] is False
        for container in containers_of(pod).values():
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"]},
                "readOnlyRootFilesystem": True,
            }


def test_the_pod_and_the_image_name_one_user(service: Deployed) -> None:
    users = re.findall(r"^USER (.+)$", (service.example / "Dockerfile").read_text(), re.MULTILINE)
    assert users and users[-1] == "10001:10001"


def test_arguments_are_the_commands(service: Deployed) -> None:
    assert service.container["args"] == ["serve"] and "command" not in service.container
    for job, (_, spec) in zip(
        sorted(service.answers["jobs"], key=lambda each: each["name"]),
        sorted(service.jobs, key=lambda each: each[0]),
        strict=True,
    ):
        (container,) = spec["template"]["spec"]["containers"]
        assert container["args"] == job["command"].split(" ") and "command" not in container
