"""The words that nobody writes here, each with what to write instead.

`tests/test_prose.py` reads the documents, `tests/text/test_words.py` the strings, comments and help of `scaffold/`, and
`tests/text/test_generated.py` the files of services, and `tests/text/test_messages.py` the strings in their code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class In(Enum):
    """The texts that are read."""

    DOCUMENTS = "documents"
    CODE = "strings, comments and help"
    GENERATED = "comments, alerts and documents of a service"
    MESSAGES = "strings in the code of a service: errors, log messages, the help of metrics, names of tests"


@dataclass(frozen=True)
class Banned:
    """What is not written, as a regular expression of text in any case; `only` names the kinds of text it is for."""

    pattern: str
    better: str
    only: tuple[In, ...] = tuple(In)


IN_SERVICES = (In.GENERATED, In.MESSAGES)


BANNED = (
    Banned(r"\blets? (?:\w+ ){0,3}stand\b", "suppress, ignore"),
    Banned(r"\b(?:tells?|told|telling)\b", "print, report, show, return, explain"),
    Banned(r"\bsays? (?:so|which|whether|that|what|nothing)\b|\b(?:is|are|unless) said\b", "print, report, show, list"),
    Banned(r"\b(?:says|said) (?:the|a|its) (?:report|output|table|result)\b", "shows, reports"),
    Banned(r"\bmend(?:s|ed|ing)?\b", "fix"),
    Banned(r"\bin vain\b", "unused, without effect"),
    Banned(r"\balone\b", "only, by itself"),
    Banned(r"\belse\b", "otherwise, everything except", (In.DOCUMENTS, *IN_SERVICES)),
    Banned(r"[;,:] (?:or )?else\b|\b(?:or|and|all) else\b|(?-i:\bElse\b)", "otherwise, everything except", (In.CODE,)),
    Banned(r"\bfor ever\b", "without end, never ends"),
    Banned(r"\banew\b", "again"),
    Banned(r"\b(?:its|their) likes?\b", "similar ones, or name what is meant"),
    Banned(r"\bforges?\b", "CI system, Git host"),
    Banned(r"\btaken for\b|\b(?:takes?|took) (?:\w+ )?for (?:a|an|the)\b", "counts as, is treated as"),
    Banned(r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b|such\b|larger\b)\w+", "is not a"),
    Banned(r"\bstop(?:s|ped)? to (?!a\b|the\b|and\b|or\b)\w+", "stop doing"),
    Banned(r"\bpass(?:es|ed)? (?:them |it )?by\b", "skip"),
    Banned(r"\brefuses? to take\b", "reject"),
    Banned(r"\bstands? beside\b", "is in the same files"),
    Banned(r"\bof (?:its|their|our|your|one's) own\b", "separate, or its", IN_SERVICES),
    Banned(r"\bby (?:itself|themselves)\b", "automatically, or name what does it", IN_SERVICES),
    Banned(r"\b(?:we|us|ourselves)\b", "the service", IN_SERVICES),
    Banned(r"\bmay\b", "can", IN_SERVICES),
    Banned(
        r"\basks? (?:no|a|an|the|all|each|every|one)\b|\b(?:is|are) asked\b", "calls, checks, requests", IN_SERVICES
    ),
    Banned(r"\bgives? (?:the|a|an)\b|\bgives? back\b", "returns", IN_SERVICES),
    Banned(r"\b(?:stand in|stands in|in the place of)\b", "replaces", IN_SERVICES),
    Banned(r"\bone idea\b|\bso (?:many|much)\b", "one concern, or the number", IN_SERVICES),
    Banned(
        r"(?<!your )(?<!copier-)\b(?!(?-i:Answers? (?:is|has)\b))answer(?:s|ed|ing)?\b(?! file| that you)",
        "respond, response",
        IN_SERVICES,
    ),
    Banned(r"\bgiv(?:es?|ing) up\b|\bgave up\b", "stops, ends, returns", IN_SERVICES),
)
"""The lookarounds leave out what is right: "there is no Service" (it does not exist), "is no longer", "is no such".
A comment in Go begins with the name of its type, such as `Answers`. A single `else` in code is often Python's or Jinja's, so that there only phrases with it count."""

_USUAL = re.compile(r"\b(?:any|every|no|some)(?:body|one|thing|where) else\b|\bone else\b", re.IGNORECASE)
"""Phrases in which a banned word is the usual one."""

_PATTERNS = [(re.compile(each.pattern, re.IGNORECASE), each) for each in BANNED]


def banned_words(text: str, kind: In) -> Iterator[str]:
    """Yield each banned word of a text of this kind, and the better ones."""
    line = _USUAL.sub("", " ".join(text.split()))
    for pattern, banned in _PATTERNS:
        if kind in banned.only:
            yield from (f"{match[0]!r}, better {banned.better}" for match in pattern.finditer(line))
