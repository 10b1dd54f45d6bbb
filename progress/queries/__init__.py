"""Everything that is read in this room. Other rooms and the frame use these names."""

from progress.queries.adjustments import adjustments, adjustments_to_decide
from progress.queries.baselines import (
    active_campaign,
    baselines,
    in_force,
    may_state,
    mismatches,
    stated,
)
from progress.queries.bulletins import (
    bulletins,
    campaign_for,
    find_unit,
    neighbours,
    on_day,
    own_unit,
    unpublished,
)
from progress.queries.campaigns import (
    Phase,
    campaigns,
    campaigns_to_set,
    help_line,
    overview,
    provinces_to_set,
)
from progress.queries.completions import completions, completions_to_decide, explained
from progress.queries.early import early_openings, early_openings_to_decide, stages_to_ask_for
from progress.queries.naming import number
from progress.queries.outputs import owed_files, reader_for
from progress.queries.page import Choice, Page, page
from progress.queries.report import GROUPS, Column, Row, Sheet, columns, read, report
from progress.queries.standing import Standing, standing

__all__ = [
    "GROUPS",
    "Choice",
    "Column",
    "Page",
    "Phase",
    "Row",
    "Sheet",
    "Standing",
    "active_campaign",
    "adjustments",
    "adjustments_to_decide",
    "baselines",
    "bulletins",
    "campaign_for",
    "campaigns",
    "campaigns_to_set",
    "columns",
    "completions",
    "completions_to_decide",
    "early_openings",
    "early_openings_to_decide",
    "explained",
    "find_unit",
    "help_line",
    "in_force",
    "may_state",
    "mismatches",
    "neighbours",
    "number",
    "on_day",
    "overview",
    "owed_files",
    "own_unit",
    "page",
    "provinces_to_set",
    "read",
    "reader_for",
    "report",
    "stages_to_ask_for",
    "standing",
    "stated",
    "unpublished",
]
