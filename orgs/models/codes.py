"""The codes by which an administrator comes in: to register, or to set a new password."""

from django.db import models

from orgs.models.people import User
from orgs.models.units import OrgUnit


class AccessCode(models.Model):
    """注册码 or 重置码: 8 letters and digits, used once. It lies sealed; `code_index` finds it."""

    class Purpose(models.TextChoices):
        REGISTER = "register", "注册码"
        RESET = "reset", "重置码"

    purpose = models.CharField("用途", max_length=8, choices=Purpose)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="access_codes", verbose_name="组织")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # whom a reset is for
    code_sealed = models.BinaryField()
    code_index = models.UUIDField(unique=True)
    issued_at = models.DateTimeField("发放时间")
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField("有效期至")
    used_at = models.DateTimeField("使用时间", null=True)
    used_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("作废时间", null=True)

    class Meta:
        verbose_name = "注册码"
        verbose_name_plural = "注册码"
        default_permissions = ()
        indexes = [models.Index(fields=["unit", "purpose"], name="code_unit")]


class CodeTry(models.Model):
    """A code typed on a public page that did not open: counted by address, so that none is guessed."""

    address = models.CharField("来源", max_length=45)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "代码试错"
        verbose_name_plural = "代码试错"
        default_permissions = ()
        indexes = [models.Index(fields=["address", "at"], name="code_try")]
