"""A document's story: which of its blocks run, where, and what becomes of their output."""

from __future__ import annotations

import pytest

from workshop.samples import retold

STORY = """\
# Story

<!-- write notes/one.txt -->
```text
it's one\tword  \n```

<!-- do cd notes && export WORD=two -->
<!-- run -->
```console
$ cat one.txt
what it was before
$ echo "$WORD"; ls missing 2>/dev/null; git var GIT_AUTHOR_IDENT | cut -d ' ' -f 1
```

```console
$ not run
```
"""
TOLD = STORY.replace("what it was before", "it's one        word").replace("-f 1\n", "-f 1\ntwo\nAda\n")


def test_a_story_is_told_with_what_its_commands_print_in_one_folder() -> None:
    assert retold(STORY) == TOLD
    assert retold(TOLD) == TOLD


def test_a_document_without_marks_stays_as_it_is() -> None:
    assert retold("```console\n$ not run\n```\n") == "```console\n$ not run\n```\n"


def test_a_command_that_is_not_shown_must_succeed() -> None:
    with pytest.raises(RuntimeError, match="cat: missing"):
        retold("<!-- do cat missing -->\n")
