"""What lets a finding stand: comments with a reason, and a baseline."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.check.repositories import CASES, POD
from tests.support.commands import scaffold

REASON = "# scaffold: ignore P03-naked-pod because it is made by hand"


def check(folder: Path, *words: str, code: int | None = None) -> dict[str, Any]:
    done = scaffold("check", "--json", "--select", "P03,P07", *words, cwd=folder)
    assert done.stderr == ""
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (bool(told["findings"]) if code is None else code)
    return told


def rules(told: dict[str, Any], key: str = "findings") -> list[str]:
    return [each["rule"] for each in told[key]]


@pytest.mark.parametrize(
    "text",
    [
        POD.replace("kind: Pod", f"kind: Pod  {REASON}"),
        POD.replace("kind: Pod", f"{REASON}\nkind: Pod"),
        POD.replace("kind: Pod", f"{REASON}\n# and another comment\nkind: Pod"),
        f"{REASON}\n{POD}",
        f"# A pod.\n\n{REASON}\n\n{POD}",
        f"{POD}---\n{REASON}\n{POD}".replace("kind: Pod", "kind: Deployment", 1),
        POD.replace("kind: Pod", "kind: Pod  # scaffold: ignore P01, p03 because of a pattern"),
    ],
)
def test_a_comment_lets_a_finding_stand(text: str, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(text)
    told = check(tmp_path)
    assert set(rules(told)) == {"P07-latest-image"}
    assert rules(told, "suppressed") == ["P03-naked-pod"]
    assert told["suppressed"][0]["reason"] in ("it is made by hand", "of a pattern")


@pytest.mark.parametrize(
    "text",
    [
        f"{POD}{REASON}\n",
        POD.replace("metadata:", f"metadata:  {REASON}"),
        f"{REASON}\n---\n{POD}",
        POD.replace("kind: Pod", "kind: Pod  # scaffold: ignore P07 because of another pattern"),
    ],
)
def test_a_comment_elsewhere_does_not(text: str, tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(text)
    assert "P03-naked-pod" in rules(check(tmp_path))


def test_a_reason_is_required(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("kind: Pod", "kind: Pod  # scaffold: ignore P03-naked-pod"))
    told = check(tmp_path)
    assert "P03-naked-pod" in rules(told)
    assert [(note["path"], note["line"]) for note in told["notes"]] == [("pod.yaml", 2)]
    assert "without a reason" in told["notes"][0]["message"]


def vain(folder: Path, *words: str) -> list[tuple[str, int, str]]:
    return [
        (note["path"], note["line"], note["message"])
        for note in check(folder, *words)["notes"]
        if note["title"] == "unused ignore"
    ]


def test_a_comment_that_lets_nothing_stand_is_told(tmp_path: Path) -> None:
    text = POD.replace("kind: Pod", f"kind: Pod  {REASON}").replace("image: nginx", "image: nginx:1.29.1")
    unused = "  # scaffold: ignore P07, p03-naked-pot because of an old tag"
    (tmp_path / "pod.yaml").write_text(text.replace("nginx:1.29.1", f"nginx:1.29.1{unused}"))
    (tmp_path / "compose.yaml").write_text(f"services: {{}}  {REASON}\n")
    wanted = [
        ("pod.yaml", 8, "this ignore comment has no effect: P07 has no finding here"),
        ("pod.yaml", 8, "unknown rule p03-naked-pot in an ignore comment"),
    ]
    assert vain(tmp_path) == wanted
    assert vain(tmp_path, "--ignore", "P07-pull-policy") == wanted[1:], "other rules of P07 did not run"
    assert vain(tmp_path, "pod.yaml") == wanted[1:], "what it contradicts may be in other files"
    assert scaffold("check", "--select", "P03,P07", cwd=tmp_path).returncode == 0
    assert scaffold("check", "--select", "P03,P07", "--strict", cwd=tmp_path).returncode == 1


def test_a_comment_in_what_was_not_judged_may_be_needed(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD.replace("kind: Pod", f"kind: Job  {REASON}"))
    (tmp_path / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (tmp_path / "map.yaml").write_text("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n")
    assert vain(tmp_path) == [("pod.yaml", 2, "this ignore comment has no effect: P03-naked-pod has no finding here")]
    (tmp_path / "kustomization.yaml").write_text("resources: [pod.yaml, nowhere.yaml]\n")
    assert vain(tmp_path) == []


def test_a_comment_in_a_dockerfile(tmp_path: Path) -> None:
    text = 'FROM debian:13 AS build\n{}RUN apt-get update \\\n  # the compiler\n  && apt-get install --yes gcc\nCMD ["a"]\n'
    (tmp_path / "Dockerfile").write_text(text.format(""))
    assert json.loads(scaffold("check", "--json", "--select", "P01", cwd=tmp_path).stdout)["findings"]
    (tmp_path / "Dockerfile").write_text(text.format("# scaffold: ignore P01 because it builds at run time\n"))
    told = json.loads(scaffold("check", "--json", "--select", "P01", cwd=tmp_path).stdout)
    assert (rules(told), rules(told, "suppressed")) == ([], ["P01-compiler-in-image"])


def test_a_comment_in_what_an_overlay_is_built_from(tmp_path: Path) -> None:
    base, overlay = tmp_path / "base", tmp_path / "overlay"
    base.mkdir()
    overlay.mkdir()
    (base / "kustomization.yaml").write_text("resources: [pod.yaml]\n")
    (base / "pod.yaml").write_text(POD.replace("kind: Pod", f"kind: Pod  {REASON}"))
    (overlay / "kustomization.yaml").write_text("resources: [../base]\nnamePrefix: a-\n")
    told = check(tmp_path)
    assert (rules(told), rules(told, "suppressed")) == (["P07-latest-image"], ["P03-naked-pod"])


def test_the_id_that_a_rule_had_before_still_counts(tmp_path: Path) -> None:
    volume = f"{POD}  volumes:\n    - name: a\n      hostPath: {{path: /a}}"
    words = ("check", "--json", "--select", "P06-host-path", "--strict")
    (tmp_path / "pod.yaml").write_text(f"{volume}\n")
    told = json.loads(scaffold(*words, cwd=tmp_path).stdout)
    assert rules(told) == ["P14-host-path"]
    known = hashlib.sha256("\0".join(("P06-host-path", "pod.yaml", "Pod/web", told["findings"][0]["field"])).encode())
    assert told["findings"][0]["fingerprint"] == known.hexdigest()[:24]
    (tmp_path / "pod.yaml").write_text(f"{volume}  # scaffold: ignore P06-host-path because it is an agent\n")
    done = scaffold(*words, cwd=tmp_path)
    assert (done.returncode, rules(json.loads(done.stdout), "suppressed")) == (0, ["P14-host-path"])


WRITTEN = "Wrote 2 findings to known.json. --baseline known.json reports only new ones.\n"


def test_a_baseline(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    words = ("--select", "P03,P07")
    done = scaffold("check", *words, "--write-baseline", "known.json", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", WRITTEN)
    told = check(tmp_path, "--baseline", "known.json")
    assert (rules(told), len(told["suppressed"])) == ([], 2)
    (tmp_path / "pod.yaml").write_text(f"# moved\n{POD.replace('nginx', 'nginx:latest')}")
    assert rules(check(tmp_path, "--baseline", "known.json")) == []
    (tmp_path / "other.yaml").write_text(POD.replace("name: web", "name: other"))
    assert set(rules(check(tmp_path, "--baseline", "known.json"))) == {"P03-naked-pod", "P07-latest-image"}


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"findings": [{}]}', "[" * 100_000])
def test_a_baseline_that_is_none(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "known.json").write_text(content)
    done = scaffold("check", "--baseline", "known.json", cwd=tmp_path)
    assert done.returncode == (2 if content is None else 12)
    assert done.stderr.startswith("error: ")
    assert "known.json" in done.stderr
    assert "--write-baseline" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_id_counts_for_the_rules_that_it_was_split_into(tmp_path: Path) -> None:
    shutil.copytree(CASES / "P08-recreate" / "breaks", tmp_path / "deploy")
    file = tmp_path / "deploy" / "deployment.yaml"
    words = ("check", "--json", "--select", "P08-rollout-unavailable", "--strict")
    told = json.loads(scaffold(*words, cwd=tmp_path).stdout)
    assert [each["rule"] for each in told["findings"]] == ["P08-recreate"]
    comment = "type: Recreate  # scaffold: ignore P08-rollout-unavailable because of a lock\n"
    file.write_text(file.read_text().replace("type: Recreate\n", comment))
    done = scaffold(*words, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])
