"""`./dev docs`: writes what `scaffold check` prints of the example in docs/check.md into the documents that show it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from workshop.goldens import ROOT

EXAMPLE = ROOT / "docs" / "check.md"
DOCUMENTS = (EXAMPLE, ROOT / "README.md")
_FILE = re.compile(r"```yaml\n# (\S+)\n.*?```", re.DOTALL)
_SAMPLE = re.compile(r"(?<=```console\n\$ scaffold check\n).*?(?=```)", re.DOTALL)


def sample() -> str:
    """Return what check prints of the files in the example, on a pipe."""
    with tempfile.TemporaryDirectory() as folder:
        for found in _FILE.finditer(EXAMPLE.read_text()):
            file = Path(folder, found[1])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(found[0].removeprefix("```yaml\n").removesuffix("```"))
        command = [sys.executable, "-m", "scaffold", "check"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 1:
        raise RuntimeError(done.stderr)
    return done.stdout


def documents() -> dict[Path, str]:
    """Return the documents as they should be; each has the sample once."""
    output = sample()
    found = {}
    for document in DOCUMENTS:
        found[document], count = _SAMPLE.subn(lambda _: output, document.read_text())
        if count != 1:
            raise ValueError(f"{document} has {count} samples of scaffold check")
    return found


def main() -> None:
    """Write the samples."""
    for document, text in documents().items():
        document.write_text(text)


if __name__ == "__main__":
    main()
