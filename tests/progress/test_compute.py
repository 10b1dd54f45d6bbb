"""The bulletin as whole tables, hand-computed; what it counts around the cut-off; once and only once."""

import datetime as dt
from unittest.mock import patch

import pytest

from zhtj.lib import days
from zhtj.lib.problems import Refused

from members.models import LeftReason
from orgs.kinds import Industry, UnitKind
from orgs.models import AuditEntry
from orgs.scopes import actor_for
from orgs.tree import move
from progress import actions
from progress.models import Bulletin, BulletinState, Campaign, Completion, GateOpening

from tests import world
from tests.progress.conftest import DAY, Scene, at, table, whole

NEXT = DAY + dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_every_unit_above_branch_level_has_every_stage_and_domain(scene: Scene) -> None:
    bulletin = scene.compute()
    assert table(bulletin) == [
        # code organ grassroots school state other | school state government public rural community …
        "HN 1/2 1/4 90/150 0/- 2/30 | 90/150 0/- 0/- 0/- 2/30 0/- 0/- 0/- 0/-",
        "HN01 1/2 1/2 40/100 0/- 2/30 | 40/100 0/- 0/- 0/- 2/30 0/- 0/- 0/- 0/-",
        "HN0101 1/1 1/2 40/80 0/- 2/30 | 40/80 0/- 0/- 0/- 2/30 0/- 0/- 0/- 0/-",
        "HN010101 0/0 1/1 40/80 0/- 0/- | 40/80 0/- 0/- 0/- 0/- 0/- 0/- 0/- 0/-",
        "HN010102 0/0 0/1 0/- 0/- 2/30 | 0/- 0/- 0/- 0/- 2/30 0/- 0/- 0/- 0/-",
        "HN02 0/0 0/1 50/50 0/- 0/- | 50/50 0/- 0/- 0/- 0/- 0/- 0/- 0/- 0/-",
        "HN0201 0/0 0/1 50/50 0/- 0/- | 50/50 0/- 0/- 0/- 0/- 0/- 0/- 0/- 0/-",
        "HN03 0/0 0/1 0/- 0/- 0/- | 0/- 0/- 0/- 0/- 0/- 0/- 0/- 0/- 0/-",
    ]


def test_every_branch_has_its_row_and_every_unit_its_structure(scene: Scene) -> None:
    bulletin = scene.compute()
    rows = bulletin.branches.order_by("position")
    assert list(rows.values_list("code", "domain", "expected", "members", "cadres")) == [
        ("HN01010101", "school", 40, 30, 0),
        ("HN01010102", "school", 40, 10, 0),
        ("HN01010103", "school", None, 0, 0),
        ("HN01010201", "rural", 30, 2, 0),
        ("HN020101", "school", 50, 50, 0),
    ]
    figures = {unit.code: unit.figures for unit in bulletin.units.all()}
    lines = {"leading_organs": {"cadre_count": 2}, "rural": {"branch_count": 1, "committee_count": 1}}
    assert figures["HN"] == {
        "branches": 5,
        "branches_with_members": 4,
        "branches_empty": 1,
        "branches_under_three": 1,
        "units_hollow": 1,
        "units_without_cadre": 5,
        "units_without_secretary": 6,
        "units_without_admin": 3,
        "organs": 4,
        "organs_undeclared": 4,
        "youths_uncertain": 0,
        "rectifications_overdue": 0,
        "claims_open": 0,
        "own": {"units_without_cadre": 1, "units_without_secretary": 1, "organs_undeclared": 1},
        "form": {"entered": lines | {"school": {"branch_count": 4, "cadre_count": 1, "committee_count": 3}}},
    }
    assert figures["HN01"] == {
        "branches": 4,
        "branches_with_members": 3,
        "branches_empty": 1,
        "branches_under_three": 1,
        "units_hollow": 0,
        "units_without_cadre": 1,
        "units_without_secretary": 2,
        "units_without_admin": 1,
        "organs": 2,
        "organs_undeclared": 2,
        "youths_uncertain": 0,
        "rectifications_overdue": 0,
        "claims_open": 0,
        "own": {"units_without_secretary": 1, "organs_undeclared": 1},
        "mismatches": {"school": [100, 80]},
        "form": {"entered": lines | {"school": {"branch_count": 3, "cadre_count": 1, "committee_count": 1}}},
    }


