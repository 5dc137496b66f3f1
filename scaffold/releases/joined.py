"""The versions of two templates as one history, for a service that goes from one template to the other."""

from __future__ import annotations

from scaffold.engine.template import Template
from scaffold.releases.changes import Change
from scaffold.releases.history import History
from scaffold.releases.revision import Revision


class Joined(History):
    """The versions `before`, and one version of `after`: the one to go to."""

    def __init__(self, before: History, after: History, new: Revision) -> None:
        """Take both histories, and the version of the second one."""
        super().__init__(before.root)
        self._before = before
        self._after = after
        self._new = new

    def resolve(self, reference: str) -> Revision:
        """Return a version of the template before, or the one to go to."""
        return self._new if reference == self._new.commit else self._before.resolve(reference)

    def template_at(self, reference: str) -> Template:
        """Return the template of the version to go to, or of one before."""
        return self._of(reference).template_at(reference)

    def changes_at(self, reference: str) -> list[Change]:
        """Return the changelog of the version to go to, or of one before."""
        return self._of(reference).changes_at(reference)

    def _of(self, reference: str) -> History:
        return self._after if reference == self._new.commit else self._before
