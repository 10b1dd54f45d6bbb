"""A whole commit taken back: what goes, what stays and why; periods end, nothing is deleted."""

import datetime as dt

import pytest

from zhtj.imports import pipeline, undoing
from zhtj.imports.models import BatchState
from zhtj.lib import days
from zhtj.lib.problems import Refused

import members.actions
from cadres.models import Cadre
from members.models import LeftReason, Member
from members.queries import active_counts
from orgs.models import AuditEntry, OrgUnit, Person
from orgs.scopes import actor_for
from progress import actions as progress
from progress import presets
from progress.models import Baseline

from tests import workbooks, world
from tests.imports import rooms


def undo(user, batch):
    told = undoing.undo(actor_for(user), batch=batch)
    batch.refresh_from_db()
    return told


def three(cast, **more):
    rows = [rooms.person(name) for name in ("王一", "王二")]
    cadre = rooms.person("王三", 是否为团干部="是", 团内职务="书记")
    return rooms.members_of(cast.secretary, cast.branch, *rows, cadre, **more)


def test_members_and_their_posts_leave_and_their_periods_stay(cast, clock):
    batch = three(cast)
    entered = days.now()
    clock.forward(hours=2)
    seen = undoing.preview(actor_for(cast.secretary), batch=batch)
    assert (seen.undoing.withdrawn, seen.undoing.restored, seen.undoing.stays) == (3, 0, [])
    assert active_counts([cast.branch.pk]) == {cast.branch.pk: 3}, "a preview changes nothing"
    told = undo(cast.secretary, batch)
    assert (told.withdrawn, told.stays, batch.state) == (3, [], BatchState.UNDONE)
    assert active_counts([cast.branch.pk]) == {cast.branch.pk: 0}
    ended = Member.objects.filter(batch_id=batch.pk, from_at=entered, until_at=days.now())
    assert list(ended.values_list("left_reason", flat=True)) == [LeftReason.UNDONE] * 3
    assert Cadre.objects.get(batch_id=batch.pk).end_reason == "undone"
    assert AuditEntry.objects.filter(action="members.undo", batch_id=batch.pk).count() == 1
    assert AuditEntry.objects.get(action="imports.undo").after == {"withdrawn": 3, "restored": 0, "stays": 0}


def test_the_same_file_can_be_entered_again_afterwards(cast):
    data = workbooks.xlsx([rooms.HEAD, *(rooms.person(f"王{n}") for n in "一二三")])
    undo(cast.secretary, rooms.commit(cast.secretary, rooms.run(cast.secretary, cast.branch, data)))
    assert rooms.commit(cast.secretary, rooms.run(cast.secretary, cast.branch, data)).entered_count == 3


def test_a_changed_record_gets_its_former_values_back(cast):
    id_text = world.national_id()
    others = [rooms.person("王二"), rooms.person("王三")]
    rooms.members_of(
        cast.secretary, cast.branch, rooms.person("王一", id_text, 手机号码="13800000001"), *others
    )
    changed = rooms.person(
        "王一", id_text, 手机号码="13800000002", 是否为团干部="是", 团内职务="书记", 民族="回族"
    )
    batch = rooms.members_of(cast.secretary, cast.branch, changed)
    assert rooms.counts(batch) == {"updated": 1}
    told = undo(cast.secretary, batch)
    assert (told.withdrawn, told.restored, told.stays) == (0, 1, [])
    who = Person.objects.get(full_name="王一")
    assert (who.mobile, who.ethnicity) == ("13800000001", "汉族")
    assert not Cadre.objects.filter(person=who, until_at=None).exists()
    assert Member.objects.get(person=who).until_at is None


def test_who_was_known_before_gets_the_overwritten_details_back(cast, clock):
    id_text, others = world.national_id(), [rooms.person(name) for name in ("王二", "王三")]
    first = rooms.person("王一", id_text, 手机号码="13800000001", 民族="汉族")
    rooms.members_of(cast.secretary, cast.branch, first, *others)
    who = Person.objects.get(full_name="王一")
    members.actions.withdraw_members(
        actor_for(cast.committee_admin), member_ids=[who.memberships.get().pk], reason=LeftReason.LEFT
    )
    clock.forward(minutes=5)
    again = rooms.person("王一", id_text, 手机号码="13800000002", 民族="回族")
    batch = rooms.members_of(cast.secretary, cast.branch, again)
    told = AuditEntry.objects.get(action="members.enter", batch_id=batch.pk).after["overwritten"]
    assert told == {str(who.pk): {"ethnicity": ["汉族", "回族"], "mobile": ["13800000001", "13800000002"]}}
    Person.objects.filter(pk=who.pk).update(ethnicity="满族")  # put right since
    clock.forward(minutes=5)
    assert undo(cast.secretary, batch).withdrawn == 1
    who.refresh_from_db()
    assert (who.mobile, who.ethnicity) == ("13800000001", "满族")


