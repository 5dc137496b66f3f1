"""Where the template comes from, as the answers file of a service remembers it."""

from __future__ import annotations

import os
from importlib import metadata

from scaffold import __version__, git
from scaffold.render import Origin
from scaffold.template import Template

SOURCE_VARIABLE = "SCAFFOLD_TEMPLATE_URL"


def origin_of(template: Template) -> Origin:
    """Return the template's portable URL and its version: the tag of a release, or what git says of a checkout.

    The URL is `[project.urls] Template` of pyproject.toml; the environment variable SCAFFOLD_TEMPLATE_URL overrides it.
    """
    source = os.environ.get(SOURCE_VARIABLE) or project_url()
    return Origin(source, git.describe(template.root) or f"v{__version__}")


def project_url() -> str:
    """Return the URL that the distribution declares as the template's home."""
    try:
        urls = metadata.metadata("kube-scaffold").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        urls = []
    return next((url.partition(", ")[2] for url in urls if url.startswith("Template, ")), "https://scaffold.example")
