"""Properties of ids: a valid one passes, and with any single digit changed it never does. No database."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from orgs import identity

from tests import world


@settings(max_examples=200)
@given(
    number=st.integers(0, 30_000),
    born=st.dates(dt.date(1900, 1, 1), dt.date(2018, 11, 23)),
    male=st.booleans(),
    place=st.integers(0, 17),
    other=st.integers(1, 9),
)
def test_a_valid_id_passes_and_with_any_one_digit_changed_never(
    number: int, born: dt.date, male: bool, place: int, other: int
) -> None:
    good = world.national_id(number, born=born, male=male)
    today = dt.date(2018, 11, 23)
    assert identity.read_national_id(good, today) == (good, None)
    old = good[place]
    digit = str((int(old) + other) % 10) if old != "X" else str(other)
    assert identity.read_national_id(good[:place] + digit + good[place + 1 :], today)[1] is not None
