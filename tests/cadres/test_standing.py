"""Several verified at once, stale forms, what is kept current after 核对完成, and the superior's view."""

import datetime as dt
import json
from typing import Any

import pytest

from zhtj.desk import health
from zhtj.lib import days
from zhtj.lib.problems import Refused

from cadres import actions, queries
from cadres.models import Cadre, CadreState
from cadres.rules import EntryReader, blank_fields, term
from orgs.models import AuditEntry
from progress import presets

from tests import world
from tests.cadres.conftest import good_cells
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db
PENDING = {"state": CadreState.PENDING, "is_preloaded": True, "engagement": "full_time"}


def at(day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(2018, 11, day, hour, tzinfo=days.SHANGHAI)


def ticks(*posts: Cadre) -> dict[str, list[str]]:
    return {"cadre": [f"{post.pk}.{queries.fingerprint(post)}" for post in posts]}


def messages_of(answer: Any) -> list[str]:
    return [message.extra_tags or message.level_tag for message in answer.context["messages"]]


def entry(**cells: Any) -> Any:
    return EntryReader(days.today()).read(cells)


# --- several at once ------------------------------------------------------------------------------


def test_ticked_cadres_are_verified_as_shown_and_the_others_told(cast: Cast) -> None:
    posts = ("书记", "副书记", "委员", "常委", "工作人员")
    right, also, changed, faulty, unticked = (world.cadre(cast.county, post, **PENDING) for post in posts)
    ticked = ticks(right, also, changed, faulty)
    Cadre.objects.filter(pk=changed.pk).update(engagement="seconded")
    Cadre.objects.filter(pk=faulty.pk).update(engagement="")
    ticked["cadre"][3] = ticks(Cadre.objects.get(pk=faulty.pk))["cadre"][0]
    url = f"/cadres/unit/{cast.county.pk}/verify/"
    answer = world.client(cast.county_admin).post(url, ticked, follow=True)
    assert messages_of(answer) == ["success", "cadre.changed", "engagement.missing"]
    verified = Cadre.objects.filter(state=CadreState.VERIFIED)
    assert {post.pk for post in verified} == {right.pk, also.pk}
    assert {post.verified_by for post in verified} == {cast.county_admin}
    trail = AuditEntry.objects.get(action="cadres.verify_many")
    assert trail.after == {"count": 2, "cadres": [right.pk, also.pk]}
    again = world.client(cast.county_admin).post(url, ticks(right), follow=True)
    assert messages_of(again) == ["cadre.changed"]
    assert messages_of(world.client(cast.county_admin).post(url, {"cadre": "1"}, follow=True)) == ["warning"]
    unticked.refresh_from_db()
    assert unticked.state == CadreState.PENDING


def test_a_tick_of_another_unit_verifies_nobody(cast: Cast) -> None:
    elsewhere = world.cadre(cast.other_city, **PENDING)
    url = f"/cadres/unit/{cast.county.pk}/verify/"
    world.client(cast.county_admin).post(url, ticks(elsewhere))
    elsewhere.refresh_from_db()
    assert elsewhere.state == CadreState.PENDING


def test_who_saves_a_record_changed_meanwhile_is_told_and_nothing_is_lost(cast: Cast) -> None:
    post = world.cadre(cast.county, "委员", **PENDING)
    admin = world.client(cast.county_admin)
    url = f"/cadres/{post.pk}/keep/"
    seen = admin.get(url).context["form"]["seen"].value()
    Cadre.objects.filter(pk=post.pk).update(appointed_on=dt.date(2016, 9, 1))
    cells = {"ethnicity": "汉族", "political_status": "中共党员", "post": "书记", "engagement": "专职"}
    refused = admin.post(url, cells | {"seen": seen})
    assert refused.context["form"].non_field_errors().as_data()[0].code == "cadre.changed"
    assert refused.context["form"]["post"].value() == "书记"
    assert (
        admin.post(url, cells | {"seen": queries.fingerprint(Cadre.objects.get(pk=post.pk))}).status_code
        == 302
    )
    actions.depart_cadre(
        world.actor(cast.county_admin), cadre=post, departed_on=days.today(), why="退休", today=days.today()
    )
    with pytest.raises(Refused):
        actions.keep_cadre(
            world.actor(cast.county_admin), cadre=post, entry=entry(**cells), today=days.today()
        )


# --- after the declaration, after the deadline -----------------------------------------------------


def test_what_is_kept_current_after_the_declaration_is_counted_and_dated(cast: Cast, clock: Clock) -> None:
    clock.set(at(5))
    stays, leaves, changes = (world.cadre(cast.county, post) for post in ("书记", "副书记", "委员"))
    actor = world.actor(cast.county_admin)
    declaration = actions.declare_verified(actor, unit=cast.county)
    assert queries.kept_since(declaration) == queries.Kept(0, None)
    clock.set(at(6))
    actions.depart_cadre(actor, cadre=leaves, departed_on=days.today(), why="退休", today=days.today())
    clock.set(at(7))
    known = {"ethnicity": "汉族", "political_status": "共青团员", "post": "委员", "engagement": "兼职"}
    actions.keep_cadre(actor, cadre=changes, entry=entry(**known), today=days.today())
    clock.set(at(8))
    actions.enter_cadre(
        actor, unit=cast.county, entry=entry(**good_cells(engagement="挂职")), today=days.today()
    )
    assert queries.kept_since(declaration) == queries.Kept(3, days.now())
    changes.refresh_from_db()
    assert (changes.changed_at, stays.changed_at) == (at(7), None)
    page = world.client(cast.county_admin).get(f"/cadres/unit/{cast.county.pk}/").content.decode()
    assert "3 个职务有变动" in page and "逾期" not in page


def test_an_organ_is_late_from_the_day_after_the_deadline_until_it_declares(cast: Cast, clock: Clock) -> None:
    presets.load_preset("henan-2018", province=cast.province)
    world.cadre(cast.county)
    world.cadre(cast.city, **PENDING)
    superior = world.client(cast.province_admin)

    def late() -> list[str]:
        found = superior.get("/cadres/organs/?show=late").context["organs"]
        return [organ.unit.short_name for organ in found]

    def todos(user: Any) -> str:
        return str(world.client(user).get("/").content.decode())

    clock.set(at(10))
    assert late() == []
    assert "11月10日截止，还有 1 天" in todos(cast.county_admin)
    clock.set(at(11))
    assert late() == ["河南团省委", "郑州团市委", "中原团区委", "开封团市委"]
    assert "截止日11月10日已过 1 天" in todos(cast.county_admin)
    assert "3 个下级领导机关逾期" in todos(cast.province_admin)
    clock.set(at(13))
    actions.declare_verified(world.actor(cast.county_admin), unit=cast.county)
    assert late() == ["河南团省委", "郑州团市委", "开封团市委"]
    (done,) = superior.get("/cadres/organs/?show=done").context["organs"]
    assert (done.unit, done.standing.days_late, done.standing.rate) == (cast.county, 3, 1.0)
    (city,) = [o for o in superior.get("/cadres/organs/").context["organs"] if o.unit == cast.city]
    assert (city.standing.open, city.standing.days_late) == (1, 3)


def test_without_a_campaign_nobody_is_late(cast: Cast) -> None:
    assert queries.deadline_of(cast.county, days.today()) is None
    assert not any(
        organ.standing.is_late
        for organ in queries.organs(world.actor(cast.city_admin).scope, cast.city, days.today())
    )


def test_a_superior_sees_whom_to_call(cast: Cast) -> None:
    world.cadre(cast.county, "书记", world.person("王书记"))
    type(cast.county).objects.filter(pk=cast.county.pk).update(phone="0371-67170000")
    page = world.client(cast.city_admin).get("/cadres/organs/").content.decode()
    assert "王书记" in page and 'href="tel:0371-67170000"' in page and "开封团市委" not in page


def test_without_a_secretary_means_the_same_on_every_page(cast: Cast) -> None:
    world.cadre(cast.county, "副书记")
    world.cadre(cast.committee, "书记")
    scope = world.actor(cast.county_admin).scope
    listed = {unit.pk for unit in queries.without_secretary(scope, cast.county)}
    assert listed == {cast.county.pk, cast.town.pk}  # a leading organ, and a unit that has nobody at all
    assert queries.missing_counts(scope, cast.county)["secretary"] == 2
    shown = health.faulty(scope, unit=cast.county, code="unit.no_secretary")
    assert {unit.pk for unit in shown} == listed


# --- incomplete ------------------------------------------------------------------------------------


def test_an_incomplete_cadre_is_found_and_its_link_mends_it(cast: Cast) -> None:
    whole = world.cadre(cast.committee, "书记")
    blank = world.cadre(cast.committee, "委员", world.person("缺民族", ethnicity=""))
    untold = world.cadre(cast.county, "委员", world.person("缺性质"))
    scope = world.actor(cast.county_admin).scope
    found = queries.roster(scope, unit=cast.county, filters=queries.Filters(incomplete=True))
    assert {post.pk for post in found} == {blank.pk, untold.pk}
    admin = world.client(cast.committee_admin)
    page = admin.get(f"/cadres/unit/{cast.committee.pk}/").content.decode()
    assert "缺民族" in page and f"/cadres/{blank.pk}/keep/" in page
    counts = queries.missing_counts(scope, cast.county)
    assert counts == {"none": 1, "secretary": 2, "unfilled": 2}
    cells = {"ethnicity": "汉族", "political_status": "共青团员", "post": "委员"}
    assert admin.post(f"/cadres/{blank.pk}/keep/", cells).status_code == 302
    assert queries.completeness(cast.committee).is_complete
    assert whole.person.ethnicity == "汉族"


@pytest.mark.parametrize(
    ("kind", "said", "missing"),
    [
        ("committee", {}, []),
        ("committee", {"ethnicity": ""}, ["民族"]),
        ("county_committee", {}, ["团干部性质"]),
        ("county_committee", {"engagement": "挂职", "post": ""}, ["团内职务"]),
    ],
)
def test_what_a_cadre_must_say_depends_on_the_kind(
    kind: str, said: dict[str, str], missing: list[str]
) -> None:
    assert blank_fields(entry(**(good_cells() | said)), kind) == missing


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (None, ""),
        (dt.date(2018, 11, 1), "0个月"),
        (dt.date(2018, 10, 1), "1个月"),
        (dt.date(2017, 11, 1), "1年"),
        (dt.date(2016, 8, 1), "2年3个月"),
        (dt.date(2018, 12, 1), ""),
    ],
)
def test_the_term_is_told_in_years_and_months(since: dt.date | None, words: str) -> None:
    assert term(since, dt.date(2018, 11, 23)) == words


