"""A language's lock files fit each of its manifests: with no feature, with each, with each two, and with all."""

from __future__ import annotations

import re
import shutil
from itertools import combinations
from pathlib import Path

import pytest

from scaffold.files.folder import write_files
from workshop import command, goldens
from workshop.locks.__main__ import LANGUAGES
from workshop.locks.runs import answers_for, features

FEATURES = sorted(features()[0])
SUBSETS = sorted({(), *((name,) for name in FEATURES), *combinations(FEATURES, 2), tuple(FEATURES)})
REGISTRY_OF_CRATES = "https://github.com/rust-lang/crates.io-index"  # its name in every Cargo.lock


@pytest.mark.aside
@pytest.mark.parametrize("subset", SUBSETS, ids=lambda subset: "+".join(subset) or "none")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_s_own_tool_accepts_it(language: str, subset: tuple[str, ...], tmp_path: Path) -> None:
    words = LANGUAGES[language].ACCEPTS
    if not shutil.which(words[0]):
        pytest.skip(f"{words[0]} is not installed")
    write_files(tmp_path, goldens.rendered(answers_for(language, subset)))
    done = command.run(words, cwd=tmp_path, seconds=1800)
    assert done.returncode == 0, done.stdout[-8000:]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_no_host_of_packages(language: str) -> None:
    files = {file.path: file.content.decode() for file in goldens.rendered(answers_for(language, FEATURES))}
    for name in LANGUAGES[language].FILES:
        lines = [line for line in files[name].splitlines() if '"url": ' not in line]  # where npm's authors take money
        assert set(re.findall(r'https?://[^\s"]+', "\n".join(lines))) <= {REGISTRY_OF_CRATES}
        assert "index-url" not in "\n".join(lines).replace("--no-emit-index-url", "")
