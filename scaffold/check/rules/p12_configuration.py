"""P12: configuration outside the image."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scaffold.check.model.objects import ConfigMap, KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Server, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.secret_values import decoded, has_secret_form, is_placeholder, is_secret, secrets_in_file
from scaffold.syntax.dockerfile import BuildStage, Dockerfile
from scaffold.syntax.yaml_nodes import Value

_PLACEHOLDER = re.compile(r"changeme|\d+", re.IGNORECASE)  # what a Dockerfile has for a build, or to be replaced
_MADE_BY_THE_CLUSTER = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"})
_ROLLS = re.compile(r"checksum|hash|reloader\.stakater\.com/|wave\.pusher\.com/")  # by a deployment, or by a controller
_HASHED = re.compile(r"-[a-z0-9]{10}$")


class SecretInManifest(Rule[KubernetesObject]):
    """A secret stands in a manifest.

    It is in the history of the repository for ever, and everybody who may read it there reads it.
    """

    id = "P12-secret-in-manifest"
    severity = "error"
    looks_at = KubernetesObject

    def check(self, each: KubernetesObject, scope: Scope) -> Problems:
        """Take it from a Secret that is made outside of the repository, and give it a new value."""
        if isinstance(each, Workload):
            for container in each.all_containers:
                yield from _in_container(container, scope)
        elif each.kind in ("ConfigMap", "Secret") and each.value.text("apiVersion") == "v1":
            yield from _in_data(each)


def _in_container(container: Container, scope: Scope) -> Problems:
    for name, value in container.environment.items():
        text = value.text() or ""
        if form := has_secret_form(text):
            yield Problem(value, f"{name} {form}, and stands in a manifest for everyone to read")
        elif is_secret(name, text) and text not in scope.secret_names:
            yield Problem(value, f"{name} is a secret, and stands in a manifest for everyone to read")
    before = ""
    for word in container.words:
        text = word.text() or ""
        option, equals, given = text.partition("=")
        name, secret = (option, given) if equals else (before, text)
        if name.startswith("--") and not secret.startswith("-") and is_secret(name.lstrip("-"), secret):
            yield Problem(word, f"{name} gives a secret, and stands in a manifest for everyone to read")
        elif form := has_secret_form(text):
            yield Problem(word, f"an argument of {container.name} {form}, for everyone to read")
        before = "" if equals else text


def _in_data(each: KubernetesObject) -> Problems:
    """Yield what a ConfigMap or a Secret says by itself; a value that is to be replaced is none."""
    for key, value in (each.value.fields("data") | each.value.fields("stringData")).items():
        text = value.text() or ""
        if each.kind == "Secret":
            plain = decoded(text) if value.path[0] == "data" else text
            public = key.endswith((".crt", ".pem", ".pub")) and "PRIVATE KEY" not in plain
            if plain and not public and not is_placeholder(plain):
                yield Problem(value, f"the Secret {each.name} holds {key}, for everyone to read")
        elif form := has_secret_form(text) if "\n" not in text else "":
            yield Problem(value, f"{key} {form}, and stands in a ConfigMap for everyone to read")
        elif "\n" not in text and is_secret(key, text):
            yield Problem(value, f"{key} is a secret, and stands in a ConfigMap for everyone to read")
        elif found := next(secrets_in_file(text), None) if "\n" in text else None:
            yield Problem(value, f"{key} holds {found[0] or 'a token, a key or a password'}, for everyone to read")


class SecretInImage(Rule[Dockerfile]):
    """A secret stands in a Dockerfile.

    It is in every layer and registry that the image gets to, also when a later instruction removes it.
    """

    id = "P12-secret-in-image"
    severity = "error"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Give it to the container by its environment, or to the build by `RUN --mount=type=secret`."""
        final = set(map(id, dockerfile.final))
        for stage in dockerfile.stages:
            for each in stage.all("ENV", "ARG"):
                for name, text in re.findall(r"(?<!\w)(\w{1,100})[= ]\"?([^\s\"]+)", each.value):
                    kept = each.name == "ENV" and is_secret(name, "0x") and _of_argument(text, stage)
                    if kept or (is_secret(name, text) and not _PLACEHOLDER.fullmatch(text)):
                        yield Problem(
                            each.place(name), f"{name} is a secret, and stands in the image for everyone to read"
                        )
            for copy in stage.all("COPY", "ADD"):
                words = copy.words or copy.value.split()
                for word in words[:-1]:
                    if word.rpartition("/")[2] in (".env", "id_rsa", ".npmrc", ".pypirc", "credentials.json") and (
                        id(stage) in final
                    ):
                        yield Problem(
                            copy.place(word), f"{word} becomes a part of the image: configuration, or a secret"
                        )


