"""One trial: a command is disturbed at one of its calls, then run again undisturbed, and what became of it is judged."""

from __future__ import annotations

import inspect
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from scaffold import errors
from tests.faults.injector import Call, Ended
from tests.faults.state import AFTER, BETWEEN, State, place, state_of, strays, trouble
from tests.faults.worlds import NAME, Worlds, copied
from workshop.command import HungError

KILLED = 137
CODES = {0, 1, errors.CONFLICTS} | {
    each.exit_code for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, errors.ScaffoldError)
}


@dataclass(frozen=True)
class Command:
    """A command on a world: its exit code, and that of the same command once it is done.

    `cold` gives it an empty cache of its own. `alone` says that no program that it starts changes files. `parts` says that
    it renames the user's files one by one, with nobody to go on for it: killed in between, some are as before and others
    as after. `unseen` says that what it puts in place last is no file of the user. `refs` says that git changes refs for it:
    a git that dies there leaves a lock of its own, which it names itself. `tolerated` are patterns of what may lie beside the service where a run was killed and the next one refuses.
    `sampled` are the kinds of faults that the tests try, where those are not all.
    """

    name: str
    world: str
    arguments: Sequence[str]
    code: int = 0
    again: int = 0
    cold: bool = False
    alone: bool = False
    parts: bool = False
    unseen: bool = False
    refs: bool = False
    tolerated: Sequence[str] = ()
    sampled: Sequence[str] = ()


_NEW = ("new", NAME, "--defaults")
_HIDDEN = (f".{NAME}.scaffold-*",)
_BUILD, _PULL = (("template", verb, "-C", NAME) for verb in ("build", "pull"))
_RELEASE = ("template", "release", "1.0.0", "-C", NAME)
COMMANDS = {
    each.name: each
    for each in (
        Command("new", "empty", _NEW, again=4, tolerated=_HIDDEN),
        Command("new, cold cache", "empty", _NEW, again=4, cold=True, tolerated=_HIDDEN),
        Command("new --force", "occupied", (*_NEW, "--force"), alone=True, parts=True, tolerated=_HIDDEN),
        Command("update", "generated", ("update", NAME), code=errors.CONFLICTS, again=10),
        Command("update, cold cache", "generated", ("update", NAME), code=errors.CONFLICTS, again=10, cold=True),
        Command("update --abort", "updated", ("update", NAME, "--abort"), again=10),
        Command("template build", "platform to build", _BUILD, unseen=True),
        Command("template pull", "platform", _PULL, unseen=True),
        Command("template release", "platform", _RELEASE, again=2, refs=True),
        Command("template build, of a division", "division to build", _BUILD, unseen=True, sampled=("kill-after",)),
        Command("template pull, of a division", "division", _PULL, unseen=True, sampled=("kill-before", "tree-after")),
        Command("template release, of a division", "division", _RELEASE, again=2, refs=True, sampled=("kill-before",)),
        Command("pin", "pin", ("pin", NAME), alone=True, parts=True),
        Command(
            "check --fix --yes",
            "checked",
            ("check", NAME, "--fix", "--yes", "--fail-on", "never"),
            alone=True,
            parts=True,
        ),
        Command(
            "check --write-baseline", "checked", ("check", NAME, "--write-baseline", f"{NAME}/known.json"), alone=True
        ),
    )
}

KINDS = {
    "kill-before": "the process is killed before the call",
    "kill-after": "the process is killed after the call",
    "tree-before": "all processes are killed before the call",
    "tree-after": "all processes are killed after the call",
    "main-before": "scaffold is killed, what it started goes on",
    "once-EIO": "the call fails with EIO",
    "once-ENOSPC": "the call fails with ENOSPC",
    "ever-EIO": "the disk is dead from the call on",
    "room-ENOSPC": "the disk is full from the call on",
}
"""What is done at a call, as inject.c names it."""

PARTLY = ("tree", "ever", "room")
"""After these, some files may be as before and others as after, when the next run finishes it: nobody was left to do so."""


@dataclass(frozen=True)
class Case:
    """A command, and what is done at which of its calls."""

    command: Command
    kind: str
    call: Call

    def __str__(self) -> str:
        return f"{self.command.name}: {KINDS[self.kind]} {self.call}"


@dataclass(frozen=True)
class Verdict:
    """What broke in a case, a sentence each; nothing where all held.

    `partly` says that the next run had to finish what was begun. `output` is what both runs wrote.
    """

    case: Case
    broken: Sequence[str]
    partly: bool
    output: str


_REFS = re.compile(r"/\.git/(HEAD|refs|logs|packed-refs)\b")

_GOLDEN = 0.618034
"""Multiples of it, without their whole part, lie far from each other."""


