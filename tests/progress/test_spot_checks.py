"""抽查: what is found, what is not, and what a superior writes down."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.lib import days
from zhtj.lib.problems import Refused

from members.queries import patterns
from orgs.models import AuditEntry, OrgUnit
from progress import actions, queries
from progress.models import SpotCheck

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db

State = SpotCheck.State


def born(
    branch: OrgUnit, *serials: int, day: dt.date | None = None, region: str = "410105", **who: Any
) -> None:
    """A member for each sequence number: even for girls, odd for boys; each entered a minute later."""
    for serial in serials:
        number, male = divmod(serial, 2)
        day_born = day or dt.date(2001, 1, serial % 28 + 1)
        id_text = world.national_id(number, born=day_born, male=bool(male), region=region)
        world.member(branch, world.person(id_text=id_text, **who))


def found(branch: OrgUnit) -> dict[str, int]:
    return {unusual.pattern: unusual.count for unusual in patterns.unusual([branch.pk])}


DAY = dt.date(2001, 5, 3)


@pytest.mark.parametrize(
    ("serials", "expected"),
    [
        ((11, 101, 201, 301), {}),
        ((11, 101, 201, 301, 401), {"one_birthday": 5}),
        ((11, 13), {}),
        ((11, 13, 15), {"running_ids": 3}),
        ((11, 12, 14), {"running_ids": 3}),
        ((11, 13, 16), {}),
        ((11, 13, 15, 17, 31), {"running_ids": 4, "one_birthday": 5}),
    ],
)
def test_same_day_and_running_numbers(cast: Cast, serials: tuple[int, ...], expected: dict[str, int]) -> None:
    born(cast.branch, *serials, day=DAY)
    assert found(cast.branch) == expected


def test_numbers_run_on_one_day_in_one_place_in_one_branch(cast: Cast) -> None:
    born(cast.branch, 11, 13, day=DAY)
    born(cast.branch, 15, day=DAY, region="410102")
    born(cast.branch, 17, day=dt.date(2001, 5, 4))
    born(cast.second_branch, 15, day=DAY)
    assert found(cast.branch) == {}


def test_one_mobile_for_many_is_shown_masked(cast: Cast) -> None:
    born(cast.branch, 1, 2, mobile="13800000001")
    born(cast.branch, 3, 4)  # without one
    assert found(cast.branch) == {}
    born(cast.branch, 5, mobile="13800000001")
    (unusual,) = patterns.unusual([cast.branch.pk])
    assert (unusual.pattern, unusual.count) == ("one_mobile", 3)
    assert "13800000001" not in unusual.detail


def test_many_typed_within_a_minute_but_not_what_comes_as_one(cast: Cast, clock: Clock) -> None:
    clock.set(dt.datetime(2018, 11, 23, 10, 30, tzinfo=days.SHANGHAI))
    born(cast.second_branch, *range(20, 40))  # a merge, a transfer: all at once
    for serial in range(1, 11):
        clock.forward(seconds=5)
        born(cast.branch, serial)
        assert found(cast.branch) == ({"in_a_minute": 10} if serial == 10 else {})
    assert found(cast.second_branch) == {}


def test_slowly_typed_or_imported_is_nothing_unusual(cast: Cast, clock: Clock) -> None:
    for serial in range(1, 15):
        clock.forward(seconds=10)
        born(cast.branch, serial)
    cast.branch.members.update(batch_id=7)
    assert found(cast.branch) == {}


def run(cast: Cast) -> int:
    return actions.find_spot_checks(cast.province, days.now())


def answer(cast: Cast, state: str, remark: str = "", user: Any = None) -> None:
    check = SpotCheck.objects.get()
    actor = world.actor(user or cast.committee_admin)
    actions.answer_spot_check(actor, check=check, state=state, remark=remark, at=days.now())


def test_a_run_looks_at_what_was_entered_since_the_last_and_at_what_is_open(cast: Cast, clock: Clock) -> None:
    born(cast.branch, 11, 13, 15, day=DAY)
    born(cast.second_branch, 11)
    clock.forward(hours=2)
    assert (run(cast), SpotCheck.objects.get().state) == (2, State.PROPOSED)
    clock.forward(days=1)
    assert run(cast) == 1, "the open one"
    answer(cast, State.FINE)
    assert run(cast) == 0
    born(cast.second_branch, 13)
    assert run(cast) == 1
    assert run(cast) == 1, "twice is once"
    assert SpotCheck.objects.count() == 1


def test_of_two_runs_at_once_the_later_looks_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    born(cast.branch, 11, 13, 15, day=DAY)
    look, looks = patterns.unusual, []

    def overtaken(branch_ids: list[int]) -> Any:
        looks.append(branch_ids)
        if len(looks) == 1:
            SpotCheck.objects.create(branch=cast.branch, pattern="running_ids", count=3, found_at=days.now())
        return look(branch_ids)

    monkeypatch.setattr(patterns, "unusual", overtaken)
    actions.find_spot_checks(cast.province, days.now())
    assert len(looks) == 2 and SpotCheck.objects.count() == 1


def test_what_was_answered_is_proposed_again_only_when_it_grows_and_goes_when_it_is_gone(
    cast: Cast, clock: Clock
) -> None:
    born(cast.branch, 11, 13, 15, day=DAY)
    run(cast)
    answer(cast, State.LOOKED)
    clock.forward(days=1)
    run(cast)
    assert SpotCheck.objects.get().state == State.LOOKED
    born(cast.branch, 17, day=DAY)
    run(cast)
    check = SpotCheck.objects.get()
    assert (check.state, check.count) == (State.PROPOSED, 4)
    cast.branch.members.update(until_at=days.now())
    run(cast)
    assert SpotCheck.objects.get().state == State.GONE
    with pytest.raises(Refused):
        answer(cast, State.FINE)
    clock.forward(days=1)
    born(cast.second_branch, 11)
    cast.branch.members.update(until_at=None, from_at=days.now())
    run(cast)
    assert SpotCheck.objects.get().state == State.PROPOSED


def test_a_superior_answers_with_a_trail_and_says_what_to_correct(cast: Cast) -> None:
    born(cast.branch, 11, 13, 15, day=DAY)
    run(cast)
    for state, remark in (("correct", " "), ("proposed", ""), ("", ""), ("fine", "长" * 501)):
        with pytest.raises(Refused):
            answer(cast, state, remark)
    for user in (cast.secretary, cast.outsider, cast.staff):
        with pytest.raises(PermissionDenied):
            answer(cast, "fine", user=user)
    answer(cast, "correct", "第3人证号有误")
    entry = AuditEntry.objects.get(action="progress.answer_spot_check")
    assert entry.before == {"state": "proposed", "remark": ""}
    assert (entry.after["state"], entry.unit) == ("correct", cast.branch)


def test_a_superior_reads_its_own_part_and_answers_on_the_page(cast: Cast) -> None:
    born(cast.branch, 11, 13, 15, day=DAY)
    run(cast)
    check = SpotCheck.objects.get()
    assert list(queries.spot_checks_to_look_at(world.actor(cast.outsider).scope)) == []
    client = world.client(cast.committee_admin)
    page = client.get(reverse("spot_checks")).content.decode()
    assert "高一1班团支部" in page
    assert "410105" not in page
    url = reverse("spot_check_answer", args=[check.pk])
    assert "请写明哪里要更正" in client.post(url, {"state": "correct"}, follow=True).content.decode()
    client.post(url, {"state": "fine", "remark": "双胞胎班\x00"})
    assert "双胞胎班" in client.get(reverse("spot_checks") + "?state=fine").content.decode()
    assert world.client(cast.outsider).post(url, {"state": "fine"}).status_code == 404
    assert "1 条抽查提示" not in client.get(reverse("home")).content.decode()


def test_the_branch_hears_what_is_to_be_corrected_and_no_longer_when_it_is_not(cast: Cast) -> None:
    born(cast.branch, 11, 13, 15, day=DAY)
    run(cast)
    assert "上级抽查" not in world.client(cast.secretary).get(reverse("home")).content.decode()
    answer(cast, "correct", "第3人证号有误")
    page = world.client(cast.secretary).get(reverse("home")).content.decode()
    assert "上级抽查提出需要更正" in page
    assert "第3人证号有误" in page
    answer(cast, "fine")
    assert "上级抽查" not in world.client(cast.secretary).get(reverse("home")).content.decode()