def _of_argument(text: str, stage: BuildStage) -> bool:
    """Tell whether a value is that of a build argument, which stays in the image by it."""
    found = re.fullmatch(r"\$\{?(\w+)(?::[-+][^}]*)?\}?", text)
    return found is not None and any(found[1] == each.value.partition("=")[0] for each in stage.all("ARG"))


class VariableTwice(Rule[Container]):
    """A variable stands twice in the environment of a container.

    The last one counts; whoever reads the first one is wrong about what runs.
    """

    id = "P12-variable-twice"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Keep one of them."""
        first: dict[str, Value] = {}
        for each in container.value.items("env"):
            name = each.get("name")
            if not name:
                continue
            before = first.setdefault(name.text() or "", name)
            if before is not name:
                yield Problem(name, f"{name.text()} is set twice in {container.name}; this one counts", also=(before,))


class ConfigMissing(Rule[Workload]):
    """A workload takes its configuration from a ConfigMap that is not deployed with it.

    Its pods stay in CreateContainerConfigError until somebody makes it.
    """

    id = "P12-config-missing"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Deploy the ConfigMap with the workload, or correct its name."""
        known = scope.config_maps
        if not known:  # they may all come from elsewhere
            return
        for key, found in _keys(workload, known):
            yield Problem(key, f"the ConfigMap {found.name} has no key {key.text()}", also=(found.at,))
        for name, _ in references(workload):
            others = (each.config_maps for each in scope.elsewhere(workload))
            if name.text() in _MADE_BY_THE_CLUSTER or any(name.text() in maps for maps in (known, *others)):
                continue
            yield Problem(name, f"no ConfigMap {name.text()} is deployed with {workload.name}")


def _keys(workload: Workload, known: Mapping[str, ConfigMap]) -> Iterator[tuple[Value, ConfigMap]]:
    """Yield the keys that a workload takes from ConfigMaps which stand there without them."""
    for container in workload.all_containers:
        for each in container.value.items("env"):
            reference = each.get("valueFrom", "configMapKeyRef")
            key, found = (reference.get("key"), known.get(reference.text("name") or "")) if reference else (None, None)
            if not (reference and key and found) or reference.is_true("optional"):
                continue
            held = found.value.fields("data") | found.value.fields("binaryData")
            if held and key.text() not in held:
                yield key, found


class ConfigNotRolled(Rule[Workload]):
    """A changed ConfigMap does not reach the pods.

    Its name stays the same when its content changes, and variables are read once, at the start: after the deployment
    old pods still run by the old values, and whichever is restarted takes the new ones.
    """

    id = "P12-config-not-rolled"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Let kustomize's configMapGenerator put a hash into the name, or annotate the pods with a checksum."""
        keys = [*workload.annotations, *workload.pod_annotations]
        if not isinstance(workload, Server) or any(_ROLLS.search(key) for key in keys):
            return
        maps = scope.config_maps
        fixed = _mounted_by_sub_path(workload)
        for name, variable in references(workload):
            found = maps.get(name.text() or "")
            if not found or not (variable or name.text() in fixed):
                continue
            if not _HASHED.search(found.name) and not found.value.is_true("immutable"):
                message = f"a change of {found.name} rolls no pod of {workload.name}"
                yield Problem(name, message, also=(found.at,))


def _mounted_by_sub_path(workload: Workload) -> set[str | None]:
    """Return the ConfigMaps whose files a container gets once, at its start: those that are mounted by `subPath`."""
    mounts = [mount for each in workload.all_containers for mount in each.value.items("volumeMounts")]
    volumes = {mount.text("name") for mount in mounts if mount.get("subPath")}
    found = workload.pod.items("volumes") if workload.pod else ()
    return {each.text("configMap", "name") for each in found if each.text("name") in volumes}


def references(workload: Workload) -> list[tuple[Value, bool]]:
    """Return the names of the ConfigMaps that a workload needs, and whether they become variables (else files)."""
    found: list[tuple[Value | None, bool]] = []
    for container in workload.all_containers:
        found += [(each.get("configMapRef"), True) for each in container.value.items("envFrom")]
        found += [(each.get("valueFrom", "configMapKeyRef"), True) for each in container.value.items("env")]
    for volume in workload.pod.items("volumes") if workload.pod else ():
        found += [(each.get("configMap"), False) for each in (volume, *volume.items("projected", "sources"))]
    return [
        (name, variable)
        for reference, variable in found
        if reference and not reference.is_true("optional") and (name := reference.get("name"))
    ]