def test_what_something_else_touched_stays_and_says_why(cast, clock):
    batch = three(cast)
    one, two, three_ = Member.objects.filter(batch_id=batch.pk).order_by("batch_row")
    clock.forward(minutes=5)
    chief = actor_for(cast.committee_admin)
    members.actions.transfer_members(chief, member_ids=[one.pk], to_branch=cast.second_branch)
    members.actions.withdraw_members(chief, member_ids=[two.pk], reason=LeftReason.LEFT)
    world.cadre(cast.branch, "宣传委员", three_.person)
    told = undoing.preview(actor_for(cast.secretary), batch=batch).undoing
    assert told.withdrawn == 0
    assert [why for _, why in told.stays] == ["已转出或离开本支部", "已转出或离开本支部", "之后又登记了职务"]
    with pytest.raises(Refused) as refused:
        undo(cast.secretary, batch)
    assert [problem.code for problem in refused.value.problems] == ["batch.nothing_to_undo"]
    assert batch.state == BatchState.COMMITTED


def test_a_correction_since_keeps_its_row_and_the_others_go(cast, clock):
    batch = three(cast)
    clock.forward(minutes=5)
    member = Member.objects.filter(batch_id=batch.pk).order_by("batch_row").first()
    entry = members.actions.judge.__globals__["load_records"]([member.pk])[member.pk].entry
    entry.mobile = "13811112222"
    members.actions.correct_member(actor_for(cast.secretary), member=member, entry=entry, today=days.today())
    told = undo(cast.secretary, batch)
    assert (told.withdrawn, told.stays) == (2, [(2, "之后又更正过")])
    assert batch.undone == {
        "withdrawn": 2,
        "restored": 0,
        "stay_count": 1,
        "stays": [[2, "之后又更正过"]],
    }


def test_it_is_done_once_and_only_within_a_day(cast, clock):
    first, second = (
        three(cast),
        rooms.members_of(cast.secretary, cast.branch, *(rooms.person(f"李{n}") for n in "一二三")),
    )
    undo(cast.secretary, first)
    with pytest.raises(Refused):
        undo(cast.secretary, first)
    clock.forward(hours=24)
    assert undoing.may_be_undone(second)
    clock.forward(seconds=1)
    with pytest.raises(Refused) as refused:
        undo(cast.secretary, second)
    assert [problem.code for problem in refused.value.problems] == ["batch.kept_too_long"]
    assert second.judged_sealed is not None
    pipeline.expire()
    second.refresh_from_db()
    assert second.judged_sealed is None


def test_a_preview_that_no_longer_holds_undoes_nothing(cast, clock):
    batch = three(cast)
    seen = undoing.preview(actor_for(cast.secretary), batch=batch).seen
    clock.forward(minutes=1)
    member = Member.objects.filter(batch_id=batch.pk).first()
    members.actions.withdraw_members(
        actor_for(cast.secretary), member_ids=[member.pk], reason=LeftReason.LEFT
    )
    with pytest.raises(Refused) as refused:
        undoing.undo(actor_for(cast.secretary), batch=batch, seen_before=seen)
    assert [problem.code for problem in refused.value.problems] == ["batch.undo_moved"]
    assert active_counts([cast.branch.pk]) == {cast.branch.pk: 2}


def test_cadres_are_taken_back_and_changed_ones_put_back(cast):
    head = ("姓名", "身份证号码", "民族", "政治面貌", "团内职务", "任职年月")
    known, new = world.national_id(), world.national_id()
    first = [head, ("赵一", known, "汉族", "共青团员", "书记", "2016-05")]
    rooms.commit(
        cast.committee_admin,
        rooms.run(cast.committee_admin, cast.committee, workbooks.xlsx(first), "cadres"),
    )
    second = [
        head,
        ("赵一", known, "汉族", "中共党员", "书记", "2017-06"),
        ("赵二", new, "汉族", "共青团员", "副书记", None),
    ]
    batch = rooms.commit(
        cast.committee_admin,
        rooms.run(cast.committee_admin, cast.committee, workbooks.xlsx(second), "cadres"),
    )
    assert rooms.counts(batch) == {"ok": 1, "updated": 1}
    told = undo(cast.committee_admin, batch)
    assert (told.withdrawn, told.restored, told.stays) == (1, 1, [])
    (post,) = Cadre.objects.filter(unit=cast.committee, until_at=None)
    assert (post.person.full_name, post.appointed_on) == ("赵一", dt.date(2016, 5, 1))
    assert post.person.political_status == "league_member"


