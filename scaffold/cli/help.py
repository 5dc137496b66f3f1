"""What the help of every command has."""


def examples(*lines: str) -> str:
    """Format a command's examples for the end of its help."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
