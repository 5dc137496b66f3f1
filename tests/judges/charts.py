"""The charts that judges look at: each of another shape. All goldens' charts give what their overlays give, which are
judged anyway (tests/relations/test_charts.py).
"""

from __future__ import annotations

JUDGED = ("awkward", "batch", "everything-typescript", "mail", "standalone-typescript")
"""Hard names, jobs that run before a release, all that there is, a limiter with an autoscaler, and hardly anything."""
