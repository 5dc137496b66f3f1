"""What a test types at the questions of `scaffold new`, and what it reads of the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pexpect
import yaml

from scaffold.engine.questions import Question
from workshop import goldens

ENTER, DOWN, UP, ESC, CTRL_C, CTRL_D = "\r", "\x1b[B", "\x1b[A", "\x1b", "\x03", "\x04"
RIGHT = "Is this right?"


def first_questions() -> list[Question]:
    """Return the questions that are asked before the summary."""
    return [each for each in goldens.engine()[0].asked if not each.group and "own" not in each.when]


@dataclass
class Terminal:
    """A running `scaffold new`, and how many keys were pressed."""

    child: pexpect.spawn
    folder: Path
    keys: int = field(default=0)

    def sees(self, words: str) -> str:
        """Wait for words on the screen; return what came before them."""
        self.child.expect_exact(words)
        return str(self.child.before)

    def types(self, text: str, *, then: str = ENTER) -> None:
        """Type a text, and a key after it."""
        self.child.send(text + then)
        self.keys += len(text) + bool(then)

    def presses(self, *keys: str) -> None:
        """Press one key after another."""
        for key in keys:
            self.child.send(key)
            self.keys += 1

    def accepts_defaults(self, *, after: str | None = None, until: str = RIGHT) -> None:
        """Press Enter at each first question (after the one of that name) until `until` is on the screen."""
        questions = first_questions()
        first = [question.name for question in questions].index(after) + 1 if after else 0
        waiting = [question.help[:18] for question in questions[first:]]  # the rest may be on another line
        while found := self.child.expect_exact([until, *waiting]):
            self.presses(ENTER)
            del waiting[:found]

    def ends(self) -> int:
        """Wait for the end; return the exit code."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return int(self.child.exitstatus)

    def answers(self) -> dict[str, Any]:
        """Return the answers of the service that was written."""
        content: dict[str, Any] = yaml.safe_load(next(self.folder.glob("*/.copier-answers.yml")).read_text())
        return content
