"""How many present members a set of admission settings would not recognise."""

from dataclasses import dataclass

from django.db.models import CharField, Count, F, Q
from django.db.models.functions import Cast, ExtractMonth, ExtractYear, Left, Length

from members import numbers
from members.models import Member
from members.rules import Policy
from orgs.scopes import Scope


@dataclass(frozen=True, slots=True)
class Impact:
    """Members who would be refused today under a policy, by reason; one may count for several."""

    members: int
    strict: int  # under the strict rule at all
    under_age: int
    without_number: int
    other_number: int  # one that does not fit the month of joining
    without_form: int
    without_evidence: int


def impact(scope: Scope, policy: Policy) -> Impact:
    """Over the active members of the scope whom no superior has released. One pass, one query."""
    joined = ExtractYear("joined_on") * 12 + ExtractMonth("joined_on")
    born = ExtractYear("person__birth_on") * 12 + ExtractMonth("person__birth_on")
    strict = Q(joined_on__gte=policy.strict_admission_from)
    none = Q(application_form=False, member_card=False, transfer_letter=False)
    counts = (
        Member.objects.filter(scope.q("branch", "admission.settings"), until_at__isnull=True, waived="")
        .annotate(months=joined - born, size=Length("development_number"))
        .annotate(year=Cast(ExtractYear("joined_on"), CharField()), number_year=Left("development_number", 4))
        .order_by()
        .aggregate(
            members=Count("id"),
            strict=Count("id", filter=strict),
            under_age=Count("id", filter=strict & Q(months__lt=policy.minimum_age_from * 12)),
            without_number=Count("id", filter=strict & Q(development_number="")),
            other_number=Count("id", filter=~Q(development_number="") & ~_fits(policy, strict)),
            without_form=Count("id", filter=strict & Q(application_form=False)),
            without_evidence=Count("id", filter=~strict & none),
        )
    )
    return Impact(**counts)


def _fits(policy: Policy, strict: Q) -> Q:
    """Numbers of a length and year that the policy accepts for the month of joining."""
    year = Q(number_year=F("year"))
    if policy.number_rules.interchanges_years:
        either = numbers.INTERCHANGEABLE
        year |= Q(joined_on__year__in=either, number_year__in=[str(number) for number in either])
    long = Q(pk__in=[])
    if policy.number_rules.accepts_long:
        for start, years in numbers.YEARS_OF_LONG.items():
            long |= Q(
                development_number__startswith=start, size=numbers.LONG_LENGTH, joined_on__year__in=years
            )
    return long | (year & (~strict | Q(size=numbers.LENGTH)))
