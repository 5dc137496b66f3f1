"""Folders, charts and files of values that are named like options: no name of a repository is a word of a command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scaffold.check.built.helm import Charts
from scaffold.check.built.workshop import workshop
from scaffold.check.ground import Ground
from tests.hostile.conftest import Canaries, Clone, Recorder, Scaffold

HOOK = "#!/bin/sh\ntouch '{ran}'\ncat\n"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n"
NAMES = [
    "--post-renderer=demo/files/hook", "--post-renderer=./hook", "--output-dir=.git", "--output-dir=..", "--validate",
    "--kubeconfig=demo/kubeconfig", "--kube-apiserver=http://{host}", "--set-file=a=demo/hook", "--set=a=b", "--values=demo/x",
    "--repo=http://{host}", "--plugin=demo", "--debug", "-f", "-h", "--help", "--version", "--", "-", "--dry-run=server",
    "--enable-helm", "--enable-exec", "--enable-alpha-plugins", "--load-restrictor=LoadRestrictionsNone", "--helm-command=demo/hook",
    "-o=..", "--output=..", "--mount=a", "--network", "--env=A",
]  # fmt: skip
KINDS = {
    "chart": {"Chart.yaml": "apiVersion: v2\nname: demo\nversion: 0.1.0\n", "templates/a.yaml": CONFIG, "values.yaml": "{}\n"},
    "kustomization": {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG},
}  # fmt: skip
COMMANDS = [
    ("check",), ("check", "charts", "--fix", "--yes"), ("check", "--fix", "--yes"), ("check", "--format", "json"), ("status",),
    ("pin", "--check"),
]  # fmt: skip


def hostile(canaries: Canaries) -> dict[str, str | bytes | Path]:
    """Return a repository where each name is a chart and a kustomization, a chart's name and a file of values."""
    hook = HOOK.format(ran=canaries.file)
    files: dict[str, str | bytes | Path] = {"hook": hook, "demo/hook": hook, "demo/files/hook": hook}
    files["demo/kubeconfig"] = json.dumps(
        {"clusters": [{"name": "a", "cluster": {"server": f"http://{canaries.server.host}"}}]}
    )
    for name in (each.format(host=canaries.server.host) for each in NAMES):
        chart = json.dumps({"apiVersion": "v2", "name": name, "version": "0.1.0"})
        files |= {f"charts/{name}/Chart.yaml": chart, f"charts/{name}/templates/a.yaml": CONFIG}
        files |= {f"{name}/{part}": text for part, text in KINDS["kustomization"].items()}
    for values in ("values-,hook.yaml", "values---post-renderer=hook.yaml", "--set=a-values.yaml", "-values.yml"):
        files[f"charts/-f/{values}"] = "{}\n"
    return files


@pytest.fixture
def repository(canaries: Canaries, clone: Clone) -> Path:
    return clone(hostile(canaries))


WORDS = re.compile(
    r"helm template (?:release|demo) chart --skip-tests(?: --values values-\d+\.yaml)?(?: --skip-schema-validation)?"
    r"|kustomize build build-\d+|kubectl kustomize build-\d+"
)
KNOWN = {
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
    "XDG_STATE_HOME", "KUBECONFIG", "HELM_NO_PLUGINS", "GIT_ALLOW_PROTOCOL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL",
    "GIT_TERMINAL_PROMPT", "PWD", "OLDPWD", "SHLVL", "_",
}  # fmt: skip


def test_no_name_is_a_word_of_a_command_and_nothing_of_the_user_is_seen(
    repository: Path, canaries: Canaries, recorder: Recorder, scaffold: Scaffold, tmp_path: Path
) -> None:
    mine = {
        "KUBECONFIG": "/mine",
        "HELM_KUBEAPISERVER": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "HTTPS_PROXY": "http://x",
        "HELM_PLUGINS": "/x",
    }
    for words in COMMANDS:
        scaffold(repository, *words, path=recorder.path, **mine)
    calls = recorder.read()
    assert len(calls) > 7 * len(NAMES), "each chart and kustomization is given to a tool by each check"
    for call in calls:
        first, *environment = call.split("\n")
        assert WORDS.fullmatch(first), first
        variables = dict(line.split("=", 1) for line in environment)
        assert set(variables) <= KNOWN
        assert not Path(variables["HOME"]).is_relative_to(tmp_path / "home")
        assert Path(variables["KUBECONFIG"]).is_relative_to(variables["HOME"])
        assert variables["GIT_ALLOW_PROTOCOL"] == "none"
    canaries.assert_untouched()


NAMED = [
    "--post-renderer=demo/files/hook", "--output-dir=.git", "--validate", "--kubeconfig=demo/kubeconfig", "--set-file=a=demo/hook",
    "-f", "--help", "--",
]  # fmt: skip


def test_real_helm_renders_what_is_named_like_an_option(
    canaries: Canaries, clone: Clone, scaffold: Scaffold, helm_path: str
) -> None:
    hook = HOOK.format(ran=canaries.file)
    files: dict[str, str | bytes | Path] = {"demo/hook": hook, "demo/files/hook": hook}
    files |= {f"demo/{part}": text for part, text in KINDS["chart"].items()}
    for name in NAMED:
        files |= {
            f"{name}/{part}": text.replace("kind: ConfigMap", "kind: Pod") for part, text in KINDS["chart"].items()
        }
    repository = clone(files)
    before = {path for path in (repository / ".git").rglob("*") if path.name != "index"}
    said = scaffold(repository, "check", "--format", "json", "--select", "P03-naked-pod", path=helm_path)
    report = json.loads(said.text)
    assert report["notes"] == []
    assert {each["path"] for each in report["findings"]} == {f"{name}/templates/a.yaml" for name in NAMED}
    assert {path for path in (repository / ".git").rglob("*") if path.name != "index"} == before
    canaries.assert_untouched()


def test_a_release_is_named_as_its_chart_only_where_that_is_a_name(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Chart.yaml").write_text("name: --set=a\n")
    monkeypatch.setenv("PATH", recorder.path)
    monkeypatch.chdir(tmp_path)
    with workshop() as shop:
        Charts(Ground([Path()], ["Chart.yaml"])).render(shop)
    assert [call.split("\n")[0].split()[:4] for call in recorder.read()] == [["helm", "template", "release", "chart"]]
