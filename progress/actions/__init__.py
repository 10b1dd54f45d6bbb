"""Everything that writes in this room."""

from progress.actions.baselines import Expected, enter_baselines
from progress.actions.bulletins import compute_bulletin, publish_bulletin
from progress.actions.due import compute_due, due_days

__all__ = [
    "Expected",
    "compute_bulletin",
    "compute_due",
    "due_days",
    "enter_baselines",
    "publish_bulletin",
]
