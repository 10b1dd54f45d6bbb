"""Retention: what is deleted when, on a page, by a command and every night (docs/retention.md).

What there is to delete is named literally in `items`; the rooms do the deleting, `engine` the when.
"""

from zhtj.retention.engine import Done, Kept, apply, kept, set_rules

__all__ = ["Done", "Kept", "apply", "kept", "set_rules"]
