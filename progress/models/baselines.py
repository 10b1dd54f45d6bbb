"""What is expected of whom, as periods."""

from django.db import models
from django.db.models import Q

from orgs.kinds import Domain
from orgs.models import OrgUnit, User
from progress.models.campaign import Campaign

# The figures of a row, as the 2017 form has them: members are always stated, the others where known.
OPTIONAL_COUNTS = (
    "committee_count",
    "working_committee_count",
    "general_branch_count",
    "branch_count",
    "cadre_count",
    "full_time_count",
    "part_time_count",
    "seconded_count",
)
COUNTS = ("member_count", *OPTIONAL_COUNTS)


class Baseline(models.Model):
    """团统数: the expected figures of one unit in one domain, for a period (`until_at` null = in force).

    A change closes the row and opens another, so that a bulletin of any past day finds the
    figures it was computed with.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="baselines")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="baselines", verbose_name="组织")
    domain = models.CharField("领域", max_length=20, choices=Domain)
    member_count = models.PositiveIntegerField("团员数")
    branch_count = models.PositiveIntegerField("团支部数", null=True, blank=True)
    cadre_count = models.PositiveIntegerField("团干部数", null=True, blank=True)
    # The other columns of the 2017 form.
    committee_count = models.PositiveIntegerField("团委数", null=True, blank=True)
    working_committee_count = models.PositiveIntegerField("团工委数", null=True, blank=True)
    general_branch_count = models.PositiveIntegerField("团总支数", null=True, blank=True)
    full_time_count = models.PositiveIntegerField("专职团干部数", null=True, blank=True)
    part_time_count = models.PositiveIntegerField("兼职团干部数", null=True, blank=True)
    seconded_count = models.PositiveIntegerField("挂职团干部数", null=True, blank=True)
    from_at = models.DateTimeField("生效时间")
    until_at = models.DateTimeField("失效时间", null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    batch_id = models.BigIntegerField("批次", null=True, blank=True)

    class Meta:
        verbose_name = "团统数"
        verbose_name_plural = "团统数"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "domain"],
                condition=Q(until_at__isnull=True),
                name="baseline_once",
            ),
        ]
