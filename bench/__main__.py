"""Measure what bench/README.md promises and print one line a promise: ratio, limit, verdict.

With the word `images`, and languages after it: print the table of bench/images.py instead. With the word `afternoon`,
and words of its jobs' names after it: print that of bench/afternoon. With the word `division`, and a number of services
after it: print that of bench/division.py. With the word `dev`, and languages after it: print that of bench/dev.py.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench import check, new, platform, update
from bench.measure import ROOT

MEASURES = (*new.MEASURES, *check.MEASURES, *update.MEASURES, *platform.MEASURES)


def main() -> int:
    os.environ["PYTHONPATH"] = str(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody who installs it has that
    if sys.argv[1:2] == ["images"]:
        from bench import images

        return images.main(sys.argv[2:])
    if sys.argv[1:2] == ["afternoon"]:
        from bench.afternoon import table

        return table.main(sys.argv[2:])
    if sys.argv[1:2] == ["division"]:
        from bench import division

        return division.main(sys.argv[2:])
    if sys.argv[1:2] == ["dev"]:
        from bench import dev

        return dev.main(sys.argv[2:])
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for measure in MEASURES:
            name, ratio, limit = measure(Path(folder))
            verdict = "ok" if ratio <= limit else "TOO SLOW"
            failed += ratio > limit
            print(f"{name:<45} {ratio:6.2f}  (at most {limit})  {verdict}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
