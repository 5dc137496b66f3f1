"""The documents say what is so: exit codes, commands, links, and no word of the place where this was made."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from scaffold.check.settings import PROFILES
from scaffold.cli import COMMANDS, EXIT_CODES
from workshop import goldens, samples

DOCUMENTS = [path for each in ("*.md", "bench/*.md", "docs/**/*.md") for path in sorted(goldens.ROOT.glob(each))]


def test_the_readme_has_every_exit_code() -> None:
    table = re.findall(r"^\| (\d+) \| ", (goldens.ROOT / "README.md").read_text(), re.MULTILINE)
    assert table == re.findall(r"^  (\d+) ", EXIT_CODES, re.MULTILINE)


def test_the_readme_names_every_command() -> None:
    readme = (goldens.ROOT / "README.md").read_text()
    assert [command for command in COMMANDS if f"scaffold {command}" not in readme] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("https://"):
            assert (document.parent / target).exists(), target


def test_the_samples_of_check_are_what_it_prints() -> None:
    for document, text in samples.documents().items():
        assert document.read_text() == text, "run ./dev docs"


def test_the_page_on_check_names_every_profile_and_kind() -> None:
    text = (goldens.ROOT / "docs/check.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(PROFILES)
    assert "exit code is 1 and not 0" in text.split("## What could not be judged")[1]


def test_every_language_has_the_parts_that_contributing_names() -> None:
    text = (goldens.ROOT / "CONTRIBUTING.md").read_text()
    required = re.findall(r"`(\w+)`", text.split("piece of each shared file:")[1].split("\n3.")[0])
    assert len(required) == 10
    skeleton = goldens.ROOT / "templates/service/skeleton"
    languages = next(question for question in goldens.engine()[0].asked if question.name == "language").choices.values()
    for language in languages:
        parts = {path.name for path in (skeleton / f"{{{{ {language} }}}}" / "{{ parts }}").iterdir()}
        assert set(required) <= parts, language


def test_lock_files_name_no_package_host() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=goldens.ROOT, capture_output=True, text=True, check=True)
    locks = [
        path
        for path in tracked.stdout.splitlines()
        if re.search(r"(requirements.*\.txt|lock\.json|\.lock|go\.sum)$", path)
    ]
    assert locks
    for path in locks:
        text = (goldens.ROOT / path).read_text()
        assert '"resolved"' not in text, path
        assert not re.search(r"^(--|-)(i|index-url|extra-index-url|find-links)\b", text, re.MULTILINE), path
