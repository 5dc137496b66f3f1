"""The comments and strings of files in any language, found by Pygments: each block of lines is one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, String
from pygments.util import ClassNotFound

_NAMED = {".mod": "c", ".conf": "nginx"}
"""Lexers of endings that Pygments does not know, or that it uses for other files: comments of go.mod are as those of C."""

_NOT_PROSE = re.compile(r"#!|#\s*(?:hadolint|checkov:|yamllint|shellcheck|noqa|type:)|//go:|<\?xml")
"""What is written for a program: it is no text, nor a part of the comments around it."""

_MARKS = re.compile(r"^\s*(?:#+|//[/!]?|/\*+|\*(?!/)|<!--|r?\"\"\")\s?|\s*(?:\*+/|-->|\"\"\")\s*$")
_OF_CODE = re.compile(r"\{@\w+ ([^}]*)\}")


def comments(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield each comment and docstring of a file of this name, without its marks, and the number of its first line.

    Lines of comments that follow each other are one text; a comment behind code is a text of its own.
    """
    block, first, following = list[str](), 0, 0
    for number, behind_code, comment in _tokens(_lexer(name), text):
        if block and (behind_code or number != following):
            yield first, "\n".join(block)
            block = []
        first = first if block else number
        lines = comment.rstrip("\n").split("\n")
        block += [_OF_CODE.sub(r"`\1`", _MARKS.sub("", line)) for line in lines]
        following = 0 if behind_code else number + len(lines)
    if block:
        yield first, "\n".join(block)


def strings(name: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield each string of a file of this name, without its quotes, and the number of its first line.

    What is interpolated is the word VALUE. Docstrings are no strings here.
    """
    first, parts = 0, list[str]()
    for position, kind, token in [*_lexer(name).get_tokens_unprocessed(text), (len(text), Comment, "")]:
        if kind in String and kind not in String.Doc and kind not in String.Affix:
            first = first if parts else text.count("\n", 0, position) + 1
            parts.append("VALUE" if kind in String.Interpol else token)
        elif parts:
            yield first, "".join(parts).strip("\"'`")
            parts = []


def _lexer(name: str) -> Lexer:
    path = PurePath(name)
    if named := _NAMED.get(path.suffix):
        return get_lexer_by_name(named)
    try:
        return get_lexer_for_filename(path.name)
    except ClassNotFound:
        return get_lexer_by_name("bash")  # the files that are left have comments that begin with `#`


def _tokens(lexer: Lexer, text: str) -> Iterator[tuple[int, bool, str]]:
    """Yield the line of each comment, whether code stands before it there, and the comment with its marks."""
    for position, kind, token in lexer.get_tokens_unprocessed(text):
        comment = kind in String.Doc or (kind in Comment and kind not in Comment.Preproc)
        if comment and not _NOT_PROSE.match(token):
            line = text.rfind("\n", 0, position) + 1
            yield text.count("\n", 0, position) + 1, bool(text[line:position].strip()), token
