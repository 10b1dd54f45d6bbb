"""Requests to a superior: who asks when and why, who answers when and how."""

from django.db import models
from django.db.models import Q

from orgs.kinds import Domain
from orgs.models import OrgUnit, User
from progress.models.campaign import Campaign, Stage


class Asked(models.Model):
    """A request to a superior: who asks when and why, who answers when and with what remark.

    UNNEEDED: it ended by itself before anybody answered; the remark says what it was overtaken by.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "待审批"
        AGREED = "agreed", "已同意"
        DECLINED = "declined", "未同意"
        WITHDRAWN = "withdrawn", "已撤回"
        UNNEEDED = "unneeded", "已无需审批"

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


class Completion(Asked):
    """本级录完: a unit has everyone in although fewer than expected, and says where the others are.

    One a unit and domain, a period: accepted it counts from the answer until `until_at` (withdrawn, or
    followed by a later one). The rate does not change; a bulletin says 已说明 beside it.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="completions")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织")
    domain = models.CharField("领域", max_length=20, choices=Domain)
    expected_count = models.PositiveIntegerField("当时应录入")
    entered_count = models.PositiveIntegerField("当时已录入")
    graduated_count = models.PositiveIntegerField("毕业离校", default=0)
    moved_count = models.PositiveIntegerField("转出迁出", default=0)
    double_count = models.PositiveIntegerField("重复统计", default=0)
    never_existed_count = models.PositiveIntegerField("查无此人", default=0)
    until_at = models.DateTimeField("失效时间", null=True, blank=True)

    class Meta:
        verbose_name = "本级录完"
        verbose_name_plural = "本级录完"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "domain"],
                condition=Q(state="waiting"),
                name="completion_one_waiting",
            ),
            models.UniqueConstraint(
                fields=["campaign", "unit", "domain"],
                condition=Q(state="agreed", until_at__isnull=True),
                name="completion_one_in_force",
            ),
        ]

    @property
    def explained_count(self) -> int:
        """How many are accounted for."""
        return self.graduated_count + self.moved_count + self.double_count + self.never_existed_count
