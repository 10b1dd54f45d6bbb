"""Everything that writes in this room."""

from progress.actions.adjustments import ask_adjustment, decide_adjustment
from progress.actions.baselines import Expected, enter_baselines
from progress.actions.bulletins import compute_bulletin, publish_bulletin
from progress.actions.due import compute_due, due_days
from progress.actions.early import ask_early_opening, decide_early_opening

__all__ = [
    "Expected",
    "ask_adjustment",
    "ask_early_opening",
    "compute_bulletin",
    "compute_due",
    "decide_adjustment",
    "decide_early_opening",
    "due_days",
    "enter_baselines",
    "publish_bulletin",
]
