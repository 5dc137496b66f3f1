"""`python -m tests.answers SETS [SEED]`: many hostile answer sets, and a table of what each format's own tool said."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.answers.formats import FORMATS
from tests.answers.trial import Trial, said


def main(sets: int, seed: str) -> int:
    with tempfile.TemporaryDirectory(prefix="scaffold-answers-") as folder:
        trial = Trial(seed, Path(folder))
        trial.add(sets)
        unclear = [words for _, words in trial.refusals if "\n" in words]
        print(
            f"{sets} sets, seed {seed}: {len(trial.accepted)} accepted {dict(trial.languages())}, {len(trial.refusals)} refused"
        )
        print(*(f"  not one sentence: {words!r}" for words in unclear), sep="\n")
        wrong = len(unclear)
        for each in FORMATS:
            if reason := each.missing():
                print(f"| {each.name} | not checked: {reason} |")
                continue
            found = said(trial, each)
            wrong += len(found)
            print(f"| {each.name} | {len(trial.files(each))} | {len(found)} |", flush=True)
            for words, answers in list(found.items())[:10]:
                print(f"    {words[:1500]}\n      from {answers[:1500]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 5000, sys.argv[2] if sys.argv[2:] else "1"))
