"""The people of the demo: valid, distinct, of the right age, the same on every machine."""

import datetime as dt

import pytest

from zhtj.demo.identities import BIRTH_DAYS, CAPACITY, REGIONS, Crowd, name, national_id

from orgs import identity

TODAY = dt.date(2018, 11, 23)


@pytest.fixture(scope="module")
def crowd():
    return Crowd(TODAY)


@pytest.mark.parametrize("number", [0, 1, 2, 17, 999, 12_345, 2_999_999, CAPACITY - 1])
def test_every_id_passes_the_rules(crowd, number):
    who = crowd.person(number)
    assert identity.read_national_id(who.national_id, TODAY) == (who.national_id, None)
    assert identity.birth_on(who.national_id) == who.birth_on


def test_a_known_id_has_the_known_check_character():
    assert national_id("110101", dt.date(1990, 3, 7), 123)[:17] == "11010119900307123"
    assert national_id("110105", dt.date(1949, 12, 31), 2) == "11010519491231002X"  # the example of GB 11643


def test_no_two_people_share_an_id(crowd):
    ids = {crowd.person(number).national_id for number in range(30_000)}
    assert len(ids) == 30_000


def test_the_ids_of_a_province_fit_the_numbers():
    assert len(set(REGIONS)) * BIRTH_DAYS * 1000 == CAPACITY > 100 * 3_000_000


def test_everybody_is_between_14_and_27(crowd):
    ages = {(TODAY - crowd.person(number).birth_on).days / 365.25 for number in range(20_000)}
    assert min(ages) > 14 and max(ages) < 28


def test_names_are_such_as_the_rules_accept():
    names = [name(number) for number in range(5_000)]
    assert all(identity.read_name(text) == (text, True) for text in names)
    assert len(set(names)) > 2_500
    assert {len(text) for text in names} == {2, 3}


def test_the_same_number_is_the_same_person_everywhere():
    assert Crowd(TODAY).person(4_711) == Crowd(TODAY).person(4_711)
