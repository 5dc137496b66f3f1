"""Draws answer sets: most answers are right, some are what breaks a quote, a comment, a path or a shell."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from workshop import goldens

CHOICES = {each.name: list(each.choices.values()) for each in goldens.engine()[0].asked if each.choices}

# What ends a quote, a comment, a line or a template in one of the formats, or means something of its own there.
ENDS = (
    *(
        "\\",
        "\\\\",
        "a \\",
        '"',
        "'",
        "`",
        '"""',
        "'''",
        "*/",
        "/*",
        "-->",
        "<!--",
        "]]>",
        "}}",
        "{{ 1/0 }}",
        "{% raw %}",
    ),
    *(
        "${HOME}",
        "$(id)",
        "$$",
        "$",
        "#",
        "# x",
        "//",
        "--",
        ": ",
        "- ",
        "? ",
        "| ",
        "> ",
        "%",
        "%s",
        "%n",
        "{0}",
        "{}",
    ),
    *(
        "\\u0041",
        "\\x",
        "\\N{DIGIT ONE}",
        "\\u005c",
        "&amp;",
        "<script>",
        "@",
        "!",
        "~",
        "*",
        "&a",
        "=",
        ";",
        ",",
        "[",
        "]",
    ),
    *("EOF", "<<EOF", "$(shell id)", "$@", "`id`", "|| true", "&& id", "\n\\", "\n# x", "a\nb", "\n\n\nx"),
    *("---", "...", "%YAML 1.1", "!!python/object", "0x1f", "1e5", "no", "null", "🚀", "é", "\u0301", "\u200b"),
    *("\ufffd", " ", "x" * 1900, "#}", "{#", "%}"),
)
# What no text may hold, or not so much of.
REFUSED = (
    *(
        "\t",
        "\r",
        "\x00",
        "\x1b[31m",
        "\x7f",
        "\ud800",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\ufeff",
        "",
        "x" * 2001,
    ),
)
WORDS = ("payments", "takes", "cards", "and", "books", "them", "the", "of", "v1", "42")


