"""The frame's own tables: signs of life, and how long what is kept."""

from django.db import models

from orgs.models import User


class Heartbeat(models.Model):
    """When a part of the system last showed itself; written by that part, read by `zhtj.health`."""

    name = models.SlugField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "心跳"
        verbose_name_plural = "心跳"
        default_permissions = ()


class RetentionRule(models.Model):
    """保存期限: how many days an item of `zhtj.retention.items` is kept; without a row its default."""

    key = models.SlugField(primary_key=True)
    days = models.PositiveIntegerField("保存天数")
    updated_at = models.DateTimeField("修改时间")
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="修改人")

    class Meta:
        verbose_name = "保存期限"
        verbose_name_plural = "保存期限"
        default_permissions = ()
