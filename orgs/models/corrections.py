"""What a unit that does not keep somebody's basic data asks of the one that does."""

from django.db import models
from django.db.models import Q

from orgs.models.people import Person, User
from orgs.models.units import OrgUnit


class CorrectionRequest(models.Model):
    """更正请求: other values for a person's basic data, asked of the unit that keeps them.

    The keeper answers; name and national id need the approval of the keeper's superior besides. What
    is asked lies sealed as typed (it may hold an id) and is judged again when it is stored.
    """

    class State(models.TextChoices):
        OPEN = "open", "等待维护组织核对"
        CONFIRMED = "confirmed", "维护组织同意，等待上级核准"
        GRANTED = "granted", "已更正"
        REFUSED = "refused", "未同意"
        CANCELLED = "cancelled", "已撤回"

    person = models.ForeignKey(Person, models.PROTECT, related_name="corrections", verbose_name="人员")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="提出组织")
    keeper = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="维护组织")
    asked_sealed = models.BinaryField()
    reason = models.CharField("理由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="提出人")
    asked_at = models.DateTimeField("提出时间")
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="答复人")
    answered_at = models.DateTimeField("答复时间", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="办结人")
    decided_at = models.DateTimeField("办结时间", null=True)
    decision = models.CharField("意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "更正请求"
        verbose_name_plural = "更正请求"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit"],
                condition=Q(state__in=("open", "confirmed")),
                name="correction_open_once",
            ),
        ]
        indexes = [
            models.Index(fields=["keeper", "state"], name="correction_keeper"),
            models.Index(fields=["unit", "state"], name="correction_unit"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.CONFIRMED)
