"""The parameter of all judges of charts: each service that has one."""

from __future__ import annotations

from tests.support.charts import charted

__all__ = ["charted"]
