"""Each secret value comes from a Secret, for the service and its jobs alone; a store's object gives exactly what they read."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from tests.support.deployed import Deployed, Object, containers_of, deployed, each_example, read_yaml
from tests.support.secrets import secrets_of
from workshop.goldens import GENERATED

OWN = {"serve", "job"}
KINDS = {"external-secrets": "ExternalSecret", "csi": "SecretProviderClass"}


def references(container: Object) -> dict[str, tuple[str, str]]:
    """Return the variables of a container that come from a Secret: the Secret and its key."""
    taken = {each["name"]: each["valueFrom"] for each in container.get("env", []) if "valueFrom" in each}
    return {
        name: (each["secretKeyRef"]["name"], each["secretKeyRef"]["key"])
        for name, each in taken.items()
        if "secretKeyRef" in each
    }


def files(pod: Object, container: Object) -> set[str]:
    """Return the paths at which a container has a key of a Secret, or the folder of a class."""
    volumes = {each["name"]: each for each in pod["spec"].get("volumes", [])}
    found = set()
    for mount in container.get("volumeMounts", []):
        volume = volumes[mount["name"]]
        if "secret" in volume:
            assert mount["readOnly"] and "subPath" not in mount, "a single file never changes"
            assert volume["secret"]["defaultMode"] == 0o440
            assert mount["mountPath"] == f"/etc/secrets/{volume['secret']['secretName']}"
            found |= {f"{mount['mountPath']}/{item['path']}" for item in volume["secret"]["items"]}
        elif "csi" in volume:
            assert mount["readOnly"] and volume["csi"]["readOnly"]
            found.add(f"/etc/secrets/{volume['csi']['volumeAttributes']['secretProviderClass']}")
            assert mount["mountPath"] in found
    return found


def test_each_value_comes_from_its_secret(service: Deployed) -> None:
    told = secrets_of(service)
    variables = {each["variable"]: (each["secret"], each["key"]) for each in told if each["form"] == "variable"}
    paths = {each["path"] for each in told if each["form"] == "file"}
    if service.answers["secret_store"] == "csi":
        paths = {f"/etc/secrets/{each['secret']}" for each in told}
    for name, pod in service.pods:
        for container in containers_of(pod).values():
            own = container["name"] in OWN
            assert references(container) == (variables if own else {}), (name, container["name"])
            assert files(pod, container) == (paths if own else set()), (name, container["name"])


def mounted_by(provider: str, parameters: Object) -> set[str]:
    """Return the files that a provider of the CSI driver puts into the folder, by its own documentation."""
    remotes = yaml.safe_load(parameters["secrets" if provider == "gcp" else "objects"])
    if provider == "gcp":
        return {remote["path"] for remote in remotes}
    if provider == "azure":
        return {yaml.safe_load(remote)["objectAlias"] for remote in remotes["array"]}
    found: set[str] = set()
    for remote in remotes:
        aliases = [item["objectAlias"] for item in remote.get("jmesPath", [])]
        found |= set(aliases or [remote.get("objectAlias", remote["objectName"])])
    return found


def given(service: Deployed) -> dict[str, set[str]]:
    """Return the keys that the objects of a store put into each Secret, or into the folder of each class."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in service.objects:
        name, spec = each["metadata"]["name"], each.get("spec", {})
        if each["kind"] == "ExternalSecret":
            assert spec["target"]["name"] == name
            found[name] |= {item["secretKey"] for item in spec["data"]}
        elif each["kind"] == "SecretProviderClass":
            found[name] |= mounted_by(spec["provider"], spec["parameters"])
            for synced in spec.get("secretObjects", []):
                assert synced["secretName"] == name
                assert {item["objectName"] for item in synced["data"]} <= found[name]
                variables = [each for each in secrets_of(service) if each["form"] == "variable"]
                assert {item["key"] for item in synced["data"]} == {
                    item["key"] for item in variables if item["secret"] == name
                }
    return found


def test_the_store_gives_what_the_pods_read(service: Deployed) -> None:
    wanted: dict[str, set[str]] = defaultdict(set)
    for each in secrets_of(service) if service.answers["secret_store"] in KINDS else []:
        wanted[each["secret"]].add(each["key"])
    assert given(service) == wanted


def test_an_environment_has_its_own_store() -> None:
    stores = {}
    for overlay in ("dev", "staging", "production"):
        found = deployed(Path("examples/everything-go").absolute(), overlay).all("ExternalSecret")
        (stores[overlay],) = {f"{r['kind']}/{r['name']}" for r in (each["spec"]["secretStoreRef"] for each in found)}
    usual = "ClusterSecretStore/vault"
    assert stores == {"dev": usual, "staging": "SecretStore/acceptance", "production": usual}
    roles = {}
    for overlay in ("dev", "production"):
        found = deployed(Path("examples/everything-java").absolute(), overlay).all("SecretProviderClass")
        (roles[overlay],) = {each["spec"]["parameters"]["roleName"] for each in found}
    assert roles == {"dev": "billing-test", "production": "billing"}


@each_example
def test_git_and_the_image_have_no_value_of_this_machine(example: Path) -> None:
    service = deployed(example, "production")
    told = secrets_of(service)
    (compose,) = read_yaml(example / "compose.yaml")
    mounts = {each["target"]: each["source"] for each in compose["services"]["service"].get("secrets", [])}
    assert mounts == {each["path"]: each["name"] for each in told if each["form"] == "file"}
    local = {name: each["file"] for name, each in compose.get("secrets", {}).items()}
    assert local == {name: f"./secrets/local/{name}" for name in mounts.values()}
    sample = example / ".env.example"
    assert sample.exists() == bool(told)
    variables = {each["variable"] for each in told if each["form"] == "variable"}
    lines = sample.read_text().splitlines() if told else []
    assert {line for line in lines if line and line[0] != "#"} == {f"{each}='change-me'" for each in variables}
    by_git = (example / ".gitignore").read_text().splitlines()
    assert ".env" in by_git and ("/secrets/" in by_git) == bool(told)
    if example.name in GENERATED:
        by_docker = (example / ".dockerignore").read_text().splitlines()
        assert ".env" in by_docker and ("secrets" in by_docker) == bool(told)


def test_every_store_is_in_an_example() -> None:
    found: dict[Any, set[str]] = defaultdict(set)
    for path in sorted(Path("examples").glob("*/.copier-answers.yml")):
        (answers,) = read_yaml(path)
        if answers["secrets"]:
            forms = {each.get("form", "variable") for each in answers["secrets"]}
            found[answers["secret_store"]] |= forms
    assert set(found) == {"none", "external-secrets", "sealed-secrets", "csi"}
    assert all(forms == {"variable", "file"} for forms in found.values())
