"""Overlays that are wrong: one sentence, an exit code, and nothing written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.platform.conftest import DOCKERFILE, URL, Run, tree
from tests.support.commands import scaffold

pytestmark = pytest.mark.aside


def in_file(path: str, text: str) -> Callable[[Path], object]:
    def write(acme: Path) -> None:
        (acme / path).parent.mkdir(parents=True, exist_ok=True)
        (acme / path).write_text(text)

    return write


def more(path: str, text: str) -> Callable[[Path], object]:
    return lambda acme: in_file(path, (acme / path).read_text() + text)(acme)


def linked(path: str) -> Callable[[Path], object]:
    return lambda acme: (shutil.rmtree(acme / path), (acme / path).symlink_to("/etc"))


def replaced(old: str, new: str) -> Callable[[Path], object]:
    def write(acme: Path) -> None:
        text = (acme / "scaffold-template.yml").read_text()
        assert old in text
        (acme / "scaffold-template.yml").write_text(text.replace(old, new))

    return write


QUESTIONS, PINS, REMOVE, CHANGES = (f"platform/{name}.yml" for name in ("questions", "pins", "remove", "changes"))
TOO_LONG = "9" * 10_000
BROKEN: dict[str, tuple[Callable[[Path], object], int, str]] = {
    "no manifest": (lambda acme: (acme / "scaffold-template.yml").unlink(), 12, "has no scaffold-template.yml"),
    "manifest no YAML": (in_file("scaffold-template.yml", "a: ["), 12, "scaffold-template.yml:2:1 is not valid YAML"),
    "manifest a list": (in_file("scaffold-template.yml", "- a\n"), 12, "must be a mapping of names"),
    "manifest key": (replaced("url:", "uri:"), 12, "'uri' is not a key. Did you mean url?"),
    "manifest name": (replaced("name: acme", "name: Acme!"), 12, "name is 'Acme!'. Example: name: acme."),
    "no base": (replaced("base:", "url2:"), 12, "'url2' is not a key"),
    "base a text": (in_file("scaffold-template.yml", f"name: a\nurl: {URL}\nbase: 1\n"), 12, "must have version and"),
    "base version": (replaced('"0.2.0"', '"7.0.0"'), 11, "version 7.0.0 is newer than this scaffold"),
    "base version number": (replaced('"0.2.0"', "2"), 12, "base.version is 2. Example: version: 0.3.0."),
    "min_scaffold a number": (replaced("base:", "min_scaffold: 0.4\nbase:"), 12, 'Example: min_scaffold: "0.4.0".'),
    "min_scaffold": (replaced("base:", 'min_scaffold: ">=1"\nbase:'), 12, "min_scaffold is '>=1'. Example"),
    "min_scaffold of 10,000 digits": (
        replaced("base:", f"min_scaffold: '{TOO_LONG}'\nbase:"),
        12,
        "Example: min_scaffold",
    ),
    "a newer scaffold": (replaced("base:", 'min_scaffold: "99.1"\nbase:'), 12, "needs scaffold 99.1 or newer"),
    "base commit": (replaced("commit: ", "commit: 0"), 12, "base.commit is '0"),
    "another commit": (replaced("commit: ", f"commit: {'a' * 40} #"), 12, "is not the commit of 0.2.0"),
    "questions no YAML": (in_file(QUESTIONS, "a: {"), 12, "platform/questions.yml:2:1 is not valid YAML"),
    "questions a text": (in_file(QUESTIONS, "a"), 12, "must be a mapping of names, not 'a'"),
    "question a text": (in_file(QUESTIONS, "replicas: 3\n"), 12, "replicas must be a mapping of keys, not 3"),
    "no choice": (in_file(QUESTIONS, "language: {choices: []}\n"), 12, "language has no choice. Name at least one, or"),
    "not UTF-8": (
        lambda acme: (acme / "platform/files/a.jinja").write_bytes(b"a\xff"),
        12,
        "a.jinja is not UTF-8 (byte 2); save it as UTF-8.",
    ),
    "question misspelt": (in_file(QUESTIONS, "replica: {default: 3}\n"), 12, "Did you mean replicas?"),
    "question without help": (in_file(QUESTIONS, "x_y: {type: str}\n"), 12, "A new question needs type and help."),
    "question of a later release": (
        in_file(QUESTIONS, "expose: {default: gateway}\n"),
        12,
        "expose is not a question of the base. v0.4.0 has it. Run: scaffold template pull",
    ),
    "fixed question of a later release": (
        more(QUESTIONS, "expose: {fixed: gateway}\n"),
        12,
        "(v0.2.0), and nothing of yours uses it. v0.4.0 has it. Run: scaffold template pull",
    ),
    "question key": (in_file(QUESTIONS, "replicas: {defalt: 3}\n"), 12, "'defalt' is not a key of a question"),
    "question type": (in_file(QUESTIONS, "q: {type: path, help: x}\n"), 12, "type is 'path'"),
    "question secret": (
        in_file(QUESTIONS, "q: {type: str, help: x, secret: true}\n"),
        12,
        "a secret question needs a default",
    ),
    "choice misspelt": (in_file(QUESTIONS, "ci: {choices: [github, gitlb]}\n"), 12, "Did you mean gitlab?"),
    "choice that nothing uses": (
        in_file(QUESTIONS, "ci: {choices: {GitLab: gitlab, Jenkins: jenkins}}\n"),
        12,
        "'jenkins' is not a choice of ci in the base, and nothing else here uses it. Add a file that does to",
    ),
    "question choices": (in_file(QUESTIONS, "language: {choices: go}\n"), 12, "choices must be a list or a mapping"),
    "pins misspelt": (
        in_file(PINS, "language: {go: {}}\n"),
        12,
        "language has no versions or images. Change it in platform/qu",
    ),
    "pins unknown": (
        in_file(PINS, "languages_: {}\n"),
        12,
        "languages_ is not a question of the base. Did you mean languages?",
    ),
    "pins key": (in_file(PINS, "languages: {go: {runtime_imag: x}}\n"), 12, "Did you mean runtime_image?"),
    "pins a list": (in_file(PINS, "- a\n"), 12, "platform/pins.yml must be a mapping"),
    "pins of a question": (in_file(PINS, "owner: x\n"), 12, "owner has no versions or images"),
    "remove a mapping": (in_file(REMOVE, "a: b\n"), 12, "platform/remove.yml must be a list of paths"),
    "remove unknown": (in_file(REMOVE, "- renovat.json.jinja\n"), 12, "Did you mean renovate.json.jinja?"),
    "remove outside": (in_file(REMOVE, "- ../../copier.yml\n"), 12, "is not a file of the base's skeleton"),
    "remove one's own": (in_file(REMOVE, "- PLATFORM.md.jinja\n"), 12, "is not a file of the base's skeleton"),
    "file of the base": (in_file("platform/files/Makefile.jinja", "a:\n"), 12, "Run: scaffold template override 'Make"),
    "file with a colon": (in_file("platform/files/a:b", "a\n"), 12, "platform/files/a:b "),
    "a link": (
        lambda acme: (acme / "platform/files/x").symlink_to("/etc/passwd"),
        12,
        "must be a regular file, not a link or a folder",
    ),
    "a link to a folder": (
        lambda acme: (acme / "platform/files/y").symlink_to("/etc"),
        12,
        "must be a regular file, not a link or a folder",
    ),
    "questions a link": (
        lambda acme: ((acme / QUESTIONS).unlink(), (acme / QUESTIONS).symlink_to("/etc/hostname")),
        12,
        "platform/questions.yml can't be read: it leads out of",
    ),
    "override without a file": (in_file("platform/overrides.yml", f"Makefile.jinja: '{'0' * 40}'\n"), 12, "is missing"),
    "override of another base": (
        lambda acme: [
            in_file("platform/overrides.yml", f"Makefile.jinja: '{'0' * 40}'\n")(acme),
            in_file("platform/files/Makefile.jinja", "a:\n")(acme),
        ],
        12,
        "was made of another file of the base. Run: scaffold template pull",
    ),
    "changes key": (in_file(CHANGES, "- id: a\n"), 6, "platform/changes.yml, entry 1: version is missing"),
    "changes id": (
        in_file(CHANGES, "- {id: alerts, version: unreleased, pattern: none, title: t, why: w, check: c}\n"),
        12,
        "alerts is an id of the base's changes. Choose another one.",
    ),
    "remove twice": (in_file(REMOVE, "- renovate.json.jinja\n" * 2), 12, "renovate.json.jinja is listed twice."),
    "a filter that there is not": (
        in_file("platform/files/a.jinja", "a\n{{ name | nope }}\n"),
        12,
        "platform/files/a.jinja:2: it is not valid Jinja: No filter named 'nope'.",
    ),
    "a filter in a question": (
        more(QUESTIONS, "q: {type: str, help: x, default: '{{ name | nope }}'}\n"),
        12,
        "q, default:1: it is not valid Jinja: No filter named 'nope'.",
    ),
    "files a link": (linked("platform/files"), 12, "platform/files must be a folder, not a link or a file."),
    "policies a link": (linked("platform/policy"), 12, "platform/policy must be a folder, not a link or a file."),
    "policies a file": (
        lambda acme: (shutil.rmtree(acme / "platform/policy"), (acme / "platform/policy").write_text("x")),
        12,
        "platform/policy must be a folder, not a link or a file.",
    ),
    "a file over a folder": (
        in_file("platform/files/deploy", "x"),
        12,
        "platform/files: deploy is a file and, because of deploy/",
    ),
    "a folder over a file": (in_file("platform/files/Makefile.jinja/x", "x"), 12, "Makefile.jinja/x"),
    "a name in another case": (
        in_file("platform/files/makefile.jinja", "x"),
        12,
        "Makefile.jinja and makefile.jinja differ only in case, so some disks can store only one of them.",
    ),
    "a folder in another case": (in_file("platform/files/platform.MD", "x"), 12, "differ only in case"),
    "two forms of a letter": (
        lambda acme: [in_file(f"platform/files/{name}", "x")(acme) for name in ("\u00e9", "e\u0301")],
        12,
        "differ only in case",
    ),
    "with and without the suffix": (
        in_file("platform/files/Makefile", "x"),
        12,
        "Makefile.jinja and Makefile give the same file of a service. Keep one of the two.",
    ),
    "the file's fifo": (
        lambda acme: os.mkfifo(acme / "platform/files/x"),
        12,
        "platform/files/x must be a regular file, not a link or a folder.",
    ),
    "questions a fifo": (
        lambda acme: ((acme / QUESTIONS).unlink(), os.mkfifo(acme / QUESTIONS)),
        12,
        "platform/questions.yml can't be read: it is not a regular file.",
    ),
    "git's folder": (in_file("platform/files/sub/.GIT/config", "x"), 12, "sub/.GIT/config lies in git's own folder."),
    "a file of this machine": (in_file(QUESTIONS, "a: !include /etc/passwd\n"), 12, "constructor for the tag"),
    "an object": (
        in_file(QUESTIONS, "a: {default: !!python/object/apply:os.system [touch made]}\n"),
        12,
        "platform/questions.yml:1:14 is not valid YAML: could not determine a constructor for the tag",
    ),
    "two documents": (in_file(QUESTIONS, "a: {}\n---\nb: {}\n"), 12, "expected a single document"),
    "a large file": (in_file(QUESTIONS, f"# {'x' * 9_000_000}\n"), 12, "it is larger than 8 MiB."),
    "the built template a link": (linked("templates"), 10, "templates is a symbolic link, and templates/"),
    "url an option": (
        replaced(URL, "--upload-pack=x"),
        12,
        "scaffold-template.yml: url: '--upload-pack=x' is not an address of a template",
    ),
    "url with a password": (replaced("https://", "https://me:x@"), 12, "url: the URL contains a password"),
    "base url a program": (
        replaced("  version", "  url: ext::sh\n  version"),
        12,
        "scaffold does not use the protocol of 'ext::sh'",
    ),
    "pins nothing": (in_file(PINS, "languages:\n"), 12, "languages must be a mapping of keys, not None."),
    "pins a number": (
        in_file(PINS, "languages: {go: {version: 1.30}}\n"),
        12,
        "languages.go.version must be text, in quotes, not 1.3.",
    ),
    "an override's id": (
        in_file("platform/overrides.yml", "../x: [1]\n"),
        12,
        "platform/files/../x is missing. To use the base's file",
    ),
    "two entries of one change": (
        in_file(CHANGES, "- {id: a, version: unreleased, pattern: none, title: t, why: w, check: c}\n" * 2),
        6,
        "platform/changes.yml, entry 2: id a is listed twice.",
    ),
    "a bomb": (in_file(QUESTIONS, "a: &a [1]\n" + "\n".join(f"k{n}: [{'*a, ' * 9}*a]" for n in range(9))), 12, ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_overlay(name: str, acme: Path, run: Run) -> None:
    break_, code, words = BROKEN[name]
    break_(acme)
    before = tree(acme)
    done = run("build", code=code)
    assert words in done.stderr and done.stderr.count("\n") == 1 and len(done.stderr) < 600
    assert "Traceback" not in done.stderr
    assert tree(acme) == before


def test_a_choice_of_one_s_own_has_a_file_that_uses_it(acme: Path, run: Run) -> None:
    ci = "ci: {choices: [gitlab, jenkins]}\n"
    in_file(QUESTIONS, (acme / QUESTIONS).read_text() + ci)(acme)
    assert "'jenkins' is not a choice of ci" in run("build", code=12).stderr
    in_file("platform/files/{% if ci == 'jenkins' %}Jenkinsfile{% endif %}.jinja", "node {}\n")(acme)
    run("build")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("override", "Makefil.jinja"), "Did you mean Makefile.jinja?"),
        (
            ("override", "Dockerfile"),
            "Did you mean {{ go }}/Dockerfile.jinja, {{ java }}/Dockerfile.jinja, {{ python }}/",
        ),
        (("override", "../copier.yml"), "is not a file of the base's skeleton"),
        (("override", "renovate.json.jinja"), "is in platform/remove.yml"),
        (("override", DOCKERFILE), "is there already. Change it there."),
        (("remove", DOCKERFILE), "takes its place. Give it back first"),
        (("remove", "nothing-like-it"), "`scaffold template files` lists them."),
        (("restore", "Makefile.jinja"), "is neither an override nor in platform/remove.yml"),
    ],
)
def test_paths_that_can_t_be_taken(arguments: tuple[str, ...], words: str, acme: Path, run: Run) -> None:
    run("override", DOCKERFILE)
    run("remove", "renovate.json.jinja")
    before = tree(acme)
    assert words in run(*arguments, code=12).stderr
    assert tree(acme) == before


def test_a_folder_below_the_template_names_its_top(acme: Path) -> None:
    done = scaffold("template", "status", cwd=acme / "platform")
    assert done.returncode == 12
    assert done.stderr.endswith(f"so it is not a platform's template. {acme} is one: --folder '{acme}'\n")


def test_a_folder_that_is_not_empty_and_a_wrong_name(acme: Path, tmp_path: Path) -> None:
    done = scaffold("template", "new", "acme", "--url", URL, cwd=tmp_path)
    assert (done.returncode, "is not empty" in done.stderr) == (4, True)
    done = scaffold("template", "new", "other", "--url", URL, "--name", "No Name", cwd=tmp_path)
    assert (done.returncode, "name is 'No Name'. Example: name: acme." in done.stderr) == (12, True)
    assert not (tmp_path / "other").exists()
