"""Templates of somebody hostile: `new` and `update` write nothing outside, read nothing outside, and run nothing.

The kinds are those of the advisories of Copier and of Jinja, each with its number. `tests/engine/test_sandbox.py` tries a
hundred ways to leave the sandbox. Those that concern a cache of compiled templates (CVE-2014-0012, CVE-2014-1402) are in
`tests/files/cache`.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from scaffold.__main__ import run
from scaffold.errors import ServiceError, TemplateError
from tests.support import somebodys_template as somebodys
from tests.support.both_tools import contents
from workshop.history import git

MARK = "canary-51d0"
RUN = "popen('touch made').read()"
FORMAT = "'{0.__class__.__init__.__globals__}'"
CODES = (TemplateError.exit_code, ServiceError.exit_code)


@dataclass(frozen=True)
class Kind:
    """What a hostile version has: files, which are hostile where `use_db` is true; settings; links by their names."""

    files: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    links: dict[str, str] = field(default_factory=dict)


def shows(expression: str) -> Kind:
    return Kind({"a.jinja": f"{{{{ ({expression}) if use_db else '' }}}}"})


def named(expression: str) -> Kind:
    return Kind({f"{{{{ ({expression}) if use_db else 'x' }}}}": "x"})


KINDS = {
    "CVE-2025-55214: a path above": Kind({"{% if use_db %}..{% endif %}/out.txt.jinja": "x"}),
    "CVE-2025-55214: a path above, in one name": named(r"['..', 'out.txt'] | join('\x2f')"),
    "CVE-2025-55214: by Copier's own sign": named("'..' ~ _copier_conf.sep ~ 'out.txt'"),
    "CVE-2025-55214: an absolute path": named(r"'\x2ftmp\x2fscaffold-out'"),
    "CVE-2025-55214: yielded names": Kind({"{% yield n from ['..'] if use_db else ['x'] %}{{ n }}{% endyield %}/out.txt": "x"}),
    "CVE-2025-55201: a path that writes": shows("_copier_conf.dst_path.joinpath('../out.txt').write_text('x')"),
    "CVE-2025-55201: a path that reads": shows("_copier_conf.src_path.parent.joinpath('secret.yml').read_text()"),
    "CVE-2026-23968: a link to a file outside": Kind(links={"stolen": "../secret.yml"}),
    "CVE-2026-23968: a link to a folder outside": Kind(links={"stolen": "../secrets"}),
    "CVE-2026-23986: a file below a kept link": Kind({"out/a.txt": "x"}, "_preserve_symlinks: true\n", {"link": "../secrets"}),
    "CVE-2026-34726: a root above": Kind(settings="_subdirectory: ..\n"),
    "CVE-2026-34726: a root elsewhere": Kind(settings="_subdirectory: /etc\n"),
    "CVE-2026-34730: data from outside": Kind(
        {"a.jinja": "{{ _external_data.secret }}"}, "_external_data: {secret: ../secret.yml}\n"
    ),
    "Copier 9.17.1: a finalizer": Kind(settings="_envops: {finalize: !!python/name:os.system }\n"),
    "Copier 9.17.1: an object in a default": Kind(settings="more: {default: !!python/object/apply:os.system [touch made]}\n"),
    "Copier 9.17.1: the settings as an object": shows(f"_copier_conf.settings.from_file.__globals__.os.{RUN}"),
    "Copier 9.17.1: the path as an object": shows("_copier_conf.src_path.__class__('secret.yml').read_text()"),
    "CVE-2026-53951: tasks, which no address is trusted with": Kind(settings="_tasks: [touch made]\n"),
    "migrations": Kind(settings="_migrations: [{version: 1.0.0, command: touch made}]\n"),
    "extensions": Kind(settings="_jinja_extensions: [jinja2.ext.debug]\n"),
    "a hook of git": Kind({"{{ '.git' if use_db else 'x' }}/hooks/post-commit": "#!/bin/sh\ntouch made\n"}),
    "a hook of git in capitals": Kind({"{{ '.GIT' if use_db else 'x' }}/hooks/post-commit": "x"}),
    "CVE-2016-10745: a format": shows(f"{FORMAT}.format(cycler)"),
    "CVE-2019-10906: a format by a mapping": shows("'{x.__class__.__mro__}'.format_map({'x': cycler})"),
    "CVE-2024-56326: a format that a filter calls": shows(f"[1] | map('to_json', default={FORMAT}.format) | list ~ (cycler | to_json(default={FORMAT}.format))"),
    "CVE-2025-27516: a format by attr": shows(f"({FORMAT} | attr('format'))(cycler)"),
    "CVE-2024-56201: a name that is compiled": Kind(
        {"a.jinja": "{% if use_db %}{% from \"{open('made','w')}\" import x %}{{ x.y }}{% endif %}", "{open('made','w')}": "x"}
    ),
    "Python's own classes": shows("''.__class__.__mro__[1].__subclasses__()"),
    "a map of an attribute": shows("([''] | map(attribute='__class__') | first).mro()"),
    "globals of a function": shows(f"lipsum.__globals__.os.{RUN}"),
    "a file of this machine": Kind({"a.jinja": "{% if use_db %}{% include '../../../../etc/passwd' %}{% endif %}"}),
    "files that a filter finds": shows("'/etc/*' | fileglob"),
    "variables of this machine": shows("'$SCAFFOLD_CANARY' | expandvars"),
    "a loop without end": Kind({"a.jinja": "{% if use_db %}{% for a in range(10**9) %}x{% endfor %}{% endif %}"}),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A folder with a template, a service `shop` of its version 1.1.0, and secrets outside both."""

    folder: Path
    numbers: count[int] = field(default_factory=lambda: count(2))

    def release(self, kind: Kind) -> str:
        """Release a version that is hostile; return its number."""
        template, version = self.folder / "template", f"{next(self.numbers)}.0.0"
        git(template, "checkout", "--quiet", "--detach", "1.1.0")
        for path, content in kind.files.items():
            (template / path).parent.mkdir(parents=True, exist_ok=True)
            (template / path).write_text(content)
        for path, target in kind.links.items():
            (template / path).symlink_to(target)
        with (template / "copier.yml").open("a") as file:
            file.write(kind.settings)
        somebodys.release(template, version)
        return version

    def state(self) -> dict[str, tuple[bytes, bool]]:
        files = contents(self.folder).items()
        return {path: found for path, found in files if not path.startswith(("cache/", "template/"))}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "secrets").mkdir()
    for name in ("secret.yml", "secrets/a.yml"):
        (folder / name).write_text(f"secret: {MARK}\n")
    somebodys.make(folder / "template")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        assert run(["new", "shop", "--template", f"{folder}/template@1.1.0", "--data", "project_name=shop"]) == 0
    return Place(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_template_writes_nothing_and_runs_nothing(
    kind: str, place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The second version is hostile when `use_db` is answered: for a new service, and for one that is updated."""
    monkeypatch.chdir(place.folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(place.folder / "cache"))
    monkeypatch.setenv("SCAFFOLD_CANARY", MARK)
    version = place.release(KINDS[kind])
    before = place.state()
    source = f"{place.folder}/template@{version}"
    for arguments in (
        ["new", "other", "--template", source, "--data", "project_name=shop", "--data", "use_db=true"],
        ["update", "shop", "--to", version, "--data", "use_db=true", "--yes"],
        ["questions", "--template", source],
    ):
        code = run(arguments)
        shown, after = capfd.readouterr(), place.state()
        shutil.rmtree(place.folder / "other", ignore_errors=True)  # otherwise the next kind fails, too
        assert MARK not in shown.out + shown.err
        if arguments[0] != "questions":
            assert code in CODES, shown
            assert re.fullmatch(r"(Fetching .+\n)?error: .+\n", shown.err), shown.err
        assert after == before
    assert git(place.folder / "shop", "status", "--porcelain") == ""
    assert not Path("/tmp/scaffold-out").exists()
