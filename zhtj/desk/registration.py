"""Coming in with a code: an account, its grant and, where the setting asks for it, the post behind it.

Specification (design: domain, section 3; issue 6): an administrator must hold a post in the own unit.
With `ZHTJ_ADMINS_HOLD_A_POST` on (the default) registration therefore takes a name, a national id and
a post as well, and appoints in the same transaction; off, it makes the account alone.
Everything wrong is said at once. Wrong codes are counted by address (`orgs.throttle`).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from zhtj.lib import locks
from zhtj.lib.problems import Catalogue, Problem, Refused, Rule
from zhtj.lib.races import until_settled

import cadres.actions
import cadres.queries
import cadres.rules
from orgs import admins, audit, people, person_rules, throttle
from orgs.models import AccessCode, OrgUnit, Person, User
from orgs.reading import RowReader
from orgs.scopes import Actor, actor_for

PERSON_FIELDS = ("full_name", "national_id", "ethnicity", "political_status", "mobile")
REQUIRED = ("full_name", "national_id", "ethnicity", "political_status")
CODES = Catalogue(
    [
        Rule(
            "code.too_many_wrong",
            "从您的网络连续输错 10 次代码，暂停 15 分钟。",
            "请 15 分钟后再试，并核对代码的大小写。",
            "国家系统惯例",
        ),
        Rule(
            "account.nobody",
            "当前账号没有登记本人身份，不能兼任其他组织的管理员。",
            "请退出登录，用这个注册码另行注册一个账号。",
            "国家系统惯例",
        ),
        Rule(
            "password.mismatch", "两次输入的密码不一致。", "请重新输入。", "国家系统惯例", field="password2"
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody types to become an administrator. `person` and `post` count only where asked for."""

    code: str
    username: str
    password: str
    full_name: str = ""
    person: Mapping[str, str] = field(default_factory=dict)
    post: str = ""
    engagement: str = ""


@dataclass(slots=True)
class _Someone:
    """A person as `orgs.people` registers one."""

    full_name: str = ""
    national_id: str = ""
    ethnicity: str = ""
    political_status: str = ""
    mobile: str = ""
    education: str = ""
    workplace: str = ""
    email: str = ""
    qq: str = ""
    wechat: str = ""
    joined_party_on: dt.date | None = None
    is_volunteer: bool | None = None


def asks_post() -> bool:
    """Must an administrator hold a post in the own unit?"""
    return settings.ZHTJ_ADMINS_HOLD_A_POST


def unit_behind(code_text: str, *, purpose: str, address: str, now: dt.datetime) -> AccessCode:
    """The open code somebody typed. Raises Refused; a wrong one counts against `address`."""
    if throttle.is_blocked(address, now=now):
        raise Refused([CODES.problem("code.too_many_wrong", at="code")])
    try:
        return admins.look_up(code_text, purpose, now=now)
    except Refused:
        throttle.note_wrong(address, now=now)
        raise


def register_admin(application: Application, *, now: dt.datetime, today: dt.date) -> User:
    """The account, its grant, the person and the post, or nothing. Raises Refused with everything wrong.

    The code has been looked up before (`unit_behind`); two with one code, one username or one id at once:
    the second is judged again and told so.
    """

    def attempt() -> User:
        locks.entry_stamp()
        unit = admins.look_up(application.code, AccessCode.Purpose.REGISTER, now=now).unit
        problems = _name_problems(application.full_name)
        someone = None
        if asks_post():
            someone, problems = _read_person(application, unit, today)
        user = _register(application, problems, now)
        if someone:
            _appoint(user, unit, someone, application)
        return user

    return until_settled(attempt)


