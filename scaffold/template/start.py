"""The first version of a platform's template: an overlay with an example of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from scaffold.files.folder import RenderedFile
from scaffold.template.base import Base
from scaffold.template.edit import removed_text
from scaffold.template.goldens import GOLDENS
from scaffold.template.overlay import (
    CHANGES,
    FILES,
    MANIFEST,
    OVERRIDES,
    PINS,
    POLICY,
    QUESTIONS,
    REMOVE,
    manifest,
    overrides_text,
)

_QUESTIONS = """\
# Questions of the base by name, with the keys that change; and questions of your own.
# `scaffold questions --template .` lists those that are asked now. A list (choices, an example) replaces the base's.
{owner}{others}
{key}:  # a question of your own; templates use it as {{{{ {key} }}}}
  type: str
  help: {help}
  default: {short}-0000
  example: {short}-1234
  validator: >-
    {{% if not {key} | regex_search("^{short}-[0-9]{{4}}\\\\Z") %}}
    {key} must be {short}- and four digits, not {{{{ {key} }}}}. Example: {short}-1234.
    {{% endif %}}
"""
_OWNER = """\
owner:  # another default
  default: {name}-org/platform

"""

_OTHERS = {
    "ci": "{fixed: gitlab}  # not asked: every service has this value",
    "limit_burst": "{when: false}  # not asked: every service has the default",
    "platform_labels": "{fixed: {example.org/tier: standard}}  # labels of every object and pod",
    "platform_annotations": "{fixed: {example.org/owner: payments}}  # annotations of every object and pod",
    "image_mirrors": "{fixed: {docker.io: registry.example.org/docker-hub}}  # registries to use instead",
}
"""Examples of questions that change: a comment each, where the base has the question."""


@dataclass(frozen=True)
class _Example:
    """An example of a question of the platform's own, and the page that shows its answer."""

    key: str
    label: str
    short: str
    help: str
    why: str
    page: str


def _example(name: str, base: Base) -> _Example:
    """Return the example; on top of another platform's template, one that the platform does not have itself."""
    if not base.name:
        help_, why = "Cost center that pays for the service", "Finance needs it on every bill."
        return _Example("cost_center", "Cost center", "CC", help_, why, "PLATFORM.md")
    unit, why = f"{name.replace('-', '_')}_unit", "It shows who answers for the service."
    return _Example(unit, "Unit", "U", f"Unit of {name} that has the service", why, f"{name.upper()}.md")


_PINS = """\
# Versions and images of the base that are others here, by the names and keys of the base (questions/pins.yml).
# languages:
#   go: {runtime_image: "registry.example.org/base/debian:13.8-slim"}
"""
_CHANGES = """\
# What each release of this template changes for its services, the oldest first; `scaffold update` shows it.
# Ids of your own begin with the template's name, so that the base never takes one.
- id: {name}-first
  version: unreleased
  pattern: none
  title: Services have a {what}
  why: {why}
  check: Nothing.
  files: [{page}]
"""
_POLICY = """\
# A rule of your own: `scaffold check` judges each service by it, and `kubectl apply` gives it to a cluster as it is.
# `scaffold template test` tries it on platform/policy/examples/{name}-names.
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: {name}-names
  annotations:
    kube-scaffold/why: Dashboards find a service by this label.
    kube-scaffold/do: Give the Deployment the label app.kubernetes.io/name.
    kube-scaffold/at: metadata.labels
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - apiGroups: [apps]
        apiVersions: [v1]
        operations: [CREATE, UPDATE]
        resources: [deployments]
  validations:
    - expression: has(object.metadata.labels) && 'app.kubernetes.io/name' in object.metadata.labels
      message: a Deployment needs the label app.kubernetes.io/name
"""
_EXAMPLE = """\
# Objects that the policy {verdict}, with only the fields that it reads.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
  labels:
    {label}: shop
"""
_PAGE = """\
# {{{{ name }}}} at {name}

{label}: {{{{ {key} }}}}
"""
_README = """\
# The service template of {name}

It is made on top of {base}. Change `platform/` and `{manifest}`; everything else is built:

```
scaffold template build            build copier.yml and templates/ from platform/
scaffold template build --check    fail when they are not built from it (for CI)
scaffold template override PATH    take a file of the base into platform/files, to change it there
scaffold template remove PATH      leave a file of the base out of every service
scaffold template restore PATH     use the file of the base again
scaffold template files            list the files, and where each comes from
scaffold template diff             show what the overrides change of the base
scaffold template test             test it by platform/goldens, and by what any service must be
scaffold template status           show whether the base has a newer release
scaffold template pull             move to the newest release of the base
scaffold template backstage        write template.yaml for the scaffolder of Backstage
scaffold template release VERSION  release it: changelog, commit and tag
```

Services are made from a git tag of this repository:

```
scaffold new payments --template {url}
copier copy {url} payments
```
"""


