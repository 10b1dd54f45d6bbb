"""The daily photographs, and the tree and figures of each."""

from collections.abc import Iterator
from typing import NamedTuple

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


class Counted(NamedTuple):
    """What was counted of one unit in one stage or domain. Null expected = unknown.

    `explained`: of those missing, how many an accepted 本级录完 accounts for; null = none was declared.
    """

    expected: int | None
    expected_adjusted: int | None
    entered: int
    explained: int | None = None


class BulletinUnit(models.Model):
    """One unit above branch level as it stood that day, with everything counted of it.

    `stages` and `domains` hold a line for every stage and every domain, by its key: [expected, adjusted,
    entered, explained] (`Counted`). Zero lines are kept: 零录入 is the news. One row a unit and not one a
    line: a province has a quarter of a million lines a day, and writing them one by one takes longer
    than counting its members (docs/decisions/0024).

    The keys of units and branches carry no database constraint: both are written in one pass from the
    tree of that day, units are never deleted, and checking them key by key costs as much as the rows.
    """

    bulletin = models.ForeignKey(
        Bulletin, models.CASCADE, related_name="units", db_index=False, db_constraint=False
    )
    unit = models.ForeignKey(
        OrgUnit, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    parent = models.ForeignKey(
        OrgUnit, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField()  # place in the tree, depth first
    last_position = models.PositiveIntegerField()  # highest position inside the sub-tree
    level = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=32)
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=UnitKind)
    unit_class = models.CharField(max_length=16, choices=UnitClass, blank=True)
    figures = models.JSONField(default=dict)  # structure columns of campaign, section 3
    stages = models.JSONField(default=dict)
    domains = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_unit_once")]
        indexes = [
            models.Index(fields=["bulletin", "parent"], name="bulletin_unit_parent"),
            models.Index(fields=["bulletin", "position"], name="bulletin_unit_place"),
        ]

    def counted(self, stage: str, domain: str) -> Counted:
        """The line of a stage (`domain` "") or of a domain (`stage` "")."""
        return Counted(*(self.stages[stage] if stage else self.domains[domain]))

    def lines(self) -> Iterator[tuple[str, str, Counted]]:
        """Every line: stage, domain, what was counted."""
        for stage, counted in self.stages.items():
            yield stage, "", Counted(*counted)
        for domain, counted in self.domains.items():
            yield "", domain, Counted(*counted)


class BulletinBranch(models.Model):
    """One branch that day: members, cadres, expected (null = none known).

    Its key is what it is looked up by: 92 000 rows a day would pay for a number of their own with a fifth of
    the time they take to be stored.
    """

    pk = models.CompositePrimaryKey("bulletin_id", "unit_id")
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
    explained = models.PositiveIntegerField(null=True)
    members = models.PositiveIntegerField()
    cadres = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["bulletin", "position"], name="bulletin_branch_place")]
