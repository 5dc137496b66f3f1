"""What a service's Makefile says where a tool is missing or too old, and that locking keeps versions and installs."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.deployed import top_of, workflow_of
from tests.support.tools import tools
from workshop import goldens

OF_LANGUAGE = {
    "python": "defaults",
    "go": "frontend-go",
    "java": "frontend-java",
    "rust": "frontend-rust",
    "typescript": "frontend-typescript",
}

OLD = {
    "python": f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 10, 14)\n$2"\n',
    "java": "#!/bin/sh\necho javac 11.0.2\n",
    "rust": "#!/bin/sh\necho 'cargo 1.80.1 (376290515 2024-07-16)'\n",
    "typescript": "#!/bin/sh\nexec {node} -e \"Object.defineProperty(process, 'versions', {{value: {{node: '20.9.0'}}}}); $2\"\n",
}
ENOUGH = {
    "python": f'#!/bin/sh\n[ "$1" = -c ] || exit 1\nexec {sys.executable} "$@"\n',
    "java": "#!/bin/sh\necho javac 17.0.9\n",
    "rust": "#!/bin/sh\necho 'cargo 1.95.0 (376290515 2026-04-16)'\n",
    "typescript": OLD["typescript"].replace("20.9.0", "22.1.0"),
}
TOOL = {"python": "python3", "go": "go", "java": "javac", "rust": "cargo", "typescript": "node"}


def service(folder: Path, language: str) -> Path:
    """Copy the Makefile, the lock files and the answers of an example, without its code."""
    for file in (goldens.EXAMPLES / OF_LANGUAGE[language]).iterdir():
        if file.is_file() and file.name != "mvnw":
            shutil.copy(file, folder)
    return folder


def make(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(path), "HOME": str(folder)}
    return subprocess.run(
        [str(shutil.which("make")), *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def script(language: str, scripts: dict[str, str]) -> str:
    node = shutil.which("node")
    if language == "typescript" and not node:
        pytest.skip("node is not installed")
    return scripts[language].format(node=node) if language == "typescript" else scripts[language]


def needs(language: str) -> str:
    return str(goldens.engine()[1].resolve({}).computed["languages"][language]["needs"])


@pytest.mark.parametrize("language", OF_LANGUAGE)
def test_a_missing_tool_is_said_in_a_sentence(language: str, tmp_path: Path) -> None:
    done = make(service(tmp_path, language), tools(tmp_path), "setup")
    assert done.returncode == 2
    assert f"{needs(language)} is needed" in done.stderr


@pytest.mark.parametrize("language", OLD)
def test_a_tool_that_is_too_old_is_said_in_a_sentence(language: str, tmp_path: Path) -> None:
    path = tools(tmp_path, **{TOOL[language]: script(language, OLD)})
    done = make(service(tmp_path, language), path, "setup")
    assert done.returncode == 2
    assert f"{needs(language)} is needed" in done.stderr


@pytest.mark.parametrize("language", ENOUGH)
def test_a_tool_that_is_new_enough_is_taken(language: str, tmp_path: Path) -> None:
    path = tools(tmp_path, **{TOOL[language]: script(language, ENOUGH)})
    assert "is needed" not in make(service(tmp_path, language), path, "setup").stderr


@pytest.mark.parametrize("language", OF_LANGUAGE)
def test_the_readme_says_what_it_needs_and_where_scaffold_comes_from(language: str) -> None:
    readme = (goldens.EXAMPLES / OF_LANGUAGE[language] / "README.md").read_text()
    assert needs(language) in readme
    assert "Linux, macOS, WSL 2" in readme
    assert "pipx install \"git+$(sed -n 's/^_src_path: //p' .copier-answers.yml)\"" in readme


@pytest.mark.parametrize("verb", ["check", "prove", "pin", "update"])
def test_without_scaffold_a_verb_says_where_it_comes_from(verb: str, tmp_path: Path) -> None:
    done = make(service(tmp_path, "go"), tools(tmp_path), verb)
    assert done.returncode == 2
    assert f"pipx install git+{goldens.ORIGIN.source}" in done.stderr
    (tmp_path / "with").mkdir()
    path = tools(tmp_path / "with", scaffold='#!/bin/sh\necho "scaffold $*"\n')
    assert f"scaffold {verb}\n" in make(tmp_path, path, verb).stdout


def test_python_s_lock_keeps_versions_and_installs_what_it_locks(tmp_path: Path) -> None:
    folder = service(tmp_path, "python")
    log = tmp_path / "log"
    writes = '#!/bin/sh\necho "uv $*" >> {log}\nwhile [ "$1" != -o ]; do shift; done\nsleep 0.1\necho "# new" >> "$2"\n'
    venv = (
        '#!/bin/sh\nif [ "$1" = -m ]; then mkdir -p .venv/bin\n'
        f"cat > .venv/bin/uv <<'E'\n{writes.format(log=log)}E\n"
        f"cat > .venv/bin/pip <<'E'\n#!/bin/sh\necho pip >> {log}\nE\n"
        "chmod +x .venv/bin/uv .venv/bin/pip; fi\n"
    )
    path = tools(tmp_path, python3=venv)
    done = make(folder, path, "lock")
    assert done.returncode == 0, done.stderr
    called = log.read_text().splitlines()
    assert [line.split()[0] for line in called] == ["pip", "uv", "uv", "pip"]
    assert "--upgrade" not in log.read_text()
    log.unlink()
    assert make(folder, path, "upgrade").returncode == 0
    assert [("--upgrade" in line) for line in log.read_text().splitlines() if line.startswith("uv")] == [True, True]


@pytest.mark.parametrize(
    ("language", "tool", "lock", "upgrade"),
    [
        ("go", "go", ["mod tidy", "mod download"], ["get -u ./...", "mod tidy", "mod download"]),
        ("rust", "cargo", ["update --workspace", "fetch --locked"], ["update", "fetch --locked"]),
        ("typescript", "npm", ["install --package-lock-only", "ci"], ["update --package-lock-only", "ci"]),
    ],
)
def test_lock_keeps_versions_and_upgrade_moves_them(
    language: str, tool: str, lock: list[str], upgrade: list[str], tmp_path: Path
) -> None:
    folder = service(tmp_path, language)
    log = tmp_path / "log"
    logs = f'#!/bin/sh\n[ "$1" = --version ] && echo "cargo 1.95.0 (0 2026-04-16)" || echo "$*" >> {log}\n'
    path = tools(tmp_path, **{tool: logs, **({"node": "#!/bin/sh\n"} if tool == "npm" else {})})
    for verb, expected in (("lock", lock), ("upgrade", upgrade)):
        done = make(folder, path, verb)
        (folder / "node_modules").mkdir(exist_ok=True)
        assert done.returncode == 0 or language == "typescript", done.stderr
        assert log.read_text().splitlines() == expected
        log.unlink()
        shutil.rmtree(folder / "node_modules")


@pytest.mark.parametrize("example", goldens.NAMES)
def test_every_service_runs_scaffold_check(example: str) -> None:
    folder = goldens.EXAMPLES / example
    assert "\nscaffold check" in (folder / "Makefile").read_text().replace("\t", "")
    assert "scaffold check --quiet" in (top_of(folder) / ".pre-commit-config.yaml").read_text()
    assert "`make check`" in (folder / "README.md").read_text()
    for pipeline in (workflow_of(folder), folder / ".gitlab-ci.yml"):
        if pipeline is not None and pipeline.exists():
            assert "scaffold check" in pipeline.read_text()
