"""Everything that writes in this room."""

from progress.actions.adjustments import ask_adjustment, decide_adjustment
from progress.actions.baselines import Expected, enter_baselines, undo_baselines, withdraw_baseline
from progress.actions.bulletins import compute_bulletin, publish_bulletin, recompute_bulletin
from progress.actions.campaigns import (
    activate_campaign,
    change_campaign,
    create_campaign,
    end_campaign,
    plan_of,
)
from progress.actions.completions import (
    REASONS,
    decide_completion,
    declare_complete,
    withdraw_completion,
)
from progress.actions.due import compute_due, due_days
from progress.actions.early import ask_early_opening, decide_early_opening
from progress.actions.rehearsals import MOST_REHEARSED, ask_rehearsal, compute_rehearsal
from progress.actions.spotchecks import ANSWERS, answer_spot_check, find_spot_checks

__all__ = [
    "ANSWERS",
    "MOST_REHEARSED",
    "REASONS",
    "Expected",
    "activate_campaign",
    "answer_spot_check",
    "ask_adjustment",
    "ask_early_opening",
    "ask_rehearsal",
    "change_campaign",
    "compute_bulletin",
    "compute_due",
    "compute_rehearsal",
    "create_campaign",
    "decide_adjustment",
    "decide_completion",
    "decide_early_opening",
    "declare_complete",
    "due_days",
    "end_campaign",
    "enter_baselines",
    "find_spot_checks",
    "plan_of",
    "publish_bulletin",
    "recompute_bulletin",
    "undo_baselines",
    "withdraw_baseline",
    "withdraw_completion",
]
