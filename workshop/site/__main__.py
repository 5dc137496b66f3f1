"""`python -m workshop.site [FOLDER]`: build the site, by default into build/site."""

from __future__ import annotations

import sys
from pathlib import Path

from workshop.site.build import FOLDER, build

if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        build(target)
    except RuntimeError as error:
        sys.exit(f"error: {error}")
    print(f"Open {target / 'index.html'}")
