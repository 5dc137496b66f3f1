"""The pages of docs/patterns say what the rules say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import DOCS
from scaffold.patterns import PATTERNS
from tests.check.test_ignores import POD
from tests.support.goldens import ROOT
from tests.support.pages import PAGES, pages
from tests.test_new import scaffold


def test_the_pages_are_current() -> None:
    wanted = pages()
    assert {path.name for path in PAGES.iterdir()} == set(wanted)
    for name, text in wanted.items():
        assert (PAGES / name).read_text() == text, "run ./dev docs"


def test_every_finding_links_to_its_section() -> None:
    for rule in all_rules().values():
        page, _, anchor = rule.url.removeprefix(f"{DOCS}/").partition("#")
        headings = re.findall(r"^## (.+)$", (PAGES / page).read_text(), re.MULTILINE)
        assert anchor in {heading.lower() for heading in headings}


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
