"""Builds the plain Copier template of an overlay: a pure function of the overlay and its base."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.version import Version

from scaffold.engine.questions import question_from
from scaffold.engine.supported import MIN_VERSION
from scaffold.errors import FileError, TemplateError
from scaffold.files import names
from scaffold.files.folder import RenderedFile
from scaffold.releases.changes import FILE as CHANGES_FILE
from scaffold.releases.changes import read_changes
from scaffold.template.base import LICENSE, NOTICE, SKELETON, Base, id_of
from scaffold.template.choices import refuse_unused_choices, refuse_wrong_choices
from scaffold.template.fixed import refuse_wrong_fixed
from scaffold.template.fixes import with_decisions
from scaffold.template.overlay import CHANGES, FILES, PINS, POLICY, QUESTIONS, REMOVE, Overlay
from scaffold.template.unknown import Names
from scaffold.text.brief import brief
from scaffold.text.nearest import suggest

NEW, CHANGED = "new.yml", "changed.yml"
POLICIES = ".scaffold/policy.yml"
"""The file of a service that has the policies; `scaffold check` reads it."""
_DERIVED = "---\n!include templates/service/questions/derived.yml\n"
_ATTRIBUTES = ".gitattributes"
_GENERATED = """\
copier.yml linguist-generated
templates/** linguist-generated
platform/goldens/*/** linguist-generated -text
"""
MARK = b"<<<<<<< platform\n"
"""How a conflict begins that `pull` wrote."""
PLACES = ("copier.yml", "templates/", LICENSE, NOTICE, _ATTRIBUTES)
"""What `build` writes, and removes where it is no longer built."""


def build(overlay: Overlay, base: Base) -> dict[str, RenderedFile]:
    """Return each file of the built template by its path.

    Raises:
        FileError: when the overlay names something that the base does not have, or contradicts itself.
    """
    files = dict(base.files)
    _apply_files(files, overlay, base)
    _apply_policies(files, overlay)
    changed, new = _questions(overlay, base)
    _refuse_wrong({**changed, **new})
    refuse_wrong_fixed(overlay, base)
    Names(overlay, base, files, {**base.questions, **changed, **new}).check()
    own = _folder(base)
    _put(files, "copier.yml", _copier_yml(files["copier.yml"].content.decode(), own, bool(new), overlay.min_scaffold))
    _put(files, own + CHANGED, _yaml("What the platform's overlay changes of the base's questions.", changed))
    if new:
        _put(files, own + NEW, _yaml("The platform's own questions.", new))
    _put(files, CHANGES_FILE, _changes(files[CHANGES_FILE].content, overlay, base.origins))
    _put(files, NOTICE, _notice(overlay, base))
    _put(files, _ATTRIBUTES, _GENERATED)
    if base.license:
        files[LICENSE] = RenderedFile(LICENSE, base.license, False)
    return files


def _apply_files(files: dict[str, RenderedFile], overlay: Overlay, base: Base) -> None:
    for path in overlay.removed:
        base.require(path, REMOVE)
        if overlay.removed.count(path) > 1:
            raise FileError(f"{REMOVE}: {path} is listed twice.")
        if path in overlay.files:
            raise FileError(f"{REMOVE}: {path} is in {FILES}, too. Remove one of the two.")
        del files[SKELETON + path]
    for path, file in overlay.files.items():
        if base.skeleton(path) and path not in overlay.overrides:
            raise FileError(f"{FILES}/{path} replaces a file of the base. Run: scaffold template override '{path}'")
        files[SKELETON + path] = RenderedFile(SKELETON + path, file.content, file.executable)
        if MARK in file.content:
            raise FileError(f"{FILES}/{path} has conflict markers. Resolve them first.")
    for path, blob in overlay.overrides.items():
        if path not in overlay.files:
            raise FileError(f"{FILES}/{path} is missing. To use the base's file: scaffold template restore '{path}'")
        if blob != id_of(base.require(path, f"{FILES}/{path}")):
            raise FileError(f"{FILES}/{path} was made of another file of the base. Run: scaffold template pull")
    _refuse_clashes(files, base.template.suffix)


def _refuse_clashes(files: Mapping[str, RenderedFile], suffix: str) -> None:
    """Refuse two files that can't both be written, or that services get under one name."""
    paths: dict[str, str] = {}
    for path in (each.removeprefix(SKELETON) for each in files if each.startswith(SKELETON)):
        other = paths.setdefault(path.removesuffix(suffix), path)
        if other != path:
            raise FileError(f"{FILES}: {other} and {path} give the same file of a service. Keep one of the two.")
    if sentence := names.clash(tuple(paths.values())) or names.clash(tuple(paths)):
        raise FileError(f"{FILES}: {sentence}")


