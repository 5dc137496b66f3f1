"""P07: no `latest`: every image by exact tag or digest."""

from __future__ import annotations

from scaffold.check.dockerfile import Dockerfile
from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.rules.rule import Problems, Rule


def moving(image: str) -> str:
    """Return why an image reference names no version: `latest`, no tag; nothing where it does or can't be known."""
    name, _, digest = image.partition("@")
    if digest or "$" in image or "{{" in image or not name:
        return ""
    _, colon, tag = name.rpartition("/")[2].partition(":")
    if not colon:
        return f"{name} has no tag, which means latest"
    return f"{name}: the tag latest names no version" if tag.lower() == "latest" else ""


class LatestImage(Rule[Container]):
    """A container's image has the tag `latest`, or none.

    Nobody can tell which version runs; two pods of one Deployment may run different ones, and a rollback gets the same
    image again.
    """

    id = "P07-latest-image"
    severity = "error"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Write an exact tag, and a digest where the registry lets tags move (`scaffold pin` adds it)."""
        if container.image and (why := moving(container.image.text() or "")):
            yield Problem(container.image, why)


class LatestBase(Rule[Dockerfile]):
    """A Dockerfile is based on `latest`, or on an image without tag.

    The same source builds to another image tomorrow, and a build that worked fails for no reason in the repository.
    """

    id = "P07-latest-base"
    severity = "error"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile) -> Problems:
        """Write an exact tag behind FROM."""
        names: set[str] = set()
        for stage in dockerfile.stages:
            if stage.image.lower() not in names | {"scratch"} and (why := moving(stage.image)):
                yield Problem(stage.base, why)
            names.add(stage.name)
