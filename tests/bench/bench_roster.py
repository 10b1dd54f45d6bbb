"""The roster of a whole province: first page, any search, any filter; a pasted list of 2 000 names.

Whole requests as the server answers them, session, scope and template included. `floor` is a page without
anything of its own (/healthz) behind the same middleware, with the same session. `full` is a demo province of
3 million members, which is filled first (some minutes).
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.test import Client

from zhtj.lib import days

from members.models import Member
from orgs.models import OrgUnit, Person

from tests.bench import province
from tests.bench.frame import Result, timed

SIZES = {"small": "small", "full": "large"}
RUNS = 7
BAR = "< 150 ms"
PROVINCE = "province"  # the demo account of its admin


def run(size: str) -> list[Result]:
    """On a demo province, filled first."""
    province.fill(SIZES[size])
    return measure()


def measure() -> list[Result]:
    """One line for each search; the count beside it is the members there are."""
    browser = province.signed_in(PROVINCE)
    count = Member.objects.filter(until_at__isnull=True).count()
    floor = timed(_get(browser, "/healthz"), RUNS)
    results = []
    for what, ask in _searches(browser).items():
        ask()  # what a process and the cache of the database learn only once
        results.append(Result(f"roster: {what}", count, "members", timed(ask, RUNS), floor, bar=BAR))
    names = list(Person.objects.order_by("?").values_list("full_name", flat=True)[:2000])
    compare = _post(browser, "/members/compare/", {"list": "\n".join(names)})
    results.append(Result("roster: compare 2 000 names", count, "members", timed(compare, 3), bar="< 2 s"))
    return results


def _searches(browser: Client) -> dict[str, Callable[[], Any]]:
    """Common and rare, answered by an index or not, and such as find nobody at all."""
    someone = Member.objects.select_related("person").order_by("-pk")[100]
    branches = OrgUnit.objects.filter(kind="branch").order_by("tree_id", "lft")
    middle = branches[branches.count() // 2]
    later = f"after={middle.pk}.0"
    week = days.today() - dt.timedelta(days=7)
    asked = {
        "first page": "",
        "surname": f"q={someone.person.full_name[0]}",
        "name": f"q={someone.person.full_name}",
        "name nobody bears": "q=龘",
        "number": f"q={someone.development_number}",
        "domain": "domain=school",
        "domain nobody is in": "domain=other",
        "political status": "political_status=party_member",
        "status nobody has": "political_status=probationary",
        "sex": "sex=female",
        "joined in 2016": "joined_from=2016-01&joined_until=2016-12",
        "joined before anybody": "joined_until=1990-01",
        "too old and a cadre at once": "is_overage=on&is_cadre=yes",
        "cadres": "is_cadre=yes",
        "no cadres": "is_cadre=no",
        "attested": "evidence=attested",
        "in dispute": "state=disputed",
        "withdrawn": "state=withdrawn",
        "over 28": "is_overage=on",
        "entered this week": f"entered_since={week}",
        "four at once": "domain=rural&sex=female&political_status=party_member&is_cadre=yes",
        "cadre party members of schools": "domain=school&political_status=party_member&is_cadre=yes",
        "surname among cadres": f"q={someone.person.full_name[0]}&is_cadre=yes",
        "surname, over 28": f"q={someone.person.full_name[0]}&is_overage=on",
        "stated evidence, rural": "evidence=stated&domain=rural",
        "from the middle on": later,
        "surname, from the middle on": f"q={someone.person.full_name[0]}&{later}",
        "party members, from the middle on": f"political_status=party_member&{later}",
        "probationary cadres of the country": "domain=rural&political_status=probationary&is_cadre=yes",
        "over 28, joined before anybody": "is_overage=on&joined_until=1990-01",
        "four, nobody": "domain=school&sex=female&political_status=probationary&is_cadre=yes",
    }
    by_mobile = _post(browser, "/members/", {"q": someone.person.mobile or "13800000000"})
    return {what: _get(browser, f"/members/?{query}") for what, query in asked.items()} | {
        "mobile": by_mobile
    }


def _get(browser: Client, address: str) -> Callable[[], Any]:
    return lambda: province.sound(browser.get(address))


def _post(browser: Client, address: str, data: dict[str, str]) -> Callable[[], Any]:
    return lambda: province.sound(browser.post(address, data))
