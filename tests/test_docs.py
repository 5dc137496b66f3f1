"""The documents say what is so: exit codes, commands, links, and no word of the place where this was made."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from releasing.record import PAGE, VERSION_FILE, write_version
from scaffold import __version__
from scaffold.check.settings import PROFILES
from scaffold.cli import COMMANDS
from scaffold.kubernetes.kustomize import build_command
from workshop import goldens, pictures, recording, samples

DOCUMENTS = [path for each in ("*.md", "bench/*.md", "docs/**/*.md") for path in sorted(goldens.ROOT.glob(each))]
PROVOKED = {
    "there is no such image here, and": "tests/prove/test_runtime.py",
    "the image did not build:": "tests/prove/test_runtime.py",
    "edited by hand, and no commit here has the answers that made the service": "tests/update/test_handwork.py",
}
"""Messages of docs/troubleshooting.md that need more than a command, and the test that provokes each."""

NAMESPACE = "http://www.w3.org/2000/svg"


def test_the_readme_names_every_command() -> None:
    readme = (goldens.ROOT / "README.md").read_text()
    table = re.findall(r"^\| `scaffold (\w+)` \| ", readme, re.MULTILINE)
    assert sorted(table) == sorted(COMMANDS)


def test_the_readme_is_short_and_has_the_commands_for_a_fresh_machine() -> None:
    lines = (goldens.ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 120
    for command in ("./dev demo", "./dev test"):
        assert len([line for line in lines if line.startswith(f"$ {command} ")]) == 1, command


def test_the_page_on_ci_names_the_newest_release(tmp_path: Path) -> None:
    assert re.findall(r"rev: (\S+)", (goldens.ROOT / PAGE).read_text()) == [f"v{__version__}"]
    for file in (PAGE, VERSION_FILE):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_text((goldens.ROOT / file).read_text())
    write_version(tmp_path, "9.8.7")
    assert "    rev: v9.8.7\n" in (tmp_path / PAGE).read_text(), "a release writes it"


def test_the_page_on_ci_names_actions_by_the_commits_of_services() -> None:
    used = re.findall(r"uses: (\S+)@(.+)", (goldens.ROOT / "docs/ci.md").read_text())
    ours = goldens.engine()[1].resolve({}).context["pins"]["checkout_action"]
    assert {commit for action, commit in used if action == "actions/checkout"} == {ours}
    assert all(re.fullmatch(r"[0-9a-f]{40}  # v\d+\.\d+\.\d+", commit) for _, commit in used)


@pytest.mark.parametrize("document", ["README.md", "docs/ci.md"])
def test_the_first_lines_say_where_it_runs(document: str) -> None:
    first = " ".join((goldens.ROOT / document).read_text().splitlines()[:4])
    assert "Linux, macOS and WSL 2" in first


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("https://"):
            assert (document.parent / target).exists(), target


@pytest.mark.skipif(build_command() is None, reason="neither kustomize nor kubectl is there")
@pytest.mark.parametrize("document", samples.documents(), ids=lambda path: path.name)
def test_commands_in_documents_print_what_is_shown(document: Path) -> None:
    text = document.read_text()
    assert samples.retold(text) == text, "run ./dev docs"


def test_every_message_of_troubleshooting_is_provoked() -> None:
    sections = (goldens.ROOT / "docs/troubleshooting.md").read_text().split("\n### ")[1:]
    assert len(sections) > 30
    headings = [section.partition("\n")[0] for section in sections if "<!-- run -->" not in section]
    by_tests = [words for heading in headings for words in PROVOKED if words in heading]
    assert len(by_tests) == len(headings) == len(PROVOKED), headings
    for words, test in PROVOKED.items():
        assert words in (goldens.ROOT / test).read_text(), test


@pytest.mark.skipif(build_command() is None, reason="neither kustomize nor kubectl is there")
@pytest.mark.parametrize("name", pictures.PICTURES)
def test_pictures_show_what_commands_print(name: str) -> None:
    drawn = (pictures.FOLDER / f"{name}.svg").read_text()
    assert pictures.draw(pictures.PICTURES[name], name) == drawn, "run ./dev docs"


@pytest.mark.skipif(build_command() is None, reason="neither kustomize nor kubectl is there")
def test_the_recording_shows_what_commands_print() -> None:
    text = (pictures.FOLDER / f"{recording.NAME}.svg").read_text()
    assert recording.draw() == text, "run ./dev docs"
    shown = [float(each) for each in re.findall(r"(?:delay: |\) )([\d.]+)s", text)]
    assert shown == sorted(shown) and 20 < shown[-1] < 40, "seconds"
    assert "prefers-reduced-motion: reduce" in text


@pytest.mark.parametrize("picture", sorted(pictures.FOLDER.iterdir()), ids=lambda path: path.name)
def test_pictures_load_nothing_and_are_shown(picture: Path) -> None:
    addresses = re.findall(r"[\w+.-]+:/?/[^\"]*|url\([^)]*\)|@(?!keyframes|media)\w+", picture.read_text())
    assert [each for each in addresses if each != NAMESPACE and not each.startswith("url(#")] == []
    assert any(f"pictures/{picture.name})" in document.read_text() for document in DOCUMENTS)


def test_the_page_on_check_names_every_profile_and_kind() -> None:
    text = (goldens.ROOT / "docs/check.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(PROFILES)
    assert "exit code is 1 and not 0" in text.split("## What could not be checked")[1]


def test_every_language_has_the_parts_that_contributing_names() -> None:
    text = (goldens.ROOT / "CONTRIBUTING.md").read_text()
    required = re.findall(r"`(\w+)`", text.split("piece of each shared file:")[1].split("Four more")[0])
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
