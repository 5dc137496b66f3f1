"""Wrong answers about dependencies, for test_answers.py."""

from __future__ import annotations

from typing import Any

from tests.support.answers import DEPENDENCY

DEPENDENCIES: list[tuple[str, Any, str]] = [
    ("dependencies", [{**DEPENDENCY, "url": "mail"}], "an http:// or https:// URL"),
    ("dependencies", [{**DEPENDENCY, "url": "ftp://mail"}], 'not "ftp://mail"'),
    ("dependencies", [{**DEPENDENCY, "url": "http://mail/?q={{ x }}"}], "must not contain a query or a fragment"),
    ("dependencies", [{**DEPENDENCY, "url": "mail:70000"}], "with a port from 1 to 65535"),
    ("dependencies", [{**DEPENDENCY, "url": "http://999.1.1.1"}], "a complete IPv4 address"),
    ("dependencies", [{**DEPENDENCY, "url": "1.2:80"}], "a complete IPv4 address"),
    ("dependencies", [{**DEPENDENCY, "url": "http://1.2.3.4.5/"}], "a complete IPv4 address"),
    ("dependencies", [{**DEPENDENCY, "url": "http://1.2.3.4./"}], "a complete IPv4 address"),
    (
        "dependencies",
        [{**DEPENDENCY, "url": "http://ledger.accounts:80/v1"}],
        "Write ledger.accounts.svc for the Service ledger in namespace accounts",
    ),
    ("dependencies", [{**DEPENDENCY, "url": "cache.dev:6379"}], "(with the final dot) for a public host"),
    ("dependencies", [{**DEPENDENCY, "url": "http://ledger.qa"}], "(with the final dot) for a public host"),
    ("dependencies", [{**DEPENDENCY, "url": "http://ledger.svc"}], "must name the namespace of the Service"),
    ("dependencies", [{**DEPENDENCY, "url": "http://mail./"}], "no dot at its end"),
    ("dependencies", [{**DEPENDENCY, "kind": "maybe"}], "dependencies.a.kind must be critical or auxiliary, not maybe"),
    ("dependencies", [{**DEPENDENCY, "kind": True}], "critical or auxiliary"),
    ("dependencies", [{**DEPENDENCY, "timeout": 0}], "from 0.05 to 600"),
    (
        "dependencies",
        [{**DEPENDENCY, "timeout": 18}],
        "must be at most 17 s, not 18 s: shutdown_seconds (20) minus 3 s for draining. Example: 17.",
    ),
    ("dependencies", [DEPENDENCY, DEPENDENCY], "is used twice"),
    ("dependencies", [{**DEPENDENCY, "name": "a--b"}], "single inner hyphens"),
    ("dependencies", [{**DEPENDENCY, "name": "a\n"}], "dependencies[0].name"),
]