def take_on_unit(actor: Actor, *, code_text: str, post: str, engagement: str, now: dt.datetime) -> OrgUnit:
    """One more unit for an account that exists: the grant, and the post in it where the setting asks for one.

    Raises Refused with everything wrong; an account that names no person cannot hold a post and is told so.
    """
    with transaction.atomic():
        locks.entry_stamp()
        unit = admins.look_up(code_text, AccessCode.Purpose.REGISTER, now=now).unit
        person = actor.user.person if actor.user else None
        problems = _post_problems(unit, person, post, engagement) if asks_post() else []
        if problems:
            raise Refused(problems)
        admins.take_on_unit(actor, code_text=code_text, now=now)
        if asks_post() and person and actor.user:
            _appoint_to(actor.user, unit, person, post, engagement)
    return unit


def _post_problems(unit: OrgUnit, person: Person | None, post: str, engagement: str) -> list[Problem]:
    problems = cadres.rules.check_post(unit.kind, post) + cadres.rules.check_engagement(unit.kind, engagement)
    return problems if person else [CODES.problem("account.nobody"), *problems]


def reset_password(*, code_text: str, password: str, address: str, now: dt.datetime) -> User:
    """A new password for a reset code. Raises Refused; wrong codes count against `address`."""
    unit_behind(code_text, purpose=AccessCode.Purpose.RESET, address=address, now=now)
    return admins.reset_password(code_text=code_text, password=password, now=now)


def _register(application: Application, problems: list[Problem], now: dt.datetime) -> User:
    try:
        user = admins.register(
            code_text=application.code,
            username=application.username,
            display_name=application.full_name,
            password=application.password,
            now=now,
        )
    except Refused as refused:
        raise Refused([*problems, *refused.problems]) from refused
    if problems:
        raise Refused(problems)  # the account goes back with the transaction
    return user


def _name_problems(full_name: str) -> list[Problem]:
    reader = RowReader(
        {"full_name": person_rules.readers(dt.date.max)["full_name"]}, person_rules.CODES, frozenset()
    )
    _, unread = reader.read({"full_name": full_name})
    missing = [] if full_name.strip() else [person_rules.CODES.problem("full_name.missing")]
    return [*unread.values(), *missing]


def _read_person(application: Application, unit: OrgUnit, today: dt.date) -> tuple[_Someone, list[Problem]]:
    """Who applies, and everything wrong with it."""
    readers = person_rules.readers(today)
    reader = RowReader({name: readers[name] for name in PERSON_FIELDS}, person_rules.CODES, frozenset())
    values, unread = reader.read({**application.person, "full_name": application.full_name})
    problems = [
        unread[name] if name in unread else person_rules.CODES.problem(f"{name}.missing")
        for name in REQUIRED
        if name in unread or not values.get(name)
    ]
    problems += [unread[name] for name in unread if name not in REQUIRED]
    problems += cadres.rules.check_post(unit.kind, application.post)
    problems += cadres.rules.check_engagement(unit.kind, application.engagement)
    someone = _Someone(**{name: value for name, value in values.items() if value})
    if not problems:
        problems = _name_clash(someone)
    return someone, problems


def _name_clash(someone: _Someone) -> list[Problem]:
    known = people.find_person(someone.national_id)
    if known is None or known.full_name == someone.full_name:
        return []
    return [person_rules.CODES.problem("person.name_mismatch")]


def _appoint(user: User, unit: OrgUnit, someone: _Someone, application: Application) -> None:
    """Tie the account to the person and open the post, unless it is held already."""
    known = people.find_person(someone.national_id)
    person = known or Person(pk=people.register_people([someone])[0], full_name=someone.full_name)
    user.person_id = person.pk
    user.save(update_fields=["person"])
    audit.record(Actor(user), "orgs.identify_admin", unit=unit, person=person)
    _appoint_to(user, unit, person, application.post, application.engagement)


def _appoint_to(user: User, unit: OrgUnit, person: Person, post: str, engagement: str) -> None:
    held = {(each.unit_id, each.post) for each in cadres.queries.posts_of([person.pk])}
    if (unit.pk, post) not in held:
        cadres.actions.appoint_cadre(
            actor_for(user), person=person, unit=unit, post=post, engagement=engagement
        )
