"""One trial: draws answer sets, renders what is accepted, and asks each format's own tool about every file."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import AnswerError
from scaffold.files.folder import write_files
from tests.answers.draw import drawn
from tests.answers.formats import Format
from tests.answers.own import drawn_own
from workshop import goldens


@dataclass
class Trial:
    """What came of some sets: how many were accepted, the sentences of the refused ones, and the written services."""

    seed: str
    folder: Path
    accepted: dict[Path, dict[str, Any]] = field(default_factory=dict)
    refusals: list[tuple[dict[str, Any], str]] = field(default_factory=list)

    def add(self, sets: int) -> None:
        """Draw so many sets, and a quarter more of own code; the accepted ones are written below the folder."""
        chance, chance_of_own = random.Random(self.seed), random.Random(f"{self.seed} own")
        for number in range(sets + sets // 4):
            answers = drawn(chance) if number < sets else drawn_own(chance_of_own)
            try:
                resolved = goldens.engine()[1].resolve(answers)
            except AnswerError as refused:
                self.refusals.append((answers, str(refused)))
                continue
            service = self.folder / f"{number:05}"
            service.mkdir()
            write_files(service, goldens.rendered(resolved))
            self.accepted[service] = answers

    def files(self, wanted: Format) -> list[Path]:
        """Return the files of one format, of those with the same content the first."""
        found: dict[bytes, Path] = {}
        for service in self.accepted:
            for file in sorted(service.rglob("*")):
                if file.is_file() and wanted.takes(f"/{file.relative_to(service).as_posix()}"):
                    found.setdefault(_key(file, service, wanted), file)
        return list(found.values())

    def languages(self) -> Counter[str]:
        """Return how many services of each language were accepted, and how many of own code."""
        return Counter(str(each.get("language", "own")) for each in self.accepted.values())


def _key(file: Path, service: Path, wanted: Format) -> bytes:
    """Return what differs where a tool may say something else: the file, and its neighbours where it reads them."""
    if wanted.name in ("make", "kustomize"):
        return str(service).encode() + str(file).encode()
    together = sorted(file.parent.iterdir()) if "sidecars" in wanted.name else [file]
    return hashlib.sha256(b"".join(each.read_bytes() for each in together)).digest()


def said(trial: Trial, wanted: Format) -> dict[str, str]:
    """Return what a format's own tool can't parse: the file, what it says, and the answers."""
    files = trial.files(wanted)
    found = wanted.judge(files) if files else {}
    return {
        f"{file}: {words}": repr(trial.accepted[trial.folder / file.relative_to(trial.folder).parts[0]])
        for file, words in found.items()
    }
