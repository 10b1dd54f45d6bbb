"""The frame's own table: signs of life."""

from django.db import models


class Heartbeat(models.Model):
    """When a part of the system last showed itself; written by that part, read by `zhtj.health`."""

    name = models.SlugField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "心跳"
        verbose_name_plural = "心跳"
        default_permissions = ()
