"""An import is a document: a batch with rows, problems and a state."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from orgs.models import OrgUnit, User


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", "等待检查"
    CHECKING = "checking", "正在检查"
    CHECKED = "checked", "待提交"
    COMMITTING = "committing", "正在提交"
    COMMITTED = "committed", "已导入"
    REFUSED = "refused", "未受理"
    FAILED = "failed", "检查未完成"  # by no fault of the file: all is kept, a person asks for the check again
    EXPIRED = "expired", "已过期"
    CONTINUED = "continued", "已并入原批次"  # a mended file whose rows went back into the batch they are of
    UNDONE = "undone", "已撤销"
    DISCARDED = "discarded", "已放弃"  # by hand, before anything was written


RECEIVED = "已收到改好的文件"  # how the remark of a batch begins that nothing went wrong with


class ImportBatch(models.Model):
    """导入批次. Every change of `state` is a conditional update, so a second one does nothing.

    Three sealed documents, removed when done: `file_sealed` the upload, `rows_sealed` all rows
    as typed, `judged_sealed` the rows to be written. `revision` counts the checks: a commit
    names the one its reader has seen. `form_key` makes a form sent twice one batch. What was judged is
    kept until the commit can no longer be undone.
    """

    kind = models.CharField("类型", max_length=12)  # a key of zhtj.imports.registry
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="import_batches", verbose_name="组织")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="import_batches")
    uploaded_at = models.DateTimeField("上传时间", db_index=True)
    # Who answers for it since the uploader lost the right; the checks run in their name.
    taken_over_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    door = models.CharField(max_length=10, default="page")
    file_name = models.CharField("文件名", max_length=200)
    file_size = models.PositiveIntegerField("大小(字节)")
    file_digest = models.CharField(max_length=64)  # SHA-256 of the upload
    form_key = models.UUIDField(null=True, unique=True)
    file_sealed = models.BinaryField(null=True)
    rows_sealed = models.BinaryField(null=True)
    judged_sealed = models.BinaryField(null=True)
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.UPLOADED)
    state_at = models.DateTimeField("状态时间")
    lease_until = models.DateTimeField(null=True)  # a worker is on it until then
    attempts = models.PositiveSmallIntegerField(default=0)  # since the last state that was reached
    revision = models.PositiveIntegerField(default=0)
    attest_evidence = models.BooleanField("已确认材料在档", default=False)
    # One of many files dropped at once for the branches of `unit`: the check finds which branch it is of.
    is_collected = models.BooleanField(default=False)
    continues = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")  # whose rows it mends
    sheet = models.CharField("工作表", max_length=60, blank=True)
    columns = models.JSONField("列", default=list)  # headers as found: [{"header","field"|null}]
    notes = models.JSONField("说明", default=list)  # about the file: hidden rows, ignored columns
    remark = models.CharField(max_length=200, blank=True)  # why it is (again) in this state, in words
    row_count = models.PositiveIntegerField("行数", default=0)
    ok_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    mend_count = models.PositiveIntegerField(default=0)
    rectify_count = models.PositiveIntegerField(default=0)
    listed_count = models.PositiveIntegerField(default=0)  # of rectify_count: on the rectification list
    skipped_count = models.PositiveIntegerField(default=0)  # by hand; not part of row_count
    done_count = models.PositiveIntegerField("已处理行数", default=0)  # progress of check or commit
    entered_count = models.PositiveIntegerField("录入数", default=0)
    problems = models.JSONField("文件问题", default=list, encoder=DjangoJSONEncoder)  # of the whole file
    faults = models.JSONField("问题分组", default=list)  # [{"code","severity","field","count",…,"rows"}]
    acknowledgements = models.JSONField("需确认事项", default=list)  # [{"code","unit","message"}]
    acknowledged = models.JSONField("已确认", default=list)  # [{"code","unit","by","at"}]
    committed_at = models.DateTimeField("提交时间", null=True)
    committed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    discarded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # when: `state_at`
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone = models.JSONField(default=dict)  # {"withdrawn", "restored", "stays": [[row, why]], "stay_count"}

    class Meta:
        verbose_name = "导入批次"
        verbose_name_plural = "导入批次"
        default_permissions = ()
        indexes = [models.Index(fields=["state", "lease_until"], name="batch_state")]

    @property
    def remark_is_good(self) -> bool:
        """Does the remark say that all went well, rather than why the batch is here once more?"""
        return self.remark.startswith(RECEIVED)

    @property
    def answered_by(self) -> User:
        """In whose name it is checked."""
        return self.taken_over_by or self.uploaded_by

    @property
    def open_count(self) -> int:
        """Rows that still wait for a hand."""
        return self.mend_count + self.rectify_count - self.listed_count


class RowOutcome(models.TextChoices):
    OK = "ok", "可以导入"
    UNCHANGED = "unchanged", "无变化"
    UPDATED = "updated", "有更新"
    MEND = "mend", "要修改"
    RECTIFY = "rectify", "需整改"
    SKIPPED = "skipped", "已跳过"


class ImportRow(models.Model):
    """A row that needs a person's eye: faulty, to rectify, changed or warned. Clean rows stay in the blob."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField("行号")  # as the sheet shows it
    outcome = models.CharField(max_length=10, choices=RowOutcome)
    cells_sealed = models.BinaryField()  # the cells as typed and, for an update, old and new values
    problems = models.JSONField(default=list)  # what differs from the batch's `faults`: read by problems_of
    codes = models.TextField(blank=True)  # " code code " for filtering
    mended_at = models.DateTimeField(null=True)
    listed = models.JSONField(default=dict)  # on the rectification list: {"youth", "unit"}

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_outcome")]
