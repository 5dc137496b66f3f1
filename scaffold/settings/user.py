"""What a user set once for all commands, in config.toml of the settings folder.

template = "https://git.example.org/mirrors/kube-scaffold.git"

[answers]  # defaults for new services
owner = "example-org/payments"
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scaffold.errors import FileError
from scaffold.files import user_folders as folders
from scaffold.files.toml import read_toml
from scaffold.settings.keys import unknown_setting

KEYS = ("template", "answers")


def read_settings(file: Path | None = None) -> Mapping[str, Any]:
    """Return the settings; none when there is no such file.

    Raises:
        FileError: when the file can't be read, is not TOML, or names an unknown setting.
    """
    file = file or folders.settings_file()
    if not os.path.lexists(file):
        return {}
    settings: dict[str, Any] = read_toml(file)
    for key, value in settings.items():
        if key not in KEYS:
            raise unknown_setting(str(file), key, KEYS)
        if key == "answers" and not isinstance(value, dict):
            raise FileError(f'{file}: answers must be a table; for example [answers], and below it owner = "web".')
        if key == "template" and not isinstance(value, str):
            raise FileError(f'{file}: {key} must be text; for example {key} = "https://git.example.org/scaffold.git".')
    return settings
