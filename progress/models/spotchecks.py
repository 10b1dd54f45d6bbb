"""抽查: what looks unusual in a branch, proposed to its superiors for a look."""

from django.db import models

from orgs.models import OrgUnit, User


class Pattern(models.TextChoices):
    RUNNING_IDS = "running_ids", "身份证顺序号相连"
    ONE_MOBILE = "one_mobile", "多人同一手机号码"
    IN_A_MINUTE = "in_a_minute", "一分钟内逐人录入多名"
    ONE_BIRTHDAY = "one_birthday", "多人同日出生"


class SpotCheck(models.Model):
    """One pattern in one branch, and what whoever looked said. A proposal, never an accusation.

    Found again, the row is brought up to date; it is proposed anew only when there is more of it than
    when it was answered. What is no longer there is GONE.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待查看"
        LOOKED = "looked", "已查看"
        FINE = "fine", "情况属实"
        CORRECT = "correct", "需要更正"
        GONE = "gone", "已不存在"

    branch = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="团支部")
    pattern = models.CharField("情形", max_length=16, choices=Pattern)
    count = models.PositiveIntegerField("涉及人数")
    detail = models.CharField("内容", max_length=120, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    found_at = models.DateTimeField("发现时间")
    answered_count = models.PositiveIntegerField("查看时人数", default=0)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="查看人")
    answered_at = models.DateTimeField("查看时间", null=True)
    remark = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "抽查"
        verbose_name_plural = "抽查"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["branch", "pattern"], name="spot_check_once")]
        indexes = [models.Index(fields=["state", "branch"], name="spot_check_state")]


class SpotCheckRun(models.Model):
    """Up to where a province's rosters have been looked through: one row a province."""

    province = models.OneToOneField(OrgUnit, models.PROTECT, related_name="+")
    looked_until_at = models.DateTimeField("查到")

    class Meta:
        default_permissions = ()
