"""The admission settings in force."""

from dataclasses import dataclass

from members.models import AdmissionSettings
from members.numbers import NumberRules
from members.rules import Policy


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """On what terms somebody stays on the rectification list."""

    allows_release: bool = True
    rectify_days: int = 30


def review_terms() -> ReviewTerms:
    """The terms in force. One query."""
    row = admission_settings()
    return ReviewTerms(row.allows_release, row.rectify_days)


def admission_settings() -> AdmissionSettings:
    """The one row of settings, or an unsaved one holding the defaults of the notice. One query."""
    return AdmissionSettings.objects.order_by("pk").first() or AdmissionSettings()


def admission_policy() -> Policy:
    """The one row of settings as plain data, or the defaults of the notice. One query."""
    row = AdmissionSettings.objects.order_by("pk").first()
    return Policy() if row is None else policy_of(row)


def policy_of(row: AdmissionSettings) -> Policy:
    """Settings, saved or not, as plain data."""
    return Policy(
        strict_admission_from=row.strict_admission_from,
        minimum_age_before=row.minimum_age_before,
        minimum_age_from=row.minimum_age_from,
        overage_from=row.overage_from,
        refuses_under_three=row.under_three == AdmissionSettings.UnderThree.REFUSE,
        number_rules=NumberRules(row.interchanges_years, row.accepts_long_numbers),
    )
