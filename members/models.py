"""Who is a member where, and under which admission settings."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from orgs.models import OrgUnit, Person, User


class LeftReason(models.TextChoices):
    TRANSFERRED = "transferred", "组织关系转接"
    MERGED = "merged", "随组织合并"
    MISTAKE = "mistake", "录入有误"
    LEFT = "left", "退团"
    OVERAGE = "overage", "超龄离团"
    DIED = "died", "去世"
    EXPELLED = "expelled", "开除团籍"
    UNDONE = "undone", "撤销导入"


class Member(models.Model):
    """团员: one person's membership in one branch, for a period (`until_at` null = still).

    A transfer closes the row and opens another, so that any past moment can be counted.
    Evidence is 有 (True), 无 (False) or left blank (None); `attested_at`/`attested_by` say
    who answered for the blanks.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="人员")
    branch = models.ForeignKey(OrgUnit, models.PROTECT, related_name="members", verbose_name="所在团支部")
    joined_on = models.DateField("入团年月")
    development_number = models.CharField("发展团员编号", max_length=16, blank=True)
    application_form = models.BooleanField("入团志愿书", null=True, blank=True)
    member_card = models.BooleanField("团员证", null=True, blank=True)
    transfer_letter = models.BooleanField("组织关系介绍信", null=True, blank=True)
    attested_at = models.DateTimeField("材料确认时间", null=True, blank=True)
    attested_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    from_at = models.DateTimeField("录入时间")
    until_at = models.DateTimeField("离开时间", null=True, blank=True)
    left_reason = models.CharField("离开原因", max_length=12, choices=LeftReason, blank=True)
    batch_id = models.BigIntegerField("批次", null=True, blank=True)
    batch_row = models.PositiveIntegerField("行号", null=True, blank=True)

    class Meta:
        verbose_name = "团员"
        verbose_name_plural = "团员"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_at__isnull=True), name="member_active_once"
            ),
            # Numbers of 12 or 16 characters are unique in the system; shorter old ones only warn.
            models.UniqueConstraint(
                fields=["development_number"],
                condition=Q(GreaterThanOrEqual(Length("development_number"), 12), until_at__isnull=True),
                name="member_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "until_at"], name="member_branch"),
            models.Index(fields=["batch_id"], name="member_batch", condition=Q(batch_id__isnull=False)),
            # Short old numbers are few: looked up to warn of a double.
            models.Index(
                fields=["development_number"],
                name="member_number_short",
                condition=Q(LessThan(Length("development_number"), 12), until_at__isnull=True)
                & ~Q(development_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.person.full_name


class AdmissionSettings(models.Model):
    """The one row of settings behind the admission rules (domain, section 6)."""

    class UnderThree(models.TextChoices):
        ACKNOWLEDGE = "acknowledge", "提醒并确认"
        REFUSE = "refuse", "不得提交"

    strict_admission_from = models.DateField("从严认定起始日", default=dt.date(2017, 1, 1))
    minimum_age_before = models.PositiveSmallIntegerField("起始日前入团最低年龄(提示)", default=12)
    minimum_age_from = models.PositiveSmallIntegerField("起始日后入团最低年龄", default=13)
    overage_from = models.PositiveSmallIntegerField("超龄提示年龄", default=28)
    under_three = models.CharField(
        "不足3人团支部", max_length=12, choices=UnderThree, default=UnderThree.ACKNOWLEDGE
    )
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "认定设置"
        verbose_name_plural = "认定设置"
        default_permissions = ()
