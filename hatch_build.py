"""Hatch's build hook: puts the bundle of all released versions into the wheel and the sdist."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACE = {"wheel": "scaffold/_template/", "sdist": ""}


class Releases(BuildHookInterface):  # type: ignore[type-arg]
    """Adds what `releasing.package` makes; an editable install reads the checkout's own git instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the files in a temporary folder and tell Hatch where they go."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)  # the build reads releases.yml by the package's own code
        from releasing.package import carried
        from scaffold.errors import ScaffoldError

        self._folder = tempfile.TemporaryDirectory(prefix="scaffold-build-")
        try:
            for file in carried(Path(self.root), Path(self._folder.name), self.app.display_warning):
                build_data["force_include"][str(file)] = PLACE[self.target_name] + file.name
        except ScaffoldError as error:
            self.app.abort(str(error))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the temporary folder."""
        if version != "editable":
            self._folder.cleanup()
