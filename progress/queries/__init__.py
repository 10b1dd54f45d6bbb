"""Everything that is read in this room. Other rooms and the frame use these names."""

from progress.queries.adjustments import adjustments, adjustments_to_decide
from progress.queries.alarms import (
    ALARM_AFTER,
    COMPUTED_WITHIN,
    PUBLISHED_WITHIN,
    Lack,
    Unpublished,
    alarm_for,
    unpublished,
)
from progress.queries.answers import declined, to_correct
from progress.queries.baselines import (
    active_campaign,
    baselines,
    in_force,
    lost_with,
    may_state,
    mismatches,
    mismatches_near,
    stated,
    withdrawable,
    without_figures,
)
from progress.queries.behind import FIGURES, Behind, Figure, behind, figure_for
from progress.queries.bulletins import (
    bulletins,
    campaign_for,
    find_unit,
    finished,
    neighbours,
    on_day,
    own_unit,
)
from progress.queries.campaigns import (
    Phase,
    campaigns,
    campaigns_to_set,
    help_line,
    last_end,
    overview,
    provinces_to_set,
    with_openings,
)
from progress.queries.columns import Column, columns
from progress.queries.completions import completions, completions_to_decide, explained
from progress.queries.early import (
    early_openings,
    early_openings_to_decide,
    gate_rates,
    stages_to_ask_for,
)
from progress.queries.form2017 import COLUMNS, Form, form2017
from progress.queries.glance import Overview, concerns, overview_of
from progress.queries.live import Live, live
from progress.queries.naming import day_number, number
from progress.queries.outputs import given_file, given_out, owed_files, reader_for
from progress.queries.page import Choice, Page, column_of, page
from progress.queries.passage import figures_with
from progress.queries.present import perhaps_large, perhaps_small
from progress.queries.report import GROUPS, Row, Sheet, drawn_lines, read, report
from progress.queries.spotchecks import spot_checks, spot_checks_to_look_at
from progress.queries.standing import Standing, standing
from progress.queries.trend import Curve, Pair, compare, other_day, trend, visible_days

__all__ = [
    "ALARM_AFTER",
    "COLUMNS",
    "COMPUTED_WITHIN",
    "FIGURES",
    "GROUPS",
    "PUBLISHED_WITHIN",
    "Behind",
    "Choice",
    "Column",
    "Curve",
    "Figure",
    "Form",
    "Lack",
    "Live",
    "Overview",
    "Page",
    "Pair",
    "Phase",
    "Row",
    "Sheet",
    "Standing",
    "Unpublished",
    "active_campaign",
    "adjustments",
    "adjustments_to_decide",
    "alarm_for",
    "baselines",
    "behind",
    "bulletins",
    "campaign_for",
    "campaigns",
    "campaigns_to_set",
    "column_of",
    "columns",
    "compare",
    "completions",
    "completions_to_decide",
    "concerns",
    "day_number",
    "declined",
    "drawn_lines",
    "early_openings",
    "early_openings_to_decide",
    "explained",
    "figure_for",
    "figures_with",
    "find_unit",
    "finished",
    "form2017",
    "gate_rates",
    "given_file",
    "given_out",
    "help_line",
    "in_force",
    "last_end",
    "live",
    "lost_with",
    "may_state",
    "mismatches",
    "mismatches_near",
    "neighbours",
    "number",
    "on_day",
    "other_day",
    "overview",
    "overview_of",
    "owed_files",
    "own_unit",
    "page",
    "perhaps_large",
    "perhaps_small",
    "provinces_to_set",
    "read",
    "reader_for",
    "report",
    "spot_checks",
    "spot_checks_to_look_at",
    "stages_to_ask_for",
    "standing",
    "stated",
    "to_correct",
    "trend",
    "unpublished",
    "visible_days",
    "with_openings",
    "withdrawable",
    "without_figures",
]
