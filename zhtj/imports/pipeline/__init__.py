"""read → check → review → commit → report: how a workbook gets in. `docs/` has the page to it."""

from zhtj.imports.pipeline.checking import check
from zhtj.imports.pipeline.committing import commit
from zhtj.imports.pipeline.sweeping import expirable, expire, stale

__all__ = ["check", "commit", "expirable", "expire", "stale"]
