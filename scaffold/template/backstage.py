"""Writes template.yaml, by which Backstage's scaffolder asks a platform's questions and makes its services.

The questions that are asked first are a page; each group is one more. A question without a plain default may stay empty
there: then its answer is not passed on, and the template computes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from scaffold.engine.questions import Field, Question
from scaffold.engine.schema import answer_type, type_of_field
from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign
from scaffold.files.yaml import load
from scaffold.template.overlay import Overlay

FILE = "template.yaml"
HOSTS = ("github", "gitlab", "gitea")
"""Git hosts for which Backstage has an action that publishes a repository."""
ACTION = "fetch:copier"
_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "list": "array", "dict": "object"}
_CONDITION = re.compile(r"\{\{\s*(\w+)\s*(==|!=)\s*'([^']*)'\s*\}\}")
_HEAD = "# Written by `scaffold template backstage`; change platform/questions.yml instead.\n"
_CATALOG = "catalog-info.yaml"


def written(root: Path) -> str | None:
    """Return the text of the template.yaml that scaffold wrote to `root`; None where there is none.

    Raises:
        FileError: when somebody else wrote the one that is there, or it can't be read.
    """
    try:
        text = read_foreign(root / FILE, below=root).decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"{FILE} can't be read: {error.strerror}.") from error
    if not text.startswith(_HEAD.rstrip()):
        raise FileError(f"{FILE} was not written by scaffold. Rename it, or delete it.")
    return text


def chosen(text: str | None, overlay: Overlay) -> dict[str, str]:
    """Return owner, host and action as a template.yaml has them, which `catalog_text` takes; otherwise the defaults."""
    found = {"owner": f"group:default/{overlay.name}", "host": HOSTS[0], "action": ACTION}
    try:
        spec = load(text or "")["spec"]
        actions = {each["id"]: each["action"] for each in spec["steps"]}
        there = {"owner": spec["owner"], "host": actions["publish"].partition(":")[2], "action": actions["make"]}
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        return found
    return there if all(isinstance(each, str) for each in there.values()) and there["host"] in HOSTS else found


def catalog_text(overlay: Overlay, asked: Sequence[Question], *, owner: str, host: str, action: str) -> str:
    """Return the text of template.yaml for a template whose `asked` questions people answer.

    `owner` is the entity that owns it in the catalog, `host` one of HOSTS, and `action` the id of the action that
    makes the service.
    """
    entity = {
        "apiVersion": "scaffolder.backstage.io/v1beta3",
        "kind": "Template",
        "metadata": {
            "name": overlay.name,
            "title": f"Service of {overlay.name}",
            "description": f"A service from the template of {overlay.name}, which later updates keep current",
        },
        "spec": {
            "owner": owner,
            "type": "service",
            "parameters": [*_pages(asked), _repository()],
            "steps": list(_steps(overlay, asked, host, action)),
            "output": {
                "links": [
                    {"title": "Repository", "url": "${{ steps.publish.output.remoteUrl }}"},
                    {"title": "Catalog", "icon": "catalog", "entityRef": "${{ steps.register.output.entityRef }}"},
                ]
            },
        },
    }
    return _HEAD + yaml.safe_dump(entity, sort_keys=False, allow_unicode=True, width=110)


def _pages(asked: Sequence[Question]) -> Iterator[dict[str, Any]]:
    for group in dict.fromkeys(question.group for question in asked):
        yield _page(group or "Service", [question for question in asked if question.group == group])


def _page(title: str, questions: Sequence[Question]) -> dict[str, Any]:
    """Return a form. A question that is relevant beside some choices of another one of the form depends on it."""
    parents = {question.name: question for question in questions if question.choices and not question.multiselect}
    needs = {each.name: found for each in questions if (found := _needed(each, parents))}
    page: dict[str, Any] = {"title": title}
    if required := [each.name for each in questions if each.required]:
        page["required"] = required
    page["properties"] = {each.name: _property(each) for each in questions if each.name not in needs}
    if dependencies := dict(_dependencies(questions, needs, parents)):
        page["dependencies"] = dependencies
    return page


def _needed(question: Question, parents: Mapping[str, Question]) -> tuple[str, list[Any]] | None:
    """Return the question on which another one depends, and the choices of it beside which it is relevant."""
    found = _CONDITION.fullmatch((question.when or question.relevant).strip())
    if found is None or found[1] not in parents or found[1] == question.name:
        return None
    values = parents[found[1]].choices.values()
    return found[1], [value for value in values if (value == found[3]) == (found[2] == "==")]


def _dependencies(
    questions: Sequence[Question], needs: Mapping[str, tuple[str, list[Any]]], parents: Mapping[str, Question]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for parent in dict.fromkeys(name for name, _ in needs.values()):
        shown = {
            value: [
                each
                for each in questions
                if needs.get(each.name, ("", []))[0] == parent and value in needs[each.name][1]
            ]
            for value in parents[parent].choices.values()
        }
        yield (
            parent,
            {
                "oneOf": [
                    {"properties": {parent: {"enum": [value]}, **{each.name: _property(each) for each in also}}}
                    for value, also in shown.items()
                ]
            },
        )


def _property(question: Question) -> dict[str, Any]:
    found: dict[str, Any] = {"title": question.name.replace("_", " ").capitalize(), "description": question.help}
    if question.multiselect:
        found |= {"type": "array", "uniqueItems": True, "items": {"type": "string", **_choices(question)}}
        found["ui:widget"] = "checkboxes"
    elif question.choices:
        found |= {
            "type": answer_type(question) if question.type == "yaml" else _TYPES[question.type],
            **_choices(question),
        }
    elif question.fields:
        found |= {"type": "array", "items": _record(question.fields)}
    elif isinstance(question.example, list):
        found |= {"type": "array", "items": {"type": _TYPES[type(next(iter(question.example), "")).__name__]}}
    else:
        found["type"] = _TYPES.get(answer_type(question), "string")
    if question.secret:
        return {**found, "ui:field": "Secret"}
    if question.default is not None and not _is_computed(question.default):
        found["default"] = question.default
    elif isinstance(question.example, str):
        found["ui:options"] = {"placeholder": question.example}
    return found


def _choices(question: Question) -> dict[str, Any]:
    """Return the values, and the labels that people see in place of them."""
    return {"enum": [*question.choices.values()], "enumNames": [*question.choices]}


def _record(fields: Sequence[Field]) -> dict[str, Any]:
    properties = {}
    for each in fields:
        choices = {"enum": [*each.choices]} if each.choices else {}
        properties[each.name] = {
            "title": each.name,
            "description": each.help,
            "type": _TYPES[type_of_field(each)],
            **choices,
        }
    return {"type": "object", "required": [each.name for each in fields if each.required], "properties": properties}


def _is_computed(value: Any) -> bool:
    """Return whether a default is Jinja somewhere, so that only the template can compute it."""
    if isinstance(value, Mapping):
        return any(map(_is_computed, value.values()))
    if isinstance(value, list):
        return any(map(_is_computed, value))
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def _repository() -> dict[str, Any]:
    return {
        "title": "Repository",
        "required": ["catalog_owner", "repository_url"],
        "properties": {
            "catalog_owner": {
                "title": "Owner in the catalog",
                "type": "string",
                "ui:field": "OwnerPicker",
                "ui:options": {"catalogFilter": {"kind": "Group"}},
            },
            "repository_url": {"title": "Repository", "type": "string", "ui:field": "RepoUrlPicker"},
        },
    }


def _steps(overlay: Overlay, asked: Sequence[Question], host: str, action: str) -> Iterator[dict[str, Any]]:
    values = {question.name: _value(question) for question in asked}
    yield {"id": "make", "name": "Make the service", "action": action, "input": {"url": overlay.url, "values": values}}
    component = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": "${{ (parameters.repository_url | parseRepoUrl).repo }}"},
        "spec": {"type": "service", "lifecycle": "production", "owner": "${{ parameters.catalog_owner }}"},
    }
    described = {"filePath": _CATALOG, "entity": component}
    yield {"id": "describe", "name": "Describe it for the catalog", "action": "catalog:write", "input": described}
    where = {"repoUrl": "${{ parameters.repository_url }}", "defaultBranch": "main"}
    yield {"id": "publish", "name": "Publish the repository", "action": f"publish:{host}", "input": where}
    found = {"repoContentsUrl": "${{ steps.publish.output.repoContentsUrl }}", "catalogInfoPath": f"/{_CATALOG}"}
    yield {"id": "register", "name": "Register it in the catalog", "action": "catalog:register", "input": found}


def _value(question: Question) -> str:
    """Return the answer as the action gets it: a list as JSON, because Copier's --data is text."""
    if question.secret:
        return f"${{{{ secrets.{question.name} }}}}"
    dumped = " | dump" if question.fields or question.multiselect or isinstance(question.example, list) else ""
    return f"${{{{ parameters.{question.name}{dumped} }}}}"
