"""Where the template comes from, as the answers file of a service remembers it: a URL (`_src_path`) and a version."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from scaffold import __version__
from scaffold.engine.render import Origin
from scaffold.engine.template import REVISION, Template, template_root
from scaffold.errors import GitError, SettingError, VersionError
from scaffold.settings import folders

SOURCE_VARIABLE = "SCAFFOLD_TEMPLATE_URL"


def origin_of(template: Template, url: str | None = None) -> Origin:
    """Return the template's portable URL, and its version as `git describe` would give it.

    `url` is the user's own word, which wins over all settings.

    Raises:
        SettingError: as `template_url` does.
    """
    return Origin(template_url(url), _version(template.root))


def _version(root: Path) -> str:
    if (root / ".git").exists():
        from scaffold import releases

        with suppress(GitError, VersionError):  # no git, or no commit yet
            return releases.resolve("HEAD", root).name
    recorded = root / REVISION
    return recorded.read_text(encoding="utf-8").strip() if recorded.is_file() else f"v{__version__}"


def template_url(given: str | None = None) -> str:
    """Return the URL to remember: the given one, SCAFFOLD_TEMPLATE_URL, the user's setting, or the project's own.

    Raises:
        SettingError: when it is no URL, or holds a password.
    """
    from scaffold.settings.user import read_settings

    if given is not None:
        return _checked(given, "--template")
    if value := os.environ.get(SOURCE_VARIABLE):
        return _checked(value, SOURCE_VARIABLE)
    if value := read_settings().get("template"):
        return _checked(value, str(folders.settings_file()))
    return project_url()


def _checked(url: str, where: str) -> str:
    """Refuse what git would misread, and what would put a secret into every service's answers file."""
    if not re.fullmatch(r"[^\s-]\S*", url) or not url.isprintable():
        raise SettingError(f"{where}: {url!r} is no URL; for example https://git.example.org/kube-scaffold.git.")
    try:
        secret = urlsplit(url).password
    except ValueError as error:
        raise SettingError(f"{where}: {url!r} is no URL: {error}.") from error
    if secret:
        raise SettingError(f"{where}: the URL holds a password, which would stand in every service; use one without.")
    return url


def project_url() -> str:
    """Return the URL that the distribution declares as the template's home (`[project.urls] Template`)."""
    try:
        urls = metadata.metadata("kube-scaffold").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        urls = []
    return next((url.partition(", ")[2] for url in urls if url.startswith("Template, ")), "https://scaffold.example")


def is_own(source: str, given: str | None = None) -> bool:
    """Say whether a service's `_src_path` means this template, whose versions this installation carries.

    It does when it is the project's URL, the one that the user set, or a path to the checkout that runs.
    """
    if _plain(source) in (_plain(project_url()), _plain(template_url(given))):
        return True
    path = Path(source).expanduser() if source.isprintable() else Path()
    return path.is_absolute() and path.resolve() == template_root().resolve()


def _plain(url: str) -> str:
    """Return a URL without what makes no difference to git and Copier."""
    return url.strip().removeprefix("git+").rstrip("/").removesuffix(".git")
