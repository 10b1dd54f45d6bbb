"""Entering and correcting members: what is written, what is refused, who may."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import days
from zhtj.lib.problems import Refused

from cadres.models import Cadre
from members import actions, queries
from members.models import AdmissionSettings, Member
from members.rules import Entry, EntryReader
from orgs.models import AuditEntry, Person
from orgs.scopes import Actor

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(cast: Cast) -> Actor:
    return world.actor(cast.secretary)


@pytest.fixture(autouse=True)
def no_gate(settings: Any) -> None:
    settings.ZHTJ_ENTRY_GATE = ""


def read(cells: dict[str, Any], row: int = 0) -> Entry:
    return EntryReader(TODAY).read(cells, row=row)


def enter(actor: Actor, branch: Any, **cells: Any) -> Member:
    return actions.enter_member(actor, branch=branch, entry=read(good_cells(**cells)), today=TODAY)


def refusal(actor: Actor, branch: Any, **cells: Any) -> list[str]:
    """The codes of a refusal, after which nothing may be there that was not there before."""
    before = Person.objects.count(), Member.objects.count(), Cadre.objects.count(), AuditEntry.objects.count()
    with pytest.raises(Refused) as refused:
        enter(actor, branch, **cells)
    after = Person.objects.count(), Member.objects.count(), Cadre.objects.count(), AuditEntry.objects.count()
    assert before == after
    return sorted(problem.code for problem in refused.value.problems)


def test_a_member_is_entered_with_person_period_and_trail(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(mobile="13812345678", education="高中")
    member = actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=TODAY)
    person = member.person
    assert (person.full_name, person.ethnicity, person.mobile, person.education) == (
        "张三",
        "汉族",
        "13812345678",
        "高中",
    )
    assert f"{person.birth_on:%Y%m%d}" == cells["national_id"][6:14]
    assert person.masked_id == cells["national_id"][:3] + "*" * 11 + cells["national_id"][14:]
    assert (member.branch, member.joined_on, member.from_at, member.until_at) == (
        cast.branch,
        dt.date(2015, 5, 1),
        days.now(),
        None,
    )
    entry = AuditEntry.objects.get(action="members.enter")
    assert (entry.actor, entry.unit, entry.person, entry.after) == (
        cast.secretary,
        cast.branch,
        person,
        {"created": 1, "updated": 0},
    )


def test_the_national_id_lies_sealed(cast: Cast, secretary: Actor) -> None:
    cells = good_cells()
    member = actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=TODAY)
    assert cells["national_id"].encode() not in bytes(member.person.id_sealed)


def test_a_cadre_gets_the_post_in_the_same_transaction(cast: Cast, secretary: Actor) -> None:
    member = enter(
        secretary, cast.branch, is_cadre="是", post="书记", engagement="兼职", appointed_on="2018.9"
    )
    post = Cadre.objects.get()
    assert (post.person, post.unit, post.post, post.engagement, post.appointed_on, post.verified_by) == (
        member.person,
        cast.branch,
        "书记",
        "part_time",
        dt.date(2018, 9, 1),
        cast.secretary,
    )


def test_the_superior_may_enter_nobody_above_nobody_outside(cast: Cast) -> None:
    enter(world.actor(cast.committee_admin), cast.branch)
    for user in (cast.county_admin, cast.outsider, cast.viewer, cast.staff, cast.stranger):
        with pytest.raises(PermissionDenied):
            enter(world.actor(user), cast.branch)
    with pytest.raises(PermissionDenied):
        enter(world.actor(cast.committee_admin), cast.committee)


def test_a_faulty_entry_leaves_nothing_behind(cast: Cast, secretary: Actor) -> None:
    assert refusal(secretary, cast.branch, full_name="1", mobile="2", is_cadre="是", post="常委") == [
        "full_name.format",
        "mobile.format",
        "post.not_at_this_kind",
    ]


def test_of_many_entries_one_faulty_keeps_all_out(cast: Cast, secretary: Actor) -> None:
    entries = [read(good_cells(), 1), read(good_cells(ethnicity="汉人"), 2)]
    with pytest.raises(Refused):
        actions.enter_members(secretary, unit=cast.branch, entries=entries, today=TODAY)
    assert not Person.objects.exists()


def test_somebody_elsewhere_is_refused_naming_the_unit(cast: Cast, secretary: Actor) -> None:
    number = world.national_id()
    world.member(cast.other_branch, world.person("张三", id_text=number))
    assert refusal(secretary, cast.branch, national_id=number) == ["national_id.elsewhere"]


def test_another_branch_of_the_same_importer_is_still_elsewhere(cast: Cast) -> None:
    number = world.national_id()
    world.member(cast.second_branch, world.person("张三", id_text=number))
    assert refusal(world.actor(cast.committee_admin), cast.branch, national_id=number) == [
        "national_id.elsewhere"
    ]


def test_a_known_person_without_a_membership_may_join_under_the_same_name(
    cast: Cast, secretary: Actor
) -> None:
    number = world.national_id()
    person = world.person("张三", id_text=number, mobile="13800000000", workplace="旧单位")
    world.member(cast.other_branch, person, until_at=days.now(), left_reason="transferred")
    assert refusal(secretary, cast.branch, national_id=number, full_name="李四") == ["person.name_mismatch"]
    member = enter(secretary, cast.branch, national_id=number, workplace="新单位")
    person.refresh_from_db()
    assert (member.person, person.workplace, person.mobile) == (person, "新单位", "13800000000")


def test_a_post_held_before_is_not_given_twice(cast: Cast, secretary: Actor) -> None:
    number = world.national_id()
    world.cadre(cast.branch, "书记", world.person("张三", id_text=number))
    enter(secretary, cast.branch, national_id=number, is_cadre="是", post="书记", engagement="兼职")
    assert Cadre.objects.get().engagement == "part_time"


def test_the_same_entry_again_changes_nothing(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(is_cadre="是", post="书记", mobile="13812345678")
    first = actions.enter_members(secretary, unit=cast.branch, entries=[read(cells)], today=TODAY)
    trail = AuditEntry.objects.count()
    again = actions.enter_members(secretary, unit=cast.branch, entries=[read(cells)], today=TODAY)
    assert (again.created, again.updated, again.unchanged) == ([], [], first.created)
    assert AuditEntry.objects.count() == trail


def test_a_known_member_is_updated_and_blanks_change_nothing(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(mobile="13812345678", is_cadre="是", post="书记")
    member = actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=TODAY)
    changed = cells | {"mobile": "", "joined_on": "2015-09", "post": "副书记", "application_form": ""}
    entered = actions.enter_members(secretary, unit=cast.branch, entries=[read(changed)], today=TODAY)
    assert entered.updated == [member.pk]
    member.refresh_from_db()
    member.person.refresh_from_db()
    assert (member.joined_on, member.application_form, member.person.mobile) == (
        dt.date(2015, 9, 1),
        True,
        "13812345678",
    )
    posts = list(Cadre.objects.order_by("id").values_list("post", "until_at", "end_reason"))
    assert posts == [("书记", days.now(), "departed"), ("副书记", None, "")]


def test_a_cadre_no_longer_ends_the_post(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(is_cadre="是", post="书记")
    for typed in (cells, cells | {"is_cadre": "否", "post": ""}):
        actions.enter_member(secretary, branch=cast.branch, entry=read(typed), today=TODAY)
    assert Cadre.objects.get().until_at == days.now()


def test_a_strict_member_may_come_again_with_the_number_left_blank(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(joined_on="2017-05", development_number="201741000001")
    member = actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=TODAY)
    again = actions.enter_members(
        secretary, unit=cast.branch, entries=[read(cells | {"development_number": ""})], today=TODAY
    )
    assert again.unchanged == [member.pk]


def test_a_number_in_use_is_taken_a_short_one_only_warned_of(cast: Cast, secretary: Actor) -> None:
    enter(secretary, cast.branch, development_number="201541000001")
    assert refusal(secretary, cast.branch, development_number="201541000001") == ["development_number.taken"]
    enter(secretary, cast.branch, development_number="2015-7")
    entered = actions.enter_members(
        secretary, unit=cast.branch, entries=[read(good_cells(development_number="2015-7"))], today=TODAY
    )
    assert [(p.code, p.blocks) for p in entered.problems] == [("development_number.taken", False)]


def test_blank_evidence_must_be_attested_and_is_signed_for(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(application_form="")
    with pytest.raises(Refused) as refused:
        actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=TODAY)
    assert [p.code for p in refused.value.problems] == ["identity.evidence_unattested"]
    member = actions.enter_member(
        secretary, branch=cast.branch, entry=read(cells), today=TODAY, attest_evidence=True
    )
    assert (member.attested_by, member.attested_at, member.application_form) == (
        cast.secretary,
        days.now(),
        None,
    )


def test_what_was_attested_once_is_not_asked_again(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(application_form="")
    entry = read(cells)
    actions.enter_member(secretary, branch=cast.branch, entry=entry, today=TODAY, attest_evidence=True)
    changed = [read(cells | {"qq": "12345"})]
    assert actions.enter_members(secretary, unit=cast.branch, entries=changed, today=TODAY).updated


def test_a_tick_never_overrules_a_no(cast: Cast, secretary: Actor) -> None:
    cells = good_cells(joined_on="2017-05", development_number="201741000001", application_form="无")
    with pytest.raises(Refused) as refused:
        actions.enter_member(
            secretary, branch=cast.branch, entry=read(cells), today=TODAY, attest_evidence=True
        )
    assert [p.code for p in refused.value.problems] == ["identity.no_application_form"]


def test_what_is_on_file_needs_no_signature(cast: Cast, secretary: Actor) -> None:
    member = actions.enter_member(
        secretary, branch=cast.branch, entry=read(good_cells()), today=TODAY, attest_evidence=True
    )
    assert member.attested_at is None


def test_the_setting_of_the_cut_off_works_at_once(cast: Cast, secretary: Actor) -> None:
    enter(secretary, cast.branch, joined_on="2016-05")
    AdmissionSettings.objects.create(strict_admission_from=dt.date(2016, 1, 1))
    assert refusal(secretary, cast.branch, joined_on="2016-05") == ["development_number.missing"]


def test_a_closed_branch_takes_nobody(cast: Cast, secretary: Actor) -> None:
    type(cast.branch).objects.filter(pk=cast.branch.pk).update(closed_at=days.now())
    assert refusal(secretary, cast.branch) == ["branch.closed"]


def test_the_gate_keeps_new_members_out_but_not_changes(cast: Cast, secretary: Actor, settings: Any) -> None:
    cells = good_cells()
    actions.enter_member(secretary, branch=cast.branch, entry=read(cells), today=TODAY)
    settings.ZHTJ_ENTRY_GATE = "tests.members.test_actions.everything_closed"
    assert refusal(secretary, cast.branch) == ["stage.not_open_yet"]
    entered = actions.enter_members(
        secretary, unit=cast.branch, entries=[read(cells | {"qq": "12345"})], today=TODAY
    )
    assert len(entered.updated) == 1


def everything_closed(branch_ids: list[int], today: dt.date) -> dict[int, Any]:
    from zhtj.lib.problems import Problem

    return {pk: Problem("branch", "stage.not_open_yet", "尚未开放。") for pk in branch_ids}


# --- correcting -----------------------------------------------------------------------------------


def correct(actor: Actor, member: Member, **cells: Any) -> dict[str, list[str]]:
    typed = good_cells(full_name="", national_id="", **cells)
    return actions.correct_member(actor, member=member, entry=read(typed), today=TODAY)


def test_a_correction_stores_everything_even_blanks(cast: Cast, secretary: Actor) -> None:
    member = enter(secretary, cast.branch, mobile="13812345678", qq="12345", is_cadre="是", post="书记")
    change = correct(secretary, member, mobile="13987654321", qq="", is_cadre="是", post="组织委员")
    assert change == {
        "post": ["书记", "组织委员"],
        "mobile": ["13812345678", "13987654321"],
        "qq": ["12345", ""],
    }
    member.person.refresh_from_db()
    assert (member.person.full_name, member.person.mobile, member.person.qq) == ("张三", "13987654321", "")
    trail = AuditEntry.objects.get(action="members.correct")
    assert (trail.before["qq"], trail.after["qq"]) == ("12345", "")


def test_a_correction_obeys_the_same_rules(cast: Cast, secretary: Actor) -> None:
    member = enter(secretary, cast.branch)
    with pytest.raises(Refused) as refused:
        correct(secretary, member, political_status="群众", mobile="1")
    assert sorted(p.code for p in refused.value.problems) == [
        "mobile.format",
        "political_status.not_a_member",
    ]


def test_a_correction_that_changes_nothing_leaves_no_trail(cast: Cast, secretary: Actor) -> None:
    member = enter(secretary, cast.branch)
    assert correct(secretary, member) == {}
    assert not AuditEntry.objects.filter(action="members.correct").exists()


def test_who_has_left_meanwhile_is_not_corrected_and_it_is_said(cast: Cast, secretary: Actor) -> None:
    member = world.member(cast.branch)
    entry = EntryReader(TODAY).read(good_cells())
    Member.objects.update(until_at=days.now(), left_reason="left")
    with pytest.raises(Refused) as refused:
        actions.correct_member(secretary, member=member, entry=entry, today=TODAY)
    assert [problem.code for problem in refused.value.problems] == ["members.gone"]


def test_only_the_branch_and_its_superior_correct(cast: Cast, secretary: Actor) -> None:
    member = enter(secretary, cast.branch)
    assert correct(world.actor(cast.committee_admin), member, qq="12345")
    for user in (cast.county_admin, cast.outsider, cast.viewer):
        with pytest.raises(PermissionDenied):
            correct(world.actor(user), member, qq="54321")


# --- counting -------------------------------------------------------------------------------------


def test_members_are_counted_as_of_a_moment(cast: Cast) -> None:
    moment = dt.datetime(2018, 11, 23, 8, 0, tzinfo=days.SHANGHAI)
    before, later = moment - dt.timedelta(hours=1), moment + dt.timedelta(hours=1)
    world.members(cast.branch, 2, from_at=before)
    world.member(cast.branch, from_at=before, until_at=moment)  # leaves at the moment: still counted
    world.member(cast.branch, from_at=before - dt.timedelta(days=1), until_at=before)
    world.member(cast.branch, from_at=moment)  # comes at the moment: not yet
    world.member(cast.second_branch, from_at=later)
    assert dict(queries.active_counts_by_branch(moment)) == {cast.branch.pk: 3}
    assert queries.active_counts([cast.branch.pk, cast.third_branch.pk]) == {
        cast.branch.pk: 3,
        cast.third_branch.pk: 0,
    }
