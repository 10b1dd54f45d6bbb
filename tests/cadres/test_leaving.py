"""A departure registered by mistake is taken back the same day; what was counted stays what it was."""

import datetime as dt
from typing import Any

import pytest

from zhtj.lib import days
from zhtj.lib.problems import Refused

from cadres import actions, queries
from cadres.models import Cadre, EndReason
from cadres.rules import EntryReader
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


def depart(cast: Cast, post: Cadre, why: str = "工作调动") -> Cadre:
    actor, today = world.actor(cast.county_admin), days.today()
    actions.depart_cadre(actor, cadre=post, departed_on=today, why=why, today=today)
    post.refresh_from_db()
    return post


def take_back(cast: Cast, post: Cadre) -> Cadre:
    return actions.take_back_departure(world.actor(cast.county_admin), cadre=post, today=days.today())


def refusals(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [problem.code for problem in refused.value.problems]


def of_county(cast: Cast, **more: Any) -> Cadre:
    said = {"engagement": "seconded", "joined_on": dt.date(2001, 5, 1), "appointed_on": dt.date(2016, 9, 1)}
    return world.cadre(cast.county, "副书记", is_preloaded=True, verified_at=days.now(), **(said | more))


def test_the_post_goes_on_as_it_was_in_a_new_period(cast: Cast, clock: Clock) -> None:
    post = of_county(cast)
    other = world.cadre(cast.county, "委员", post.person, engagement="part_time")
    clock.forward(hours=1)
    depart(cast, other)
    gone = depart(cast, post, "录入有误")
    assert (gone.engagement, gone.joined_on) == ("", None)
    clock.forward(hours=1)
    held = take_back(cast, gone)
    gone.refresh_from_db()
    assert (gone.end_reason, gone.end_remark, gone.departed_on) == (EndReason.TAKEN_BACK, "", None)
    assert (held.post, held.engagement, held.joined_on, held.appointed_on, held.from_at, held.until_at) == (
        "副书记",
        "seconded",
        dt.date(2001, 5, 1),
        dt.date(2016, 9, 1),
        days.now(),
        None,
    )
    trail = AuditEntry.objects.get(action="cadres.take_back")
    assert (trail.unit, trail.person, trail.after) == (cast.county, post.person, {"post": "副书记"})


def test_what_was_counted_in_between_counts_again_as_it_was(cast: Cast, clock: Clock) -> None:
    post = of_county(cast)
    of_county(cast)
    moments, counted = [], []

    def count() -> None:
        clock.forward(minutes=5)
        moments.append(days.now())
        counted.append([(unit, p - d + a, v) for unit, p, d, a, v in queries.organ_counts(days.now())])
        clock.forward(minutes=5)

    count()
    depart(cast, post)
    count()
    take_back(cast, post)
    count()
    county = cast.county.pk
    assert counted == [[(county, 2, 2)], [(county, 1, 1)], [(county, 2, 2)]]
    again = [[(u, p - d + a, v) for u, p, d, a, v in queries.organ_counts(moment)] for moment in moments]
    assert again == counted
    shown = queries.standing(cast.county)
    assert (shown.preloaded, shown.departed, shown.added, shown.due) == (2, 0, 0, 2)


def test_only_on_the_day_and_only_while_nobody_holds_the_post_again(cast: Cast, clock: Clock) -> None:
    post, late = of_county(cast), of_county(cast)
    depart(cast, post)
    world.cadre(cast.county, "副书记", post.person)
    assert refusals(lambda: take_back(cast, post)) == ["post.held_already"]
    depart(cast, late)
    clock.forward(days=1)
    assert refusals(lambda: take_back(cast, late)) == ["departure.settled"]
    held = world.cadre(cast.county, "委员")
    assert refusals(lambda: take_back(cast, held)) == ["departure.settled"]


def test_another_post_after_the_check_is_no_departure(cast: Cast) -> None:
    """A pre-loaded one given another post: still the one person who was given, none departed, none added."""
    post = of_county(cast)
    said = {"ethnicity": "汉族", "political_status": "中共党员", "post": "常委", "engagement": "专职"}
    actions.keep_cadre(
        world.actor(cast.county_admin),
        cadre=post,
        entry=EntryReader(days.today()).read(said),
        today=days.today(),
    )
    shown = queries.standing(cast.county)
    assert (shown.preloaded, shown.departed, shown.added, shown.verified) == (1, 0, 0, 1)


def test_the_page_offers_the_way_back_on_the_day_and_takes_it(cast: Cast, clock: Clock) -> None:
    post = of_county(cast)
    admin = world.client(cast.county_admin)
    left = {"departed_on": f"{days.today()}", "departure": "辞职"}
    page = admin.post(f"/cadres/{post.pk}/depart/", left, follow=True).content.decode()
    address = f"/cadres/{post.pk}/return/"
    assert "今天可以在“以前任职的”中撤销" in page and address in page
    page = admin.post(address, follow=True).content.decode()
    assert f"已撤销{post.person.full_name}的离任登记" in page and address not in page
    assert Cadre.objects.filter(person=post.person, until_at=None).count() == 1
    assert admin.post(address).status_code == 404  # taken back already
    again = Cadre.objects.get(person=post.person, until_at=None)
    admin.post(f"/cadres/{again.pk}/depart/", left)
    clock.forward(days=1)
    address = f"/cadres/{again.pk}/return/"
    assert address not in admin.get(f"/cadres/unit/{cast.county.pk}/").content.decode()
    answer = admin.post(address, follow=True)
    assert [message.extra_tags for message in answer.context["messages"]] == ["departure.settled"]
    assert world.client(cast.city_admin).post(address).status_code == 403
