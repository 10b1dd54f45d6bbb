"""The daily photographs, and the tree and figures of each."""

from django.db import models

from orgs.kinds import Domain, UnitClass, UnitKind
from orgs.models import OrgUnit, User
from progress.models.campaign import Campaign


class BulletinState(models.TextChoices):
    STARTED = "started", "计算中"
    DONE = "done", "待发布"
    PUBLISHED = "published", "已发布"


class Bulletin(models.Model):
    """日通报: the photograph of one day. (campaign, day, revision) is unique; published = frozen."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="bulletins")
    day = models.DateField("日期")
    revision = models.PositiveSmallIntegerField("版次", default=1)
    state = models.CharField("状态", max_length=10, choices=BulletinState, default=BulletinState.STARTED)
    cutoff_at = models.DateTimeField("截数时间")
    started_at = models.DateTimeField("开始计算")
    computed_at = models.DateTimeField("算完", null=True)
    published_at = models.DateTimeField("发布", null=True)
    published_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField("更正原因", max_length=200, blank=True)
    settings = models.JSONField("当时设置", default=dict)  # stages, deadlines, gate, lag: as they were
    checks = models.JSONField("自检", default=list)

    class Meta:
        verbose_name = "日通报"
        verbose_name_plural = "日通报"
        default_permissions = ()
        ordering = ["-day", "-revision"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day", "revision"], name="bulletin_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign} {self.day}"


class BulletinUnit(models.Model):
    """One unit above branch level as it stood that day, with its structure figures."""

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="units")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+", db_index=False)
    position = models.PositiveIntegerField()  # place in the tree, depth first
    last_position = models.PositiveIntegerField()  # highest position inside the sub-tree
    level = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=32)
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=UnitKind)
    unit_class = models.CharField(max_length=16, choices=UnitClass, blank=True)
    figures = models.JSONField(default=dict)  # structure columns of campaign, section 3

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_unit_once")]
        indexes = [models.Index(fields=["bulletin", "parent"], name="bulletin_unit_parent")]


class BulletinLine(models.Model):
    """Expected and entered of one unit for one stage (`domain` "") or one domain (`stage` "").

    Null expected = unknown. Zero lines are kept: 零录入 is the news.

    The keys of lines and branches carry no database constraint: both are written in one pass
    from the tree of that day, units are never deleted, and checking 200 000 lines a day key by
    key takes longer than computing them.
    """

    bulletin = models.ForeignKey(
        Bulletin, models.CASCADE, related_name="lines", db_index=False, db_constraint=False
    )
    unit = models.ForeignKey(
        OrgUnit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    stage = models.CharField(max_length=50, blank=True)
    domain = models.CharField(max_length=20, blank=True)
    expected = models.PositiveIntegerField(null=True)
    expected_adjusted = models.PositiveIntegerField(null=True)
    entered = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "unit", "stage", "domain"], name="bulletin_line_once"
            ),
        ]


class BulletinBranch(models.Model):
    """One branch that day: members, cadres, expected (null = none known)."""

    bulletin = models.ForeignKey(
        Bulletin, models.CASCADE, related_name="branches", db_index=False, db_constraint=False
    )
    unit = models.ForeignKey(
        OrgUnit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    parent = models.ForeignKey(
        OrgUnit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField()  # place in the tree, as in BulletinUnit
    code = models.CharField(max_length=32)
    short_name = models.CharField(max_length=60)
    unit_class = models.CharField(max_length=16, choices=UnitClass, blank=True)
    domain = models.CharField(max_length=20, choices=Domain)
    expected = models.PositiveIntegerField(null=True)
    members = models.PositiveIntegerField()
    cadres = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_branch_once")]
        indexes = [models.Index(fields=["bulletin", "parent"], name="bulletin_branch_parent")]