UNITS = """
    组织简称         | 组织类别 | 上级组织       | 行业类别 | 联系电话
    第二中学团委     | 基层团委 |                | 普通高中 |
    二中高一1班团支部 | 团支部   | 第二中学团委   |          |
    二中高一2班团支部 | 团支部   | 第二中学团委   |          |
    第一中学团委     | 基层团委 |                | 普通高中 | 0371-1234567
"""


def test_units_are_closed_again_only_where_nobody_uses_them(cast, clock):
    data = workbooks.xlsx(workbooks.table(UNITS))
    batch = rooms.commit(cast.county_admin, rooms.run(cast.county_admin, cast.county, data, "units"))
    assert (batch.entered_count, batch.updated_count) == (3, 1)
    clock.forward(minutes=5)
    world.member(OrgUnit.objects.get(short_name="二中高一1班团支部"))
    told = undo(cast.county_admin, batch)
    assert (told.withdrawn, told.restored) == (1, 1)
    assert told.stays == [(2, "下面还有其他组织"), (3, "已录入团员")]
    closed = OrgUnit.objects.get(short_name="二中高一2班团支部")
    assert closed.closed_at == days.now()
    assert closed.placements.get().until_at == days.now()
    cast.committee.refresh_from_db()
    assert cast.committee.phone == ""


def test_the_code_of_a_unit_undone_stays_with_it_and_the_review_says_how_to_go_on(cast, clock):
    head = ("组织简称", "组织类别", "上级组织", "组织编码")
    data = workbooks.xlsx([head, ("甲团支部", "团支部", cast.committee.short_name, "JIA1")])
    undo(
        cast.county_admin,
        rooms.commit(cast.county_admin, rooms.run(cast.county_admin, cast.county, data, "units")),
    )
    again = rooms.run(cast.county_admin, cast.county, data, "units")
    (fault,) = again.faults
    assert fault["code"] == "code.taken" and "已撤销的“甲团支部”" in fault["message"]


def test_figures_begin_again_where_they_replaced_others(cast, clock):
    presets.load_preset("henan-2018", province=cast.province)
    head = ("组织", "领域", "团员数")
    first = workbooks.xlsx([head, (cast.committee.code, "学校", 100)])
    rooms.commit(cast.city_admin, rooms.run(cast.city_admin, cast.city, first, "baselines"))
    clock.forward(minutes=5)
    second = workbooks.xlsx([head, (cast.committee.code, "学校", 120), (cast.town.code, "农村", 30)])
    batch = rooms.commit(cast.city_admin, rooms.run(cast.city_admin, cast.city, second, "baselines"))
    clock.forward(minutes=5)
    told = undo(cast.city_admin, batch)
    assert (told.withdrawn, told.restored, told.stays) == (1, 1, [])
    in_force = Baseline.objects.filter(until_at=None)
    assert list(in_force.values_list("unit__code", "member_count")) == [(cast.committee.code, 100)]
    assert Baseline.objects.filter(batch_id=batch.pk, until_at=days.now()).count() == 2


def members_in(bulletin):
    """Branch → members, as the bulletin counted them."""
    return dict(bulletin.branches.order_by("pk").values_list("unit_id", "members"))


def test_a_past_bulletin_is_the_same_and_the_next_one_explains_the_fall(cast, clock):
    campaign = presets.load_preset("henan-2018", province=cast.province)
    batch = three(cast)
    clock.set(dt.datetime(2018, 11, 24, 8, 30))
    day = days.today()
    before = progress.compute_bulletin(campaign, day, now=days.now())
    figures = members_in(before)
    assert figures[cast.branch.pk] == 3
    undo(cast.secretary, batch)
    again = progress.compute_bulletin(campaign, day, now=days.now(), recompute=True)
    assert members_in(again) == figures
    clock.forward(days=1)
    after = progress.compute_bulletin(campaign, days.today(), now=days.now())
    assert not any(members_in(after).values())
    assert next(check for check in after.checks if check["name"] == "falls")["ok"]


def test_who_may_not_import_there_may_not_undo(cast):
    batch = three(cast)
    with pytest.raises(Exception, match="权限"):
        undoing.preview(actor_for(cast.viewer), batch=batch)