def _apply_policies(files: dict[str, RenderedFile], overlay: Overlay) -> None:
    if not overlay.policies:
        return
    for path in (POLICIES, f"{POLICIES}.jinja"):
        if path in overlay.files:
            raise FileError(f"{FILES}/{path} is built from {POLICY}. Remove one of the two.")
    head = f"# Rules of the platform {overlay.name}, for `scaffold check` of this service. Built; do not edit.\n"
    inherited = files[SKELETON + POLICIES].content.decode() if SKELETON + POLICIES in files else ""
    texts = [text.decode("utf-8-sig").strip().removeprefix("---").strip() for text in overlay.policies.values()]
    _put(files, SKELETON + POLICIES, inherited + head + "".join(f"---\n{text}\n" for text in texts if text))


def _questions(overlay: Overlay, base: Base) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the questions of the base that change, each whole, and the new ones."""
    changed: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for name, keys in overlay.pins.items():
        spec = _spec(base, name, PINS)
        if spec.get("when") is not False or not isinstance(spec.get("default"), Mapping):
            raise FileError(f"{PINS}: {name} has no versions or images. Change it in {QUESTIONS}.")
        changed[name] = {**spec, "default": _merged(spec.get("default"), keys, f"{PINS}: {name}")}
    for name, keys in overlay.questions.items():
        if name in overlay.pins:
            raise FileError(f"{QUESTIONS}: {name} is in {PINS}, too. Remove one of the two.")
        if name in base.questions:
            spec = _spec(base, name, QUESTIONS)
            refuse_unused_choices(name, spec, overlay)
            spec |= keys
            refuse_wrong_choices(name, spec)
            changed[name] = _changed(spec)
        elif {"type", "help"} <= keys.keys() or "fixed" in keys:
            refuse_wrong_choices(name, keys)
            new[name] = _changed(dict(keys))
        else:
            near = base.suggestion(name, "A new question needs type and help.")
            raise FileError(f"{QUESTIONS}: {name} is not a question of the base. {near}")
    return changed, new


def _refuse_wrong(questions: Mapping[str, Any]) -> None:
    try:
        for name, spec in questions.items():
            question_from(name, spec, QUESTIONS)
    except TemplateError as error:
        raise FileError(str(error)) from error


def _spec(base: Base, name: str, where: str) -> dict[str, Any]:
    """Return what the base says of a question; its short form `name: default` is written out."""
    if name not in base.questions:
        near = suggest(name, base.questions, "")
        raise FileError(f"{where}: {name} is not a question of the base. {near}".rstrip())
    spec = base.questions[name]
    return copy.deepcopy(dict(spec)) if isinstance(spec, Mapping) else {"default": spec}


def _changed(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a question with `fixed` written as Copier has it: a default that is not asked for."""
    if "fixed" not in spec:
        return spec
    kept = {key: value for key, value in spec.items() if key in ("type", "fields")}
    return {"type": "yaml", **kept, "default": spec["fixed"], "when": False}


