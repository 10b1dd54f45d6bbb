"""The drawing of a curve, pure."""

import datetime as dt

import pytest

from progress.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Source, draw

DAY = dt.date(2018, 11, 10)


def days(count: int) -> list[dt.date]:
    return [DAY + dt.timedelta(days=n) for n in range(count)]


def points(line: str) -> list[tuple[float, float]]:
    return [tuple(map(float, point.split(","))) for point in line.split()]


def test_the_curve_runs_from_edge_to_edge_and_the_plan_from_nothing_to_all() -> None:
    chart = draw(Source(days(11), list(range(0, 110, 10)), 100, opens=DAY, deadline=days(11)[-1]))
    assert points(chart.entered)[0] == (LEFT, HEIGHT - BOTTOM)
    assert points(chart.entered)[-1] == chart.dot == (WIDTH - RIGHT, TOP)
    assert points(chart.plan) == [(LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP)]
    assert [mark.label for mark in chart.values] == ["0%", "25%", "50%", "75%", "100%"]


def test_more_than_expected_stretches_the_axis_and_is_not_cut() -> None:
    chart = draw(Source(days(2), [90, 200], 100, opens=DAY, deadline=days(9)[-1]))
    assert chart.dot[1] == TOP
    assert chart.values[-1].label == "200%"


def test_a_forecast_far_behind_the_deadline_ends_where_the_drawing_does() -> None:
    deadline = days(10)[-1]
    near = draw(Source(days(2), [0, 10], 100, DAY, deadline, deadline + dt.timedelta(days=30)))
    far = draw(Source(days(2), [0, 10], 100, DAY, deadline, deadline + dt.timedelta(days=31)))
    assert points(near.forecast)[-1] == (WIDTH - RIGHT, TOP)
    assert points(far.forecast)[-1][0] == WIDTH - RIGHT
    assert points(far.forecast)[-1][1] > TOP


def test_without_an_expectation_there_are_numbers_and_no_plan() -> None:
    chart = draw(Source(days(3), [0, 4, 8], None, DAY, days(9)[-1], days(9)[-1]))
    assert (chart.plan, chart.forecast) == ("", "")
    assert [mark.label for mark in chart.values] == ["0", "2", "4", "6", "8"]


@pytest.mark.parametrize(
    ("most", "labels"), [(0, "0 1 2 3 4"), (1, "0 1 2 3 4"), (4, "0 1 2 3 4"), (5, "0 2 4 6 8")]
)
def test_an_axis_of_members_has_no_parts_of_a_member(most: int, labels: str) -> None:
    chart = draw(Source(days(2), [0, most], None))
    assert " ".join(mark.label for mark in chart.values) == labels


def test_one_day_is_a_point_and_no_day_is_refused() -> None:
    assert points(draw(Source([DAY], [3], 10)).entered) == [draw(Source([DAY], [3], 10)).dot]
    with pytest.raises(ValueError, match="without a day"):
        draw(Source([], [], 10))