def test_a_sound_bulletin_is_done_and_says_so(scene: Scene) -> None:
    bulletin = scene.compute()
    assert bulletin.state == BulletinState.DONE
    assert [(check["name"], check["ok"]) for check in bulletin.checks] == [
        ("sums", True),
        ("units", True),
        ("members", True),
        ("falls", True),
        ("baselines", True),
    ]
    assert bulletin.checks[-1]["detail"] == "1 处基数与下级合计不符"
    assert AuditEntry.objects.filter(action="progress.compute_bulletin").count() == 1


def test_what_is_entered_before_the_cutoff_counts_and_nothing_after_it(scene: Scene) -> None:
    scene.clock.set(at(DAY, 7, 59, 59))
    world.members(scene.cast.third_branch, 3)
    scene.clock.set(at(DAY, 8))  # the cut-off itself is after
    world.members(scene.cast.third_branch, 5)
    bulletin = scene.compute()
    assert bulletin.branches.get(code="HN01010103").members == 3


def test_who_is_withdrawn_before_the_cutoff_is_gone_and_after_it_is_still_there(scene: Scene) -> None:
    first, second, third = world.members(scene.cast.third_branch, 3)
    for member, moment in ((first, at(DAY, 7, 59, 59)), (second, at(DAY, 8)), (third, at(DAY, 8, 0, 1))):
        member.until_at = moment
        member.save()
    assert scene.compute().branches.get(code="HN01010103").members == 2
    assert scene.compute(NEXT).branches.get(code="HN01010103").members == 0


def test_a_past_day_computed_again_is_the_same_after_everything_changed(scene: Scene) -> None:
    before = whole(scene.compute())
    cast = scene.cast
    scene.clock.set(at(DAY, 12))
    cast.branch.members.all().update(until_at=days.now())
    world.members(cast.third_branch, 9)
    scene.expect(cast.branch, 77)
    scene.expect(cast.university, 500)
    move(cast.town, cast.other_city, at=days.now())
    world.unit(cast.county, UnitKind.COMMITTEE)
    scene.clock.set(at(NEXT, 20))
    assert whole(scene.compute(DAY, recompute=True)) == before
    after = scene.compute(NEXT)
    assert whole(after) != before
    assert all(check["ok"] for check in after.checks), after.checks


def test_computing_twice_gives_one_bulletin_and_leaves_it_alone(scene: Scene) -> None:
    first = scene.compute()
    rows = list(first.units.order_by("pk").values())
    again = scene.compute()
    assert (again.pk, again.computed_at) == (first.pk, first.computed_at)
    assert list(first.units.order_by("pk").values()) == rows
    assert Bulletin.objects.count() == 1


@pytest.mark.parametrize("step", ["take", "write", "checks"])
def test_a_computation_that_dies_half_way_is_done_whole_by_the_next(scene: Scene, step: str) -> None:
    place = "progress.actions.bulletins." + {"take": "photograph.take"}.get(step, f"frozen.{step}")
    with patch(place, side_effect=RuntimeError("killed")), pytest.raises(RuntimeError):
        scene.compute()
    stuck = Bulletin.objects.get()
    assert (stuck.state, stuck.units.count()) == (BulletinState.STARTED, 0)
    finished = scene.compute()
    assert (finished.pk, finished.state) == (stuck.pk, BulletinState.DONE)
    assert whole(finished) == whole(scene.compute(recompute=True))


def test_an_unpublished_day_is_recomputed_in_place(scene: Scene) -> None:
    first = scene.compute()
    again = scene.compute(recompute=True)
    assert (again.pk, again.revision, again.state) == (first.pk, 1, BulletinState.DONE)


def test_a_day_computed_again_writes_no_row_that_stands_as_it_should(scene: Scene) -> None:
    first = scene.compute()
    keys = [list(rows.order_by("pk").values_list("pk")) for rows in (first.units, first.branches)]
    again = scene.compute(recompute=True)
    assert [list(rows.order_by("pk").values_list("pk")) for rows in (again.units, again.branches)] == keys


