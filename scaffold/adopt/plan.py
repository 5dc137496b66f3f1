"""What adopting would do: a pure function of a repository's commit, what was read of a service, and the template.

Nothing is merged, so there are no conflicts. A file that only the old objects were built from goes. Any other file of
the team's stays as it is. For later updates it is an edit of what the template would have made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from scaffold.adopt.kept import KeptValue, edits
from scaffold.adopt.proposal import Proposal
from scaffold.adopt.united import UNITED, united
from scaffold.engine.answers import Answers
from scaffold.engine.answers_file import NAME as FILE
from scaffold.errors import AnswerError, ServiceError
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.releases import Revision
from scaffold.releases.editions import Editions, Rendered, blob_id
from scaffold.text.shown import shown
from scaffold.update.changes import LineCount, line_counts
from scaffold.update.crossing import FOLDER
from scaffold.update.new_tree import NewTree
from scaffold.update.placing import placed
from scaffold.update.scratch import Commit, scratch


@dataclass(frozen=True)
class AdoptPlan:
    """What adopting gives: the repository's new tree, and which files become what, by their paths from its top.

    `written` are the files that come or change, and `removed` those that go. `kept` are files of the team's where the
    template has another one. `by_hand` has what the team adds to a shared file itself. `unasked` names the proposed
    answers for which the version has no question. `values` of today's objects stay. `lines` is the diffstat.
    """

    proposal: Proposal
    answers: Answers
    revision: Revision
    new_tree: NewTree
    written: Mapping[str, bytes]
    removed: frozenset[str]
    kept: tuple[str, ...]
    by_hand: Mapping[str, bytes]
    unasked: tuple[str, ...]
    values: tuple[KeptValue, ...]
    lines: tuple[LineCount, ...]


def plan(
    editions: Editions,
    repository: Repository,
    proposal: Proposal,
    new: Revision,
    source: str,
    *,
    given: Mapping[str, Any] | None = None,
    values: tuple[KeptValue, ...] = (),
    keep: bool = True,
) -> AdoptPlan:
    """Return what the version `new` of the template at `source` gives the service.

    Answers that are `given` replace proposed ones, and `values` of the objects stay as they are.

    With `keep`, the new objects are written to the repository's object store, where nothing refers to them yet.
    Without it, the plan can be looked at but not applied.

    Raises:
        ServiceError: when there is no commit, it is a service already, or files are where folders must be.
        AnswerError: when an answer is wrong.
        GitError: when git refuses.
        TemplateError: when the version can't be rendered.
    """
    prefix = proposal.prefix
    commit, tree = _head(repository, prefix)
    answers, unasked = _answers(editions, proposal, new, given or {})
    after = editions.rendered(new, answers, source, repository.algorithm)
    ours = repository.tree(commit)
    where = placed(repository, prefix, ours, Rendered({}, {}, after.answers_file), after)
    freed = frozenset().union(*(build.files for build in proposal.builds)) & ours.keys()
    puts = dict(_puts(repository, ours, where.after, where.own, freed, prefix + UNITED))
    removed = freed - puts.keys()
    _refuse_in_the_way(ours.keys() - removed, puts)
    contents = {path: content for path, (_, content) in puts.items()}
    for path, content in edits(values, contents, prefix).items():
        contents[path] = content
        puts[path] = (Blob("100644", blob_id(content, repository.algorithm)), content)
    blobs = {path: blob for path, (blob, _) in puts.items()}
    with scratch(repository, {}, keep=keep) as scratched:
        made = scratched.import_([Commit("refs/heads/adopted", tree, blobs, contents, removed)])[0]
        lines = tuple(line_counts(scratched, tree, made))
    kept = tuple(path for path, blob in where.after.blobs.items() if path not in puts and ours[path] != blob)
    new_tree = NewTree(repository, commit, prefix, tree, made)
    return AdoptPlan(proposal, answers, new, new_tree, contents, removed, kept, where.by_hand, unasked, values, lines)


def _head(repository: Repository, prefix: str) -> tuple[str, str]:
    """Return the commit to begin with, and its tree."""
    commit, tree, answers = repository.objects.read_all(("HEAD^{commit}", "HEAD^{tree}", f"HEAD:{prefix}{FILE}"))
    where = repository.top or repository.git_dir
    if commit is None or tree is None:
        raise ServiceError(f"{where} has no commit yet; commit the service first: git add --all && git commit.")
    if answers is not None:
        raise ServiceError(
            f"{where} has {prefix}{FILE}, so the service has a template already; bring it forward with scaffold update."
        )
    return commit[0], tree[0]


def _answers(
    editions: Editions, proposal: Proposal, new: Revision, given: Mapping[str, Any]
) -> tuple[Answers, tuple[str, ...]]:
    """Return all answers, and the names of those proposed that the version does not ask for.

    What was read counts as given: it does not follow the default of a later version.
    """
    template = editions.template(new)
    asked = {question.name for question in template.asked}
    values = {each.name: each.value for each in proposal.answers if each.name in asked} | dict(given)
    folder = proposal.prefix[:-1]
    if folder and template.asks_folder and values.setdefault(FOLDER, folder) != folder:
        raise AnswerError(
            f"{FOLDER} must be the service's own, not {shown(values[FOLDER])}. Example: {FOLDER}={folder}."
        )
    try:
        answers = editions.resolve(new, values)
    except AnswerError as error:
        raise AnswerError(f"an answer does not fit {new.name}: {error}{_origin(error, proposal, given)}") from error
    return answers, tuple(each.name for each in proposal.answers if each.name not in asked)


def _origin(error: AnswerError, proposal: Proposal, given: Mapping[str, Any]) -> str:
    """Return where a wrong answer was read, and how to give another one."""
    if not error.question:
        return ""
    read = next((each for each in proposal.answers if each.name == error.question), None)
    places = read.places[:1] if read and error.question not in given else ()
    where = "".join(f" It was read from {place}." for place in places)
    return f"{where} Change it with --data {error.question}=VALUE."


def _puts(
    repository: Repository,
    ours: Mapping[str, Blob],
    after: Rendered,
    own: Collection[str],
    freed: Collection[str],
    ignored: str,
) -> Iterator[tuple[str, tuple[Blob, bytes]]]:
    """Yield the files to write: those that nobody has, and those that take the place of one that is `freed`.

    A shared file has the team's lines and ours already. So has the file `ignored`, behind this.
    """
    for path, blob in after.blobs.items():
        content = after.contents[path]
        theirs = ours.get(path)
        if theirs is None or path in freed or path not in own:
            if theirs != blob:
                yield path, (blob, content)
        elif path == ignored and theirs.mode.startswith("100") and (found := repository.objects.read(theirs.id)):
            both = united(found[1], content)
            if both != found[1]:
                yield path, (Blob(theirs.mode, blob_id(both, repository.algorithm)), both)


def _refuse_in_the_way(staying: Set[str], puts: Collection[str]) -> None:
    """Refuse a file where a folder is to be, and a folder where a file is to be: git would drop it without a word."""
    folders = {folder for path in staying for folder in _folders(path)}
    for path in puts:
        if file := next((each for each in _folders(path) if each in staying), None):
            raise ServiceError(f"{file} is a file, and the template has a folder there; move it, and commit that.")
        if path in folders:
            raise ServiceError(f"{path} is a folder, and the template has a file there; move it, and commit that.")


def _folders(path: str) -> Iterator[str]:
    return (path[:at] for at, letter in enumerate(path) if letter == "/")