def _merged(old: Any, keys: Any, where: str) -> Any:
    """Return a value with keys of a mapping replaced; a key that is not there has a wrong name."""
    for kind, word in ((Mapping, "a mapping of keys"), (list, "a list"), (str, "text, in quotes")):
        if isinstance(old, kind) and not isinstance(keys, kind):
            raise FileError(f"{where} must be {word}, not {brief(keys)}.")
    if not isinstance(old, Mapping):
        return keys
    for key in keys:
        if key not in old:
            known = [str(each) for each in old]
            raise FileError(f"{where}: {brief(key)} does not exist in the base. {suggest(key, known, _known(known))}")
    return {key: _merged(value, keys[key], f"{where}.{key}") if key in keys else value for key, value in old.items()}


def _known(names: list[str]) -> str:
    return f"It has {', '.join(names)}."


def _folder(base: Base) -> str:
    """Return the folder of the questions that an overlay changes: one that no layer below has."""
    folders = (f"templates/platform{number}/" for number in ("", *(f"-{each}" for each in range(2, 100))))
    return next(folder for folder in folders if folder + CHANGED not in base.files)


def _copier_yml(text: str, own: str, has_new: bool, least: str | None) -> str:
    if has_new:
        if _DERIVED not in text:
            raise FileError(f"{QUESTIONS}: this version of the base takes no new questions.")
        text = text.replace(_DERIVED, f"---\n!include {own}{NEW}\n{_DERIVED}")
    return f"{_with_least(text, least).rstrip()}\n---\n!include {own}{CHANGED}\n"


def _with_least(text: str, least: str | None) -> str:
    """Return copier.yml with the oldest version of scaffold that is allowed; a newer one of the base stays."""
    if least is None:
        return text
    known = re.search(rf'^_{MIN_VERSION}: "(.+)"\n', text, re.M)
    if known and Version(known[1]) >= Version(least):
        return text
    line = f'_{MIN_VERSION}: "{least}"\n'
    return text.replace(known[0], line) if known else re.sub(r"^(?=_)", line, text, count=1, flags=re.M)


def _changes(base: bytes, overlay: Overlay, origins: Mapping[str, str]) -> bytes:
    own = read_changes(overlay.changes, CHANGES)
    taken = {each.id for each in read_changes(base)}
    for each in own:
        if each.id in taken:
            raise FileError(f"{CHANGES}: {each.id} is an id of the base's changes. Choose another one.")
    decided = with_decisions(base, overlay.fixes, overlay.name, origins)
    return decided.rstrip() + b"\n" + overlay.changes if own else decided


def _yaml(title: str, content: Mapping[str, Any]) -> str:
    head = f"# {title} Written by `scaffold template build`; change platform/ instead.\n"
    return head + (yaml.dump(dict(content), Dumper=_Dumper, sort_keys=False, width=110) if content else "{}\n")


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write each value out."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def _notice(overlay: Overlay, base: Base) -> str:
    if base.name:
        return (
            f"{overlay.name}\n\nThis template contains the template of {base.name} {base.revision.version} "
            f"({base.revision.commit}),\nwith the changes in platform/. The notice of that template:\n\n{base.notice}"
        )
    return (
        f"{overlay.name}\n\nThis template contains kube-scaffold {base.revision.name} ({base.revision.commit}),\n"
        "which is licensed under the Apache License 2.0 (see LICENSE), with the changes in platform/.\n"
    )


def _put(files: dict[str, RenderedFile], path: str, content: str | bytes) -> None:
    files[path] = RenderedFile(path, content if isinstance(content, bytes) else content.encode(), False)


def built_paths(root: Path) -> list[str]:
    """Return the paths of what lies where `build` writes."""
    found = []
    for place in PLACES:
        path = root / place
        inside = path.rglob("*") if path.is_dir() else [path]
        found += [each.relative_to(root).as_posix() for each in inside if each.is_file() or each.is_symlink()]
    return sorted(found)
