"""A team's own settings, destinations, targets and steps: the template adds to the same files, and nothing conflicts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scaffold.engine.answers_file import NAME as FILE
from scaffold.releases.home import project_url
from workshop import history
from workshop.history import commit, edit

OWN = re.compile(r"\bown_", re.IGNORECASE)
"""Each line of the team's has it."""

GENERAL = (
    ("deploy/base/config.env", r"\Z", "OWN_DB_USER=orders\n"),
    (
        "deploy/base/network-policy.yaml",
        r"(?<=  egress:  # add your own rules below this line\n)",
        "    - to:\n        - ipBlock:\n            cidr: 10.1.2.3/32  # own_mail\n",
    ),
    (
        "deploy/base/kustomization.yaml",
        r"(?<=resources:  # add your own below this line\n)",
        "  - own_ingress.yaml\n",
    ),
    ("Makefile", r"\Z", ".PHONY: own_seed\nown_seed:\n\techo seed\n"),
    (".github/workflows/ci.yml", r"(?<=      - run: make test\n)", "      - run: make own_seed\n"),
    ("Dockerfile", r"\Z", "# own_last\n"),
    ("README.md", r"\Z", "\nown_notes\n"),
)

SETTINGS = {
    "python": (
        (
            "src/app/config.py",
            r"(?<=    # Your own settings, which no update changes\n)",
            '    own_db_user: str = "orders"\n',
        ),
        ("src/app/config.py", r"\Z", "\n\ndef own_helper() -> None: ...\n"),
    ),
    "go": (
        (
            "internal/config/config.go",
            r"(?<=\t// Your own settings, which no update changes\n)",
            "\tOwn_DBUser string\n",
        ),
        (
            "internal/config/config.go",
            r"(?<=\t// Read your own settings here\n)",
            '\tconfig.Own_DBUser = env.text("OWN_DB_USER", "orders")\n',
        ),
    ),
    "typescript": (
        (
            "src/settings.ts",
            r"(?<=    // Your own settings, which no update changes\n)",
            '    own_dbUser: environment.text("OWN_DB_USER", "orders"),\n',
        ),
    ),
    "java": (
        ("src/main/resources/defaults.properties", r"\Z", "OWN_DB_USER=orders\n"),
        (
            "src/main/java/app/config/Settings.java",
            r"(?<=        Map<String, Target> targets)",
            ",\n        String own_dbUser",
        ),
        (
            "src/main/java/app/config/Settings.java",
            r"(?<=targets\(env\))",
            ',\n                env.text("OWN_DB_USER")',
        ),
    ),
    "rust": (
        ("src/defaults.rs", r"\Z", 'pub const OWN_DB_USER: &str = "orders";\n'),
        ("src/config.rs", r"(?<=    pub dependencies: Vec<Dependency>,\n)", "    pub own_db_user: String,\n"),
    ),
}


@pytest.mark.parametrize("language", SETTINGS)
def test_what_is_added_to_a_service_conflicts_with_nothing(
    language: str, lineage, editions, update_to, tmp_path: Path
) -> None:
    first = lineage.revision("0.1.0")
    answers = editions.resolve(first, {"name": "orders", "language": language})
    service = history.start(tmp_path / "orders", editions.rendered(first, answers, project_url(), "sha1"))
    edits = (*GENERAL, *SETTINGS[language])
    for path, place, text in edits:
        edit(service / path, place, text.replace("\\", r"\\"))
    (service / "own.mk").write_text("own_more:\n\techo more\n")
    (service / "compose.override.yaml").write_text("services: {service: {hostname: own_host}}\n")
    commit(service)
    own = own_lines(service)
    assert len(own) >= len(edits)
    for added in (
        {"dependencies.db": "{url: 'postgres:5432'}"},
        {"dependencies.pay": "{kind: auxiliary}", "jobs.digest": ""},
        {"dependencies.rates": "{url: https://rates.example.com}"},
    ):
        outcome = update_to(service, "0.1.0", added={key: value or "{}" for key, value in added.items()})
        assert [each.message for each in outcome.plan.conflicts] == []
        assert own_lines(service) == own
        commit(service)
    outcome = update_to(service, "0.1.0", removed=("dependencies", "jobs"))
    assert outcome.plan.conflicts == () and own_lines(service) == own
    assert "rates" not in (service / "deploy/base/config.env").read_text()
    assert (service / FILE).exists()


def own_lines(service: Path) -> list[str]:
    texts = (path.read_text() for path in sorted(service.rglob("*")) if path.is_file() and ".git/" not in f"{path}")
    return [line for text in texts for line in text.splitlines() if OWN.search(line)]
