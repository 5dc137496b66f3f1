"""The pages of docs/patterns say what the rules say."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from scaffold.check.formats import as_sarif
from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.documentation import address
from scaffold.documentation.pages import find
from scaffold.patterns import PATTERNS
from scaffold.show import check as show
from tests.check.repositories import POD
from tests.support.commands import scaffold
from workshop.goldens import ROOT
from workshop.pages import PAGES, pages


def test_the_pages_are_current() -> None:
    wanted = pages()
    assert {path.name for path in PAGES.iterdir()} == set(wanted)
    for name, text in wanted.items():
        assert (PAGES / name).read_text() == text, "run ./dev docs"


def test_every_finding_links_to_its_section() -> None:
    for rule in all_rules().values():
        page, _, anchor = rule.page.partition("#")
        headings = re.findall(r"^## (.+)$", (PAGES.parent / page).read_text(), re.MULTILINE)
        assert anchor in {heading.lower() for heading in headings}


@pytest.mark.parametrize("home", [None, "https://docs.example.org/scaffold"])
def test_a_link_leads_to_the_site_or_names_the_command(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "public_address", lambda: home)
    monkeypatch.setattr(as_sarif, "public_address", lambda: home)
    every = list(all_rules().values())
    sarif = json.loads(as_sarif.render(CheckReport([], rules=every)))
    driver = sarif["runs"][0]["tool"]["driver"]
    out = Console(width=200)
    with out.capture() as shown:
        show.explain(out, every[0])
    told = (shown.get(), driver["rules"][0]["help"]["text"], driver["rules"][0]["help"]["markdown"])
    if home is None:
        assert "informationUri" not in driver and "helpUri" not in driver["rules"][0]
        command = f"scaffold docs {every[0].id}"
        assert all(command in each and "http" not in each and "None" not in each for each in told)
        assert find(command.split()[-1]).text.startswith(f"## {every[0].id}\n")
    else:
        page, _, anchor = every[0].page.partition(".md")
        assert driver["informationUri"] == home
        assert driver["rules"][0]["helpUri"] == f"{home}/{page}.html{anchor}"
        assert all(driver["rules"][0]["helpUri"] in each for each in told)


def test_no_address_that_nobody_can_reach_is_shown() -> None:
    assert "scaffold.example" not in (address.public_address() or "")


def test_every_pattern_has_rules() -> None:
    assert {rule.pattern for rule in all_rules().values()} == set(PATTERNS)


def test_the_hook_runs_the_command() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["language"], hook["pass_filenames"]) == ("scaffold-check", "python", False)
    assert hook["entry"].split()[:2] == ["scaffold", "check"]
    for name in ("Dockerfile", "a/web.Dockerfile", "deploy/web.yaml", "kustomization.yml", "nginx.conf"):
        assert re.search(hook["files"], name), name
    assert not re.search(hook["files"], "src/app.py")


SNIPPETS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL)


def test_the_snippets_for_pipelines_run_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    hook, *pipelines = map(yaml.safe_load, SNIPPETS)
    (repository,) = hook["repos"]
    assert repository["hooks"] == [{"id": yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]["id"]}]
    released = [each["version"] for each in yaml.safe_load((ROOT / "releases.yml").read_text())]
    assert repository["rev"].removeprefix("v") in released
    commands = re.findall(r"scaffold check[^\n>]*", "\n".join(SNIPPETS))
    assert len(commands) == len(pipelines) == 3
    for command in commands:
        done = scaffold(*shlex.split(command)[1:], cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0 if "never" in command else 1, "")
        assert "P03-naked-pod" in done.stdout
