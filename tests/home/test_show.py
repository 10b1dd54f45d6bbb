"""How figures are written in pages."""

import pytest

from zhtj.templatetags import show


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (999, "999"), (12345, "12,345"), (2_600_000, "2,600,000"), (None, "—")]
)
def test_figures_carry_thousands_separators(value: int | None, written: str) -> None:
    assert show.figure(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.0%"),
        (0.8749, "87.4%"),
        (0.9999, "99.9%"),
        (1.0, "100.0%"),
        (1.0549, "105.4%"),
        (0.29, "29.0%"),
        (None, "—"),
    ],
)
def test_a_rate_is_cut_to_one_decimal_and_never_capped(value: float | None, written: str) -> None:
    assert show.rate(value) == written


@pytest.mark.parametrize(("value", "length"), [(None, 0), (0.5, 500), (1.5, 1000), (-0.1, 0)])
def test_a_bar_is_capped(value: float | None, length: int) -> None:
    assert show.permille(value) == length


@pytest.mark.parametrize(
    ("value", "written"), [(12, "↑ 12"), (-3, "↓ 3"), (0, "→ 0"), (1500, "↑ 1,500"), (None, "—")]
)
def test_a_change_has_arrow_and_figure(value: int | None, written: str) -> None:
    assert show.signed(value) == written


def test_a_share_of_nothing_is_unknown() -> None:
    assert show.per(3, 4) == 0.75
    assert show.per(3, 0) is show.per(3, None) is show.per(None, 4) is None


@pytest.mark.parametrize(
    ("value", "written"), [(0.0325, "+3.2"), (-0.0432, "-4.4"), (0.0, "+0.0"), (-0.5, "-50.0"), (None, "—")]
)
def test_a_distance_is_told_in_points_with_its_sign_and_cut_like_the_rate(
    value: float | None, written: str
) -> None:
    assert show.points(value) == written


@pytest.mark.parametrize(("value", "written"), [(1249.9, "1,249"), (0.0, "0"), (None, "—")])
def test_a_planned_figure_is_cut_as_in_the_workbook(value: float | None, written: str) -> None:
    assert show.whole(value) == written
