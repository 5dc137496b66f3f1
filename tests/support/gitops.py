"""What Argo CD or Flux deploys a service by, for goldens with other answers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from scaffold.engine.answers import Answers
from scaffold.files.folder import write_files
from tests.support.deployed import Object
from workshop import goldens

EXAMPLES = ("awkward", "everything-go", "frontend-rust", "mail")
"""Hard names, all that there is, a service in a folder, and one without jobs."""
WAYS = ("argocd", "flux")
MANIFESTS = ("kustomize", "helm", "both")


def answered(example: str, deploy: str, manifests: str) -> Answers:
    """Return the answers of a golden with these two in place of its own."""
    secret = {} if deploy == "flux" else {"gitops_secret": ""}
    return goldens.answers_with(example, deploy=deploy, manifests=manifests, **secret)


@cache
def files(example: str, deploy: str, manifests: str = "kustomize") -> dict[str, str]:
    """Return the text files of a golden that is deployed in another way, by their paths."""
    answers = answered(example, deploy, manifests)
    return {each.path: each.content.decode() for each in goldens.rendered(answers)}


def objects(example: str, deploy: str, manifests: str = "kustomize") -> dict[str, list[Object]]:
    """Return the objects by which Argo CD or Flux deploys, by environment."""
    return {
        Path(path).stem: list(yaml.safe_load_all(text))
        for path, text in files(example, deploy, manifests).items()
        if Path(path).parent == Path("deploy", deploy)
    }


def lay_out(folder: Path, example: str, deploy: str, manifests: str = "kustomize") -> Path:
    """Write a golden that is deployed in another way, as its repository has it, and return the top of that."""
    answers = answered(example, deploy, manifests)
    write_files(folder / str(answers.context["folder"]), goldens.rendered(answers))
    return folder
