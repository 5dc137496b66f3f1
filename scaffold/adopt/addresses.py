"""Dependencies of a service, by the addresses among its variables."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from scaffold.adopt.fits import is_short_name
from scaffold.adopt.images import PORTS

_PRODUCTS = ("postgres", "postgresql", "mysql", "mariadb", "redis", "mongodb", "nats", "kafka", "memcached")
_SCHEME_PORTS = {name: PORTS[name] for name in _PRODUCTS} | {
    "rediss": 6379, "amqp": 5672, "amqps": 5671, "smtp": 587, "ldap": 389, "ldaps": 636,
}  # fmt: skip
"""The port of each scheme of a URL where it has none."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*"
_URL = re.compile(rf"([a-z][a-z0-9+.-]*)://({_HOST})(?::([1-9][0-9]{{0,4}}))?((?:/[A-Za-z0-9._~-]+)*/?)")
_TCP = re.compile(rf"({_HOST}):([1-9][0-9]{{0,4}})")
_NAMED = re.compile(r"(.+)_(?:URL|URI|ENDPOINT|ADDRESS|ADDR|BASE_URL|HOST|SERVER|SERVERS|BROKERS|DSN)")
_OWN = frozenset({"localhost", "0.0.0.0"})  # noqa: S104 -- no socket is bound
_IN_CLUSTER = re.compile(r"[^.]+\.([^.]+)(?:\.svc)?(?:\.cluster\.local)?")
_PUBLIC = re.compile(r"[^.]+\.(?:com|net|org|edu|gov|mil|int|info|biz|[a-z]{2})")
_ADDRESS = re.compile(r"[0-9.]+")


@dataclass(frozen=True)
class Address:
    """A dependency that a variable names. `replaces`: the template gives the variable itself, for the same address."""

    variable: str
    name: str
    url: str
    timeout: float | None = None
    replaces: bool = False


def dependencies_in(texts: Mapping[str, str], taken: Collection[str] = ()) -> list[Address]:
    """Return the dependencies that variables name, by these texts; `taken` are the other variables there are.

    The template gives each dependency the variable NAME_URL, so none is called so that it would get another's.
    """
    found: dict[str, Address] = {}
    variables = {*texts, *taken}
    for variable, host, url in addresses_in(texts):
        if any(each.url == url for each in found.values()):
            continue
        own = variable if "://" in url or texts[variable] == url else ""
        name = _name(variable, host, own, variables, found)
        if name:
            timeout = _seconds(texts.get(f"{variables_prefix(name)}_TIMEOUT_SECONDS"))
            replaces = f"{variables_prefix(name)}_URL" == variable
            found[name] = Address(variable, name, url, timeout, replaces)
    return list(found.values())


def addresses_in(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield variables that name a dependency, its host, and its URL as the template writes it."""
    for variable, text in texts.items():
        if address := _of_url(text) or _of_tcp(text) or _of_host(variable, text, texts):
            host, url = address
            is_own = host.lower() in _OWN or _ADDRESS.fullmatch(host) is not None
            if not is_own and (plain := in_words_of_template(url, host)):
                yield variable, host, plain


def _of_url(text: str) -> tuple[str, str] | None:
    found = _URL.fullmatch(text)
    if found is None or int(found[3] or 1) > 65535:
        return None
    scheme, host, port = found[1], found[2], found[3]
    if scheme in ("http", "https"):
        return host, text
    number = port or _SCHEME_PORTS.get(scheme.partition("+")[0])
    return (host, f"{host}:{number}") if number else None


def _of_tcp(text: str) -> tuple[str, str] | None:
    found = _TCP.fullmatch(text)
    return (found[1], text) if found and int(found[2]) <= 65535 else None


def _of_host(variable: str, text: str, texts: Mapping[str, str]) -> tuple[str, str] | None:
    """Return an address in two variables, as DATABASE_HOST and DATABASE_PORT."""
    port = texts.get(f"{variable.removesuffix('_HOST')}_PORT", "") if variable.endswith("_HOST") else ""
    return _of_tcp(f"{text}:{port}") if port else None


def in_words_of_template(url: str, host: str) -> str:
    """Return a URL with a host that is not ambiguous: NAME.NAMESPACE is a Service, and gets `.svc`."""
    if host.count(".") != 1 or _PUBLIC.fullmatch(host) or not _IN_CLUSTER.fullmatch(host):
        return url
    return "" if host.endswith(".svc") else url.replace(host, f"{host}.svc", 1)


def _name(variable: str, host: str, own: str, variables: Collection[str], known: Collection[str]) -> str:
    """Return a name that no other dependency has, and by which no variable but `own` gets another value."""
    prefix = _NAMED.fullmatch(variable)
    wanted = [prefix[1].lower().replace("_", "-")] if prefix else []
    first = re.sub(r"[^a-z0-9-]", "-", host.partition(".")[0].lower()).strip("-")
    for name in (*wanted, first, f"{first}-server", f"{first}-service"):
        given = f"{variables_prefix(name)}_URL"
        if is_short_name(name) and name not in known and (given not in variables or given == own):
            return name
    return ""


def variables_prefix(name: str) -> str:
    """Return what the variables of a dependency begin with: MAIL_API for mail-api."""
    return name.upper().replace("-", "_")


def _seconds(text: str | None) -> float | None:
    try:
        seconds = float(text or "")
    except ValueError:
        return None
    return seconds if 0.05 <= seconds <= 600 else None


def records(addresses: Iterable[Address]) -> list[dict[str, object]]:
    """Return the answer to `dependencies`."""
    return [record(each.name, each.url, each.timeout) for each in addresses]


def record(name: str, url: str, timeout: float | None = None) -> dict[str, object]:
    """Return the record of a dependency: critical, with a second where no time limit is known, which are guesses."""
    return {"name": name, "url": url, "kind": "critical", "timeout": timeout or 1}
