"""docs/reference/compatibility.md: which versions scaffold and its services are for, from the pins."""

from __future__ import annotations

import tomllib
from typing import Any

from workshop.goldens import ROOT, engine
from workshop.reference.markdown import code, page, paragraph, table

_PINS = "templates/service/questions/pins.yml"
_TOOLS = {
    "collector_image": "prints traces in `compose.yaml`",
    "nginx_image": "stub of a dependency in `compose.yaml`",
    "hadolint_image": "lints the Dockerfile on GitLab",
    "kubeconform_image": "validates the manifests",
    "helm_image": "lints and renders the chart on GitLab",
    "kustomize_image": "builds the overlays on GitLab",
    "yamllint_image": "lints YAML on GitLab, with yamllint from pip",
    "buildah_image": "builds the image on GitLab",
    "docker_image": "runs the containers of `scaffold prove` on GitLab",
    "tools_image": "runs `scaffold check` and `scaffold prove` on GitLab: Debian with Go",
    "kubernetes_version": "version of the schemas for kubeconform",
    "vegeta": "load generator of `scaffold prove`",
    "gitleaks": "looks for keys and passwords in commits",
    "oasdiff": "looks for changes of the API that break callers",
    "checkout_action": "`actions/checkout`",
    "hadolint_action": "`hadolint/hadolint-action`, which lints the Dockerfile on GitHub",
    "upload_artifact_action": "`actions/upload-artifact`",
    "pre_commit_hooks": "`pre-commit/pre-commit-hooks`",
    "hadolint_pre_commit": "hadolint as a pre-commit hook",
    "golangci_lint": "golangci-lint, for `make lint` of a Go service",
    "govulncheck": "`make audit` of a Go service",
    "air": "`make dev` of a Go service",
    "pip_audit": "pip-audit, for `make audit` of a Python service",
    "yamllint_pre_commit": "yamllint as a pre-commit hook, and on GitHub",
    "cosign_image": "signs what a release pushes",
    "crane_image": "pushes the image of a release, and gives it its tag",
    "grype_image": "looks for vulnerabilities in the packages of a released image",
    "syft_image": "lists the packages of a released image",
    "setup_qemu_action": "`docker/setup-qemu-action`, for a release on several platforms",
    "common_utils_feature": "the user of a development container",
    "git_feature": "git in a development container",
    "docker_feature": "Docker with Compose in a development container",
}
"""What each of the pins is for."""


def make() -> str:
    """Return the page.

    Raises:
        ValueError: when a pin has no meaning here, or is no more.
    """
    pins = _default("pins")
    if pins.keys() != _TOOLS.keys():
        raise ValueError(f"workshop/reference/compatibility.py and {_PINS} differ in {pins.keys() ^ _TOOLS.keys()}")
    return page(
        "Compatibility",
        f"{_PINS} and pyproject.toml",
        paragraph("These are the versions that the command and a service of the newest template work with."),
        "## The command",
        _command(),
        "## Kubernetes",
        _kubernetes(pins["kubernetes_version"]),
        "## Languages of a service",
        _languages(),
        "## Sidecars",
        _sidecars(),
        "## Tools of a service",
        paragraph("The CI pipeline, the Makefile and the pre-commit hooks of a service use these versions:"),
        table(("used for", "version"), [(_TOOLS[name], code(_version(value))) for name, value in pins.items()]),
        "## Newer versions",
        paragraph(
            f"All versions are in [{_PINS}](../../{_PINS}). A service gets newer ones with `scaffold update`. Renovate "
            "can propose them earlier: each service has a `renovate.json`. `scaffold pin` adds digests to the tags."
        ),
    )


def _version(pin: str) -> str:
    """Return what a pin shows to people: of an action the version, which is beside its commit."""
    return pin.rpartition("# ")[2]


def _default(name: str) -> Any:
    return next(each.default for each in engine()[0].questions if each.name == name)


def _command() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    copier = next(each for each in project["optional-dependencies"]["test"] if each.startswith("copier"))
    rows = [
        ("operating system", "Linux, macOS, WSL 2; not Windows itself"),
        ("Python", code(project["requires-python"])),
        ("git", "2.38 or newer, for `new` and `update`"),
        ("kubectl or kustomize", "optional: `check` builds kustomizations with it"),
        ("helm", "optional: `check` and `prove --cluster` render charts with it"),
        ("Docker or Podman", "required by `prove`"),
        ("Copier", f"optional: `copier copy` makes the same files; tested with {code(copier.removeprefix('copier'))}"),
    ]
    return table(("needs", "versions"), rows)


def _kubernetes(newest: str) -> str:
    least = _least_kubernetes()
    return "\n\n".join(
        [
            table(
                ("answer to [`native_sidecars`](questions.md#native_sidecars)", "oldest version of Kubernetes"),
                [(f"`{str(answer).lower()}`{' (default)' if answer else ''}", version) for answer, version in least],
            ),
            paragraph(f"The manifests are validated against the schemas of Kubernetes {newest}."),
        ]
    )


def _least_kubernetes() -> list[tuple[bool, str]]:
    resolve = engine()[1].resolve
    return [(value, resolve({"native_sidecars": value}).computed["least_kubernetes"]) for value in (True, False)]


def _languages() -> str:
    known, asked = _default("languages"), next(each for each in engine()[0].asked if each.name == "language")
    labels = {value: label for label, value in asked.choices.items()}
    rows = [
        (labels[name], each["version"], each["needs"], code(each["build_image"]), code(each["runtime_image"]))
        for name, each in known.items()
    ]
    return table(("language", "version in the image", "needed on your machine", "build image", "runtime image"), rows)


def _sidecars() -> str:
    rows = [
        (name, code(each["image"]) if "image" in each else "the mesh of your cluster; no image of its own")
        for name, each in _default("sidecars").items()
    ]
    return table(("sidecar", "image"), rows)
