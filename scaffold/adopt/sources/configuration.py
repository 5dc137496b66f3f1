"""Manifests: what the container gets as variables, and as files of Secrets and ConfigMaps."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import strength
from scaffold.adopt.addresses import addresses_in
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.settings import facts_of
from scaffold.adopt.variables import open_texts, variables_of
from scaffold.check.model.secrets import secret_of

STRENGTH = strength.RUNS


def facts(found: Found) -> Iterator[Fact]:
    """Yield settings, secrets and dependencies of production, and what others have that it has not."""
    live = found.production
    if live is None:
        return
    yield from facts_of(variables_of(live), found.at, "the container", live.server.name)
    yield from _mounted(found, live)
    yield from _written(found, live)
    for other in found.environments[1:]:
        yield from _differences(found, live, other)


def _mounted(found: Found, live: Environment) -> Iterator[Fact]:
    """Yield a sentence for each file of a Secret: the template has it in another folder."""
    for mount in live.container.value.items("volumeMounts"):
        volume = live.volumes.get(mount.text("name"))
        secret = volume.text("secret", "secretName") if volume else None
        if secret:
            at = found.at(mount)
            yield (
                f"{at}: {live.title} reads files of the Secret {secret} in {mount.text('mountPath')}; "
                f"the template has them in /etc/secrets/{secret}, so answer secrets with form file."
            )


def _written(found: Found, live: Environment) -> Iterator[Fact]:
    """Yield a sentence for each Secret whose values are in the repository."""
    for each in live.objects:
        if each.kind == "Secret" and secret_of(each) and (each.value.fields("data") or each.value.fields("stringData")):
            at = found.at(each.at)
            yield (
                f"{at}: the Secret {each.name} has its values in the repository; none is taken over. "
                "Create it outside, and change the values, because the history has them."
            )


def _differences(found: Found, live: Environment, other: Environment) -> Iterator[Fact]:
    """Yield a sentence where an environment has other settings: those of the answers are for all."""
    texts = [
        {each.name: each for each in variables_of(environment) if each.text is not None}
        for environment in (live, other)
    ]
    ours, theirs = texts
    addresses = {name for name, _, _ in addresses_in(open_texts(variables_of(other)))} & set(ours)
    names = [
        name
        for name, each in theirs.items()
        if name not in addresses and (name not in ours or ours[name].text != each.text)
    ]
    if names:
        at = found.at(theirs[names[0]].at)
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        yield (
            f"{at}: {other.name} has other values than {live.name} for {shown}; settings are for all "
            "environments, so add these to its overlay."
        )
