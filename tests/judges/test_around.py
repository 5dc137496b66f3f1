"""What reads the files around a service finds nothing wrong with any golden's: the forges, Compose, Renovate, pre-commit."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.deployed import examples, top_of, workflows_of
from workshop import go_tools, judges
from workshop.goldens import EXAMPLES, ROOT

pytestmark = pytest.mark.judges

needs_go = pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))
WORKFLOW, PIPELINE = ".github/workflows/ci.yml", ".gitlab-ci.yml"


def with_file(name: str) -> list[Path]:
    found = [place / name for example in examples() for place in {example, top_of(example)} if (place / name).exists()]
    if name == PIPELINE:
        found += [each for example in examples() for each in top_of(example).glob(".gitlab/services/*.yml")]
    if name == WORKFLOW:
        found += [each for example in examples() for each in workflows_of(example) if each.name != "ci.yml"]
    assert found, f"no golden has {name}"
    return found


def actionlint(*files: Path) -> subprocess.CompletedProcess[str]:
    """Ask actionlint, which asks shellcheck about what the steps run."""
    command = [go_tools.program("actionlint"), *files]
    return subprocess.run(command, env=judges.with_programs(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("schema", "name", "words"),
    [
        ("compose-spec", "compose.yaml", ()),
        ("github-workflows", WORKFLOW, ()),
        ("gitlab-ci", PIPELINE, ("--data-transform", "gitlab-ci")),
        ("renovate", "renovate.json", ()),
    ],
)
def test_the_schema_accepts_it(schema: str, name: str, words: tuple[str, ...]) -> None:
    judges.acquits("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *words, *with_file(name))


def test_the_schema_can_refuse(tmp_path: Path) -> None:
    broken = tmp_path / "compose.yaml"
    broken.write_text(with_file("compose.yaml")[0].read_text().replace("cap_drop:", "cap_drops:"))
    assert judges.ask("check-jsonschema", "--builtin-schema", "vendor.compose-spec", broken).returncode != 0


def test_pre_commit_accepts_its_configuration() -> None:
    judges.acquits("pre-commit", "validate-config", *with_file(".pre-commit-config.yaml"))


def compose_says(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Ask Docker Compose about a folder's file: that of the judges, or the machine's own where they have none for it."""
    words = words or ("config", "--quiet")
    if (judges.environment() / "bin/docker-compose").exists():
        return judges.ask("docker-compose", *words, cwd=folder)
    command = ["docker", "compose", *words]
    if (
        not shutil.which("docker")
        or subprocess.run([*command[:2], "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("docker compose is not installed, and PyPI has it for Linux on x86_64 only")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("file", with_file("compose.yaml"), ids=lambda path: path.parent.name)
def test_compose_accepts_its_file(file: Path) -> None:
    said = compose_says(file.parent)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_compose_merges_the_database_that_the_documentation_gives(tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to/add-a-dependency.md").read_text()
    own = re.search(r"```yaml\n# (compose\S+)\n(.*?)```", page, re.DOTALL)
    assert own
    (tmp_path / own[1]).write_text(own[2])
    shutil.copytree(EXAMPLES / "everything-python", tmp_path, dirs_exist_ok=True)
    said = compose_says(tmp_path, "config")
    assert said.returncode == 0, said.stderr
    service = yaml.safe_load(said.stdout)["services"]["service"]
    assert service["environment"]["DB_URL"] == "db:5432" and {"db", "stubs"} <= service["depends_on"].keys()


def test_compose_can_refuse(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {service: {image: a, depends_on: [stubs]}}\n")
    assert "undefined service" in compose_says(tmp_path).stderr


@needs_go
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    workflows = with_file(WORKFLOW)
    found = actionlint(*workflows)
    assert found.returncode == 0, found.stdout + found.stderr
    broken = tmp_path / "ci.yml"
    broken.write_text(workflows[0].read_text().replace("make setup", 'echo "${{ github.nothing }}" $unquoted'))
    said = actionlint(broken).stdout
    assert 'property "nothing" is not defined' in said
    assert "SC2086" in said, "shellcheck was not asked about what a step runs"


@needs_go
def test_the_snippets_that_the_documentation_gives(tmp_path: Path) -> None:
    texts = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/ci.md").read_text(), re.DOTALL)
    hook, annotations, scanning, pipeline = [tmp_path / name for name in ("hook.yaml", "a.yml", "b.yml", "gitlab.yml")]
    for file, text in zip((hook, annotations, scanning, pipeline), texts, strict=True):
        file.write_text(text.replace("REPOSITORY", "https://git.example.com/scaffold"))
    judges.acquits("pre-commit", "validate-config", hook)
    judges.acquits("pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    judges.acquits(
        "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", pipeline
    )
    found = actionlint(annotations, scanning)
    assert found.returncode == 0, found.stdout + found.stderr
