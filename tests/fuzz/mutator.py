"""Changes a file at random: the same seed changes it in the same way."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LARGEST = 64 * 1024

TOKENS = (
    b"{", b"[", b"]", b"}", b"&a ", b"*a ", b"- ", b"\n", b": ", b"\t", b"\xff", b"\xc3", b"\x00", b"null", b"'", b'"', b"|\n",
    b">\n", b"<<: ", b"? ", b"!!set ", b"!!binary ", b"!!int ", b"!!timestamp ", b"!!bool ", b"!!float ", b"!!python/name:os.system ",
    b"%TAG !a! b\n", b"%YAML 9.9\n", b"---\n", b"...\n", b"# scaffold: ignore P08 because x\n", b"${a:-", b"$a", b"{{", b"}}", b"\\",
    b"\\\n", b"<<A\n", b"--from=", b",", b"=", b".", b"a.b.", b"[[", b"\r\n", b"\xef\xbb\xbf", "\u202e".encode(), b"\x1b]0;x\x07",
    b"NaN", b"1e999", b".nan", b".inf", b"-0", b"0x" + b"f" * 60, b"1:1:1:1", b"9" * 5000, b"2024-99-99", b"\\ud800", b"\\u0000", b";", b"&&",
)  # fmt: skip
"""Pieces that mean something to one format or another."""
WORDS = (
    b"[]",
    b"{}",
    b"~",
    b"-1",
    b"0",
    b"9999999999999999999999",
    b'""',
    b"true",
    b"a" * 300,
    b"*a",
    b"&a x",
    b"100%",
    b"\\",
)

Change = Callable[[random.Random, bytearray], bytearray]


def _cut(dice: random.Random, data: bytearray) -> bytearray:
    start = dice.randrange(len(data) or 1)
    del data[start : start + dice.randint(1, 60)]
    return data


def _put(dice: random.Random, data: bytearray) -> bytearray:
    start = dice.randrange(len(data) + 1)
    data[start:start] = dice.choice(TOKENS)
    return data


def _repeat(dice: random.Random, data: bytearray) -> bytearray:
    """What is written once, many times: the way to each square of a time."""
    start = dice.randrange(len(data) + 1)
    piece = dice.choice([dice.choice(TOKENS), bytes(data[start : start + dice.randint(1, 30)]) or b"x"])
    data[start:start] = piece * dice.choice([2, 10, 100, 1000])
    return data


def _shuffle(dice: random.Random, data: bytearray) -> bytearray:
    lines = bytes(data).split(b"\n")
    dice.shuffle(lines)
    return bytearray(b"\n".join(lines))


def _reword(dice: random.Random, data: bytearray) -> bytearray:
    words = bytes(data).split(b" ")
    words[dice.randrange(len(words))] = dice.choice(WORDS)
    return bytearray(b" ".join(words))


def _indent(dice: random.Random, data: bytearray) -> bytearray:
    lines = bytes(data).split(b"\n")
    number = dice.randrange(len(lines))
    lines[number] = b" " * dice.randint(1, 9) + lines[number].lstrip()
    return bytearray(b"\n".join(lines))


def _flip(dice: random.Random, data: bytearray) -> bytearray:
    if data:
        data[dice.randrange(len(data))] = dice.randrange(256)
    return data


CHANGES: Sequence[Change] = (_cut, _put, _repeat, _shuffle, _reword, _indent, _flip)


def mutated(dice: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the files, changed a few times, or spliced with another one first."""
    data = bytearray(dice.choice(seeds))
    if dice.random() < 0.2:
        other = dice.choice(seeds)
        start = dice.randrange(len(other) or 1)
        data[dice.randrange(len(data) + 1) :] = other[start:]
    for _ in range(dice.randint(1, 8)):
        data = dice.choice(CHANGES)(dice, data)[:LARGEST]
    return bytes(data)
