"""Addresses in all places where kustomize and helm accept one: nobody is asked, and a note names each."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import pytest

from scaffold.check.built import closure
from scaffold.check.built.addresses import is_address
from scaffold.check.run import check
from scaffold.programs.offline import is_offline_possible
from tests.hostile.conftest import Canaries, Clone, Scaffold

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n"
PLUGIN = "apiVersion: builtin\nkind: %s\nmetadata: {name: a}\n"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
# URL is a file and REPOSITORY a folder somewhere else.
PLACES: dict[str, dict[str, str]] = {
    "resources": {"kustomization.yaml": "resources: [a.yaml, URL]\n"},
    "resources-git": {"kustomization.yaml": "resources: ['REPOSITORY']\n"},
    "bases": {"kustomization.yaml": "bases: ['REPOSITORY']\n"},
    "components": {"kustomization.yaml": "resources: [a.yaml]\ncomponents: ['REPOSITORY']\n"},
    "crds": {"kustomization.yaml": "resources: [a.yaml]\ncrds: [URL]\n"},
    "configurations": {"kustomization.yaml": "resources: [a.yaml]\nconfigurations: [URL]\n"},
    "openapi": {"kustomization.yaml": "resources: [a.yaml]\nopenapi: {path: URL}\n"},
    "config-map-files": {"kustomization.yaml": "configMapGenerator: [{name: a, files: [URL]}]\n"},
    "config-map-keyed": {"kustomization.yaml": "configMapGenerator: [{name: a, files: ['key=URL']}]\n"},
    "config-map-envs": {"kustomization.yaml": "configMapGenerator: [{name: a, envs: [URL]}]\n"},
    "config-map-env": {"kustomization.yaml": "configMapGenerator: [{name: a, env: URL}]\n"},
    "secret-files": {"kustomization.yaml": "secretGenerator: [{name: a, files: [URL]}]\n"},
    "secret-envs": {"kustomization.yaml": "secretGenerator: [{name: a, envs: [URL]}]\n"},
    "patches": {"kustomization.yaml": "resources: [a.yaml]\npatches: [{path: URL}]\n"},
    "patches-json": {"kustomization.yaml": "resources: [a.yaml]\npatchesJson6902: [{path: URL, target: {version: v1, kind: ConfigMap, name: web}}]\n"},
    "patches-merge": {"kustomization.yaml": "resources: [a.yaml]\npatchesStrategicMerge: [URL]\n"},
    "replacements": {"kustomization.yaml": "resources: [a.yaml]\nreplacements: [{path: URL}]\n"},
    "transformers": {"kustomization.yaml": "resources: [a.yaml]\ntransformers: [URL]\n"},
    "generators": {"kustomization.yaml": "generators: ['REPOSITORY']\n"},
    "validators": {"kustomization.yaml": "resources: [a.yaml]\nvalidators: [URL]\n"},
    "plugin-file": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers: [t.yaml]\n",
        "t.yaml": PLUGIN % "PatchTransformer" + "path: URL\n",
    },
    "plugin-inline": {
        "kustomization.yaml": "generators:\n- |-\n  " + (PLUGIN % "ConfigMapGenerator" + "files: [URL]\n").replace("\n", "\n  "),
    },
    "plugin-paths": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers: [t.yaml]\n",
        "t.yaml": PLUGIN % "PatchStrategicMergeTransformer" + "paths: [URL]\n",
    },
    "plugin-replacements": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers: [t.yaml]\n",
        "t.yaml": PLUGIN % "ReplacementTransformer" + "replacements: [{path: URL}]\n",
    },
    "plugin-folder": {
        "kustomization.yaml": "resources: [a.yaml]\ntransformers: [t]\n",
        "t/kustomization.yaml": "resources: [t.yaml]\n",
        "t/t.yaml": PLUGIN % "PatchJson6902Transformer" + "target: {kind: ConfigMap, name: web}\npath: URL\n",
    },
    "base": {"kustomization.yaml": "resources: [base]\n", "base/kustomization.yaml": "resources: [URL]\n"},
    "component": {
        "kustomization.yaml": "resources: [a.yaml]\ncomponents: [c]\n",
        "c/kustomization.yaml": COMPONENT + "patches: [{path: URL}]\n",
    },
    "capitals": {"kustomization.yaml": "RESOURCES: [URL]\n"},
    "long-s": {"kustomization.yaml": "re\u017fource\u017f: [URL]\n"},
    "twice": {"kustomization.yaml": "resources: [URL]\nresources: [a.yaml]\n"},
    "alias": {"kustomization.yaml": "commonAnnotations: {a: &u URL}\nresources: [*u]\n"},
    "alias-of-harmless": {"kustomization.yaml": "resources: [a.yaml]\ncommonAnnotations: &o {path: URL}\nopenapi: *o\n"},
    "merge": {"kustomization.yaml": "commonLabels: &l {resources: [URL]}\n<<: *l\n"},
    "base64": {"kustomization.yaml": "resources: [!!binary BASE64]\n"},
    "json": {"kustomization.yaml": '{"resources": ["URL"]}\n'},
    "json-escaped": {"kustomization.yaml": '{"resources": ["\\u0068ttp:URL"]}\n'},
    "yml": {"kustomization.yml": "resources: [URL]\n"},
    "no-suffix": {"Kustomization": "resources: [URL]\n"},
    "capital-scheme": {"kustomization.yaml": "resources: ['HTTP:URL']\n"},
    "opaque": {"kustomization.yaml": "configMapGenerator: [{name: a, files: ['http:URL']}]\n"},
}  # fmt: skip


def hostile(canaries: Canaries) -> dict[str, str | bytes | Path]:
    url = f"http://{canaries.server.host}/a.yaml"
    files: dict[str, str | bytes | Path] = {}
    for place, parts in PLACES.items():
        files[f"{place}/a.yaml"] = CONFIG
        for name, text in parts.items():
            told = text.replace("BASE64", base64.b64encode(url.encode()).decode())
            told = told.replace("tp:URL", f"tp:{url[5:]}").replace("TP:URL", f"TP:{url[5:]}").replace("URL", url)
            files[f"{place}/{name}"] = told.replace("REPOSITORY", f"http://{canaries.server.host}/org/repo?ref=main")
    return files


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Leave one of the two tools on the PATH, with git."""
    tool = shutil.which(request.param)
    git = shutil.which("git")
    if tool is None or git is None:
        pytest.skip(f"{request.param} is not installed")
    (tmp_path / "only").mkdir()
    (tmp_path / "only" / request.param).symlink_to(Path(tool).resolve())
    (tmp_path / "only" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "only"))