_GITHUB = """\
name: template

on:
  push:
    branches: [main]
  pull_request:

permissions:
  contents: read

jobs:
  test:  # skipped until you set the variable KUBE_SCAFFOLD
    if: vars.KUBE_SCAFFOLD != ''
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@{checkout}
        with:
          fetch-depth: 0  # a service of the last release is updated
          persist-credentials: false
      - run: pipx install "$KUBE_SCAFFOLD" && pipx inject kube-scaffold copier
        env:
          KUBE_SCAFFOLD: ${{{{ vars.KUBE_SCAFFOLD }}}}  # a requirement or URL for pip
      - run: scaffold template test
"""
_GITLAB = """\
test:  # skipped until you set the variable KUBE_SCAFFOLD
  rules:
    - if: $KUBE_SCAFFOLD  # a requirement or URL for pip
  image: {image}
  variables:
    GIT_DEPTH: 0  # a service of the last release is updated
  script:
    - apt-get update --quiet=2 && apt-get install --quiet=2 --yes --no-install-recommends git
    - pip install "$KUBE_SCAFFOLD" copier
    - scaffold template test
"""
_ANSWERS = """\
# Answers of a golden. The folder beside this file has the service: scaffold template test --accept
name: {name}
"""


def _ci(base: Base) -> dict[str, str]:
    """Return the files by which a Git host tests the template, with the versions that the base pins."""
    pins = base.questions.get("pins", {})
    known = pins.get("default", {}) if isinstance(pins, Mapping) else {}
    checkout, image = known.get("checkout_action", "v6.0.0"), known.get("yamllint_image", "python:3.13")
    return {
        ".github/workflows/template.yml": _GITHUB.format(checkout=checkout),
        ".gitlab-ci.yml": _GITLAB.format(image=image),
    }


def _goldens(base: Base) -> dict[str, str]:
    """Return the answers of the first goldens: of a service in the default language, and of one in another."""
    language = base.questions.get("language", {})
    choices = language.get("choices", ()) if isinstance(language, Mapping) else ()
    values = choices.values() if isinstance(choices, Mapping) else choices
    needed = {each.name: each.example for each in base.template.asked if each.required and each.name != "name"}
    answers = _ANSWERS.format(name="shop") + (yaml.safe_dump(needed) if needed else "")
    texts = {f"{GOLDENS}/shop.yml": answers}
    for other in [value for value in values if value != language.get("default")][:1]:
        texts[f"{GOLDENS}/shop-{other}.yml"] = f"{answers}language: {other}\n"
    return texts


def _policy(name: str) -> dict[str, str]:
    examples = f"{POLICY}/examples/{name}-names"
    return {
        f"{POLICY}/names.yml": _POLICY.format(name=name),
        f"{examples}/breaks.yml": _EXAMPLE.format(verdict="refuses", label="app"),
        f"{examples}/holds.yml": _EXAMPLE.format(verdict="accepts", label="app.kubernetes.io/name"),
    }


def first_files(name: str, url: str, base: Base) -> dict[str, RenderedFile]:
    """Return the files of a new overlay, without what is built of them."""
    example = _example(name, base)
    words = {"name": name, "url": url, "manifest": MANIFEST, "what": example.label.lower(), **vars(example)}
    words["owner"] = _OWNER.format(name=name) if base.asks("owner") else ""
    words["others"] = "".join(f"# {key}: {text}\n" for key, text in _OTHERS.items() if key in base.questions)
    words["base"] = f"the template of {base.name} ({base.url})" if base.name else "kube-scaffold"
    texts = {
        MANIFEST: manifest(name, url, str(base.revision.version), base.revision.commit, base.url),
        QUESTIONS: _QUESTIONS.format(**words),
        PINS: _PINS,
        REMOVE: removed_text([]),
        CHANGES: _CHANGES.format(**words),
        OVERRIDES: overrides_text({}),
        f"{FILES}/{example.page}.jinja": _PAGE.format(**words),
        **_policy(name),
        "README.md": _README.format(**words),
        **_ci(base),
        **_goldens(base),
    }
    return {path: RenderedFile(path, text.encode(), False) for path, text in texts.items()}
