"""Posts and who holds them."""

from django.db import models
from django.db.models import Q

from orgs.models import OrgUnit, Person, User


class Engagement(models.TextChoices):
    FULL_TIME = "full_time", "专职"
    SECONDED = "seconded", "挂职"
    PART_TIME = "part_time", "兼职"


class CadreState(models.TextChoices):
    PENDING = "pending", "待核对"
    VERIFIED = "verified", "已核对"


class EndReason(models.TextChoices):
    DEPARTED = "departed", "已离任"
    CHANGED = "changed", "职务调整"
    MEMBER_LEFT = "member_left", "团员已转出"
    UNIT_CLOSED = "unit_closed", "组织已撤销"
    MERGED = "merged", "随组织合并"
    MISTAKE = "mistake", "录入有误"
    UNDONE = "undone", "撤销导入"
    TAKEN_BACK = "taken_back", "离任登记已撤销"


LEFT = (EndReason.DEPARTED, EndReason.MISTAKE)  # registered by the unit, with a date and a reason
# A period that ended so is no cadre who departed: the post went on, went with its unit, or never was.
NOT_DEPARTED = (
    EndReason.CHANGED,
    EndReason.UNIT_CLOSED,
    EndReason.MERGED,
    EndReason.UNDONE,
    EndReason.TAKEN_BACK,
)


_HELD = Q(until_at__isnull=True)


class Cadre(models.Model):
    """团干部: one person in one post of one unit, for a period (`until_at` null = still)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts", verbose_name="人员")
    # Its index is `cadre_unit` below; a second one would only cost imports.
    unit = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="cadres", db_index=False, verbose_name="所在组织"
    )
    post = models.CharField("团内职务", max_length=10)
    engagement = models.CharField("团干部性质", max_length=10, choices=Engagement, blank=True)
    appointed_on = models.DateField("任职年月", null=True, blank=True)
    joined_on = models.DateField("入团年月", null=True, blank=True)
    state = models.CharField("核对状态", max_length=10, choices=CadreState, default=CadreState.VERIFIED)
    is_preloaded = models.BooleanField("预先导入", default=False)
    verified_at = models.DateTimeField("核对时间", null=True, blank=True)
    # Nobody is looked for by who verified.
    verified_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    from_at = models.DateTimeField("开始")
    until_at = models.DateTimeField("结束", null=True, blank=True)
    end_reason = models.CharField("结束原因", max_length=12, choices=EndReason, blank=True)
    departed_on = models.DateField("离任日期", null=True, blank=True)
    end_remark = models.CharField("离任原因", max_length=20, blank=True)
    changed_at = models.DateTimeField("最近更新", null=True, blank=True)  # of what is said; null = never
    batch_id = models.BigIntegerField("批次", null=True, blank=True)
    batch_row = models.PositiveIntegerField("行号", null=True, blank=True)

    class Meta:
        verbose_name = "团干部"
        verbose_name_plural = "团干部"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "post"],
                condition=Q(until_at__isnull=True),
                name="cadre_post_once",
            ),
        ]
        # Beside the unit's own, those by which a province's roster finds the few that a filter asks for;
        # each holds only rows it can help with, so that entering many costs next to nothing.
        indexes = [
            models.Index(fields=["unit", "until_at"], name="cadre_unit"),
            models.Index(fields=["post"], name="cadre_held_post", condition=_HELD),
            models.Index(fields=["unit"], name="cadre_secretary", condition=_HELD & Q(post="书记")),
            models.Index(fields=["unit"], name="cadre_pending", condition=_HELD & Q(state="pending")),
            models.Index(
                fields=["engagement"], name="cadre_held_engagement", condition=_HELD & ~Q(engagement="")
            ),
            models.Index(
                fields=["appointed_on"],
                name="cadre_held_appointed",
                condition=_HELD & Q(appointed_on__isnull=False),
            ),
        ]


class CadreDeclaration(models.Model):
    """核对完成: a leading organ says, once and dated, that every cadre of it is checked.

    Nothing takes it back: what changes later is kept current and dated by itself.
    """

    unit = models.OneToOneField(
        OrgUnit, models.PROTECT, related_name="cadre_declaration", verbose_name="领导机关"
    )
    declared_at = models.DateTimeField("声明时间")
    declared_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="声明人")
    cadre_count = models.PositiveIntegerField("当时在任人数")

    class Meta:
        verbose_name = "核对完成声明"
        verbose_name_plural = "核对完成声明"
        default_permissions = ()
