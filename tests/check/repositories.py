"""Repositories for the checks: the folders that hold some, a pod that breaks rules, and files to write or break."""

from __future__ import annotations

import random
from pathlib import Path

CASES = Path(__file__).with_name("cases")
CORPUS = Path(__file__).with_name("corpus")
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx
"""


def fuzzed(text: bytes, seed: int) -> bytes:
    """Return a file with some of its bytes, words and lines changed."""
    dice = random.Random(seed)
    data = bytearray(text)
    for _ in range(dice.randint(1, 8)):
        start = dice.randrange(len(data) or 1)
        match dice.randrange(5):
            case 0:
                del data[start : start + dice.randint(1, 40)]
            case 1:
                data[start:start] = dice.choice(
                    [b"{", b"[", b"&a ", b"*a ", b"- ", b"\n", b": ", b"\t", b"\xff", b"null", b"'", b"|\n"]
                )
            case 2:
                lines = bytes(data).split(b"\n")
                dice.shuffle(lines)
                data = bytearray(b"\n".join(lines))
            case 3:
                words = bytes(data).split(b" ")
                words[dice.randrange(len(words))] = dice.choice(
                    [b"[]", b"{}", b"~", b"-1", b"9999999999999999999999", b'""']
                )
                data = bytearray(b" ".join(words))
            case 4:
                data[start:start] = data[: dice.randint(1, 200)]
    return bytes(data)