def test_a_day_computed_again_is_whole_whatever_became_of_its_rows(scene: Scene) -> None:
    bulletin = scene.compute()
    before = whole(bulletin)

    def one_too_many() -> None:
        double = bulletin.branches.get(unit=scene.cast.branch)
        double.unit = scene.cast.university
        double.save()

    for spoil in (
        lambda: bulletin.branches.filter(unit=scene.cast.branch).delete(),
        lambda: bulletin.branches.filter(unit=scene.cast.branch).update(members=31),
        one_too_many,
        lambda: bulletin.units.filter(unit=scene.cast.city).delete(),
        lambda: bulletin.units.filter(unit=scene.cast.city).update(stages={}),
    ):
        spoil()
        assert whole(bulletin) != before
        scene.compute(recompute=True)
        assert whole(bulletin) == before


def test_a_published_bulletin_is_frozen_and_corrected_only_as_a_new_revision(scene: Scene) -> None:
    first = actions.publish_bulletin(actor_for(scene.cast.staff), bulletin=scene.compute())
    frozen = whole(first)
    assert scene.compute().pk == first.pk
    with pytest.raises(Refused) as refused:
        scene.compute(recompute=True)
    assert refused.value.problems[0].code == "bulletin.reason_missing"
    scene.clock.set(at(DAY, 12))
    second = scene.compute(recompute=True, reason="基数有误")
    assert (second.revision, second.state, second.reason) == (2, BulletinState.DONE, "基数有误")
    first.refresh_from_db()
    assert (first.state, whole(first)) == (BulletinState.PUBLISHED, frozen)


def test_a_correction_counts_as_of_the_cutoff_of_its_day_whatever_is_set_since(scene: Scene) -> None:
    staff = world.actor(scene.cast.staff)
    first = actions.publish_bulletin(staff, bulletin=scene.compute())
    Campaign.objects.update(cutoff_time=dt.time(12))
    scene.campaign.refresh_from_db()
    scene.clock.set(at(DAY, 10))
    world.members(scene.cast.third_branch, 5)
    for hour in (11, 13):
        scene.clock.set(at(DAY, hour))
        again = scene.compute(recompute=True, reason="核对")
        assert (again.cutoff_at, whole(again)) == (first.cutoff_at, whole(first))


def test_publishing_needs_a_finished_bulletin_with_sound_checks_and_happens_once(scene: Scene) -> None:
    staff = actor_for(scene.cast.staff)
    bulletin = scene.compute()
    bulletin.checks[0]["ok"] = False
    bulletin.save()
    with pytest.raises(Refused) as refused:
        actions.publish_bulletin(staff, bulletin=bulletin)
    assert refused.value.problems[0].code == "bulletin.check_failed"
    bulletin = scene.compute(recompute=True)
    published = actions.publish_bulletin(staff, bulletin=bulletin)
    assert (published.state, published.published_by) == (BulletinState.PUBLISHED, scene.cast.staff)
    with pytest.raises(Refused) as refused:
        actions.publish_bulletin(staff, bulletin=bulletin)
    assert refused.value.problems[0].code == "bulletin.not_done"


