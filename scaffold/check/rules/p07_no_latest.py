"""P07: no `latest`: every image by exact tag or digest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.check.edits import Edit, Spot, replaced
from scaffold.check.model.placeholders import is_put_in_later
from scaffold.check.model.runtime import is_injected
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Server
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.kubernetes.references import written
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.yaml_nodes import Value

_WORDS = (
    "alpha|beta|canary|current|dev|devel|develop|development|edge|experimental|head|latest|lts|main|mainline|master|next"
    "|nightly|preview|prod|production|release|rolling|snapshot|stable|staging|testing|trunk|unstable"
    "|alpine|bookworm|bullseye|buster|debian|focal|fpm|full|jammy|noble|slim|trixie|ubuntu"
)
_MOVING = re.compile(rf"(?:{_WORDS})(?:[-_.](?:{_WORDS}))*", re.IGNORECASE)
"""Words of which tags are made that name no version: branches, channels, and the system below the program."""


def moving(image: str) -> str:
    """Return why an image reference names no version: `latest`, no tag; nothing where it does or can't be known."""
    named = written(image)
    if named.digest or is_put_in_later(image) or image.startswith("ko://") or not named.name.strip():
        return ""
    if not named.tag:
        return f"{named.name} has no tag, which means latest"
    if named.tag.lower() == "latest":
        return f"{image}: the tag latest does not name a version"
    return f"{image}: the tag {named.tag} moves from version to version" if _MOVING.fullmatch(named.tag) else ""


class LatestImage(Rule[Container]):
    """A container's image has the tag `latest`, or none.

    Nobody knows which version runs. Two pods of one Deployment may run different versions, and a rollback gets the same
    image again.
    """

    id = "P07-latest-image"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Write an exact tag, and a digest where the registry lets tags move (`scaffold pin` adds it)."""
        if container.image is None or not (why := moving(container.image.text() or "")) or is_injected(container):
            return
        if container.image.text() not in scope.repository.tagged_by_skaffold:
            yield Problem(container.image, why)


class LatestBase(Rule[Dockerfile]):
    """A Dockerfile is based on `latest`, or on an image without a tag.

    The same source builds a different image tomorrow. A build that worked can fail without a change in the repository.
    """

    id = "P07-latest-base"
    severity = "warning"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Write an exact tag after the image name in FROM."""
        names: set[str] = set()
        for stage in dockerfile.stages:
            if stage.image.lower() not in names | {"scratch"} and (why := moving(stage.image)):
                yield Problem(stage.base, why)
            names.add(stage.name)


class ImageDiffers(Rule[Scope]):
    """One image has different tags in files that are deployed together.

    Two versions of one program run side by side: the migration job would run a different version from the service.
    """

    id = "P07-image-differs"
    severity = "warning"
    looks_at = Scope

    def check(self, scope: Scope, _: Scope) -> Problems:
        """Give all of them the same tag, preferably in one place: `images` of a kustomization, or a chart's values."""
        first: dict[tuple[str, str], Container] = {}
        for container in scope.containers:
            text = (container.image.text() if container.image else None) or ""
            if not container.image or "/" not in text:  # a public image may well stand there in two versions
                continue
            folder = container.workload.value.document.source.path.rpartition("/")[0]
            name = written(text).name
            other = first.setdefault((folder, name), container)
            if other.image and _differs(other.image.text() or "", text) and not _is_canary(container, other, scope):
                here, there = (
                    each.removeprefix(name).lstrip(":") or "no tag" for each in (text, other.image.text() or "")
                )
                message = f"image {container.image_name} has {here} here, but {there} in {other.workload.name}"
                yield Problem(container.image, message, also=(other.image,))


def _differs(one: str, other: str) -> bool:
    """Return whether two references of one name lead to two images; of one tag, one may have its digest too."""
    first, second = written(one), written(other)
    if first.digest and second.digest:
        return first.digest != second.digest
    return first.tag != second.tag


def _is_canary(one: Container, other: Container, scope: Scope) -> bool:
    """Return whether two workloads are behind one Service: two versions beside each other on purpose."""
    servers = [each.workload for each in (one, other) if isinstance(each.workload, Server)]
    services = [scope.services_of(each) for each in servers]
    return len(services) == 2 and servers[0] is not servers[1] and any(each in services[1] for each in services[0])


class PullPolicy(Rule[Container]):
    """The pull policy contradicts the tag.

    `Always` with an exact tag makes each restart depend on the registry. `IfNotPresent` or `Never` with `latest` keeps
    whatever version a node already has.
    """

    id = "P07-pull-policy"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Write an exact tag and `imagePullPolicy: IfNotPresent`."""
        policy = container.value.get("imagePullPolicy")
        if not (policy and container.image):
            return
        image = container.image.text() or ""
        if image in scope.repository.tagged_by_skaffold:
            return
        also = (container.image,)
        if moving(image) and policy.text() in ("IfNotPresent", "Never"):
            yield Problem(policy, f"with the tag latest, each node may keep another version of {container.name}", also)
        elif policy.text() == "Always" and image and not moving(image) and "$" not in image:
            yield Problem(
                policy, f"each restart of {container.name} needs the registry, although its tag is exact", also
            )

    def fix(self, spot: Spot) -> list[Edit]:
        """Write IfNotPresent, where an exact tag is always pulled."""
        root = spot.document()
        found = next((each for each in _policies(root) if each.place().line == spot.line), None) if root else None
        return replaced(found, "Always", "IfNotPresent") if found else []


def _policies(root: Value) -> Iterator[Value]:
    for path in (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec")):
        for kind in ("containers", "initContainers"):
            yield from (each for item in root.items(*path, kind) if (each := item.get("imagePullPolicy")))