def text(chance: random.Random) -> str:
    """Return a free text with something harmful at its start, in its middle or at its end."""
    words = [chance.choice(WORDS) for _ in range(chance.randint(0, 5))]
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        end = chance.choice(ENDS if chance.random() < 0.95 else REFUSED)
        words.insert(chance.choice([0, len(words) // 2, len(words)]), end)
    return chance.choice([" ", " ", ""]).join(words)


def label(chance: random.Random) -> str:
    """Return a name, seldom one that is none."""
    good = (
        "a",
        "x-1",
        "class",
        "import",
        "mail",
        "self",
        "func",
        "test",
        "main",
        "e1",
        "a-b-c",
        "z" * 15,
        "job",
        "http",
    )
    bad = (
        "-a",
        "a-",
        "A",
        "a_b",
        "a.b",
        "",
        "../x",
        "a b",
        "é",
        "1a",
        "a" * 64,
        "true",
        "--help",
        "a\n",
        "$(id)",
        "{{ a }}",
    )
    return chance.choice(good if chance.random() < 0.98 else bad)


def harmful(chance: random.Random, good: tuple[str, ...]) -> str:
    """Return a right answer, or one with something harmful around or inside it."""
    if chance.random() < 0.93:
        return chance.choice(good)
    word, end = chance.choice(good), chance.choice(ENDS + REFUSED)
    at = chance.choice([0, len(word) // 2, len(word)])
    return word[:at] + end + word[at:]


def dependency(chance: random.Random) -> dict[str, Any]:
    hosts = (
        "http://mail",
        "https://api.example.com/v1",
        "http://mail.post.svc:8080/a/b~c/",
        "postgres:5432",
        "cache.infra.svc:6379",
    )
    return {
        "name": label(chance),
        "url": harmful(chance, hosts),
        "kind": chance.choice(["critical", "auxiliary"]),
        "timeout": chance.choice([1, 0.5, 2.25, 3, 0.05, *([float("nan")] if chance.random() < 0.03 else [])]),
    }


def job(chance: random.Random) -> dict[str, Any]:
    commands = ("run", "report --day=1", "import x:y", "class", "migrate --all", "digest --to a@b")
    return {
        "name": label(chance),
        "command": harmful(chance, commands),
        "deadline": chance.choice([1, 60, 604800]),
        "retries": chance.choice([0, 2, 20]),
        "schedule": harmful(chance, ("", "0 3 * * *", "*/5 0-3,7 1 1-6/2 0", "@daily")),
    }


def several(chance: random.Random, most: int, make: Callable[[random.Random], dict[str, Any]]) -> list[dict[str, Any]]:
    found = [make(chance) for _ in range(chance.choice([0, 1, 1, 2, most]))]
    return list({each["name"]: each for each in found}.values())


def port(chance: random.Random) -> dict[str, Any]:
    return {"name": label(chance)[:15], "number": chance.randint(1024, 65535)}


def path(chance: random.Random) -> dict[str, Any]:
    places = ("/tmp", "/var/lib/app", "/var/cache/a-b_c.d", "/data/x")
    return {"path": harmful(chance, places), "size": harmful(chance, ("1Gi", "64Mi"))}


def secret(chance: random.Random) -> dict[str, Any]:
    """Return a secret value, often of a Secret and a key with another name."""
    found: dict[str, Any] = {"name": label(chance)}
    if chance.random() < 0.5:
        found["form"] = chance.choice(["variable", "file"])
    if chance.random() < 0.4:
        found["secret"] = harmful(chance, ("no", "1e5", "a.b-c", "z" * 30))
    if chance.random() < 0.4:
        found["key"] = harmful(chance, ("true", "1e5", "_A.b-c", "-", "-a", "--help", "signing.pem"))
    return found


def secrets_of(chance: random.Random) -> dict[str, Any]:
    """Return the answers about secret values: which there are, and the store that has them."""
    found: dict[str, Any] = {"secrets": several(chance, 5, secret)}
    if not found["secrets"]:
        return found
    store = found["secret_store"] = chance.choice(CHOICES["secret_store"])
    if store == "external-secrets":
        found["external_store"] = harmful(chance, ("SecretStore/no", "ClusterSecretStore/1e5", "SecretStore/a.b-c"))
    if store == "csi":
        provider = found["csi_provider"] = chance.choice(CHOICES["csi_provider"])
        needed = {"vault": ["roleName"], "azure": ["keyvaultName", "tenantId"], "gcp": ["project"]}.get(provider, [])
        texts = ("no", "1e5", "0x1F", "a: b", "a b/c@d", "https://vault.example.com:8200")
        found["csi_parameters"] = {each: harmful(chance, texts) for each in [*needed, "On"]}
    if store in ("external-secrets", "csi"):
        for each in found["secrets"][:1]:
            each["remote"] = harmful(chance, ("a/b#c", "/1e5", "arn:aws:x=y@z+1", "no#0"))
    return found


def environment(chance: random.Random, chosen: dict[str, Any]) -> dict[str, Any]:
    """Return an environment for tests, seldom with a name that is none."""
    found: dict[str, Any] = {"name": label(chance), "kind": "test"}
    if chance.random() < 0.3:
        found["namespace"] = label(chance)
    if chance.random() < 0.3:
        found["replicas"] = chance.choice([1, 2, 500])
        found["cpu_limit"] = harmful(chance, ("100m", "0.25"))
        found["memory_limit"] = harmful(chance, ("512Mi", "2Gi"))
    if chance.random() < 0.3:
        found["suspended"] = [each["name"] for each in chosen.get("jobs", []) if each["schedule"]][:1]
    if chance.random() < 0.3:
        found["urls"] = {each["name"]: each["url"] for each in chosen.get("dependencies", [])[:1]}
    if chosen.get("ci") == "none":
        chosen.pop("release", None)  # a pipeline makes it
    if "expose" in chosen and chance.random() < 0.5:
        found["hosts"] = [harmful(chance, (f"{len(chosen)}.example.com", "a-b.x--y.example.org"))]
    return found


def drawn(chance: random.Random) -> dict[str, Any]:
    """Return one set of answers over all questions that take text; each is there in about half of the sets."""
    chosen_of = ("ci", "prometheus", "telemetry", "breaker", "limiter", "limit_per", "deploy", "release")
    makers: dict[str, Callable[[], Any]] = {
        **{each: lambda choices=CHOICES[each]: chance.choice(choices) for each in chosen_of},
        "name": lambda: label(chance),
        "description": lambda: text(chance),
        "owner": lambda: harmful(chance, ("example-org/payments", "team", "A/b.c/d_e")),
        "repository": lambda: harmful(chance, ("github.com/example-org/payments-api", "git.example.org/a/b/c")),
        "image_registry": lambda: harmful(
            chance, ("registry.example.com/payments", "localhost:5000", "r.example.com/a_b/c-d")
        ),
        "kubernetes_namespace": lambda: label(chance),
        "ports": lambda: several(chance, 4, port),
        "dependencies": lambda: several(chance, 4, dependency),
        "jobs": lambda: several(chance, 4, job),
        "writable_paths": lambda: list(
            {each["path"]: each for each in (path(chance) for _ in range(chance.randint(0, 2)))}.values()
        ),
        "startup_seconds": lambda: chance.choice([1, 30, 3600]),
        "cpu_request": lambda: harmful(chance, ("100m", "1", "0.25")),
        "memory_limit": lambda: harmful(chance, ("512Mi", "2Gi")),
        "collector": lambda: harmful(chance, ("", "http://collector:4318", "https://otlp.example.com/a")),
        "trusted_proxies": lambda: [harmful(chance, ("10.244.0.0/16", "fd00::/8"))],
        "native_sidecars": lambda: chance.choice([True, False]),
        "monitoring_namespace": lambda: label(chance),
        "prometheus_labels": lambda: [
            {"name": harmful(chance, ("release", "No")), "value": harmful(chance, ("1e5", "a.B_c", "TRUE"))}
        ],
        "part_of": lambda: harmful(chance, ("no", "1e5", "web.Shop")),
        "object_labels": lambda: [{"name": harmful(chance, ("team", "On")), "value": harmful(chance, ("1e5", "true"))}],
        "expose": lambda: chance.choice([each for each in CHOICES["expose"] if each != "none"]),
        "path_prefixes": lambda: [harmful(chance, ("/", "/a~b/c.d", "/v1"))],
        "gateway": lambda: harmful(chance, ("infra/public", "no/on", "a/b-c")),
        "gateway_listener": lambda: label(chance),
        "ingress_class": lambda: chance.choice(["nginx", "traefik", label(chance)]),
        "tls_issuer": lambda: chance.choice(["", label(chance)]),
        "entry_namespace": lambda: label(chance),
        "platforms": lambda: [harmful(chance, ("linux/amd64", "linux/s390x"))],
        "success_objective": lambda: chance.choice([95, 99.5, 99.99]),
    }
    chosen = {key: make() for key, make in makers.items() if key in ("name", "description") or chance.random() < 0.4}
    if chance.random() < 0.5:
        chosen |= secrets_of(chance)
    if not any("://" in each["url"] for each in chosen.get("dependencies", [])):
        chosen.pop("breaker", None)  # it would have nothing to guard
    if "expose" in chosen and chance.random() < 0.5:
        chosen["hosts"] = [harmful(chance, ("shop.example.com", "1.no.example.org"))]
    if chance.random() < 0.3:
        tests = [environment(chance, chosen) for _ in range(chance.randint(0, 2))]
        chosen["environments"] = [*{each["name"]: each for each in tests}.values(), {"name": "production"}]
    return {**chosen, "language": chance.choice(CHOICES["language"])}
