"""Sentences of Markdown and of plain text, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.words import In, banned_words

LONGEST = 30
"""Words of a sentence."""

_CODE = re.compile(r"`+[^`]*`+")
_MARK = re.compile(r"^<!--.*-->$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LIST = re.compile(r"\s*([-*]|\d+\.)\s+")
_END = re.compile(r"(?<=[.!?])[\"')*]*\s+(?=[A-Z\"'(`*\[]|CODE)")


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each paragraph, list item and table cell of Markdown without its code, and the number of its first line."""
    fenced, first, lines = False, 0, list[str]()
    for number, line in enumerate([*_MARK.sub("", text).splitlines(), ""], 1):
        mark = line.lstrip().startswith("```")
        single = line.startswith(("#", "|"))
        if mark or fenced or not line.strip() or single or _LIST.match(line):
            if lines:
                yield first, without_code("\n".join(lines))
            first, lines = number, []
            fenced ^= mark
            if single and not fenced:
                yield from ((number, cell) for cell in without_code(line).strip("|# ").split("|"))
            elif not (mark or fenced) and line.strip():
                lines = [_LIST.sub("", line, count=1)]
        else:
            first = first if lines else number
            lines.append(line.strip())


def without_code(text: str) -> str:
    """Return a text of the same lines, with a word in the place of each piece of code and the words of each link."""
    plain = _CODE.sub(lambda code: "CODE" + "\n" * code[0].count("\n"), text)
    return _LINK.sub(r"\1", plain)


def sentences(of: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield each sentence of paragraphs, and the line on which it begins."""
    for number, paragraph in of:
        begin = 0
        for end in [*(found.end() for found in _END.finditer(paragraph)), len(paragraph)]:
            if sentence := " ".join(paragraph[begin:end].split()):
                yield number + paragraph.count("\n", 0, begin), sentence
            begin = end


def faults(of: Iterator[tuple[int, str]], kind: In = In.DOCUMENTS) -> Iterator[str]:
    """Yield what is wrong with paragraphs: the line, the fault and the sentence."""
    for number, sentence in sentences(of):
        if (words := len(re.findall(r"[\w'-]*\w", sentence))) > LONGEST:
            yield f"{number}: {words} words: {sentence}"
        yield from (f"{number}: {fault}: {sentence}" for fault in banned_words(sentence, kind))
