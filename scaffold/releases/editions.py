"""What each version of the template makes of a service's answers.

A version's templates are compiled once, and each distinct set of answers is rendered once: a hundred services of one
kind cost little more than one.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.engine.answers import Answers, Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.patterns import Matches, matches_none
from scaffold.engine.render import Origin, paths_of, render
from scaffold.engine.render_cache import Memo
from scaffold.engine.template import Template
from scaffold.git.objects import Blob
from scaffold.releases.history import History
from scaffold.releases.revision import Revision

_KEPT = 256  # rendered services, some 300 KiB each


@dataclass(frozen=True)
class Rendered:
    """A service at one version: each file's blob and bytes by its path, and where its answers are.

    The version `excludes` and `skips` paths by its settings `_exclude` and `_skip_if_exists`.
    """

    blobs: Mapping[str, Blob]
    contents: Mapping[str, bytes]
    answers_file: str
    excludes: Matches = matches_none
    skips: Matches = matches_none


class Editions:
    """Renders services at any version of a template."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._memo = Memo()
        self._compiled: dict[str, tuple[Template, Renderer]] = {}
        self._resolved: OrderedDict[tuple[str, str], Answers] = OrderedDict()
        self._defaults: OrderedDict[tuple[str, str], Mapping[str, Any]] = OrderedDict()
        self._rendered: OrderedDict[tuple[str, ...], Rendered] = OrderedDict()

    def template(self, revision: Revision) -> Template:
        """Return the template of a version."""
        return self._compile(revision)[0]

    def questionnaire(self, revision: Revision, earlier: Mapping[str, Any] | None = None) -> Questionnaire:
        """Return a version's questionnaire; `earlier` as there."""
        return Questionnaire(*self._compile(revision), earlier)

    def resolve(
        self, revision: Revision, given: Mapping[str, Any], earlier: Mapping[str, Any] | None = None
    ) -> Answers:
        """Return all values for the given answers, as `Questionnaire.resolve` does; the same ones once.

        Raises:
            AnswerError: for an unknown key or the first wrong answer.
        """
        key = (revision.commit, json.dumps([given, earlier], sort_keys=True, default=repr))
        if key not in self._resolved:
            self._resolved[key] = self.questionnaire(revision, earlier).resolve(given)
            if len(self._resolved) > _KEPT:
                self._resolved.popitem(last=False)
        return self._resolved[key]

    def defaults(self, revision: Revision, answers: Answers) -> Mapping[str, Any]:
        """Return what the default of each question is beside these answers, as `Questionnaire.defaults` does."""
        key = (revision.commit, answers.fingerprint)
        if key not in self._defaults:
            self._defaults[key] = self.questionnaire(revision).defaults(answers)
            if len(self._defaults) > _KEPT:
                self._defaults.popitem(last=False)
        return self._defaults[key]

    def rendered(self, revision: Revision, answers: Answers, source: str, algorithm: str) -> Rendered:
        """Return the service that a version gives for the answers; `source` is what Copier calls `_src_path`.

        Raises:
            TemplateError: when it can't be rendered.
        """
        key = (revision.commit, revision.name, source, algorithm, answers.fingerprint)
        if key not in self._rendered:
            self._rendered[key] = self._render(revision, answers, source, algorithm)
            if len(self._rendered) > _KEPT:
                self._rendered.popitem(last=False)
        self._rendered.move_to_end(key)
        return self._rendered[key]

    def _render(self, revision: Revision, answers: Answers, source: str, algorithm: str) -> Rendered:
        template, renderer = self._compile(revision)
        blobs, contents = {}, {}
        origin = Origin(source, revision.name)
        for file in render(template, renderer, answers, origin):
            blobs[file.path] = Blob("100755" if file.executable else "100644", blob_id(file.content, algorithm))
            contents[file.path] = file.content
        found = [paths_of(template, renderer, answers, origin, each) for each in ("exclude", "skip_if_exists")]
        return Rendered(blobs, contents, template.answers_file, *found)

    def _compile(self, revision: Revision) -> tuple[Template, Renderer]:
        if revision.commit not in self._compiled:
            template = self.history.template_at(revision.commit)
            self._compiled[revision.commit] = (template, Renderer(template.root, template.settings, self._memo))
        return self._compiled[revision.commit]


def blob_id(content: bytes, algorithm: str) -> str:
    """Return the id that git gives to a file of these bytes (`git help hash-object`)."""
    digest = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()
