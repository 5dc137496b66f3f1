"""P12: configuration outside the image."""

from __future__ import annotations

import re

from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Server, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.yaml_nodes import Value

_SECRET = re.compile(r"(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY)(?:$|_)", re.IGNORECASE)
_ABOUT = re.compile(
    r"_(?:FILE|PATH|DIR|NAMES?|UR[LI]|HOST|PORT|ENDPOINT|TTL|EXPIR\w*|LIFETIME|VALIDITY|TIMEOUT|SECONDS|MINUTES|HOURS|DAYS"
    r"|MIN|MAX|LENGTH|SIZE|COUNT|LIMIT|BUCKET\w*|POLICY|ROTATION|TYPE|ALGORITHM|HEADER|ISSUER|AUDIENCE|SCOPES?|PREFIX|ARN|REF"
    r"|PROVIDER|STORE|VERSION|REGION|LOCATION|ENABLED|REQUIRED|ALLOWED)(?:$|_)|(?:^|_)(?:ALLOW|ENABLE|REQUIRE|USE|DISABLE)_",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\$|^/|^https?:|^$", re.IGNORECASE)
_NO_SECRET = re.compile(r"(?:none|true|false|yes|no|on|off|enabled|disabled)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"changeme|\d+", re.IGNORECASE)  # what a Dockerfile has for a build, or to be replaced
_MADE_BY_THE_CLUSTER = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"})
_ROLLS = re.compile(r"checksum|hash|reloader\.stakater\.com/|wave\.pusher\.com/")  # by a deployment, or by a controller
_HASHED = re.compile(r"-[a-z0-9]{10}$")


def _is_secret(name: str, text: str) -> bool:
    """Tell whether a variable of this name and value is a secret, and not about one (`TOKEN_TTL`, `PASSWORD_FILE`)."""
    if not _SECRET.search(name) or _ABOUT.search(name):
        return False
    return not (_REFERENCE.search(text) or _NO_SECRET.fullmatch(text))


class SecretInManifest(Rule[Container]):
    """A secret stands in a manifest.

    It is in the history of the repository for ever, and everybody who may read Deployments reads it.
    """

    id = "P12-secret-in-manifest"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Take it from a Secret by `valueFrom.secretKeyRef`, and give it a new value."""
        for name, value in container.environment.items():
            if _is_secret(name, value.text() or ""):
                yield Problem(value, f"{name} is a secret, and stands in a manifest for everyone to read")


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
                    if _is_secret(name, text) and not _PLACEHOLDER.fullmatch(text):
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
        for name, _ in references(workload):
            if name.text() not in known and name.text() not in _MADE_BY_THE_CLUSTER:
                yield Problem(name, f"no ConfigMap {name.text()} is deployed with {workload.name}")


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
        for name, variable in references(workload):
            found = maps.get(name.text() or "")
            if variable and found and not _HASHED.search(found.name) and not found.value.is_true("immutable"):
                message = f"a change of {found.name} rolls no pod of {workload.name}"
                yield Problem(name, message, also=(found.at,))


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
