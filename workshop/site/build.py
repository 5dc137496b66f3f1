"""Build the site: every warning of Sphinx is an error."""

from __future__ import annotations

import tempfile
from pathlib import Path

from workshop.command import run
from workshop.environments import environment
from workshop.goldens import ROOT

CONFIGURATION = ROOT / "workshop" / "site"
FOLDER = ROOT / "build" / "site"


def build(folder: Path) -> None:
    """Write the site into a folder, which is made.

    Raises:
        RuntimeError: with all warnings, when there is one.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-site-") as doctrees:
        options = ("--fail-on-warning", "--fresh-env", "--quiet", "--jobs", "auto", "--builder", "html")
        places = ("--conf-dir", CONFIGURATION, "--doctree-dir", doctrees, ROOT, folder)
        done = run([environment("docs") / "bin" / "sphinx-build", *options, *places], seconds=300)
    if done.returncode:
        raise RuntimeError(f"the site was not built:\n{done.stdout}")
