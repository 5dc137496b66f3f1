"""Where the template comes from, as the answers file of a service remembers it: a URL (`_src_path`) and a version."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from scaffold.engine.render import Origin
from scaffold.engine.template import Template, load_template
from scaffold.errors import FileError
from scaffold.files import user_folders as folders
from scaffold.releases.history import History, installed
from scaffold.settings.user import read_settings

SOURCE_VARIABLE = "SCAFFOLD_TEMPLATE_URL"

HERE = "HEAD"
"""The version's name for the template as it lies here, with what is not committed yet; as in Copier."""


@dataclass(frozen=True)
class Home:
    """A template's address, as new services remember it, and its versions that are known here."""

    url: str
    history: History

    def template(self, version: str | None = None) -> Template:
        """Return the template of the newest release, of a version, or (HERE) as it lies here.

        Raises:
            VersionError, TemplateError, DestinationError, GitError: as `History.template_at` does.
        """
        known = self._looked_up(version)
        return load_template(self.history.root) if known is None else self.history.template_at(known)

    def origin(self, version: str | None = None) -> Origin:
        """Return what a new service remembers of the template that `template` returns."""
        known = self._looked_up(version)
        return Origin(self.url, self.history.here if known is None else self.history.resolve(known).name)

    def _looked_up(self, version: str | None) -> str | None:
        """Return the version to look up in the history; None where the template as it lies here is meant.

        That is so for HERE, for a template without any release, and where a package carries just its newest release:
        then no git is needed.
        """
        if version is not None:
            return None if version == HERE else version
        latest = self.history.latest
        return None if latest is None or latest.tag == self.history.recorded else latest.tag

    def owns(self, source: str) -> bool:
        """Return whether a service's `_src_path` means this template.

        It does when it is the address, the project's own one, or a path to the checkout that runs.
        """
        if _plain(source) in (_plain(project_url()), _plain(self.url)):
            return True
        path = Path(source).expanduser() if source.isprintable() else Path()
        return path.is_absolute() and path.resolve() == self.history.root.resolve()


def installed_home(url: str | None = None) -> Home:
    """Return the home of the template that this installation carries; `url` as in `template_url`.

    Raises:
        FileError: as `template_url` does.
        TemplateError: when there is no template.
    """
    return Home(template_url(url), installed())


def template_url(given: str | None = None) -> str:
    """Return the URL to remember: the given one, SCAFFOLD_TEMPLATE_URL, the user's setting, or the project's own.

    Raises:
        FileError: when it is not a URL, or holds a password.
    """
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
        raise FileError(f"{where}: {url!r} is not a URL; for example https://git.example.org/kube-scaffold.git.")
    try:
        secret = urlsplit(url).password
    except ValueError as error:
        raise FileError(f"{where}: {url!r} is not a URL: {error}.") from error
    if secret:
        raise FileError(
            f"{where}: the URL contains a password, which every service would contain, too; use a URL without one."
        )
    return url


def project_url() -> str:
    """Return the URL that the distribution declares as the template's home (`[project.urls] Template`)."""
    try:
        urls = metadata.metadata("kube-scaffold").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        urls = []
    return next((url.partition(", ")[2] for url in urls if url.startswith("Template, ")), "https://scaffold.example")


def _plain(url: str) -> str:
    """Return a URL without what makes no difference to git and Copier."""
    return url.strip().removeprefix("git+").rstrip("/").removesuffix(".git")
