"""What an environment is called: by the overlay, the file of values or the folder that it is deployed from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scaffold.adopt.fits import is_short_name

_WORDS = frozenset({
    "dev", "develop", "development", "test", "testing", "staging", "stage", "stg", "qa", "uat", "int",
    "integration", "preprod", "prod", "prd", "production", "live", "sandbox", "demo", "preview", "canary",
    "local", "minikube", "kind",
})  # fmt: skip
_PRODUCTION = ("prod", "prd", "live", "main")
_FOLDERS = frozenset({"overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "stages"})
_APART = re.compile(r"[-_.]")
_ENDING = re.compile(r"\.(?:ya?ml|json)\Z")


def of_overlay(folder: str) -> str:
    """Return the name of the environment that a kustomization is for, or nothing: `deploy/overlays/dev` is for dev."""
    above, _, last = folder.rpartition("/")
    if above.rpartition("/")[2] in _FOLDERS and is_short_name(last):
        return last
    return last if last in _WORDS else ""


def of_values(file: str) -> str:
    """Return the name of the environment that a file of values is for: `values-prod.yaml` is for prod."""
    name = _ENDING.sub("", file.rpartition("/")[2])
    rest = "-".join(part for part in _APART.split(name) if part != "values")
    return rest if is_short_name(rest) else ""


def of_files(paths: Sequence[str]) -> list[str]:
    """Return the names of the environments that manifests of the same object are for, by where their paths part.

    Nothing where no path has a word that environments have: then nothing shows which of the files counts.
    """
    parts = [path.split("/") for path in paths]
    depth = next((at for at, names in enumerate(zip(*parts, strict=False)) if len(set(names)) > 1), 0)
    names = [_environment_in(each[depth], is_file=depth == len(each) - 1) for each in parts]
    known = any(_word_in(each) for each in names)
    return names if known and all(names) and len(set(names)) == len(names) else []


def _environment_in(part: str, *, is_file: bool) -> str:
    if is_file:
        return _word_in(_ENDING.sub("", part))
    return part if is_short_name(part) else _word_in(part)


def _word_in(text: str) -> str:
    return next((word for word in _APART.split(text) if word in _WORDS), "")


def production_of(names: Sequence[str]) -> tuple[str, bool]:
    """Return which environment is production, and whether that is sure; of others, the last one is taken."""
    for word in _PRODUCTION:
        if found := next((name for name in names if name.startswith(word)), None):
            return found, True
    return names[-1], len(names) == 1
