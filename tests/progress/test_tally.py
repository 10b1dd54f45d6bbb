"""The arithmetic, each rule with both sides of its edge. Hand-computed; no database."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress import tally
from progress.tally import Clock, Counts, Status

DAY = dt.date(2018, 11, 10)
CLOCK = Clock(dt.date(2018, 11, 1), dt.date(2018, 11, 20))  # day 10 of 20: half of it is planned

#        0 province
#        ├ 1 city ─ 2 school ─ 3, 4 branches
#        └ 5 city ─ 6 branch
PARENTS = [-1, 0, 1, 2, 2, 0, 5]
LAST = [6, 4, 4, 3, 4, 6, 6]


def derive(
    expected: int | None,
    entered: int,
    *,
    day: dt.date = DAY,
    clock: Clock = CLOCK,
    lag_points: int = 5,
    **before: int,
) -> tally.Figures:
    return tally.derive(day, clock, Counts(expected, entered, **before), lag_points=lag_points)


# --- folding ---------------------------------------------------------------------------------


def test_a_parent_has_its_own_count_plus_that_of_its_children() -> None:
    assert tally.fold(PARENTS, [1, 0, 2, 10, 20, 0, 5]) == [38, 32, 32, 10, 20, 5, 5]


def test_folding_nothing_gives_nothing() -> None:
    assert tally.fold([], []) == []
    assert tally.fold([-1], [3]) == [3]


def test_a_unit_without_a_figure_has_the_sum_of_its_children() -> None:
    expected, below = tally.fold_expected(PARENTS, [None, None, None, 40, 30, None, 20])
    assert expected == [90, 70, 70, 40, 30, 20, 20]
    assert below == [90, 70, 70, None, None, 20, None]


def test_an_explicit_figure_stands_against_the_sum_of_its_children_and_is_what_the_parent_adds() -> None:
    explicit = [None, 100, None, 40, 30, None, 20]
    expected, below = tally.fold_expected(PARENTS, explicit)
    assert expected == [120, 100, 70, 40, 30, 20, 20]
    assert tally.mismatches(explicit, below) == [1]


def test_an_explicit_figure_equal_to_the_sum_is_no_mismatch_and_neither_is_one_over_unknown_children() -> (
    None
):
    explicit: list[int | None] = [None, 70, None, 40, 30, 25, None]
    expected, below = tally.fold_expected(PARENTS, explicit)
    assert tally.mismatches(explicit, below) == []
    assert expected[0] == 95


def test_leaves_may_be_added_up_beside_the_tree() -> None:
    #          0 province ─ 1 city ─ 2 school, 3 city; the branches of the tree above stand beside it
    expected, below = tally.fold_expected([-1, 0, 1, 0], [None, 100, None, None], [None, None, 70, 20])
    assert expected == [120, 100, 70, 20]
    assert below == [120, 70, 70, 20]


def test_who_has_come_since_accounts_for_nobody_elses_shortfall() -> None:
    #          0 province ─ 1 city ─ 2 school, 3 school; 4 city
    parents = [-1, 0, 1, 1, 0]
    lacking = tally.missing([90, 50, 20, 30, 40], [50, 30, 20, 10, 20])
    assert lacking == [40, 20, 0, 20, 20]
    nobody: list[int | None] = [None] * 5
    school_has_filled_up: list[int | None] = [None, None, 20, None, None]
    assert tally.fold_explained(parents, school_has_filled_up, nobody, lacking) == [0, 0, 0, None, None]
    assert tally.fold_explained(parents, nobody, [None, 5, None, 7, 90], lacking) == [32, 12, None, 7, 20]
    city_says_more: list[int | None] = [None, 15, None, None, None]
    assert tally.fold_explained(parents, city_says_more, [None, None, None, 7, None], lacking)[:2] == [15, 15]


def test_an_explicit_zero_is_a_figure_and_not_unknown() -> None:
    explicit: list[int | None] = [None, 0, None, 40, None, None, None]
    expected, below = tally.fold_expected(PARENTS, explicit)
    assert expected == [0, 0, 40, 40, None, None, None]
    assert tally.mismatches(explicit, below) == [1]


def test_where_nothing_is_known_below_the_expected_is_unknown() -> None:
    expected, _ = tally.fold_expected(PARENTS, [None, None, None, 40, None, None, None])
    assert expected == [40, 40, 40, 40, None, None, None]


def test_the_second_way_of_adding_up_finds_a_wrong_total() -> None:
    own = [1, 0, 2, 10, 20, 0, 5]
    totals = tally.fold(PARENTS, own)
    assert tally.unbalanced(range(7), LAST, own, totals) == []
    totals[1] += 1
    assert tally.unbalanced(range(7), LAST, own, totals) == [1]


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 1000)), min_size=1, max_size=60))
def test_the_root_of_any_tree_holds_the_sum_of_all_leaves(seeds: list[tuple[int, int]]) -> None:
    parents = [-1] + [seed % index for index, (seed, _) in enumerate(seeds[1:], start=1)]
    own = [count for _, count in seeds]
    assert tally.fold(parents, own)[0] == sum(own)


def test_the_sum_of_the_known_is_unknown_only_when_nothing_is_known() -> None:
    assert tally.sum_known([[None, None, None], [3, 0, None], [4, None, None]]) == [7, 0, None]
    assert tally.sum_known([[None, 5]]) == [None, 5]


# --- rate ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "entered", "rate"),
    [(200, 50, 0.25), (200, 0, 0.0), (200, 260, 1.3), (0, 0, None), (0, 5, None), (None, 5, None)],
)
def test_the_rate_is_never_capped_and_unknown_where_nothing_is_expected(
    expected: int | None, entered: int, rate: float | None
) -> None:
    assert derive(expected, entered).rate == rate


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "—"), (0.0, "0.0%"), (0.6996, "69.9%"), (0.7, "70.0%"), (0.99999, "99.9%"), (1.305, "130.5%")],
)
def test_a_rate_in_words_is_cut_and_not_rounded(rate: float | None, text: str) -> None:
    assert tally.percent(rate) == text


# --- change, pace, forecast --------------------------------------------------------------------


def test_change_is_measured_against_one_and_seven_days_before() -> None:
    figures = derive(100, 50, before_1=47, before_7=60)
    assert (figures.delta_1, figures.delta_7) == (3, -10)


def test_without_a_bulletin_of_that_day_there_is_no_change() -> None:
    figures = derive(100, 50)
    assert (figures.delta_1, figures.delta_7, figures.pace, figures.forecast) == (None, None, None, None)


def test_pace_is_a_third_of_what_three_days_brought() -> None:
    assert derive(100, 50, before_3=40).pace == pytest.approx(10 / 3)


@pytest.mark.parametrize(
    ("expected", "entered", "before_3", "forecast"),
    [
        (100, 50, 35, dt.date(2018, 11, 20)),  # 50 left at 5 a day: 10 days
        (101, 50, 35, dt.date(2018, 11, 21)),  # 51 left: 10.2 → 11 days
        (100, 50, 49, dt.date(2019, 4, 9)),  # a third a day: 150 days
        (100, 50, 50, None),  # no movement
        (100, 50, 60, None),  # backwards
        (100, 100, 90, DAY),  # nothing left
        (100, 120, 90, DAY),
        (None, 50, 35, None),
    ],
)
def test_the_forecast_is_the_day_the_rest_is_in_at_this_pace(
    expected: int | None, entered: int, before_3: int, forecast: dt.date | None
) -> None:
    assert derive(expected, entered, before_3=before_3).forecast == forecast


def test_the_forecast_says_how_far_it_is_from_the_deadline() -> None:
    assert derive(100, 50, before_3=35).forecast_delay == 0
    assert derive(101, 50, before_3=35).forecast_delay == 1
    assert derive(100, 90, before_3=75).forecast_delay == -8
    assert derive(100, 50, before_3=35, clock=Clock(None, None)).forecast_delay is None


def test_a_forecast_beyond_the_calendar_is_none() -> None:
    assert derive(2_000_000_000, 1, before_3=0).forecast is None


# --- days left, needed per day -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "days_left", "needed"),
    [
        (dt.date(2018, 11, 10), 11, 10),  # 101 over 11 days: 9.2 → 10
        (dt.date(2018, 11, 19), 2, 51),
        (dt.date(2018, 11, 20), 1, 101),  # the deadline itself still counts
        (dt.date(2018, 11, 21), 0, None),
        (dt.date(2018, 12, 21), 0, None),
    ],
)
def test_days_left_count_the_deadline_and_share_out_what_remains(
    day: dt.date, days_left: int, needed: int | None
) -> None:
    figures = derive(200, 99, day=day)
    assert (figures.days_left, figures.needed_per_day) == (days_left, needed)


def test_nothing_is_needed_once_all_are_in_and_unknown_stays_unknown() -> None:
    assert derive(100, 100).needed_per_day == 0
    assert derive(100, 130).needed_per_day == 0
    assert derive(None, 130).needed_per_day is None


# --- plan --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "plan"),
    [
        (dt.date(2018, 10, 31), 0.0),
        (dt.date(2018, 11, 1), 5.0),  # 1 of 20 days
        (dt.date(2018, 11, 10), 50.0),
        (dt.date(2018, 11, 20), 100.0),
        (dt.date(2018, 11, 21), 100.0),
    ],
)
def test_the_plan_is_a_straight_line_from_opening_to_deadline(day: dt.date, plan: float) -> None:
    assert derive(100, 0, day=day).plan == plan


def test_the_plan_of_an_unknown_figure_is_unknown_and_of_a_closed_stage_zero() -> None:
    assert derive(None, 0).plan is None
    assert derive(100, 0, clock=Clock(None, CLOCK.deadline, is_gated=True)).plan == 0.0
    assert derive(100, 0, clock=Clock(None, None)).plan is None


def test_a_stage_opened_after_its_deadline_is_wholly_due_once_the_deadline_is_past() -> None:
    late = Clock(dt.date(2018, 11, 21), dt.date(2018, 11, 20))
    assert derive(100, 0, clock=late, day=dt.date(2018, 11, 20)).plan == 0.0
    assert derive(100, 0, clock=late, day=dt.date(2018, 11, 21)).plan == 100.0


# --- status ------------------------------------------------------------------------------------

GATED = Clock(None, dt.date(2018, 11, 20), is_gated=True)
AFTER = dt.date(2018, 11, 21)


@pytest.mark.parametrize(
    ("expected", "entered", "day", "clock", "status"),
    [
        (100, 100, DAY, CLOCK, Status.COMPLETE),
        (100, 100, AFTER, CLOCK, Status.COMPLETE),  # complete comes before overdue
        (100, 100, DAY, GATED, Status.COMPLETE),
        (100, 99, AFTER, CLOCK, Status.OVERDUE),
        (100, 99, CLOCK.deadline, CLOCK, Status.ON_PLAN),
        (0, 0, AFTER, CLOCK, Status.OVERDUE),  # nothing expected is not complete
        (100, 0, AFTER, GATED, Status.OVERDUE),  # overdue comes before the gate
        (100, 20, DAY, GATED, Status.GATED),
        (100, 0, DAY, GATED, Status.GATED),  # the gate comes before not started
        (100, 0, DAY, CLOCK, Status.NOT_STARTED),
        (None, 0, DAY, CLOCK, Status.NOT_STARTED),
        (100, 44, DAY, CLOCK, Status.BEHIND),  # 6 points under
        (100, 45, DAY, CLOCK, Status.ON_PLAN),  # exactly 5 under
        (100, 55, DAY, CLOCK, Status.ON_PLAN),  # exactly 5 over
        (100, 56, DAY, CLOCK, Status.AHEAD),
        (1000, 449, DAY, CLOCK, Status.BEHIND),
        (0, 3, DAY, CLOCK, Status.ON_PLAN),
        (None, 3, DAY, CLOCK, Status.ON_PLAN),
    ],
)
def test_the_status_is_the_first_that_holds(
    expected: int | None, entered: int, day: dt.date, clock: Clock, status: Status
) -> None:
    assert derive(expected, entered, day=day, clock=clock).status is status


def test_how_many_points_off_the_plan_matter_is_a_setting() -> None:
    assert derive(100, 41, lag_points=9).status is Status.ON_PLAN
    assert derive(100, 41, lag_points=8).status is Status.BEHIND


def test_thirds_are_compared_exactly() -> None:
    thirds = Clock(dt.date(2018, 11, 9), dt.date(2018, 11, 14))  # on day 2 of 6 a third is planned
    assert derive(300, 115, clock=thirds).status is Status.ON_PLAN  # 38.33 %: exactly 5 points over
    assert derive(300, 116, clock=thirds).status is Status.AHEAD


# --- rank --------------------------------------------------------------------------------------


def test_equal_rates_share_a_rank_and_the_next_is_skipped() -> None:
    assert tally.rank([0.5, 0.9, 0.9, 0.1]) == [3, 1, 1, 4]


def test_who_has_no_rate_has_no_rank() -> None:
    assert tally.rank([None, 0.0, 0.4, None]) == [None, 2, 1, None]
    assert tally.rank([]) == []


def test_rates_equal_as_fractions_are_equal_as_ranks() -> None:
    assert tally.rank([tally.rate_of(1, 3), tally.rate_of(2, 6), tally.rate_of(333, 1000)]) == [1, 1, 3]


def test_the_distance_from_the_plan_line_orders_what_rates_do_not() -> None:
    ahead = derive(100, 60)  # plan 50 %
    later = derive(100, 60, clock=Clock(dt.date(2018, 11, 6), dt.date(2018, 11, 15)))  # also half
    behind = derive(100, 70, clock=Clock(dt.date(2018, 10, 1), DAY))  # all is planned
    distances = [figures.plan_distance for figures in (ahead, later, behind)]
    assert distances == pytest.approx([0.1, 0.1, -0.3])
    assert tally.rank(distances) == [1, 1, 3]
