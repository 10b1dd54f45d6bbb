"""Plain builders: one call, one thing, sensible defaults. For figures in the large see zhtj.demo."""

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from zhtj.demo import identities
from zhtj.lib import crypto, days

from cadres.models import Cadre
from members.models import Member
from orgs import idle
from orgs.kinds import Industry, UnitKind
from orgs.models import OrgUnit, OrgUnitUserObjectPermission, Person, PoliticalStatus, Sex, User
from orgs.scopes import Actor, actor_for
from orgs.tree import NewUnit, graft

PASSWORD = "Correct-Horse-42"

_numbers = itertools.count(1)
_ENDINGS = {
    UnitKind.CITY_COMMITTEE: "团市委",
    UnitKind.COUNTY_COMMITTEE: "团县委",
    UnitKind.COMMITTEE: "团委",
    UnitKind.WORKING_COMMITTEE: "团工委",
    UnitKind.GENERAL_BRANCH: "团总支",
    UnitKind.BRANCH: "团支部",
}


def national_id(
    number: int | None = None,
    *,
    born: dt.date = dt.date(2000, 5, 1),
    male: bool = True,
    region: str = "",
) -> str:
    """A valid id; another one for every `number` (default: the next). Up to 68 500 a birthday and sex."""
    if number is None:
        number = next(_numbers)
    place, serial = divmod(number, 500)
    region = region or identities.REGIONS[place % len(identities.REGIONS)]
    return identities.national_id(region, born, serial * 2 + male)


def province(short_name: str = "河南团省委", **card: Any) -> OrgUnit:
    """The root of a new tree."""
    return graft(None, [NewUnit(short_name, UnitKind.PROVINCE_COMMITTEE, **card)], at=days.now())[0]


def unit(parent: OrgUnit, kind: str, short_name: str = "", **card: Any) -> OrgUnit:
    """A unit under `parent`. Committees and the like are schools unless `industry` says otherwise.

    `children=[NewUnit(…), …]` plants a whole forest; the answer is its root.
    """
    kind = UnitKind(kind)
    short_name = short_name or f"第{next(_numbers)}{_ENDINGS[kind]}"
    needs_industry = kind in (UnitKind.COMMITTEE, UnitKind.WORKING_COMMITTEE, UnitKind.GENERAL_BRANCH)
    if needs_industry and not parent.industry:
        card.setdefault("industry", Industry.HIGH_SCHOOL)
    parent.refresh_from_db()
    return graft(parent, [NewUnit(short_name, kind, **card)], at=days.now())[0]


def branch(parent: OrgUnit, short_name: str = "", **card: Any) -> OrgUnit:
    return unit(parent, UnitKind.BRANCH, short_name, **card)


def person(full_name: str = "", *, id_text: str = "", **fields: Any) -> Person:
    """A person with a valid id of their own (or `id_text`)."""
    who = _person(full_name, id_text, **fields)
    who.save(force_insert=True)
    return who


def _person(full_name: str = "", id_text: str = "", **fields: Any) -> Person:
    """The same, not stored."""
    number = next(_numbers)
    id_text = id_text or national_id(number)
    values: dict[str, Any] = {
        "full_name": full_name or identities.name(number),
        "sex": Sex.MALE if int(id_text[16]) % 2 else Sex.FEMALE,
        "birth_on": dt.datetime.strptime(id_text[6:14], "%Y%m%d").date(),
        "ethnicity": "汉族",
        "political_status": PoliticalStatus.LEAGUE_MEMBER,
        **fields,
    }
    return Person(id_sealed=crypto.seal(id_text), id_index=crypto.blind_index(id_text), **values)


def member(branch: OrgUnit, who: Person | None = None, **fields: Any) -> Member:
    """An active member of `branch` since now, joined 2015-05 with the application form on file."""
    return _members(branch, [who or person()], **fields)[0]


def members(branch: OrgUnit, count: int, **fields: Any) -> list[Member]:
    """`member` for as many new people, in two statements: some tests begin with a hundred."""
    people = Person.objects.bulk_create(_person() for _ in range(count))
    return _members(branch, people, **fields)


def _members(branch: OrgUnit, people: Iterable[Person], **fields: Any) -> list[Member]:
    values: dict[str, Any] = {
        "joined_on": dt.date(2015, 5, 1),
        "application_form": True,
        "from_at": days.now(),
        **fields,
    }
    return Member.objects.bulk_create(Member(person=who, branch=branch, **values) for who in people)


def cadre(unit: OrgUnit, post: str = "书记", who: Person | None = None, **fields: Any) -> Cadre:
    """Somebody in a post of `unit` since now, verified."""
    values: dict[str, Any] = {"from_at": days.now(), **fields}
    return Cadre.objects.create(person=who or person(), unit=unit, post=post, **values)


def account(unit: OrgUnit | None = None, role: str = "unit_admin", username: str = "", **fields: Any) -> User:
    """An account with its own password, granted `role` on `unit` (None: granted nothing)."""
    return accounts([(unit, role, username or f"user{next(_numbers)}")], **fields)[0]


def accounts(wanted: Iterable[tuple[OrgUnit | None, str, str]], **fields: Any) -> list[User]:
    """`account` for many (unit, role, username) in three statements: most tests begin with a dozen."""
    users, roles = [], {}
    for unit, role, username in wanted:
        values = {"display_name": identities.name(next(_numbers)), "must_change_password": False, **fields}
        users.append(User(username=username, password=make_password(PASSWORD), acting_unit=unit, **values))
        if unit is not None:
            roles[username] = role
    User.objects.bulk_create(users)
    _grant({user: roles[user.username] for user in users if user.username in roles})
    return users


def grant(user: User, unit: OrgUnit, role: str) -> None:
    permission = Permission.objects.get(content_type__model="orgunit", codename=role)
    OrgUnitUserObjectPermission.objects.create(user=user, content_object=unit, permission=permission)


def _grant(roles: dict[User, str]) -> None:
    """Each of these their role on the unit they act for."""
    known = dict(Permission.objects.filter(content_type__model="orgunit").values_list("codename", "pk"))
    OrgUnitUserObjectPermission.objects.bulk_create(
        OrgUnitUserObjectPermission(user=user, content_object=user.acting_unit, permission_id=known[role])
        for user, role in roles.items()
    )


def actor(user: User, door: str = "page") -> Actor:
    return actor_for(user, door)


def client(user: User | None = None) -> Client:
    """A browser without script, signed in as `user`: his session stands as the log-in page leaves it."""
    browser = Client()
    if user is not None:
        session = SessionStore()
        session[auth.SESSION_KEY] = str(user.pk)
        session[auth.BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[idle.KEY] = timezone.now().isoformat()  # years after the test clock: never idle
        session.save()
        browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser
