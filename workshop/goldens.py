"""The golden files: examples/NAME.yml holds answers, examples/NAME/ the service that they give.

tests/new/tops/ has what is at the top of a repository with two services in folders.

`python -m workshop.goldens` renders them all again; read the diff before you commit it.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

from scaffold import __version__
from scaffold.engine.answers import Answers, Questionnaire
from scaffold.engine.answers_file import read_answers
from scaffold.engine.jinja import Renderer
from scaffold.engine.render import Origin, render
from scaffold.engine.template import Template, load_template
from scaffold.files.at_top import FOLDER, PLACES, carried
from scaffold.files.folder import RenderedFile, write_files
from scaffold.releases.home import project_url

ROOT = Path(__file__).parents[1]
EXAMPLES = Path(os.environ.get("KUBE_SCAFFOLD_EXAMPLES", ROOT / "examples"))
ORIGIN = Origin(project_url(), f"v{__version__}")
PLATFORMS = "platforms"
"""The folder of examples that has overlays of platform teams."""
CODE = "code"
"""The folder of examples that has code and Dockerfiles of teams, by the name of the example: no update changes them."""
TOPS = ROOT / "tests/new/tops"
SERVICES = {"mail": "go", "orders": "python"}
CI_SYSTEMS = ("github", "gitlab")
NAMES = sorted(path.stem for path in (ROOT / "examples").glob("*.yml"))
GENERATED = [name for name in NAMES if not name.startswith("own-")]
"""The examples whose code the template brings."""


_ONE_THREAD = RLock()
"""An engine renders for one thread at a time; suites that prove several services have some."""


@cache
def engine() -> tuple[Template, Questionnaire, Renderer]:
    """Return the template of this work tree, its questions, and what renders it."""
    template = load_template(ROOT)
    renderer = Renderer(template.root, template.settings)
    return template, Questionnaire(template, renderer), renderer


def answers_of(name: str) -> Answers:
    """Return the answers of an example."""
    return answers_with(name)


def answers_with_both(name: str) -> Answers:
    """Return the answers of an example, with a chart beside its overlays."""
    return answers_with(name, manifests="both")


def answers_with(name: str, **others: Any) -> Answers:
    """Return the answers of an example, with others in place of its own."""
    with _ONE_THREAD:
        return engine()[1].resolve({**read_answers(ROOT / "examples" / f"{name}.yml"), **others})


def rendered(answers: Answers) -> list[RenderedFile]:
    """Return the files that the template gives for answers."""
    template, _, renderer = engine()
    with _ONE_THREAD:
        return render(template, renderer, answers, ORIGIN)


def files_of(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Return every file below `folder`, but git's: its path to its bytes and whether it is executable."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def tracked(files: list[RenderedFile]) -> dict[str, tuple[bytes, bool]]:
    """Return files in the form of `files_of`."""
    return {file.path: (file.content, file.executable) for file in files}


def top_of_two(ci: str) -> dict[str, bytes]:
    """Return what is at the top of a repository with the two services of SERVICES, by path."""
    found: dict[str, bytes] = {}
    for name, language in SERVICES.items():
        given = {"name": name, "language": language, "ci": ci, "folder": f"services/{name}"}
        for file in rendered(engine()[1].resolve(given)):
            path = file.path.removeprefix(FOLDER)
            if path != file.path:
                became = carried(path, found.get(path), None, file.content) if path in PLACES else None
                found[path] = (became and became.after) or file.content
    return found


def regenerate() -> None:
    """Write all examples anew, and the tops of repositories with two services."""
    fresh = {name: rendered(answers_of(name)) for name in NAMES}
    for old in EXAMPLES.iterdir():
        if old.is_dir() and old.name not in (PLATFORMS, CODE):
            shutil.rmtree(old)
    for name, files in fresh.items():
        (EXAMPLES / name).mkdir()
        write_files(EXAMPLES / name, files)
    for ci in CI_SYSTEMS:
        shutil.rmtree(TOPS / ci, ignore_errors=True)
        for path, content in top_of_two(ci).items():
            (TOPS / ci / path).parent.mkdir(parents=True, exist_ok=True)
            (TOPS / ci / path).write_bytes(content)


if __name__ == "__main__":
    regenerate()
