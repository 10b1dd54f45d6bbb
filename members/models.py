"""Who is a member where, and under which admission settings."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from zhtj.lib import crypto, masks

from orgs.models import OrgUnit, Person, User


class LeftReason(models.TextChoices):
    TRANSFERRED = "transferred", "组织关系转接"
    MERGED = "merged", "随组织合并"
    MISTAKE = "mistake", "录入有误"
    LEFT = "left", "退团"
    OVERAGE = "overage", "超龄离团"
    DIED = "died", "去世"
    EXPELLED = "expelled", "开除团籍"
    UNDONE = "undone", "撤销导入"


class Member(models.Model):
    """团员: one person's membership in one branch, for a period (`until_at` null = still).

    A transfer closes the row and opens another, so that any past moment can be counted.
    Evidence is 有 (True), 无 (False) or left blank (None); `attested_at`/`attested_by` say
    who answered for the blanks.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships", verbose_name="人员")
    # Its index is `member_branch` below; a second one would only cost imports.
    branch = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="members", db_index=False, verbose_name="所在团支部"
    )
    joined_on = models.DateField("入团年月")
    # Room for irregular numbers rightly issued (编号按实际发放).
    development_number = models.CharField("发展团员编号", max_length=30, blank=True)
    application_form = models.BooleanField("入团志愿书", null=True, blank=True)
    member_card = models.BooleanField("团员证", null=True, blank=True)
    transfer_letter = models.BooleanField("组织关系介绍信", null=True, blank=True)
    attested_at = models.DateTimeField("材料确认时间", null=True, blank=True)
    # Nobody is looked for by who answered: `member_attested` below finds those attested at all.
    attested_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Codes a superior waived in writing (YouthUnderReview.released_*): later corrections keep them.
    waived = models.CharField("核准放行的规则", max_length=200, blank=True)
    from_at = models.DateTimeField("录入时间")
    until_at = models.DateTimeField("离开时间", null=True, blank=True)
    left_reason = models.CharField("离开原因", max_length=12, choices=LeftReason, blank=True)
    batch_id = models.BigIntegerField("批次", null=True, blank=True)
    batch_row = models.PositiveIntegerField("行号", null=True, blank=True)

    class Meta:
        verbose_name = "团员"
        verbose_name_plural = "团员"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(until_at__isnull=True), name="member_active_once"
            ),
            # Numbers of 12 or 16 characters are unique in the system; shorter old ones only warn.
            models.UniqueConstraint(
                fields=["development_number"],
                condition=Q(GreaterThanOrEqual(Length("development_number"), 12), until_at__isnull=True),
                name="member_number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "until_at"], name="member_branch"),
            models.Index(fields=["batch_id"], name="member_batch", condition=Q(batch_id__isnull=False)),
            # What a roster is searched by and few rows have (members.queries.walk).
            models.Index(fields=["from_at"], name="member_from"),
            models.Index(fields=["joined_on"], name="member_joined"),
            models.Index(fields=["branch"], name="member_attested", condition=Q(attested_at__isnull=False)),
            models.Index(fields=["branch"], name="member_left", condition=Q(until_at__isnull=False)),
            # Who left since a bulletin (queries.changes_by_domain); entering a member does not touch it.
            models.Index(fields=["until_at"], name="member_until", condition=Q(until_at__isnull=False)),
            # Short old numbers are few: looked up to warn of a double.
            models.Index(
                fields=["development_number"],
                name="member_number_short",
                condition=Q(LessThan(Length("development_number"), 12), until_at__isnull=True)
                & ~Q(development_number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.person.full_name


class RosterColumns(models.Model):
    """Which columns an account has chosen to see in rosters (keys of `members.queries.columns`)."""

    user = models.OneToOneField(User, models.CASCADE, related_name="+", verbose_name="账号")
    columns = models.JSONField("显示的列", default=list)

    class Meta:
        verbose_name = "名册显示列"
        verbose_name_plural = "名册显示列"
        default_permissions = ()


class AdmissionSettings(models.Model):
    """The one row of settings behind the admission rules (domain, section 6)."""

    class UnderThree(models.TextChoices):
        ACKNOWLEDGE = "acknowledge", "提醒并确认"
        REFUSE = "refuse", "不得提交"

    strict_admission_from = models.DateField("从严认定起始日", default=dt.date(2017, 1, 1))
    minimum_age_before = models.PositiveSmallIntegerField("起始日前入团最低年龄(提示)", default=12)
    minimum_age_from = models.PositiveSmallIntegerField("起始日后入团最低年龄", default=13)
    overage_from = models.PositiveSmallIntegerField("超龄提示年龄", default=28)
    interchanges_years = models.BooleanField("2017年、2018年入团的，编号年份可以互换", default=True)
    accepts_long_numbers = models.BooleanField("认可201516、201617开头的16位编号", default=True)
    under_three = models.CharField(
        "不足3人团支部", max_length=12, choices=UnderThree, default=UnderThree.ACKNOWLEDGE
    )
    allows_release = models.BooleanField("上级可以书面核准放行（年龄除外）", default=True)
    rectify_days = models.PositiveSmallIntegerField("整改期限（天）", default=30)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "认定设置"
        verbose_name_plural = "认定设置"
        default_permissions = ()


class MemberCase(models.Model):
    """申请: what one unit wants of a member and another has to agree to.

    更正 of name or id is decided by a superior; 转接 out of the superior's sub-tree by the receiving
    side; a 认领 is first answered by the holding branch and goes to a common superior when it is
    refused or 48 hours pass, and so is an 编号争议: `new_name` and `new_id_sealed` say for whom the number
    is asked. While one of these is open both see 争议中; the member counts where they are.
    """

    class Kind(models.TextChoices):
        CORRECTION = "correction", "更正姓名或身份证号码"
        TRANSFER = "transfer", "组织关系转接"
        CLAIM = "claim", "认领"
        NUMBER = "number", "编号争议"

    class State(models.TextChoices):
        OPEN = "open", "等待处理"
        KEPT = "kept", "原支部不同意，等待共同上级裁决"
        GRANTED = "granted", "已同意"
        REFUSED = "refused", "未同意"
        CANCELLED = "cancelled", "已撤回"

    DISPUTES = (Kind.CLAIM, Kind.NUMBER)

    kind = models.CharField("类型", max_length=10, choices=Kind)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    member = models.ForeignKey(Member, models.PROTECT, related_name="cases", verbose_name="团员")
    branch = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="现所在团支部")
    to_branch = models.ForeignKey(
        OrgUnit, models.PROTECT, null=True, related_name="+", verbose_name="转入团支部"
    )
    # Whom a correction or a dispute waits for: the direct, or the nearest common superior when it was asked.
    decider = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+", verbose_name="审批组织")
    new_name = models.CharField("新姓名", max_length=30, blank=True)
    new_id_sealed = models.BinaryField(null=True)
    number = models.CharField("争议编号", max_length=30, blank=True)
    reason = models.CharField("理由", max_length=200)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")
    due_at = models.DateTimeField("答复期限", null=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answer = models.CharField("答复", max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    decision = models.CharField("审批意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "申请"
        verbose_name_plural = "申请"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind"], condition=Q(state__in=("open", "kept")), name="case_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "state"], name="case_branch"),
            models.Index(fields=["to_branch", "state"], name="case_to_branch"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.KEPT)

    @property
    def is_dispute(self) -> bool:
        """Has it the clock of 48 hours, and then a common superior?"""
        return self.kind in self.DISPUTES

    @property
    def masked_new_id(self) -> str:
        return masks.mask_id(crypto.unseal(self.new_id_sealed)) if self.new_id_sealed else ""


class YouthUnderReview(models.Model):
    """身份摸底中的青年: somebody whose identity as a member is not established yet, with the reasons.

    The cells as typed lie sealed; recognising judges them anew by the same rules as any entry. An open row
    with a `member` is about somebody on the roster who lost a disputed number: a correction settles it.
    """

    class State(models.TextChoices):
        OPEN = "open", "整改中"
        RECOGNISED = "recognised", "已认定为团员"
        DISMISSED = "dismissed", "不予认定"
        MOVED = "moved", "已转到其他支部"  # what stays behind of an open row that goes to another branch

    branch = models.ForeignKey(OrgUnit, models.PROTECT, related_name="youth_under_review")
    full_name = models.CharField("姓名", max_length=30, db_index=True)
    id_index = models.UUIDField("身份证索引", db_index=True)
    masked_id = models.CharField("身份证号码", max_length=18)
    entry_sealed = models.BinaryField()
    reasons = models.JSONField("原因", default=list)  # [{"code","field","message","mend"}]
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    remark = models.CharField("说明", max_length=200, blank=True)
    due_on = models.DateField("整改期限")
    batch_id = models.BigIntegerField("批次", null=True, blank=True)
    batch_row = models.PositiveIntegerField("行号", null=True, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("列入时间")
    since_at = models.DateTimeField("转入时间", null=True)  # in this branch; null = from the beginning
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField("核准放行时间", null=True)
    release_reason = models.CharField("核准放行理由", max_length=200, blank=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField("办结时间", null=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "身份摸底青年"
        verbose_name_plural = "身份摸底青年"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "id_index"], condition=Q(state="open"), name="youth_open_once"
            ),
        ]
        indexes = [
            # With all that the progress of a province counts: it does not look at the rows, which are wide.
            models.Index(fields=["branch", "state", "due_on"], name="youth_standing"),
            models.Index(fields=["due_on"], name="youth_due", condition=Q(state="open")),
            models.Index(
                fields=["branch"],
                name="youth_ready",
                condition=Q(state="open") & (Q(reasons=[]) | Q(released_at__isnull=False)),
            ),
        ]


class EntryDraft(models.Model):
    """草稿: a half-filled entry form of one account for one branch, sealed as typed; gone once entered."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    branch = models.ForeignKey(OrgUnit, models.CASCADE, related_name="+")
    typed_sealed = models.BinaryField()
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = "录入草稿"
        verbose_name_plural = "录入草稿"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "branch"], name="draft_once")]


class ReviewDocument(models.Model):
    """A document attached to a case under review: an image or a PDF, sealed under the media root."""

    youth = models.ForeignKey(YouthUnderReview, models.CASCADE, related_name="documents")
    name = models.CharField("文件名", max_length=100)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField("大小(字节)")
    stored_as = models.CharField(max_length=60)  # a random name, outside the web root
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = "整改材料"
        verbose_name_plural = "整改材料"
        default_permissions = ()
