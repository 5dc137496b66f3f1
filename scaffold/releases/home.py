"""Where a template comes from, as a service remembers it: an address (`_src_path`) and a version."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata

from scaffold.engine.render import Origin
from scaffold.engine.template import Template
from scaffold.errors import FileError, OptionError, ServiceError
from scaffold.files import user_folders as folders
from scaffold.releases.address import Address, read_address
from scaffold.releases.editions import Editions
from scaffold.releases.history import History, installed
from scaffold.releases.mirror import Mirror, OnNews
from scaffold.settings.user import read_settings
from scaffold.text.brief import one_line

SOURCE_VARIABLE = "SCAFFOLD_TEMPLATE_URL"

HERE = "HEAD"
"""The version's name for the template as it lies here, with what is not committed yet; as in Copier."""


@dataclass(frozen=True)
class Home:
    """A template's address, as new services remember it, and its versions.

    `version` is the one that the user named together with the address.
    """

    url: str
    history: History
    version: str | None = None

    @cached_property
    def editions(self) -> Editions:
        """Return what its versions make of answers; all services of the template share it."""
        return Editions(self.history)

    def template(self, version: str | None = None) -> Template:
        """Return the template of the newest release, of a version, or (HERE) as it lies here.

        Raises:
            VersionError, TemplateError, DestinationError, GitError: as `History.template_at` does.
        """
        known = self._looked_up(version)
        return self.history.template_here() if known is None else self.history.template_at(known)

    def origin(self, version: str | None = None) -> Origin:
        """Return what a new service remembers of the template that `template` returns."""
        known = self._looked_up(version)
        return Origin(self.url, self.history.here if known is None else self.history.resolve(known).name)

    def _looked_up(self, version: str | None) -> str | None:
        """Return the version to look up in the history; None where the template as it lies here is meant.

        That is so for HERE, for a template without any release, and where a package carries just its newest release:
        then no git is needed.
        """
        version = version or self.version
        if version is not None:
            return None if version == HERE else version
        self.history.renew()
        latest = self.history.latest
        return None if latest is None or latest.tag == self.history.recorded else latest.tag

    def owns(self, source: str) -> bool:
        """Return whether a service's `_src_path` means this template."""
        return _plain(source) == _plain(self.url) or self.history.is_at(source)

    def of(self, source: str) -> Home:
        """Return this home for a service that was made from it, as `Homes.of` does.

        Raises:
            ServiceError: when the service comes from another template.
        """
        if not self.owns(source):
            raise ServiceError(f"it was made from another template ({one_line(source)}).")
        return self


class Homes:
    """The templates that one run of scaffold uses, each read once.

    Without a choice, new services are made from the template of SCAFFOLD_TEMPLATE_URL, of the user's settings, or from
    the one that this installation carries; a service that exists has the template that it remembers.
    """

    def __init__(self, chosen: str | None = None, *, offline: bool = False, on_news: OnNews = lambda _: None) -> None:
        """Take the address that the user chose, if any; `offline` and `on_news` as `Mirror` does."""
        self._chosen = chosen
        self._offline = offline
        self._on_news = on_news
        self._known: dict[str, Home] = {}

    @cached_property
    def own(self) -> Home:
        """Return the home of the template that this installation carries.

        Raises:
            TemplateError: when there is no template.
        """
        return Home(project_url(), installed())

    def for_new(self) -> Home:
        """Return the home from which a new service is made.

        Raises:
            OptionError: when the chosen one is not an address.
            FileError: when the variable or the setting is not.
            TemplateError: when there is no template.
        """
        if self._chosen is not None:
            return self._at(_option(self._chosen))
        text, where = _usual()
        return self.own if text is None else self._at(read_address(text, where))

    def named(self, text: str, where: str) -> Home:
        """Return the home of an address; `where` is the option or file that names it.

        Raises:
            FileError: when it is not an address.
        """
        return self._at(read_address(text, where))

    def of(self, source: str) -> Home:
        """Return the home of a service by what it remembers (`_src_path`); the chosen one goes before.

        Raises:
            OptionError: when the chosen one is not an address.
            ServiceError: when what it remembers is not.
        """
        if self._chosen is not None:
            return self._at(_option(self._chosen))
        if self.own.owns(source):
            return self.own
        try:
            address = read_address(source, "_src_path", remembered=True)
        except FileError as error:
            raise ServiceError(f"the answers file names no template that scaffold can read: {error}") from error
        return self._at(address)

    def _at(self, address: Address) -> Home:
        if self.own.owns(address.source) and address.path is None:
            return Home(self.own.url, self.own.history, address.version)
        if address.location not in self._known:
            mirror = Mirror(address, offline=self._offline, on_news=self._on_news)
            self._known[address.location] = Home(address.source, mirror, address.version)
        return self._known[address.location]


def _option(text: str) -> Address:
    try:
        return read_address(text, "the template")
    except FileError as error:
        raise OptionError(str(error)) from error


def _usual() -> tuple[str | None, str]:
    """Return the address that is set for new services, and where; nothing where none is."""
    if value := os.environ.get(SOURCE_VARIABLE):
        return value, SOURCE_VARIABLE
    return read_settings().get("template"), str(folders.settings_file())


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