@dataclass
class Bench:
    """Tries cases in a folder of its own; it knows each command's states and calls when nothing disturbs it."""

    worlds: Worlds
    folder: Path
    _known: dict[str, tuple[State, State, Sequence[Call]]] = field(default_factory=dict)

    def undisturbed(self, command: Command) -> tuple[State, State, Sequence[Call]]:
        """Return the state before and after the command, and its calls."""
        if command.name not in self._known:
            self.prepare(command)
            before = self._state()
            ended = self.run(command)
            assert ended.code == command.code, ended.output
            after = self._state()
            assert before != after
            assert self.run(command).code == command.again
            assert self._state() == after
            assert not trouble(self.work / NAME, self.worlds.environment)
            self._known[command.name] = before, after, ended.calls
        return self._known[command.name]

    def cases(self, command: Command, kind: str) -> list[Case]:
        """Return a case for each call that this kind of fault can meet."""
        _, _, calls = self.undisturbed(command)
        if kind.startswith("main"):
            calls = [call for call in calls if not call.main]
        if kind.endswith("ENOSPC"):
            calls = [call for call in calls if call.room]
        if command.refs and not kind.startswith(("main", "once")):
            calls = [call for call in calls if not _REFS.search(call.file)]
        return [Case(command, kind, call) for call in calls]

    def sample(self, command: Command, kind: str, size: int) -> list[Case]:
        """Return so many cases, spread over the command's calls in the user's folder; another kind takes others.

        With a cold cache, they are spread over those in the cache.
        """
        where = "cache/" if command.cold else "work/"
        cases = [case for case in self.cases(command, kind) if case.call.file.startswith(where)]
        start = list(KINDS).index(kind) * _GOLDEN % 1
        step = len(cases) / size
        return [cases[int((start + index) * step)] for index in range(size)] if step > 1 else cases

    def try_(self, case: Case) -> Verdict:
        """Disturb the command at the case's call, run it again, and judge both."""
        self.prepare(case.command)
        output = ""
        broken = []
        try:
            first = self.run(case.command, case.call.number, case.kind)
            output = first.output
            middle = self._state()
            self._age_leftovers(case.command)
            second = self.run(case.command)
            output += f"--- again\n{second.output}"
        except HungError as error:
            return Verdict(case, [f"it hangs: {error}"], partly=False, output=output)
        broken += [f"disturbed: {each}" for each in self._judge_first(case, first, middle)]
        broken += [f"run again: {each}" for each in self._judge_second(case, second, self._state())]
        before, after, _ = self.undisturbed(case.command)
        broken = [each.replace(f"{self.folder}/run/", "") for each in broken]
        return Verdict(case, broken, partly=place(middle, before, after) == BETWEEN, output=output)

    def _judge_first(self, case: Case, ended: Ended, state: State) -> Iterator[str]:
        before, after, _ = self.undisturbed(case.command)
        now = place(state, before, after)
        if len(ended.calls) < case.call.number:
            yield f"it made only {len(ended.calls)} calls"
        yield from _said(ended)
        if torn := _torn(state, before, after):
            yield f"neither before nor after: {', '.join(torn)}"
        elif now == BETWEEN and not _may_be_partly_done(case):
            yield f"it is between: not yet {', '.join(state.differences(after))}; already {', '.join(state.differences(before))}"
        if ended.code == case.command.code and now != AFTER:
            yield f"it says that it is done, and is {now}"
        unseen = case.command.unseen and case.kind.startswith(PARTLY)
        if ended.code not in (case.command.code, KILLED) and now == AFTER and not unseen:
            yield f"it says that it failed ({ended.code}), and is done"
        if ended.code == KILLED and not case.kind.startswith(("kill", "tree", "main")):
            yield "it was killed"

    def _judge_second(self, case: Case, ended: Ended, state: State) -> Iterator[str]:
        before, after, _ = self.undisturbed(case.command)
        now = place(state, before, after)
        yield from _said(ended)
        if ended.code not in (case.command.code, case.command.again):
            yield f"it ends with {ended.code}: {_last_line(ended.output)}"
        if now != AFTER:
            yield f"it is {now}: {', '.join(state.differences(after))}"
        refused = ended.code != case.command.code
        if left := [
            each for each in strays(state, before, after) if not (refused and _is_tolerated(case.command, each))
        ]:
            yield f"left: {', '.join(left)}"
        if now == AFTER and (why := trouble(self.work / NAME, self.worlds.environment)):
            yield f"git can't go on: {why}"

    @property
    def work(self) -> Path:
        """Return the folder that commands work in."""
        return self.folder / "run/work"

    def prepare(self, command: Command) -> None:
        """Make all as it is before the command."""
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        copied(self.worlds.work(command.world), self.work)
        (self.folder / "run/tmp").mkdir()

    def _state(self) -> State:
        return state_of(self.work, self.worlds.environment)

    def _age_leftovers(self, command: Command) -> None:
        """Let an hour pass for what was left: a command may spare what is so young that its maker may live."""
        before, after, _ = self.undisturbed(command)
        known = {str(each) for path in (*before.files, *after.files) for each in (Path(path), *Path(path).parents)}
        for parent, folders, names in os.walk(self.work, topdown=False):
            for path in (Path(parent) / name for name in [*names, *folders]):
                if str(path.relative_to(self.work)) not in known and ".git" not in path.relative_to(self.work).parts:
                    os.utime(path, (time.time() - 3600,) * 2, follow_symlinks=False)

    def run(self, command: Command, number: int = 0, what: str = "look") -> Ended:
        """Run the command on what is there, and disturb its call of that number."""
        env = {**self.worlds.environment, "TMPDIR": str(self.folder / "run/tmp")}
        if command.cold:
            env["XDG_CACHE_HOME"] = str(self.folder / "run/cache")
        return self.worlds.injector.run(
            command.arguments, number, what, folder=self.folder / "run", cwd=self.work, env=env
        )


def _said(ended: Ended) -> Iterator[str]:
    if ended.code not in CODES | {KILLED}:
        yield f"it ends with {ended.code}: {_last_line(ended.output)}"
    if "Traceback" in ended.output:
        yield f"it shows a traceback: {_last_line(ended.output)}"


def _last_line(output: str) -> str:
    return output.strip().splitlines()[-1] if output.strip() else "no word"


def _may_be_partly_done(case: Case) -> bool:
    return case.kind.startswith(PARTLY) or (case.command.parts and case.kind.startswith("kill"))


def _torn(state: State, before: State, after: State) -> list[str]:
    """Return what is neither as before nor as after."""
    return [path for path in state.differences(before) if path in state.differences(after)]


def _is_tolerated(command: Command, path: str) -> bool:
    return any(fnmatchcase(path.partition("/")[0], pattern) for pattern in command.tolerated)