TOOLS = ["kubectl", pytest.param("kustomize", marks=pytest.mark.optional)]


@pytest.mark.parametrize("tools", TOOLS, indirect=True)
def test_no_address_is_asked_and_each_is_named(tools: None, canaries: Canaries, clone: Clone) -> None:
    repository = clone(hostile(canaries))
    report = check([repository], [])
    notes = {place: [each for each in report.notes if f"/clone/{place}/" in each.path] for place in PLACES}
    for place, found in notes.items():
        assert found, place
        assert "is not checked: " in found[0].message, place
        if place != "base64":
            assert canaries.server.host in found[0].message, place
            assert "--allow-network" in found[0].message, place
        assert found[0].line or ".yaml:" in found[0].message, place
    canaries.assert_untouched()


@pytest.mark.parametrize("tools", TOOLS, indirect=True)
def test_the_kernel_refuses_what_reading_has_missed(
    tools: None, canaries: Canaries, clone: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_offline_possible():
        pytest.skip("this system can't take the network from a program")
    monkeypatch.setattr(closure, "is_address", lambda *_, **__: False)
    files = hostile(canaries)
    repository = clone(
        {name: text for name, text in files.items() if name.split("/")[0] in ("resources", "components")}
    )
    report = check([repository], [])
    assert len(report.notes) == 2
    assert all("can't be built: " in each.message for each in report.notes)
    canaries.assert_untouched()


@pytest.mark.parametrize("tools", TOOLS, indirect=True)
def test_who_allows_it_asks(tools: None, canaries: Canaries, clone: Clone) -> None:
    repository = clone({name: text for name, text in hostile(canaries).items() if name.startswith("resources/")})
    (note,) = check([repository], [], network=True).notes
    assert "can't be built: " in note.message
    assert canaries.server.asked[0].startswith(b"GET /a.yaml")


def test_only_the_user_allows_it(canaries: Canaries, clone: Clone, scaffold: Scaffold) -> None:
    files = {name: text for name, text in hostile(canaries).items() if name.startswith("resources/")}
    repository = clone(files)
    for name, text in ((".scaffold.toml", "[check]\n"), ("pyproject.toml", "[tool.scaffold.check]\n")):
        for key in ("allow_network", "allow-network"):
            (repository / name).write_text(f"{text}{key} = true\n")
            said = scaffold(repository, "check")
            assert said.code == 12
            assert f"{key} can't be set in a file; remove it, and give --allow-network" in said.text
        (repository / name).unlink()
    canaries.assert_untouched()
    scaffold(repository, "check", SCAFFOLD_CHECK_ALLOW_NETWORK="true")
    assert len(canaries.server.asked) == 1
    scaffold(repository, "check", "--allow-network")
    assert len(canaries.server.asked) == 2


@pytest.mark.parametrize(
    "text",
    [
        "http://a/b", "HTTPS://a/b", "http:a", "https:a/b", "github.com/org/repo", "GitHub.com:org/repo", "git@host:org/repo",
        "git::https://a/b", "ssh://git@host/a", "file:///etc", "user@host/a/b", "s3::https://a", "gh:org/repo", "oci://a/b",
        "host.example/org/repo//base?ref=v1", "host/repo.git", "host/repo.git/base", "dev.azure.com/o/p/_git/repo", "host/a?ref=v1",
    ],
)  # fmt: skip
def test_addresses_of_all_versions(text: str) -> None:
    assert is_address(text, "resources", is_there=False)


@pytest.mark.parametrize(
    "text",
    [
        "base",
        "../base",
        "a.yaml",
        "./a@b.yaml",
        "a-b/c.d/e",
        "../a b/c.yaml",
        "apiVersion: v1\nkind: A\na: http://b\n",
        "x.gitignore",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text, "resources", is_there=False)


def test_an_icon_of_a_scale_is_a_file() -> None:
    assert not is_address("icon@2x/a.png", "files", is_there=True)


CHART = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies:\n- {name: mail, version: 1.0.0, repository: 'http://HOST/charts'}\n",
    "values.yaml": "a: 1\n",
    "values.schema.json": '{\n"type": "object", "$ref": "http://HOST/schema.json"}\n',
    "templates/a.yaml": "{{ (lookup \"v1\" \"Pod\" \"\" \"\").items }}\n" + CONFIG.replace("ConfigMap", "Pod"),
    "charts/own/Chart.yaml": "apiVersion: v2\nname: own\nversion: 0.1.0\n",
    "charts/own/values.schema.json": '{"$ref": "http://HOST/own.json"}\n',
}  # fmt: skip


def test_helm_asks_nobody_and_renders_what_it_can(
    canaries: Canaries, clone: Clone, scaffold: Scaffold, helm_path: str, tmp_path: Path
) -> None:
    files = {name: text.replace("HOST", canaries.server.host) for name, text in CHART.items()}
    repository = clone(dict(files))
    kubeconfig = tmp_path / "kubeconfig"
    cluster = {"name": "a", "cluster": {"server": f"http://{canaries.server.host}"}}
    context = {"name": "a", "context": {"cluster": "a", "user": "a"}}
    kubeconfig.write_text(json.dumps({"clusters": [cluster], "contexts": [context], "current-context": "a"}))
    more = {"KUBECONFIG": str(kubeconfig), "HELM_KUBEAPISERVER": f"http://{canaries.server.host}"}
    said = scaffold(repository, "check", "--format", "json", "--select", "P03-naked-pod", path=helm_path, **more)
    report = json.loads(said.text)
    assert [each["path"] for each in report["findings"]] == ["templates/a.yaml"]
    notes = {(each["path"], each["line"]): each["message"] for each in report["notes"]}
    assert f"names the address http://{canaries.server.host}/schema.json" in notes["values.schema.json", 2]
    assert f"names the address http://{canaries.server.host}/own.json" in notes["charts/own/values.schema.json", 1]
    assert f"needs the chart mail of http://{canaries.server.host}/charts" in notes["Chart.yaml", 5]
    canaries.assert_untouched()


def test_helm_may_not_ask_what_a_packed_dependency_names(
    canaries: Canaries, clone: Clone, scaffold: Scaffold, helm_path: str, tmp_path: Path
) -> None:
    packed = tmp_path / "pack" / "own"
    packed.mkdir(parents=True)
    (packed / "Chart.yaml").write_text("apiVersion: v2\nname: own\nversion: 0.1.0\n")
    (packed / "values.schema.json").write_text(json.dumps({"$ref": f"http://{canaries.server.host}/own.json"}))
    archive = shutil.make_archive(str(tmp_path / "own"), "gztar", tmp_path / "pack", "own")
    files: dict[str, str | bytes | Path] = {
        "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\ndependencies: [{name: own, version: 0.1.0}]\n",
        "charts/own-0.1.0.tgz": Path(archive).read_bytes(),
        "templates/a.yaml": CONFIG,
    }
    said = scaffold(clone(files), "check", path=helm_path)
    assert "judged" not in said.text
    canaries.assert_untouched()
