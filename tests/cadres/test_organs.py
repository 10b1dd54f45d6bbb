"""The leading organ: pre-loaded cadres verified, departed, added, declared; and the two stages counted."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import days
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Context, Judged, Outcome, Row

from cadres import actions, queries
from cadres.actions import keep as keeping
from cadres.imports import KIND, CadreImporter
from cadres.models import Cadre, CadreDeclaration, CadreState, EndReason
from cadres.rules import CODES, EntryReader
from orgs.models import AuditEntry, OrgUnit, Person
from progress import actions as progress
from progress import presets
from progress.queries import report

from tests import world
from tests.cadres.conftest import good_cells
from tests.cadres.test_parity import ON_RECORD
from tests.cast import Cast, assemble
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def entry(**cells: Any) -> Any:
    return EntryReader(days.today()).read(cells)


def keep(user: Any, cadre: Cadre, **cells: Any) -> dict[str, list[str]]:
    known = {
        "ethnicity": "汉族",
        "political_status": "中共党员",
        "post": cadre.post,
        "engagement": "专职",
    }
    return actions.keep_cadre(
        world.actor(user), cadre=cadre, entry=entry(**(known | cells)), today=days.today()
    )


def depart(user: Any, cadre: Cadre, on: dt.date | None = dt.date(2018, 11, 5), why: str = "工作调动") -> None:
    actions.depart_cadre(world.actor(user), cadre=cadre, departed_on=on, why=why, today=days.today())


def judge(cast: Cast, *cells: dict[str, Any], user: Any = None, unit: OrgUnit | None = None) -> list[Judged]:
    return importer(cast, user, unit).judge(
        [Row(number, line) for number, line in enumerate(cells, start=2)], lambda done: None
    )


def importer(cast: Cast, user: Any = None, unit: OrgUnit | None = None) -> CadreImporter:
    context = Context(
        world.actor(user or cast.province_admin, "import"), unit or cast.province, days.today(), 7
    )
    return CadreImporter(context)


def preload(cast: Cast, *cells: dict[str, Any]) -> list[Cadre]:
    judged = judge(cast, *cells)
    assert [line.outcome for line in judged] == [Outcome.OK] * len(cells), judged
    assert importer(cast).write(judged) == len(cells)
    return list(Cadre.objects.filter(is_preloaded=True).order_by("-id")[: len(cells)])[::-1]


def of_county(**more: Any) -> dict[str, Any]:
    return good_cells(unit="HN0101", engagement="专职", **more)


def refusals(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [problem.code for problem in refused.value.problems]


# --- pre-loading ----------------------------------------------------------------------------------


def test_the_province_preloads_any_organ_by_code_or_name_and_they_wait_to_be_checked(cast: Cast) -> None:
    posts = preload(cast, of_county(), good_cells(unit="郑州团市委", engagement="兼职"))
    assert [(post.unit, post.state, post.verified_at) for post in posts] == [
        (cast.county, CadreState.PENDING, None),
        (cast.city, CadreState.PENDING, None),
    ]
    own = good_cells(engagement="专职")
    judged = judge(cast, own)
    importer(cast).write(judged)
    mine = Cadre.objects.get(unit=cast.province)
    assert (mine.state, mine.is_preloaded) == (CadreState.VERIFIED, False)


def test_the_blank_of_the_province_offers_every_leading_organ_and_others_only_their_own(cast: Cast) -> None:
    assert KIND.choices_for is not None
    offered = {unit: KIND.choices_for(unit)["unit"] for unit in (cast.province, cast.city, cast.committee)}
    organs = ["河南团省委", "郑州团市委", "中原团区委", "开封团市委"]
    assert offered[cast.province] == organs
    assert offered[cast.city] == ["郑州团市委"]
    assert offered[cast.committee] == ["第一中学团委", "高一1班团支部", "高一2班团支部", "高一3班团支部"]


def test_the_trail_of_one_new_cadre_names_the_person_and_who_entered_it(cast: Cast) -> None:
    cells = good_cells(engagement="专职")
    actions.enter_cadre(
        world.actor(cast.county_admin), unit=cast.county, entry=entry(**cells), today=days.today()
    )
    trail = AuditEntry.objects.get(action="cadres.enter")
    assert (trail.person, trail.actor) == (Cadre.objects.get(unit=cast.county).person, cast.county_admin)


def test_only_the_province_preloads_and_only_leading_organs(cast: Cast) -> None:
    assert [p.code for p in judge(cast, good_cells(unit="第一中学团委"))[0].problems] == ["unit.unknown"]
    assert [p.code for p in judge(cast, good_cells(unit="HN010101"))[0].problems] == ["unit.out_of_scope"]
    city = judge(cast, of_county(), user=cast.city_admin, unit=cast.city)
    assert [p.code for p in city[0].problems] == ["unit.out_of_scope"]


def test_preloading_again_changes_the_unchecked_and_leaves_the_checked_alone(cast: Cast) -> None:
    first, second = of_county(), of_county()
    one, two = preload(cast, first, second)
    keep(cast.county_admin, two, mobile="13812345678")
    again = judge(cast, first | {"education": "大学本科"}, second | {"education": "大学本科"})
    assert [(line.outcome, line.change) for line in again] == [
        (Outcome.UPDATED, {"education": ["", "大学本科"]}),
        (Outcome.UNCHANGED, {}),
    ]
    importer(cast).write(again)
    assert [p.person.education for p in (one, two) if p.person.refresh_from_db() is None] == ["大学本科", ""]


# --- verifying ------------------------------------------------------------------------------------


def test_verifying_stores_what_was_mended_and_says_when_and_who(cast: Cast, clock: Clock) -> None:
    (post,) = preload(cast, of_county(mobile="13800000000"))
    clock.forward(hours=1)
    change = keep(cast.county_admin, post, post="副书记", engagement="挂职", ethnicity="回族")
    post.refresh_from_db()
    assert change["post"] == ["委员", "副书记"]
    assert change["mobile"] == ["13800000000", ""]
    assert (post.post, post.engagement, post.state) == ("副书记", "seconded", CadreState.VERIFIED)
    assert (post.verified_by, post.verified_at) == (cast.county_admin, days.now())
    assert (post.person.ethnicity, post.person.mobile) == ("回族", "")
    trail = AuditEntry.objects.get(action="cadres.verify")
    assert (trail.unit, trail.before["post"], trail.after["post"]) == (cast.county, "委员", "副书记")


def test_a_verified_one_with_another_post_closes_one_period_and_opens_the_next(
    cast: Cast, clock: Clock
) -> None:
    post = world.cadre(cast.county, "委员")
    clock.forward(hours=1)
    keep(cast.county_admin, post, post="书记")
    post.refresh_from_db()
    assert (post.until_at, post.end_reason) == (days.now(), EndReason.CHANGED)
    now = Cadre.objects.get(until_at=None)
    assert (now.person, now.post, now.from_at) == (post.person, "书记", days.now())


def test_keeping_obeys_the_rules_of_entering(cast: Cast) -> None:
    (post,) = preload(cast, of_county())
    admin = cast.county_admin
    assert refusals(lambda: keep(admin, post, engagement="")) == ["engagement.missing"]
    assert refusals(lambda: keep(admin, post, post="组织委员")) == ["post.not_at_this_kind"]
    assert refusals(lambda: keep(admin, post, ethnicity="")) == ["ethnicity.missing"]
    world.cadre(cast.county, "书记", post.person)
    assert refusals(lambda: keep(admin, post, post="书记")) == ["post.held_already"]
    with pytest.raises(PermissionDenied):
        keep(cast.province_admin, post)
    post.refresh_from_db()
    assert post.state == CadreState.PENDING


# --- leaving --------------------------------------------------------------------------------------


def test_who_departed_leaves_this_post_only_and_the_trail_keeps_what_was(cast: Cast) -> None:
    (post,) = preload(cast, of_county(appointed_on="2016-09", joined_on="2000-05"))
    other = world.cadre(cast.committee, "委员", post.person)
    depart(cast.county_admin, post, dt.date(2018, 11, 5))
    post.refresh_from_db()
    assert (post.until_at, post.departed_on, post.end_remark) == (
        days.now(),
        dt.date(2018, 11, 5),
        "工作调动",
    )
    assert (post.end_reason, post.engagement, post.joined_on) == (EndReason.DEPARTED, "", None)
    other.refresh_from_db()
    assert other.until_at is None
    before = AuditEntry.objects.get(action="cadres.depart").before
    assert (before["engagement"], before["joined_on"]) == ("专职", "2000-05-01")
    depart(cast.county_admin, post)  # a second time does nothing
    assert AuditEntry.objects.filter(action="cadres.depart").count() == 1


def test_a_departure_needs_a_day_and_a_reason(cast: Cast) -> None:
    (post,) = preload(cast, of_county(appointed_on="2018-10"))
    admin = cast.county_admin
    assert refusals(lambda: depart(admin, post, None, "")) == ["departed_on.missing", "departure.missing"]
    assert refusals(lambda: depart(admin, post, dt.date(2018, 11, 24))) == ["departed_on.future"]
    assert refusals(lambda: depart(admin, post, dt.date(2018, 9, 30))) == ["departed_on.before_appointed"]
    assert refusals(lambda: depart(admin, post, why="不喜欢")) == ["departure.unknown"]
    depart(admin, post, days.today())
    answer = world.client(admin).post(f"/cadres/{post.pk}/depart/", {"departed_on": "昨天"})
    assert answer.status_code == 404
    post = world.cadre(cast.county)
    answer = world.client(admin).post(f"/cadres/{post.pk}/depart/", {"departed_on": "昨天"})
    assert answer.context["form"].errors.as_data()["departed_on"][0].code == "departed_on.format"


def test_who_was_never_there_is_a_mistake(cast: Cast) -> None:
    (post,) = preload(cast, of_county())
    depart(cast.county_admin, post, why="录入有误")
    post.refresh_from_db()
    assert post.end_reason == EndReason.MISTAKE


def test_a_member_who_leaves_the_branch_loses_the_posts_there_and_no_others(cast: Cast) -> None:
    person = world.person()
    for unit in (cast.branch, cast.committee):
        world.cadre(unit, "书记", person)
    world.cadre(cast.branch, "其他", person)
    actor = world.actor(cast.county_admin)
    assert actions.end_posts_of_leavers(actor, person_ids=[person.pk], branch=cast.branch) == 2
    assert [post.unit for post in Cadre.objects.filter(until_at=None)] == [cast.committee]
    ended = Cadre.objects.filter(until_at__isnull=False).values_list("end_reason", flat=True)
    assert set(ended) == {EndReason.MEMBER_LEFT}


# --- identity -------------------------------------------------------------------------------------


def test_a_members_branch_keeps_the_basic_data_and_another_unit_cannot_change_it(cast: Cast) -> None:
    person = world.person(political_status="party_member")
    world.member(cast.village, person)
    cells = good_cells(full_name=person.full_name, ethnicity="回族", mobile="13812345678")
    cells["national_id"] = world.crypto.unseal(person.id_sealed)
    (line,) = judge(cast, cells, user=cast.committee_admin, unit=cast.committee)
    assert [p.code for p in line.problems] == ["person.read_only"]
    assert "小寨村团支部" in line.problems[0].message and "民族、手机号码" in line.problems[0].message
    importer(cast, cast.committee_admin, cast.committee).write([line])
    person.refresh_from_db()
    assert (person.ethnicity, person.mobile) == ("汉族", "")
    post = Cadre.objects.get(unit=cast.committee)
    assert keep(cast.committee_admin, post, ethnicity="回族", engagement="") == {}
    person.refresh_from_db()
    assert person.ethnicity == "汉族"
    page = world.client(cast.committee_admin).get(f"/cadres/{post.pk}/keep/").content.decode()
    assert "由“小寨村团支部”维护" in page and 'name="ethnicity"' not in page


def test_two_posts_of_a_new_person_register_the_person_once(cast: Cast) -> None:
    cells = good_cells(unit="")
    posts = [cells | {"post": "书记"}, cells | {"post": "委员"}]
    judged = judge(cast, *posts, user=cast.committee_admin, unit=cast.committee)
    people = Person.objects.count()
    assert importer(cast, cast.committee_admin, cast.committee).write(judged) == 2
    assert Person.objects.count() == people + 1


# --- declaring ------------------------------------------------------------------------------------


def test_declared_only_when_nothing_is_open_and_never_taken_back(cast: Cast, clock: Clock) -> None:
    actor = world.actor(cast.county_admin)

    def declare() -> CadreDeclaration:
        return actions.declare_verified(actor, unit=cast.county)

    assert refusals(declare) == ["declaration.no_cadre"]
    (post,) = preload(cast, of_county())
    assert refusals(declare) == ["declaration.open_cadres"]
    keep(cast.county_admin, post)
    first = declare()
    assert (first.declared_at, first.declared_by, first.cadre_count) == (days.now(), cast.county_admin, 1)
    clock.forward(days=1)
    preload(cast, of_county())
    assert declare() == first
    assert queries.standing(cast.county).declaration == first
    committee = world.actor(cast.committee_admin)
    assert refusals(lambda: actions.declare_verified(committee, unit=cast.committee)) == [
        "declaration.not_an_organ"
    ]
    with pytest.raises(PermissionDenied):
        actions.declare_verified(world.actor(cast.province_admin), unit=cast.county)


def test_the_codes_left_out_of_the_parity_table_are_met_here() -> None:
    said = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    assert all(f'"{code}"' in said and code in CODES for code in ON_RECORD)


# --- the stages in the bulletin, against a table by hand ------------------------------------------


@dataclass
class Stages:
    cast: Cast

    def __post_init__(self) -> None:
        self.campaign = presets.load_preset("henan-2018", province=self.cast.province)

    def lines(self, day: dt.date, stage: str, unit: OrgUnit) -> list[str]:
        """`code entered/expected status` of the unit and its children, as the bulletin shows them."""
        bulletin = progress.compute_bulletin(self.campaign, day, now=days.now(), recompute=True)
        shown = report(None, bulletin, unit)
        return [
            f"{line['unit']} {line['entered']}/{line['expected']} {line['status']}"
            for line in shown
            if line["stage"] == stage
        ]


def at(day: int, hour: int = 7) -> dt.datetime:
    return dt.datetime(2018, 11, day, hour, tzinfo=days.SHANGHAI)


def test_the_organ_stage_counts_and_is_done_by_declaration(db: None, clock: Clock) -> None:
    clock.set(at(1))
    cast = assemble()
    stages = Stages(cast)
    clock.set(at(2))
    posts = preload(cast, *(of_county() for _ in range(9)), good_cells(unit="HN01", engagement="专职"))
    clock.set(at(4))
    for post in posts[:2]:
        depart(cast.county_admin, post, dt.date(2018, 11, 1))
    for post in posts[2:8]:
        keep(cast.county_admin, post)
    clock.set(at(5, 9))
    # 9 pre-loaded − 2 departed = 7, of which 6 checked; the city's one is not.
    assert stages.lines(dt.date(2018, 11, 5), "organ_cadres", cast.city) == [
        "HN01 6/8 超前",
        "HN0101 6/7 超前",
    ]
    new = entry(**good_cells(engagement="挂职"))
    actions.enter_cadre(world.actor(cast.county_admin), unit=cast.county, entry=new, today=days.today())
    keep(cast.county_admin, posts[8])
    clock.set(at(12, 9))
    # All 8 checked, after the deadline and not declared: overdue, though the rate is 100 %.
    assert stages.lines(dt.date(2018, 11, 12), "organ_cadres", cast.city) == [
        "HN01 8/9 逾期",
        "HN0101 8/8 逾期",
    ]
    actions.declare_verified(world.actor(cast.county_admin), unit=cast.county)
    clock.set(at(13, 9))
    assert stages.lines(dt.date(2018, 11, 13), "organ_cadres", cast.city) == [
        "HN01 8/9 逾期",
        "HN0101 8/8 完成",
    ]
    keep(cast.city_admin, posts[9])
    actions.declare_verified(world.actor(cast.city_admin), unit=cast.city)
    preload(cast, of_county())
    clock.set(at(14, 9))
    # A cadre pre-loaded after the declaration shows in the figures and reopens nothing.
    assert stages.lines(dt.date(2018, 11, 14), "organ_cadres", cast.city) == [
        "HN01 9/10 完成",
        "HN0101 8/9 完成",
    ]
    # Any past moment counts again as it was.
    assert stages.lines(dt.date(2018, 11, 12), "organ_cadres", cast.city)[1] == "HN0101 8/8 逾期"


def test_the_grassroots_stage_counts_complete_units(db: None, clock: Clock) -> None:
    clock.set(at(1))
    cast = assemble()
    stages = Stages(cast)
    clock.set(at(10))

    def fill(user: Any, unit: OrgUnit, *posts: str) -> None:
        for post in posts:
            made = entry(**good_cells(post=post))
            actions.enter_cadre(world.actor(user), unit=unit, entry=made, today=days.today())

    fill(cast.committee_admin, cast.committee, "书记", "委员")
    town = world.account(cast.town)
    fill(town, cast.town, "副书记")
    clock.set(at(12, 9))
    # Committees: 第一中学, 须水镇 (county), 开封高中, 郑州大学. Only the first has a secretary.
    county = stages.lines(dt.date(2018, 11, 12), "grassroots_cadres", cast.county)
    assert county[:3] == ["HN0101 1/2 滞后", "HN010101 1/1 完成", "HN010102 0/1 未开始"]  # planned: 12/19
    fill(town, cast.town, "书记")
    clock.set(at(13, 9))
    county = stages.lines(dt.date(2018, 11, 13), "grassroots_cadres", cast.county)
    assert county[:3] == ["HN0101 2/2 完成", "HN010101 1/1 完成", "HN010102 1/1 完成"]
    secretary = Cadre.objects.get(unit=cast.town, post="书记")
    depart(town, secretary, dt.date(2018, 11, 13))
    clock.set(at(20, 9))
    county = stages.lines(dt.date(2018, 11, 20), "grassroots_cadres", cast.county)
    assert county[:3] == ["HN0101 1/2 逾期", "HN010101 1/1 完成", "HN010102 0/1 逾期"]
    province = stages.lines(dt.date(2018, 11, 20), "grassroots_cadres", cast.province)
    assert province[0] == "HN 1/4 逾期"


def test_two_posts_of_one_person_corrected_to_the_same_at_once_are_told_in_turn(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look comes before the other correction, as in a race; the second sees it."""
    person = world.person()
    one, other = (world.cadre(cast.county, post, person) for post in ("常委", "副书记"))
    looks, look = [], keeping.describe

    def too_early(*args: Any) -> Any:
        looks.append(args)
        known = look(*args)
        return known if len(looks) > 1 else {pk: (who, []) for pk, (who, _) in known.items()}

    monkeypatch.setattr(keeping, "describe", too_early)
    with pytest.raises(Refused) as refused:
        keep(cast.county_admin, one, post=other.post)
    assert [problem.code for problem in refused.value.problems] == ["post.held_already"]
    assert len(looks) == 2
