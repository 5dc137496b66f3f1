"""`./dev docs`: writes docs/patterns, one page a pattern, from the rules of `scaffold check` and their cases."""

from __future__ import annotations

import re
from pathlib import Path

from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import AnyRule
from scaffold.patterns import PATTERNS
from workshop.goldens import ROOT

PAGES = ROOT / "docs" / "patterns"
CASES = ROOT / "tests" / "check" / "cases"
_LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".conf": "nginx"}
_MARK = re.compile(r"\s*#[\s^]*\^\s*")


def pages() -> dict[str, str]:
    """Return every page by its name."""
    found = {f"{pattern}.md": page(pattern) for pattern in PATTERNS}
    lines = [f"| [{name}]({name}.md) | {each.title} | {len(rules_of(name))} |" for name, each in PATTERNS.items()]
    table = "\n".join(["| pattern | title | rules |", "|---|---|---|", *lines])
    found["README.md"] = (
        "# Rules, pattern by pattern\n\nWhat `scaffold check` looks for. "
        "`./dev docs` writes these pages from the rules and their test cases.\n\n" + table + "\n"
    )
    return found


def rules_of(pattern: str) -> list[AnyRule]:
    """Return the rules of a pattern."""
    return [rule for rule in all_rules().values() if rule.pattern == pattern]


def page(pattern: str) -> str:
    """Return the page of a pattern."""
    about = PATTERNS[pattern]
    rules = rules_of(pattern)
    parts = [f"# {pattern}: {about.title}", about.why, f"**How to test it.** {about.proof}"]
    rows = [f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity} | {rule.title} |" for rule in rules]
    parts.append("\n".join(["| rule | severity | finds |", "|---|---|---|", *rows]))
    parts += [section(rule) for rule in rules]
    parts.append("[All patterns](README.md)")
    return "\n\n".join(parts) + "\n"


def section(rule: AnyRule) -> str:
    """Return the section of a rule, with an example that breaks it and one that passes."""
    parts = [f"## {rule.id}", f"**{rule.title}** ({rule.severity})", rule.why, f"**Fix.** {rule.advice}"]
    parts += ["Broken:", example(CASES / rule.id / "breaks", marked=True), "Right:", example(CASES / rule.id / "holds")]
    if rule.fixable:
        parts.append("`scaffold check --fix` fixes it where the fix is unambiguous.")
    parts.append(f"To suppress a finding: `# scaffold: ignore {rule.id} because …`")
    return "\n\n".join(parts)


def example(folder: Path, *, marked: bool = False) -> str:
    """Return the files of a case; the comments that mark what a rule finds stay where `marked` is set."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    blocks = []
    for file in files:
        lines = [line for line in file.read_text().splitlines() if marked or not _MARK.fullmatch(line)]
        language = _LANGUAGES.get(file.suffix, "dockerfile" if "ockerfile" in file.name else "")
        name = f"`{file.relative_to(folder)}`\n\n" if len(files) > 1 else ""
        blocks.append(f"{name}```{language}\n" + "\n".join(lines) + "\n```")
    return "\n\n".join(blocks)


def main() -> None:
    """Write all pages, and remove old ones."""
    PAGES.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for file in PAGES.iterdir():
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text)


if __name__ == "__main__":
    main()
