"""`./dev lock`: write the lock files of the template.

Versions stay as they are, as far as the manifests allow. `--upgrade` moves them.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from workshop import goldens
from workshop.locks.conditions import LockError
from workshop.locks.runs import Run, answers_for, features, lock

CHOICES = next(question for question in goldens.engine()[0].asked if question.name == "language").choices
LANGUAGES: Mapping[str, ModuleType] = {
    language: importlib.import_module(f"workshop.locks.{language}")
    for language in CHOICES.values()
    if Path(__file__).with_name(f"{language}.py").is_file()
}
"""What writes the lock files of each language that has some."""


def main(words: list[str]) -> int:
    """Lock the languages; write nothing if one of them fails."""
    parser = argparse.ArgumentParser(prog="./dev lock", description="Write the lock files of the template.")
    parser.add_argument("--upgrade", action="store_true", help="move to the newest versions that the manifests allow")
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help=f"one of {', '.join(LANGUAGES)}; all if none")
    given = parser.parse_args(words)
    if unknown := set(given.languages) - LANGUAGES.keys():
        parser.error(f"{', '.join(sorted(unknown))} has no lock files; choose from {', '.join(LANGUAGES)}")
    files: dict[Path, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for language in given.languages or LANGUAGES:
            print(f"{language}…", file=sys.stderr)
            try:
                files |= written(language, Path(folder), upgrade=given.upgrade)
            except LockError as error:
                print(f"error: {language}: {error}.", file=sys.stderr)
                return 1
    for path, text in files.items():
        path.write_text(text)
    return 0


def written(language: str, folder: Path, *, upgrade: bool) -> dict[Path, str]:
    """Return the templates of a language's lock files, each compared with what the language's tool wrote."""
    module = LANGUAGES[language]
    runs = lock(language, module.FILES, folder, upgrade)
    texts = module.write(runs)
    for run in runs.all:
        compare(language, run, texts)
    top = goldens.ROOT / "templates/service/skeleton" / f"{{{{ {language} }}}}"
    return {top / f"{file}.jinja": text for file, text in texts.items()}


def compare(language: str, run: Run, texts: Mapping[str, str]) -> None:
    """Refuse templates that do not give what the tool wrote for a service.

    Raises:
        LockError: with the first line that differs.
    """
    names = {"everything": list(features()[0]), "none": []}.get(run.name, [run.name])
    context = answers_for(language, names).context
    for file, text in texts.items():
        found = goldens.engine()[2].string(text, context).splitlines()
        for number, (line, wanted) in enumerate(
            zip([*found, ""], [*run.files[file].splitlines(), ""], strict=False), 1
        ):
            if line != wanted:
                raise LockError(
                    f"{file} with {run.name} differs in line {number}: {line!r}, but the tool wrote {wanted!r}"
                )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
