"""What takes all memory, time or output of a tool, and folders whose names are no words: a sentence for each."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from scaffold.check.built import enclosure
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.programs import MIB, Bounds
from tests.hostile.conftest import Canaries, Clone, Scaffold

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: 'example.com/web:1.0'}]}\n"


def bomb() -> str:
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata: {name: a}", "a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{{', '.join(f'k{m}: *a{n - 1}' for m in range(9))}}}" for n in range(1, 10)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosure, "BOUNDS", Bounds(seconds=10, output=1 * MIB, memory=150 * MIB))


def test_a_bomb_of_maps(tmp_path: Path, tight: None) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (tmp_path / "a.yaml").write_text(bomb())
    (note,) = check([tmp_path], []).notes
    assert note.message.startswith("can't be built: ")
    assert re.search("took more than 150 MiB of memory|did not end within|excessive aliasing", note.message)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ $a := repeat 1000000 \"x\" }}{{ range until 1000 }}# {{ $a }}\n{{ end }}", "took more than 150 MiB of memory"),
        ("{{ range until 60000 }}# xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n{{ end }}a: b\n", "wrote more than 1 MiB"),
    ],
)  # fmt: skip
def test_endless_output(
    template: str, why: str, tmp_path: Path, tight: None, helm_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", helm_path)
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "Chart.yaml").write_text(CHART)
    (tmp_path / "shop" / "templates" / "a.yaml").write_text(template)
    (note,) = check([tmp_path / "shop"], []).notes
    assert note.message == f"can't be rendered: it {why}; not checked"


def test_endless_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "bin" / "kustomize"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nsleep 60\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(enclosure, "BOUNDS", Bounds(seconds=0.2))
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kustomization.yaml").write_text("resources: []\n")
    report = check([tmp_path], [])
    assert [each.message for each in report.notes] == ["can't be built: it did not end within 0.2 s; not checked"] * 2
    monkeypatch.setattr(enclosure, "ALTOGETHER", 0.0)
    report = check([tmp_path], [])
    assert {each.message for each in report.notes} == {
        "can't be built: it had no time left: all builds together took 0 minutes; not checked"
    }


FOLDERS = [
    b"it's", b'a"b', b"a,b", b"a\rb", b"a\nb", b"a\x01b", b"a\x7fb", b"a\xffb", b"\xff", b"{a: b}", b"]", b"a #x", b"a: b", b"'",
    b"git@host:x", b"http:", b"github.com", b"$(touch x)", b"`x`", b"%s", b"a\\b", b"\\n", b" ", b"a\tb", b"--help", b"!!binary", b"*a",
    "\u2028\u0085\ufeff\U0001f600".encode(), b"resources: [http:", b"'\n- http:", b"] , bases: [..", b"-", b"~", b"null",
]  # fmt: skip


def test_each_folder_is_judged_whatever_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in map(os.fsdecode, FOLDERS):
        (tmp_path / name / "base").mkdir(parents=True)
        (tmp_path / name / "kustomization.yaml").write_text("resources: [base]\n")
        (tmp_path / name / "base" / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
        (tmp_path / name / "base" / "pod.yaml").write_text(POD)
    report = check([Path()], [all_rules()["P03-naked-pod"]])
    assert report.notes == []
    assert {each.place.path for each in report.findings} == {
        f"{name}/base/pod.yaml" for name in map(os.fsdecode, FOLDERS)
    }


def test_each_chart_is_judged_or_named(
    tmp_path: Path, canaries: Canaries, helm_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", helm_path)
    (tmp_path / "all").mkdir()
    monkeypatch.chdir(tmp_path / "all")
    names = list(map(os.fsdecode, FOLDERS[2:9]))
    for name in names:
        (Path(name) / "templates").mkdir(parents=True)
        (Path(name) / "Chart.yaml").write_text(CHART)
        (Path(name) / "templates" / "pod.yaml").write_text(POD)
    odd = Path(names[0]) / "templates" / "a\nb.yaml"
    odd.write_text(POD)
    report = check([Path()], [all_rules()["P03-naked-pod"]])
    assert {each.place.path for each in report.findings} == {f"{name}/templates/pod.yaml" for name in names}
    assert [(each.path, each.message) for each in report.notes] == [
        (str(odd), "has a name that helm can't show; not checked")
    ]


@pytest.mark.parametrize("name", ["a\nb.yaml", "a\nb/c.yaml", "a\rb.yaml"])
def test_a_plain_file_is_judged_whatever_its_name(name: str, clone: Clone) -> None:
    repository = clone({name: POD, f"{name}.d/x/Dockerfile": "FROM a:latest\n"})
    found = {each.place.path for each in check([repository], list(all_rules().values())).findings}
    assert any(path.endswith(f"/{name}") for path in found)
    assert any(path.endswith(f"/{name}.d/x/Dockerfile") for path in found)


def test_the_user_is_told_in_one_sentence(clone: Clone, scaffold: Scaffold) -> None:
    said = scaffold(clone({"a/kustomization.yaml": "resources: [missing.yaml]\n"}), "check")
    assert said.code == 1
    assert "a/kustomization.yaml: can't be built: " in said.text
    assert "'a/missing.yaml'" in said.text
    assert "scaffold-" not in said.text
    assert "/tmp" not in said.text.replace(str(Path.cwd()), "")
