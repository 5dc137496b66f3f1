"""What the user of `scaffold pin` sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from scaffold.show.console import line
from scaffold.text.counted import counted


def pins(out: Console, edits: Sequence[dict[str, Any]], images: int) -> None:
    """Show each reference that got a digest."""
    for edit in edits:
        out.print(line(f"{edit['path']}:{edit['line']}: {edit['after']}"), soft_wrap=True)
    out.print(Text(f"{counted(images, 'image')}, {counted(len(edits), 'change')}."))