# --- the API ---------------------------------------------------------------------------------------


def test_the_api_lists_narrowed_verifies_together_and_tells_the_history(cast: Cast) -> None:
    posts = [world.cadre(cast.county, post, **PENDING) for post in ("书记", "委员")]
    world.cadre(cast.committee, "书记", posts[0].person)
    admin = world.client(cast.county_admin)
    listed = admin.get("/api/cadres/?state=pending").json()["results"]
    assert [row["post"] for row in listed] == ["书记", "委员"]
    assert [row["unit"] for row in admin.get("/api/cadres/?unit=HN010101").json()["results"]] == ["HN010101"]
    for wrong in ("state=nonsense", "appointed_to=someday", f"q={world.national_id()}"):
        assert admin.get(f"/api/cadres/?{wrong}").status_code == 400
    body = {"cadres": {str(row["id"]): row["sign"] for row in listed} | {"x": "y"}}
    answer = admin.post("/api/cadres/verify/", json.dumps(body), content_type="application/json").json()
    assert answer == {"verified": [post.pk for post in posts], "left": []}
    history = admin.get(f"/api/cadres/{posts[0].pk}/history/").json()
    assert {(row["unit"], row["post"]) for row in history} == {("HN0101", "书记"), ("HN010101", "书记")}
    (organ,) = admin.get("/api/cadres/organs/").json()
    assert (organ["unit"], organ["verified"], organ["due"], organ["declared_at"]) == ("HN0101", 2, 2, None)
