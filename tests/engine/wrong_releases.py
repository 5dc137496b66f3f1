"""Wrong answers about releases, each with words of the sentence that refuses it."""

from __future__ import annotations

from typing import Any

# (question, wrong value, words), where nothing else is answered
RELEASES: list[tuple[str, Any, str]] = [
    ("release", "branch", "must be one of none, tag, main, not branch."),
    ("platforms", "linux/amd64", "platforms must be a list of platforms, not"),
    ("platforms", [], "platforms must be a list of platforms, not []"),
    (
        "platforms",
        ["windows/amd64"],
        "platforms[0] must be one of linux/amd64, linux/arm64, linux/ppc64le, linux/s390x",
    ),
    ("platforms", ["linux/arm64", 7], "platforms[1] must be one of"),
    ("platforms", ["linux/arm64", "linux/arm64"], 'platforms[1] must not be "linux/arm64": the list has it twice'),
]
# (answers, words)
TOGETHER: list[tuple[dict[str, Any], str]] = [
    ({"release": "tag", "ci": "none"}, "release must be none while ci is none: a pipeline makes the release."),
    (
        {"release": "main", "ci": "gitlab", "folder": "services/shop"},
        "release must be none in a folder on GitLab: a child pipeline has no identity to sign with.",
    ),
]
