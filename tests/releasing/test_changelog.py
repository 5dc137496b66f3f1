"""CHANGELOG.md and changes.yml say the same."""

from __future__ import annotations

from datetime import date

import pytest

from releasing import changelog
from scaffold.errors import TemplateError
from scaffold.releases.changes import FILE, read_changes
from workshop import goldens

CHANGES = """\
- {id: a, version: 0.1.0, pattern: none, title: First, why: Why., check: Nothing.}
- {id: b, version: unreleased, pattern: P08, title: Second, why: Because., check: The drain.}
"""
TEXT = "# Changelog\n\n## Unreleased\n\n### Added\n\n- x\n\n## 0.1.0 - 2026-01-02\n\n### In the services\n\n- old\n  more\n\n- kept\n\n### Fixed\n\n- y\n"


def test_this_repository_s_changelog_is_up_to_date() -> None:
    text = (goldens.ROOT / "CHANGELOG.md").read_text()
    changes = read_changes((goldens.ROOT / FILE).read_text())
    assert changelog.with_changes(text, changes).rstrip() == text.rstrip(), "run ./dev changelog"


def test_what_the_services_gain_is_written_into_its_section() -> None:
    text = changelog.with_changes(TEXT, read_changes(CHANGES))
    unreleased, released = text.split("## 0.1.0")
    assert "- **Second** (P08). Because. After updating: The drain." in unreleased
    assert "- x" in unreleased
    assert "- **First**. Why. After updating: Nothing." in released
    assert "- old" not in text
    assert "more" not in text
    assert "- kept" in released
    assert "- y" in released
    assert changelog.with_changes(text, read_changes(CHANGES)) == text


def test_a_change_without_a_section_is_refused() -> None:
    with pytest.raises(TemplateError, match=r"has no section for 0\.2\.0"):
        changelog.with_changes(TEXT, read_changes(CHANGES.replace("unreleased", "0.2.0")))


def test_a_release_takes_what_is_unreleased() -> None:
    text = changelog.cut(TEXT, "0.2.0", date(2026, 3, 4))
    assert "## Unreleased\n\n## 0.2.0 - 2026-03-04\n\n### Added\n\n- x\n" in text
    with pytest.raises(TemplateError, match="Unreleased is missing or empty"):
        changelog.cut(text, "0.3.0", date(2026, 3, 5))
