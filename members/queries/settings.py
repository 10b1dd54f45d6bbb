"""The admission settings in force."""

from members.models import AdmissionSettings
from members.rules import Policy


def admission_policy() -> Policy:
    """The one row of settings as plain data, or the defaults of the notice. One query."""
    row = AdmissionSettings.objects.order_by("pk").first()
    if row is None:
        return Policy()
    return Policy(
        strict_admission_from=row.strict_admission_from,
        minimum_age_before=row.minimum_age_before,
        minimum_age_from=row.minimum_age_from,
        overage_from=row.overage_from,
        refuses_under_three=row.under_three == AdmissionSettings.UnderThree.REFUSE,
    )
