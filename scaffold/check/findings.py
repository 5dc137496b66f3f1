"""What the rules found, in its place."""

from __future__ import annotations

from dataclasses import dataclass

from scaffold.check.rules.rule import AnyRule
from scaffold.syntax.source import Place


@dataclass(frozen=True)
class Finding:
    """A problem in its place. `scopes` names the built overlays and charts where it shows; none for plain files.

    `unnamed` counts the places and scopes besides those that `also` and `scopes` name.
    """

    rule: AnyRule
    place: Place
    message: str
    also: tuple[Place, ...] = ()
    scopes: tuple[str, ...] = ()
    unnamed: int = 0

    @property
    def fingerprint(self) -> str:
        """Return what stays the same when lines move and values change: rule, file, object and field."""
        import hashlib  # with OpenSSL behind it, which text for people does not need

        parts = (self.rule.id, self.place.path, self.place.object, self.place.field)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
