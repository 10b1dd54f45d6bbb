"""The trail: one row an action, written in its transaction, never changed."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from orgs.models.people import Person, User
from orgs.models.units import OrgUnit


class AuditEntry(models.Model):
    """Who did what to what, through which door. National ids appear masked at most.

    `digest` chains the sealed rows in the order of `seal_number`: a task fills both each minute
    (`orgs.sealing`); null = not yet.
    """

    at = models.DateTimeField("时间", db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="操作人")
    door = models.CharField("途径", max_length=10)  # page, api, import, command, task
    action = models.CharField("动作", max_length=40)
    # The indexes of both are those below.
    unit = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="组织"
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="人员"
    )
    batch_id = models.BigIntegerField("批次", null=True)
    before = models.JSONField("之前", default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField("之后", default=dict, encoder=DjangoJSONEncoder)
    seal_number = models.BigIntegerField(null=True, unique=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = "审计记录"
        verbose_name_plural = "审计记录"
        default_permissions = ()
        indexes = [
            models.Index(fields=["unit", "-id"], name="audit_unit"),
            models.Index(fields=["person", "-id"], name="audit_person"),
            models.Index(fields=["id"], name="audit_unsealed", condition=Q(seal_number__isnull=True)),
        ]


class AuditMark(models.Model):
    """What is known of the chain beside its rows: where it ends (`orgs.sealing`), how far it is verified
    (`orgs.verifying`). Sealed, so that who writes to the database cannot make one up."""

    name = models.CharField(max_length=10, primary_key=True)
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