@pytest.mark.parametrize(
    ("day", "moment", "code"),
    [
        (DAY, at(DAY, 7, 59, 59), "bulletin.too_early"),
        (dt.date(2018, 10, 31), at(DAY, 9), "bulletin.before_start"),
        (dt.date(2018, 11, 23), at(DAY, 9), "bulletin.no_units"),  # the cast was founded at ten that day
    ],
)
def test_a_day_without_a_photograph_is_refused_and_leaves_nothing(
    scene: Scene, day: dt.date, moment: dt.datetime, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.compute_bulletin(scene.campaign, day, now=moment)
    assert refused.value.problems[0].code == code
    assert not Bulletin.objects.exists()


def test_the_cutoff_itself_is_late_enough(scene: Scene) -> None:
    assert actions.compute_bulletin(scene.campaign, DAY, now=at(DAY, 8)).state == BulletinState.DONE


# --- the bulletin's look at itself ---------------------------------------------------------------


def test_a_fall_that_nobody_left_for_fails_the_check(scene: Scene) -> None:
    scene.compute()
    scene.cast.branch.members.first().delete()  # behind everybody's back
    bulletin = scene.compute(NEXT)
    failed = [check["name"] for check in bulletin.checks if not check["ok"]]
    assert failed == ["falls"]


@pytest.mark.parametrize("reason", LeftReason.values)
def test_a_fall_by_members_who_left_is_explained_whatever_the_reason(scene: Scene, reason: str) -> None:
    scene.compute()
    leaving = scene.cast.branch.members.values("pk")[:3]
    scene.cast.branch.members.filter(pk__in=leaving).update(until_at=at(DAY, 9), left_reason=reason)
    falls = next(check for check in scene.compute(NEXT).checks if check["name"] == "falls")
    assert (falls["ok"], falls["detail"]) == (True, "与 2018-11-24 相比，1 个团支部减少 3 人，均有记录")


def test_one_more_gone_than_left_fails_the_check_and_names_the_branch(scene: Scene) -> None:
    scene.compute()
    first, second = scene.cast.branch.members.order_by("pk")[:2]
    scene.cast.branch.members.filter(pk=first.pk).update(until_at=at(DAY, 9))
    second.delete()
    falls = next(check for check in scene.compute(NEXT).checks if check["name"] == "falls")
    assert not falls["ok"]
    assert "高一1班团支部" in falls["detail"]


def test_what_accepted_declarations_account_for_is_frozen_with_the_day(scene: Scene) -> None:
    told = {"campaign": scene.campaign, "domain": "school", "asked_by": scene.cast.secretary}
    told |= {"asked_at": at(DAY, 1), "expected_count": 40, "entered_count": 30, "graduated_count": 8}
    Completion.objects.create(unit=scene.cast.branch, state="agreed", decided_at=at(DAY, 7, 59), **told)
    late = {"unit": scene.cast.second_branch, "state": "agreed", "decided_at": at(DAY, 8)}
    Completion.objects.create(**late, **told | {"graduated_count": 5})
    bulletin = scene.compute()
    explained = {unit.code: unit.counted("members_school", "").explained for unit in bulletin.units.all()}
    assert {code: count for code, count in explained.items() if count} == dict.fromkeys(
        ("HN", "HN01", "HN0101", "HN010101"), 8
    )
    assert bulletin.branches.get(code="HN01010101").explained == 8
    assert scene.compute(NEXT).units.get(code="HN").counted("members_school", "").explained == 13


def test_no_more_is_shown_as_explained_than_is_missing_by_then(scene: Scene) -> None:
    """Declared with nobody in yet; since then all but some have come."""
    branch = scene.cast.branch
    members = branch.members.count()
    told = {"campaign": scene.campaign, "domain": "school", "asked_by": scene.cast.secretary, "unit": branch}
    told |= {"asked_at": at(DAY, 1), "expected_count": 40, "entered_count": 0, "graduated_count": 500}
    Completion.objects.create(state="agreed", decided_at=at(DAY, 7, 59), **told)
    bulletin = scene.compute()
    row = bulletin.branches.get(code="HN01010101")
    assert row.explained == row.expected - members
    for unit in bulletin.units.all():
        counted = unit.counted("members_school", "")
        assert (counted.explained or 0) <= max(0, (counted.expected or 0) - counted.entered)


def test_a_committee_that_filled_up_explains_nothing_of_its_citys_shortfall(scene: Scene) -> None:
    cast = scene.cast
    told = {"campaign": scene.campaign, "domain": "school", "asked_by": cast.committee_admin}
    told |= {"asked_at": at(DAY, 1), "expected_count": 80, "entered_count": 40, "graduated_count": 40}
    Completion.objects.create(unit=cast.committee, state="agreed", decided_at=at(DAY, 7, 59), **told)
    world.members(cast.third_branch, 40)
    bulletin = scene.compute()
    school = {unit.code: unit.counted("members_school", "") for unit in bulletin.units.all()}
    assert (school["HN01"].expected, school["HN01"].entered) == (100, 80)
    assert [school[code].explained for code in ("HN", "HN01", "HN0101", "HN010101")] == [0, 0, 0, 0]


def test_a_stage_with_more_than_expected_in_one_domain_explains_nothing_of_another(scene: Scene) -> None:
    told = {"campaign": scene.campaign, "domain": "rural", "asked_by": scene.cast.village_admin}
    told |= {"asked_at": at(DAY, 1), "expected_count": 30, "entered_count": 2, "moved_count": 28}
    Completion.objects.create(unit=scene.cast.village, state="agreed", decided_at=at(DAY, 7, 59), **told)
    works = world.unit(scene.cast.county, UnitKind.COMMITTEE, industry=Industry.COMMUNITY)
    street = world.branch(works)
    scene.expect(street, 1, "community")
    world.members(street, 24)
    county = scene.compute().units.get(code="HN0101")
    other, rural = county.counted("members_other", ""), county.counted("", "rural")
    assert (other.expected, other.entered, other.explained, rural.explained) == (31, 26, 5, 28)


def test_who_had_no_administrator_stays_as_found_when_a_day_is_computed_again(scene: Scene) -> None:
    before = whole(scene.compute())
    world.account(scene.cast.town)
    assert whole(scene.compute(recompute=True)) == before
    assert whole(scene.compute(NEXT))["units"] != before["units"]


def test_how_people_are_engaged_stays_as_found_when_a_day_is_computed_again(scene: Scene) -> None:
    post = world.cadre(scene.cast.committee, engagement="full_time", from_at=at(DAY, 7))
    first = scene.compute()
    before = whole(first)
    province = first.units.get(position=0).figures["form"]["entered"]
    assert sum(line.get("full_time_count", 0) for line in province.values()) == 1

    post.engagement = "part_time"
    post.save(update_fields=["engagement"])
    assert whole(scene.compute(recompute=True)) == before
    province = scene.compute(NEXT).units.get(position=0).figures["form"]["entered"]
    assert sum(line.get("part_time_count", 0) for line in province.values()) == 1


def test_members_of_a_branch_that_stood_nowhere_that_day_fail_the_check(scene: Scene) -> None:
    scene.cast.branch.placements.update(until_at=at(DAY, 7))
    failed = {check["name"]: check["detail"] for check in scene.compute().checks if not check["ok"]}
    assert failed == {"members": "30 名团员所在的组织当日不在组织树上"}


def test_units_whose_superior_stood_nowhere_that_day_fail_the_check(scene: Scene) -> None:
    scene.cast.committee.placements.update(until_at=at(DAY, 7))
    failed = [check["name"] for check in scene.compute().checks if not check["ok"]]
    assert "units" in failed


# --- the gate's openings -------------------------------------------------------------------------


def test_an_opening_is_recorded_the_day_a_region_reaches_the_rate_and_stays(scene: Scene) -> None:
    cast = scene.cast
    scene.compute()
    stage = scene.campaign.stages.get(key="members_other")
    recorded = GateOpening.objects.values_list("region", "opened_on", "reason", "rate")
    assert list(recorded) == [(cast.other_city.pk, DAY, "rate", 1.0)]
    world.members(cast.third_branch, 30)  # 郑州 at exactly 70 of 100
    bulletin = scene.compute(NEXT)
    assert list(recorded.filter(region=cast.city)) == [(cast.city.pk, NEXT, "rate", 0.7)]
    assert set(bulletin.settings["openings"][stage.key]) == {
        str(cast.city.pk),
        str(cast.other_city.pk),
        str(cast.university.pk),  # nothing is expected of it: open from the start, nothing recorded
    }
    cast.third_branch.members.all().update(until_at=days.now())
    scene.compute(NEXT + dt.timedelta(days=1))
    assert GateOpening.objects.count() == 2


def test_figures_that_fail_the_checks_open_nothing_until_they_are_right(scene: Scene) -> None:
    """What opens stays open: 开封 has 50 of 50."""
    stood = scene.cast.village.placements.get()
    scene.cast.village.placements.update(until_at=at(DAY, 7))
    scene.compute()
    assert not GateOpening.objects.exists()
    stood.save()
    scene.compute(recompute=True)
    assert GateOpening.objects.get().region == scene.cast.other_city


def test_one_short_of_the_rate_opens_nothing(scene: Scene) -> None:
    world.members(scene.cast.third_branch, 29)
    scene.compute()
    assert not GateOpening.objects.filter(region=scene.cast.city).exists()
