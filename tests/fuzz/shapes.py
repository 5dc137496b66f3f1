"""Changes a repository at random: the shapes of its YAML, its template lines, its Dockerfiles, or any of its bytes.

Most changes of bytes make a manifest something else than YAML. A change of its nodes is written as YAML again, so that
rules get to see it. The same dice change a repository in the same way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from tests.fuzz.mutator import CHANGES, LARGEST
from workshop.goldens import ROOT

Repository = Mapping[str, bytes]

_FOLDERS = ("tests/check/cases/*/*/", "tests/check/corpus/*/", "tests/check/reported/*/")
_FILES = ("examples/*/deploy/**/*", "examples/*/Dockerfile", "examples/*/compose.yaml")
_BUILT = ("kustomization.yaml", "Chart.yaml")  # other programs build them, which takes a hundred times as long


@cache
def repositories() -> tuple[list[Repository], list[Repository]]:
    """Return the repositories to start from: those that are read as they are, and those that another program builds."""
    whole = [folder for pattern in _FOLDERS for folder in sorted(ROOT.glob(pattern)) if folder.is_dir()]
    found = [{str(file.relative_to(each)): file.read_bytes() for file in _in(each)} for each in whole]
    single = [file for pattern in _FILES for file in sorted(ROOT.glob(pattern)) if file.is_file()]
    found += [{file.name: file.read_bytes()} for file in single]
    kept = [each for each in found if any(map(_has_shape, each))]
    built = [each for each in kept if any(Path(name).name in _BUILT for name in each)]
    return [each for each in kept if each not in built], built


def _in(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "EXPECT")


def _has_shape(name: str) -> bool:
    return name.endswith((".yaml", ".yml", ".conf")) or "Dockerfile" in name


def reshaped(dice: random.Random, *, built: bool = False) -> Repository:
    """Return one of the repositories, one or two files of which are changed a few times."""
    found = dict(dice.choice(repositories()[built]))
    for name in dice.choices([each for each in found if _has_shape(each)], k=dice.randint(1, 2)):
        data = found[name]
        if name.endswith((".yaml", ".yml")) and dice.random() < 0.85:
            data = _reshaped_yaml(dice, data)
        ways = TEMPLATE if name.endswith((".yaml", ".yml")) else LINES
        for _ in range(dice.choice([0, 0, 1, 2])):
            data = bytes(dice.choice([*ways, *CHANGES])(dice, bytearray(data)))
        found[name] = data[:LARGEST]
    return found


# --- nodes ----------------------------------------------------------------------------------------------------------

ODD = (
    "", " ", "null", "~", "true", "-1", "0", "1", "65536", "9" * 30, "1e999", ".nan", "0x1F", "1:30", "100%", "-5%", "1Gi", "0.0001m", "5s",
    "\u202e\u200bweb", "\ufeffweb", "e\u0301\U0001f600", "a\u2028b\x85c", "\t", "a\nb\n", "a/b:c@d", "$(A)", "${A:-", "{{ .Values.a }}",
    "*", "..", "/", "a" * 300, "sh", "-c", "sleep 5", "Always", "None",
)  # fmt: skip
"""Scalars that mean something to one rule or another, and some that nobody expects."""
TAGS = ("!!binary", "!!set", "!!omap", "!!timestamp", "!!int", "!!float", "!!null", "!!str", "!Ref", "!reference")
_TEXT, _NULL, _MERGE = (f"tag:yaml.org,2002:{each}" for each in ("str", "null", "merge"))


def _scalar(text: str) -> yaml.Node:
    return yaml.ScalarNode(_NULL if text == "null" else _TEXT, text)


def _nodes(roots: Sequence[yaml.Node]) -> Iterator[yaml.Node]:
    """Yield each node once."""
    seen: set[int] = set()
    waiting = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, yaml.MappingNode):
            waiting += [node for pair in each.value for node in pair]
        elif isinstance(each, yaml.SequenceNode):
            waiting += each.value


def _composed(data: bytes) -> list[yaml.Node]:
    return [each for each in yaml.compose_all(data, yaml.CSafeLoader) if each is not None]


@cache
def _donors() -> list[bytes]:
    plain = repositories()[0]
    return [data for each in plain for name, data in each.items() if name.endswith((".yaml", ".yml"))]


def _stranger(dice: random.Random) -> yaml.Node:
    """Return a part of another document."""
    while True:
        try:
            found = list(_nodes(_composed(dice.choice(_donors()))))
        except (yaml.YAMLError, ValueError):
            continue
        if found:
            return dice.choice(found)


def _other(dice: random.Random, nodes: Sequence[yaml.Node]) -> yaml.Node:
    """Return what may stand where something else is wanted; a node that stands elsewhere, too, makes an alias."""
    pair = [(_scalar(dice.choice(ODD)), _scalar(dice.choice(ODD)))]
    return dice.choice(
        [
            lambda: _scalar("null"),
            lambda: yaml.SequenceNode("tag:yaml.org,2002:seq", []),
            lambda: yaml.SequenceNode("tag:yaml.org,2002:seq", [_scalar(dice.choice(ODD)), dice.choice(nodes)]),
            lambda: yaml.MappingNode("tag:yaml.org,2002:map", []),
            lambda: yaml.MappingNode("tag:yaml.org,2002:map", pair),
            lambda: _scalar(dice.choice(ODD)),
            lambda: _scalar(dice.choice(ODD)),
            lambda: dice.choice(nodes),
            lambda: _stranger(dice),
            lambda: _stranger(dice),
        ]
    )()


def _change_mapping(dice: random.Random, node: yaml.MappingNode, nodes: Sequence[yaml.Node]) -> None:
    pairs = node.value
    deep = [number for number, (_, value) in enumerate(pairs) if isinstance(value, yaml.CollectionNode)]
    number = dice.choice(deep if deep and dice.random() < 0.5 else range(len(pairs) or 1))
    match dice.randrange(8) if pairs else 7:
        case 0:
            del pairs[number]
        case 1:
            pairs.insert(dice.randrange(len(pairs) + 1), pairs[number])  # the same key twice
        case 2:
            pairs.append((pairs[number][0], _other(dice, nodes)))
        case 3:
            pairs[number] = (_other(dice, nodes), pairs[number][1])  # a list or a mapping as a key
        case 4 | 5:
            pairs[number] = (pairs[number][0], _other(dice, nodes))
        case 6:
            other = dice.randrange(len(pairs))
            here, there = pairs[number], pairs[other]
            pairs[number], pairs[other] = (here[0], there[1]), (there[0], here[1])
        case _:
            pairs.append((yaml.ScalarNode(_MERGE, "<<"), _other(dice, nodes)))


def _change_sequence(dice: random.Random, node: yaml.SequenceNode, nodes: Sequence[yaml.Node]) -> None:
    items = node.value
    number = dice.randrange(len(items)) if items else 0
    match dice.randrange(4) if items else 3:
        case 0:
            del items[number]
        case 1:
            items[number] = _other(dice, nodes)
        case 2:
            items += [items[number]] * dice.choice([1, 3, 50])
        case _:
            items.insert(number, _other(dice, nodes))


def _change_node(dice: random.Random, nodes: Sequence[yaml.Node]) -> None:
    collections = [each for each in nodes if isinstance(each, yaml.CollectionNode)]
    node = dice.choice(collections if collections and dice.random() < 0.7 else nodes)
    if dice.random() < 0.1:
        node.tag = dice.choice(TAGS).replace("!!", "tag:yaml.org,2002:")
    elif isinstance(node, yaml.MappingNode):
        _change_mapping(dice, node, nodes)
    elif isinstance(node, yaml.SequenceNode):
        _change_sequence(dice, node, nodes)
    else:
        node.value = dice.choice(ODD)


def _reshaped_yaml(dice: random.Random, data: bytes) -> bytes:
    """Return the file with some of its nodes changed, in block or flow style; as it is, where it is not YAML."""
    try:
        roots = _composed(data)
        for _ in range(dice.randint(1, 4) if roots else 0):
            _change_node(dice, list(_nodes(roots)))
            if dice.random() < 0.05:
                roots.insert(dice.randrange(len(roots) + 1), dice.choice(roots))
        flow = dice.choice([None, None, None, True])
        for each in _nodes(roots) if flow else ():
            if isinstance(each, yaml.CollectionNode):
                each.flow_style = True
        text = yaml.serialize_all(roots, Dumper=yaml.CSafeDumper, allow_unicode=dice.random() < 0.5)
    except (yaml.YAMLError, ValueError):  # which the CSafeDumper raises for a node that holds itself
        return data
    return text.encode("utf-8", "surrogatepass")


# --- lines ----------------------------------------------------------------------------------------------------------

Change = Callable[[random.Random, bytearray], bytearray]
_TEMPLATED = (
    b"{{- if .Values.enabled }}", b"{{- end }}", b"{{- with .Values.x }}", b"{{- toYaml .Values.x | nindent 8 }}", b"{% if x %}", b"<%= x %>",
    b"{{- range $i, $e := .Values.list }}", b"{{/* a comment", b"# {{ x }}", b"---", b"...", b"%YAML 1.1",
)  # fmt: skip
_VALUES = (
    b"{{ .Values.x }}",
    b'"{{ .Values.x }}"',
    b'{{ include "x" . }}',
    b"${X}",
    b"$X",
    b"${X:-y}",
    b"$(X)",
    b"<x>",
    b"{{x",
    b"x}}",
)
_INSTRUCTIONS = (b"FROM", b"RUN", b"CMD", b"ENTRYPOINT", b"COPY", b"ADD", b"ENV", b"ARG", b"USER", b"ONBUILD", b"HEALTHCHECK", b"SHELL", b"EXPOSE", b"XYZ")  # fmt: skip
_RESTS = (
    b"", b"[", b'["a", "b"', b'["a",]', b"[]", b"{}", b'["sh", "-c", ["a"]]', b"--from= a b", b"--from=9 a b", b"$A", b"${A", b"a=b c", b"<<A <<B\nx\nB\n",
    b"<<-'A'\nx\n", b"\\", b"a AS", b"a AS a AS a", b"--platform=$X a", b"\xff", b"0", b"root:0", b"NONE", b"a \\\n# c\n\n b", b"--mount=type=",
)  # fmt: skip


def _truncate(dice: random.Random, data: bytearray) -> bytearray:
    return data[: dice.randrange(len(data) + 1)]


def _at_line(dice: random.Random, data: bytearray, change: Callable[[bytes], bytes]) -> bytearray:
    lines = bytes(data).split(b"\n")
    number = dice.randrange(len(lines))
    lines[number] = change(lines[number])
    return bytearray(b"\n".join(lines))


def _template_line(dice: random.Random, data: bytearray) -> bytearray:
    return _at_line(dice, data, lambda line: b" " * dice.randint(0, 6) + dice.choice(_TEMPLATED) + b"\n" + line)


def _template_value(dice: random.Random, data: bytearray) -> bytearray:
    return _at_line(dice, data, lambda line: line.partition(b":")[0] + b": " + dice.choice(_VALUES))


def _shift(dice: random.Random, data: bytearray) -> bytearray:
    """Indent some lines by more or less."""
    lines = bytes(data).split(b"\n")
    first = dice.randrange(len(lines))
    by = dice.choice([-4, -2, -1, 1, 2, 3])
    for number in range(first, min(len(lines), first + dice.randint(1, 12))):
        spaces = len(lines[number]) - len(lines[number].lstrip(b" "))
        lines[number] = b" " * max(0, spaces + by) + lines[number].lstrip(b" ")
    return bytearray(b"\n".join(lines))


def _instruction(dice: random.Random, data: bytearray) -> bytearray:
    new = dice.choice(_INSTRUCTIONS) + b" " + dice.choice(_RESTS)
    return _at_line(dice, data, lambda line: dice.choice([new, new + b"\n" + line, line + b" " + dice.choice(_RESTS)]))


def _reword_instruction(dice: random.Random, data: bytearray) -> bytearray:
    return _at_line(dice, data, lambda line: dice.choice(_INSTRUCTIONS) + b" " + line.partition(b" ")[2])


def _move(dice: random.Random, data: bytearray) -> bytearray:
    lines = bytes(data).split(b"\n")
    line = lines.pop(dice.randrange(len(lines)))
    for _ in range(dice.choice([0, 1, 2])):
        lines.insert(dice.randrange(len(lines) + 1), line)
    return bytearray(b"\n".join(lines))


TEMPLATE: Sequence[Change] = (_truncate, _template_line, _template_value, _shift)
LINES: Sequence[Change] = (_truncate, _instruction, _instruction, _reword_instruction, _move)
