"""The campaign: its stages, and where a gated one has opened."""

import datetime as dt

from django.db import models
from django.db.models import Q

from orgs.models import OrgUnit


class Campaign(models.Model):
    """百日攻坚行动 and the settings that a bulletin freezes."""

    class GateMode(models.TextChoices):
        REFUSE = "refuse", "不得录入"
        WARN = "warn", "仅提示"

    key = models.SlugField("标识", unique=True)
    name = models.CharField("名称", max_length=60)
    province = models.ForeignKey(OrgUnit, models.PROTECT, related_name="campaigns", verbose_name="省级团委")
    starts_on = models.DateField("开始")
    ends_on = models.DateField("结束")
    plans_due_on = models.DateField("方案报送截止", null=True, blank=True)
    is_active = models.BooleanField("进行中", default=False)
    cutoff_time = models.TimeField("每日截数时间", default=dt.time(8, 0))
    lag_points = models.PositiveSmallIntegerField("超前/滞后界线(百分点)", default=5)
    gate_mode = models.CharField("领域开放控制", max_length=8, choices=GateMode, default=GateMode.REFUSE)
    direct_counties_rank_apart = models.BooleanField("省直管县单独排名", default=True)
    help_line = models.CharField("服务电话", max_length=60, blank=True)
    system_address = models.CharField("系统网址", max_length=120, blank=True)
    # A rehearsal counts past days with the figures of this one; it opens nothing and nobody is given it.
    rehearses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rehearsals", verbose_name="演练的行动"
    )

    class Meta:
        verbose_name = "行动"
        verbose_name_plural = "行动"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["province"], condition=Q(is_active=True), name="campaign_one_active"
            ),
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(rehearses__isnull=True), name="campaign_rehearsal_inactive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（演练）" if self.is_rehearsal else self.name

    @property
    def last_bulletin_on(self) -> dt.date:
        """The morning after the last day: only then is counted what that day brought."""
        return self.ends_on + dt.timedelta(days=1)

    @property
    def is_rehearsal(self) -> bool:
        """Is it only a trial run? Then it gates nobody and nothing of it is published or given out."""
        return self.rehearses_id is not None

    @property
    def figures_id(self) -> int:
        """The campaign whose baselines, adjustments and declarations count here."""
        return self.rehearses_id or self.pk


class Measure(models.TextChoices):
    ORGAN_CADRES = "organ_cadres", "领导机关团干部核对"
    GRASSROOTS_CADRES = "grassroots_cadres", "基层团干部录入"
    MEMBERS = "members", "团员录入"


class Stage(models.Model):
    """阶段: a measure over some domains with its opening and deadline, maybe behind a gate."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="stages")
    key = models.SlugField("标识")
    name = models.CharField("名称", max_length=40)
    position = models.PositiveSmallIntegerField("次序")
    measure = models.CharField("口径", max_length=20, choices=Measure)
    domains = models.JSONField("领域", default=list)  # Domain values; empty for cadre stages
    opens_on = models.DateField("开放")
    deadline = models.DateField("截止")
    gate_stage = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="前置阶段"
    )
    gate_rate = models.DecimalField("前置录入率", max_digits=4, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = "阶段"
        verbose_name_plural = "阶段"
        ordering = ["position"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="stage_key_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_gated(self) -> bool:
        """Does it open region by region, behind another stage's rate?"""
        return self.gate_stage_id is not None and self.gate_rate is not None


class GateOpening(models.Model):
    """A gated stage opened in one region (direct child of the province), and why."""

    class Reason(models.TextChoices):
        RATE = "rate", "前置录入率达标"
        EARLY = "early", "经批准同步推进"
        NO_BASELINE = "no_baseline", "无前置基数"

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="openings")
    region = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+")
    opened_on = models.DateField("开放日")
    reason = models.CharField("原因", max_length=12, choices=Reason)
    rate = models.FloatField("当时录入率", null=True, blank=True)
    bulletin = models.ForeignKey("Bulletin", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)  # of an early start

    class Meta:
        verbose_name = "领域开放"
        verbose_name_plural = "领域开放"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["stage", "region"], name="opening_once")]
