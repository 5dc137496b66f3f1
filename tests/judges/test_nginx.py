"""nginx itself accepts the configuration of every golden's sidecars, and none of it needs more than its official image has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scaffold.files.folder import write_files
from tests.support import nginx
from tests.support.deployed import examples
from workshop import goldens

pytestmark = pytest.mark.judges

FOLDERS = [path.parent for example in examples() for path in sorted(example.glob("deploy/base/*/nginx.conf"))]
# The nginx of the tests has more modules built in than the image: the directives of those.
FOREIGN = re.compile(
    r"^\s*(echo\w*|more_\w+|keyval\w*|auth_jwt\w*|set_(escape|unescape|base|hashed|md5|sha1|hmac)\w*)\s", re.MULTILINE
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parents[2].name}-{path.name}")
def test_nginx_accepts_it(folder: Path) -> None:
    said = nginx.check(folder)
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr
    assert not FOREIGN.search((folder / "nginx.conf").read_text())


def test_both_kinds_are_in_the_goldens() -> None:
    assert {path.name for path in FOLDERS} == {"breaker", "limiter"}


def test_nginx_can_refuse() -> None:
    folder = next(path for path in FOLDERS if path.name == "breaker")
    assert "max_fails=3" in (folder / "nginx.conf").read_text()
    assert nginx.check(folder, "max_fails=3", "max_fail=3").returncode != 0


def test_no_dependency_has_a_name_that_clashes(tmp_path: Path) -> None:
    """Names of upstreams, zones and sockets that the configuration has of its own, and those that it makes of a name."""
    names = ["all", "connections", "counts", "fallback", "http", "metrics", "none", "outcome-counts", "x", "x-tls"]
    given = [{"name": name, "url": f"https://{name}.example.com", "kind": "auxiliary", "timeout": 1} for name in names]
    answers = goldens.engine()[1].resolve({"name": "frontend", "breaker": "nginx", "dependencies": given})
    write_files(tmp_path / "service", goldens.rendered(answers))
    said = nginx.check(tmp_path / "service/deploy/base/breaker")
    assert said.returncode == 0, said.stderr
