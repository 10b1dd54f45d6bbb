"""The campaign, its expected figures, and the daily photographs of how far it is."""

import datetime as dt

from django.db import models
from django.db.models import Q

from orgs.kinds import Domain, UnitClass, UnitKind
from orgs.models import OrgUnit, User


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

    class Meta:
        verbose_name = "行动"
        verbose_name_plural = "行动"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["province"], condition=Q(is_active=True), name="campaign_one_active"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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


class Asked(models.Model):
    """A request to a superior: who asks when and why, who answers when and with what remark."""

    class State(models.TextChoices):
        WAITING = "waiting", "待审批"
        AGREED = "agreed", "已同意"
        DECLINED = "declined", "未同意"

    reason = models.CharField("理由", max_length=500)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    remark = models.CharField("审批意见", max_length=500, blank=True)

    class Meta:
        abstract = True


class EarlyOpening(Asked):
    """同步推进申请: a region asks for a gated stage before its rate is reached."""

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="requests", verbose_name="阶段")
    region = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="地区")

    class Meta:
        verbose_name = "同步推进申请"
        verbose_name_plural = "同步推进申请"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "region"], condition=Q(state="waiting"), name="early_opening_one_waiting"
            ),
        ]


class Baseline(models.Model):
    """团统数: the expected figures of one unit in one domain, for a period (`until_at` null = in force).

    A change closes the row and opens another, so that a bulletin of any past day finds the
    figures it was computed with.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="baselines")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="baselines", verbose_name="组织")
    domain = models.CharField("领域", max_length=20, choices=Domain)
    member_count = models.PositiveIntegerField("团员数")
    branch_count = models.PositiveIntegerField("团支部数", null=True, blank=True)
    cadre_count = models.PositiveIntegerField("团干部数", null=True, blank=True)
    from_at = models.DateTimeField("生效时间")
    until_at = models.DateTimeField("失效时间", null=True, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    batch_id = models.BigIntegerField("批次", null=True, blank=True)

    class Meta:
        verbose_name = "团统数"
        verbose_name_plural = "团统数"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "domain"],
                condition=Q(until_at__isnull=True),
                name="baseline_once",
            ),
        ]


class BaselineAdjustment(Asked):
    """基数调整: more or fewer members than the 2017 figure of a unit in a domain, and why.

    The figure itself stays; a bulletin counts the agreed ones from the answer on, in `expected_adjusted`
    of the unit and of everything above it.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="adjustments")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织")
    domain = models.CharField("领域", max_length=20, choices=Domain)
    change = models.IntegerField("增减人数")

    class Meta:
        verbose_name = "基数调整"
        verbose_name_plural = "基数调整"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit", "domain"],
                condition=Q(state="waiting"),
                name="adjustment_one_waiting",
            ),
        ]


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


class FileFormat(models.TextChoices):
    XLSX = "xlsx", "工作簿"
    PDF = "pdf", "公文"
    DOCX = "docx", "Word 文档"
    PNG = "png", "图片"
    TXT = "txt", "文字"


class BulletinFile(models.Model):
    """A file given out of a published bulletin: drawn once, kept with its hash, served unchanged.

    `unit_class` narrows it to one class of the unit's children ("" = all); `number` counts the
    pictures of one set (everything else has one file).
    """

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="files")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织")
    format = models.CharField("格式", max_length=4, choices=FileFormat)
    unit_class = models.CharField("单位分类", max_length=16, blank=True)
    number = models.PositiveSmallIntegerField("序号", default=1)
    name = models.CharField("文件名", max_length=120)
    content = models.BinaryField("内容")
    sha256 = models.CharField("校验值", max_length=64)
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "通报文件"
        verbose_name_plural = "通报文件"
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "unit", "format", "unit_class", "number"], name="bulletin_file_once"
            ),
        ]
