"""Requests to a superior: who asks when and why, who answers when and how."""

from django.db import models
from django.db.models import Q

from orgs.kinds import Domain
from orgs.models import OrgUnit, User
from progress.models.campaign import Campaign, Stage


class Asked(models.Model):
    """A request to a superior: who asks when and why, who answers when and with what remark."""

    class State(models.TextChoices):
        WAITING = "waiting", "待审批"
        AGREED = "agreed", "已同意"
        DECLINED = "declined", "未同意"

    reason = models.CharField("理由", max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    remark = models.CharField("审批意见", max_length=500, blank=True)

    class Meta:
        abstract = True


class EarlyOpening(Asked):
    """同步推进申请: a region asks for a gated stage before its rate is reached."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="requests", verbose_name="阶段")
    region = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="地区")

    class Meta:
        verbose_name = "同步推进申请"
        verbose_name_plural = "同步推进申请"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "region"], condition=Q(state="waiting"), name="early_opening_one_waiting"
            ),
        ]


class BaselineAdjustment(Asked):
    """基数调整: more or fewer members than the 2017 figure of a unit in a domain, and why.

    The figure itself stays; a bulletin counts the agreed ones from the answer on, in `expected_adjusted`
    of the unit and of everything above it.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="adjustments")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织")
    domain = models.CharField("领域", max_length=20, choices=Domain)
    change = models.IntegerField("增减人数")

    class Meta:
        verbose_name = "基数调整"
        verbose_name_plural = "基数调整"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "domain"],
                condition=Q(state="waiting"),
                name="adjustment_one_waiting",
            ),
        ]
