"""How many present members a set of admission settings would not recognise."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left, Length, TruncMonth

from members import numbers
from members.models import Member
from members.rules import Policy
from orgs import identity
from orgs.scopes import Scope

_START = 6  # characters of a number that tell its year and kind
_NO_LONGER_FITS = ("length", "year")


@dataclass(slots=True)
class Impact:
    """Members who would be refused today under a policy, by reason; one may count for several."""

    members: int = 0
    strict: int = 0  # under the strict rule at all
    under_age: int = 0
    without_number: int = 0
    other_number: int = 0  # of a length or year that does not fit the month of joining
    without_form: int = 0
    without_evidence: int = 0


@dataclass(frozen=True, slots=True)
class _Group:
    """Members alike in what the rules ask: month of joining, start and length of the number."""

    joined_on: dt.date
    start: str
    size: int
    count: int
    without_form: int
    without_evidence: int


def impacts(scope: Scope, policies: Sequence[Policy]) -> list[Impact]:
    """Under each policy, over the active members whom no superior has released; nobody where the scope may
    not set the rules. The settings are one row for everybody: so no place is asked, which halves the time.

    Two passes over the members however many policies; the rules are asked once for each kind of member.
    About 2 s for 3 million members.
    """
    if not scope.has("admission.settings"):
        return [Impact() for _ in policies]
    here = Member.objects.filter(until_at__isnull=True, waived="").order_by()
    groups = list(_groups(here))
    young = _young(here, policies)
    return [_impact(policy, groups, young) for policy in policies]


def _groups(here: QuerySet[Member]) -> Iterable[_Group]:
    none = Q(application_form=False, member_card=False, transfer_letter=False)
    found = (
        here.annotate(start=Left("development_number", _START), size=Length("development_number"))
        .values_list("joined_on", "start", "size")
        .annotate(
            count=Count("id"),
            without_form=Count("id", filter=Q(application_form=False)),
            without_evidence=Count("id", filter=none),
        )
    )
    return (_Group(*row) for row in found)


def _young(here: QuerySet[Member], policies: Sequence[Policy]) -> list[tuple[dt.date, dt.date, int]]:
    """Months of joining and of birth of those who may be too young for the strict rule, with their number."""
    since = min(policy.strict_admission_from for policy in policies)
    lived = dt.timedelta(days=366 * max(policy.minimum_age_from for policy in policies))
    near = here.filter(
        joined_on__gte=since, person__birth_on__gt=since - lived
    )  # most are left aside unjoined
    near = near.annotate(lived=F("joined_on") - F("person__birth_on")).filter(lived__lt=lived)
    months = near.annotate(born=TruncMonth("person__birth_on")).values_list("joined_on", "born")
    return list(months.annotate(count=Count("id")))


def _impact(
    policy: Policy, groups: Sequence[_Group], young: Sequence[tuple[dt.date, dt.date, int]]
) -> Impact:
    found = Impact()
    for group in groups:
        is_strict = policy.is_strict(group.joined_on)
        found.members += group.count
        if is_strict:
            found.strict += group.count
            found.without_form += group.without_form
        else:
            found.without_evidence += group.without_evidence
        number = group.start.ljust(group.size, "0")  # what follows the start tells neither year nor length
        rules = policy.number_rules
        fault = numbers.fault(number, group.joined_on, is_strict=is_strict, rules=rules)
        found.without_number += group.count if fault == "missing" else 0
        found.other_number += group.count if fault in _NO_LONGER_FITS else 0
    for joined_on, born, count in young:
        months = identity.months_between(born, joined_on)
        if policy.is_strict(joined_on) and months < policy.minimum_age_from * 12:
            found.under_age += count
    return found
