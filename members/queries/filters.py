"""What a roster may be narrowed by: plain data, and its predicates on members.

Specification. A text is the beginning of a name, or a whole national id (by its blind index), mobile or
development number. The list is that of the members of today; `withdrawn` asks for those who were taken off
the roster instead. Every filter may be combined with every other.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from zhtj.lib import crypto, days

import cadres.queries
from members import numbers
from members.models import LeftReason, Member, MemberCase
from members.rules import Policy
from orgs.identity import squeeze
from orgs.models import PoliticalStatus

WITHDRAWN = (
    LeftReason.MISTAKE,
    LeftReason.LEFT,
    LeftReason.OVERAGE,
    LeftReason.DIED,
    LeftReason.EXPELLED,
)
STATES = (("", "在册团员"), ("disputed", "争议中"), ("pending", "有申请待办"), ("withdrawn", "已移出名册"))
EVIDENCE = (("", "不限"), ("attested", "未填的材料已确认在档"), ("stated", "材料逐项填写"))
YES, NO = "yes", "no"
_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_NUMBER = re.compile(r"[0-9]{5,16}")
_OPEN_CASES = Q(state__in=(MemberCase.State.OPEN, MemberCase.State.KEPT))


@dataclass(frozen=True, slots=True)
class Filters:
    """Blank filters nothing. `text` comes squeezed. `joined_from`, `joined_until` are months (their first
    days), both included; `is_overage`: as old as the hint `member.overage` asks, without a post."""

    text: str = ""
    domain: str = ""
    political_status: str = ""
    sex: str = ""
    is_cadre: str = ""  # "", YES or NO: holds a post of the own branch
    evidence: str = ""
    state: str = ""
    joined_from: dt.date | None = None
    joined_until: dt.date | None = None
    entered_since: dt.date | None = None
    is_overage: bool = False

    @property
    def is_blank(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))

    @property
    def is_exact(self) -> bool:
        """Is a whole id, mobile or number looked for?"""
        return any(shape.fullmatch(self.text) for shape in (_ID, _MOBILE, _NUMBER))

    @property
    def is_impossible(self) -> bool:
        """Does it contradict itself, so that nobody fits?"""
        return self.is_overage and self.is_cadre == YES

    @property
    def is_withdrawn(self) -> bool:
        return self.state == "withdrawn"

    def told(self) -> dict[str, str]:
        """What is asked, for the trail; an id or a mobile only as such."""
        set_ = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
        if is_private(self.text):
            set_["text"] = "（身份证号码或手机号码）"
        return {name: str(value) for name, value in set_.items()}

    def of_branch(self) -> Q:
        """What is asked of the branch itself (path: of a unit)."""
        return Q(domain=self.domain) if self.domain else Q()


NO_FILTERS = Filters()


def narrow(found: QuerySet[Member], filters: Filters, *, born_until: dt.date | None) -> QuerySet[Member]:
    """`found` (past members too) narrowed to what is asked; without a state, to active members. `born_until`:
    see `overage`."""
    if filters.is_impossible:
        return found.none()
    found = found.filter(_of_state(filters.state), _of_person(filters), _of_membership(filters))
    if filters.domain:
        found = found.filter(branch__domain=filters.domain)
    if born_until:
        found = found.filter(person__birth_on__lte=born_until)
    if filters.is_overage or filters.is_cadre:
        held = Exists(cadres.queries.posts_at(OuterRef("person"), OuterRef("branch")))
        found = found.filter(held if filters.is_cadre == YES else ~held)
    return found


def overage(filters: Filters, policy: Policy, today: dt.date) -> dt.date | None:
    """The last birthday of those who are asked for as too old; None where they are not asked for."""
    return _years_before(today, policy.overage_from) if filters.is_overage else None


def looks_like_id(text: str) -> bool:
    """Is the whole text written like a national id?"""
    return _ID.fullmatch(squeeze(text)) is not None


def is_private(text: str) -> bool:
    """An id or a mobile number: looked for by POST only, so that it never stands in a URL or a log."""
    return looks_like_id(text) or _MOBILE.fullmatch(squeeze(text)) is not None


def leading(filters: Filters) -> Iterator[Q]:
    """The parts an index of members answers by itself, so that the few who fit are found at once."""
    if filters.is_exact:
        yield _of_text(filters.text)
    if filters.state:
        yield _of_state(filters.state)
    if filters.entered_since:
        yield _since(filters.entered_since)
    if filters.evidence == "attested":
        yield Q(attested_at__isnull=False)
    if filters.joined_from or filters.joined_until:
        yield _of_joining(filters)


def leading_people(filters: Filters, born_until: dt.date | None) -> Iterator[Q]:
    """The same on people. Nearly everybody is a league member: for them there is no index."""
    if filters.text and not filters.is_exact:
        yield Q(full_name__startswith=filters.text)
    if filters.political_status not in ("", PoliticalStatus.LEAGUE_MEMBER):
        yield Q(political_status=filters.political_status)
    if born_until:
        yield Q(birth_on__lte=born_until)


def _of_state(state: str) -> Q:
    if state == "withdrawn":
        return Q(until_at__isnull=False, left_reason__in=WITHDRAWN)
    active = Q(until_at__isnull=True)
    if state:
        cases = MemberCase.objects.filter(_OPEN_CASES).order_by()
        if state == "disputed":
            cases = cases.filter(kind__in=MemberCase.DISPUTES)
        return active & Q(pk__in=cases.values("member"))
    return active


def _of_text(text: str) -> Q:
    if looks_like_id(text):
        return Q(person__id_index=crypto.blind_index(text.upper()))
    if _MOBILE.fullmatch(text):
        return Q(person__mobile=text)
    if _NUMBER.fullmatch(text):
        return _of_number(text)
    return Q(person__full_name__startswith=text) if text else Q()


def _of_number(text: str) -> Q:
    """With the condition of the partial index that holds numbers of this length, so that it is used."""
    size = Length("development_number")
    if numbers.is_unique(text):
        return Q(GreaterThanOrEqual(size, numbers.LENGTH), development_number=text)
    return Q(LessThan(size, numbers.LENGTH), ~Q(development_number=""), development_number=text)


def _of_person(filters: Filters) -> Q:
    asked = _of_text(filters.text)
    for name in ("political_status", "sex"):
        if value := getattr(filters, name):
            asked &= Q(**{f"person__{name}": value})
    return asked


def _of_membership(filters: Filters) -> Q:
    asked = _of_joining(filters)
    if filters.entered_since:
        asked &= _since(filters.entered_since)
    if filters.evidence:
        asked &= Q(attested_at__isnull=filters.evidence != "attested")
    return asked


def _of_joining(filters: Filters) -> Q:
    asked = Q()
    if filters.joined_from:
        asked &= Q(joined_on__gte=filters.joined_from)
    if filters.joined_until:
        asked &= Q(joined_on__lte=filters.joined_until)
    return asked


def _since(day: dt.date) -> Q:
    return Q(from_at__gte=days.at(day, dt.time()))


def _years_before(day: dt.date, years: int) -> dt.date:
    """The last birthday of those who are `years` old on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
