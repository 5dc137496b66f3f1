"""One lock file that is written for all features gives what the tool wrote for each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from workshop import goldens
from workshop.locks import __main__ as locks
from workshop.locks import go, python, runs, rust, typescript
from workshop.locks.conditions import LockError
from workshop.locks.runs import Run, Runs

FEATURES = ("api", "cache", "data")
"""The features of these tests. `data` brings `api` with it."""


def made(file: str, none: str, everything: str, **each: str) -> Runs:
    """Return services that were locked with each feature; one without a file of its own has that of `none`."""
    on = {name: frozenset({name} | ({"api"} if name == "data" else set())) for name in FEATURES}
    parts = tuple(Run(name, on[name], {file: each.get(name, none)}) for name in FEATURES)
    return Runs(
        Run("everything", frozenset(FEATURES), {file: everything}), Run("none", frozenset(), {file: none}), parts
    )


def rendered(text: str, features: frozenset[str]) -> str:
    context = {name: "." if name in features else "" for name in FEATURES}
    return goldens.engine()[2].string(
        text, {**context, "repository": "example.com/a", "languages": {"go": {"version": "1.26"}}}
    )


def check(text: str, found: Runs, file: str) -> None:
    for run in found.all:
        assert rendered(text, run.features) == run.files[file], run.name


def requirements(packages: Mapping[str, tuple[str, ...]], marker: Mapping[str, str] | None = None) -> str:
    lines = ["# made by uv"]
    for name, via in packages.items():
        lines += [f"{name}==1.0{(marker or {}).get(name, '')} \\", f"    --hash=sha256:{name}"]
        lines += [f"    # via {via[0]}"] if len(via) == 1 else ["    # via", *(f"    #   {word}" for word in via)]
    return "\n".join(lines) + "\n"


def write_python(found: Runs) -> str:
    return python._file(found, "requirements.txt")


def test_python_s_comments_name_who_needs_a_package_now() -> None:
    found = made(
        "requirements.txt",
        requirements({"a": ("-r x.in",), "c": ("a",)}),
        requirements({"a": ("-r x.in",), "b": ("api", "cache"), "c": ("a", "b", "data"), "d": ("c", "data")}),
        api=requirements({"a": ("-r x.in",), "b": ("api",), "c": ("a", "b")}),
        cache=requirements({"a": ("-r x.in",), "b": ("cache",), "c": ("a", "b")}),
        data=requirements({"a": ("-r x.in",), "b": ("api",), "c": ("a", "b", "data"), "d": ("c", "data")}),
    )
    check(write_python(found), found, "requirements.txt")


def test_python_s_marker_is_wider_where_more_features_need_the_package() -> None:
    windows = {"a": " ; sys_platform == 'win32'"}
    every = ("-r x.in",)
    found = made(
        "requirements.txt",
        requirements({"z": every}),
        requirements({"a": every, "z": every}),
        api=requirements({"a": every, "z": every}, windows),
        cache=requirements({"a": every, "z": every}),
        data=requirements({"a": every, "z": every}, windows),
    )
    check(write_python(found), found, "requirements.txt")


def test_a_feature_that_brings_another_does_not_repeat_its_condition() -> None:
    every = ("-r x.in",)
    with_api = requirements({"a": every, "z": every})
    found = made("requirements.txt", requirements({"z": every}), with_api, api=with_api, data=with_api)
    assert "{% if api %}" in write_python(found)
    assert "data" not in write_python(found)


def test_what_is_there_only_where_features_meet_is_refused() -> None:
    every = ("-r x.in",)
    found = made("requirements.txt", requirements({"z": every}), requirements({"a": every, "z": every}))
    with pytest.raises(LockError, match=r"^a is there only where several features meet$"):
        write_python(found)


def cargo(*crates: tuple[str, str, tuple[str, ...]]) -> str:
    entries = ["# made by Cargo\nversion = 4\n"]
    for name, version, needs in crates:
        listed = ["dependencies = [", *(f' "{word}",' for word in needs), "]"] if needs else []
        entries.append("\n".join(["[[package]]", f'name = "{name}"', f'version = "{version}"', *listed]) + "\n")
    return "\n".join(entries)


def test_rust_s_crates_name_a_version_where_another_one_is_there() -> None:
    one, two, three = ("x", "1.0.0", ()), ("x", "2.0.0", ()), ("x", "3.0.0", ())
    by_api, by_data = ("api", "1.0.0", ("x 2.0.0",)), ("data", "1.0.0", ("x 3.0.0",))
    service = ("service", "0.1.0", ())
    found = made(
        "Cargo.lock",
        cargo(("a", "1.0.0", ("x",)), service, one),
        cargo(
            ("a", "1.0.0", ("cache", "x 1.0.0")), by_api, ("cache", "1.0.0", ("x 1.0.0",)), by_data,
            ("service", "0.1.0", ("cache",)), one, two, three,
        ),
        api=cargo(("a", "1.0.0", ("x 1.0.0",)), by_api, service, one, two),
        cache=cargo(("a", "1.0.0", ("cache", "x")), ("cache", "1.0.0", ("x",)), ("service", "0.1.0", ("cache",)), one),
        data=cargo(("a", "1.0.0", ("x 1.0.0",)), by_api, by_data, service, one, two, three),
    )  # fmt: skip
    text = rust.write(found)["Cargo.lock"]
    check(text, found, "Cargo.lock")
    meeting = rendered(text, frozenset({"api", "cache"}))
    assert meeting == cargo(
        ("a", "1.0.0", ("cache", "x 1.0.0")), by_api, ("cache", "1.0.0", ("x 1.0.0",)),
        ("service", "0.1.0", ("cache",)), one, two,
    )  # fmt: skip


def npm(needs: tuple[str, ...], packages: Mapping[str, tuple[str, ...]]) -> str:
    own = {"name": "service", "dependencies": dict.fromkeys(needs, "1.0.0")}
    entries = {
        f"node_modules/{name}": {"version": "1.0.0", **dict.fromkeys(marks, True)} for name, marks in packages.items()
    }
    return json.dumps({"lockfileVersion": 3, "packages": {"": own, **entries}}, indent=2) + "\n"


def test_typescript_s_commas_and_marks_follow_the_packages() -> None:
    found = made(
        "package-lock.json",
        npm(("a",), {"a": (), "b": ("dev",)}),
        npm(("a", "b", "c", "d"), {"a": (), "b": (), "c": (), "d": ()}),
        api=npm(("a", "b"), {"a": (), "b": ()}),
        cache=npm(("a", "c"), {"a": (), "b": ("dev",), "c": ()}),
        data=npm(("a", "b", "d"), {"a": (), "b": (), "d": ()}),
    )
    text = typescript.write(found)["package-lock.json"]
    check(text, found, "package-lock.json")
    assert rendered(text, frozenset({"api", "cache"})) == npm(("a", "b", "c"), {"a": (), "b": (), "c": ()})


def test_a_package_of_two_versions_is_refused() -> None:
    older = npm(("a",), {"a": ()}).replace('"version": "1.0.0"', '"version": "0.9.0"')
    found = made("package-lock.json", npm(("a",), {"a": ()}), npm(("a",), {"a": ()}), cache=older)
    with pytest.raises(LockError, match=r"^node_modules/a differs: .*0[.]9[.]0.* with cache"):
        typescript.write(found)


def mod(direct: tuple[str, ...], indirect: tuple[str, ...]) -> str:
    block = ["require (", *(f"\t{name} v1.0.0" for name in direct), ")"]
    lines = block if len(direct) > 1 else [f"require {direct[0]} v1.0.0"]
    others = ["require (", *(f"\t{name} v1.0.0 // indirect" for name in indirect), ")"]
    return "\n".join(["module example.com/a", "", "go 1.26.0", "", *lines, "", *others]) + "\n"


def test_go_s_module_is_indirect_only_as_long_as_no_code_imports_it() -> None:
    found = made(
        "go.mod",
        mod(("a",), ("w", "x", "z")),
        mod(("a", "b", "x"), ("w", "y", "z")),
        api=mod(("a", "b"), ("w", "x", "z")),
        cache=mod(("a", "x"), ("w", "y", "z")),
        data=mod(("a", "b", "x"), ("w", "z")),
    )
    text = go._mod(found)
    check(text, found, "go.mod")
    assert rendered(text, frozenset({"api", "cache"})) == mod(("a", "b", "x"), ("w", "y", "z"))


def test_a_template_that_gives_another_file_than_the_tool_is_refused() -> None:
    run = Run("otlp", frozenset({"otlp"}), {"go.sum": "a\nc\n"})
    with pytest.raises(LockError, match=r"^go.sum with otlp differs in line 2: 'b', but the tool wrote 'c'$"):
        locks.compare("go", run, {"go.sum": "a\nb\n"})
    with pytest.raises(LockError, match=r"^go.sum with otlp differs in line 3"):
        locks.compare("go", run, {"go.sum": "a\nc\nd\n"})


def test_features_that_need_different_answers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    dependency = {"name": "a", "url": "http://a", "kind": "critical", "timeout": 1}
    known = {"otlp": {"telemetry": "otlp"}, "none": {"telemetry": "none"}, "calls": {"dependencies": [dependency]}}
    known["more"] = {"dependencies": [dependency | {"name": "b"}]}
    monkeypatch.setattr(runs, "features", lambda: (known, {"telemetry": "none"}))
    with pytest.raises(LockError, match="none needs telemetry: none, but another feature otlp"):
        runs.answers_for("go", ["otlp", "none"])
    found = runs.answers_for("go", ["calls", "more"]).asked["dependencies"]
    assert [each["name"] for each in found] == ["a", "b"]


def test_a_language_without_lock_files_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        locks.main(["java"])
    assert "java has no lock files; choose from python, go" in capsys.readouterr().err
