"""Reading the audit trail: who did what to whom, when; as far as the reader's scope goes.

An entry belongs to the unit it names. One that names none (an account made, posts opened by a
workbook) belongs to whoever acted, and is shown to auditors of a unit that person has a role on.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhtj.lib import bulk, days

from orgs import queries
from orgs.models import AuditEntry, OrgUnit, OrgUnitUserObjectPermission
from orgs.scopes import Scope

PAGE_SIZE = 50
# What changes the record of the one person an entry names.
CORRECTIONS = (
    "members.correct",
    "members.correct_identity",
    "cadres.correct",
    "cadres.verify",
    "cadres.edit",
)
DOORS = {"page": "网页", "api": "接口", "import": "导入", "command": "命令", "task": "后台任务"}

# What was done, in words. An action not listed is shown by its name.
ACTIONS: dict[str, str] = {
    "orgs.create_units": "创建组织",
    "orgs.edit_card": "修改组织信息",
    "orgs.rename_unit": "修改组织简称",
    "orgs.change_industry": "修改行业类别",
    "orgs.move_unit": "调整隶属关系",
    "orgs.create_account": "创建账号",
    "orgs.grant": "授权",
    "orgs.revoke": "取消授权",
    "orgs.switch_unit": "切换当前组织",
    "orgs.change_password": "修改密码",
    "orgs.issue_code": "发放注册码",
    "orgs.issue_handover_code": "发放移交码",
    "orgs.hand_over": "移交管理员",
    "orgs.take_on_unit": "兼任管理员",
    "orgs.issue_reset_code": "发放重置码",
    "orgs.export_codes": "下载注册码表格",
    "orgs.codes_blocked": "连续输错代码，暂停",
    "orgs.register_admin": "注册为管理员",
    "orgs.identify_admin": "登记管理员身份",
    "orgs.reset_password": "重置密码",
    "orgs.dismiss_admin": "解除管理员",
    "orgs.ask_person_correction": "请求更正人员信息",
    "orgs.confirm_person_correction": "同意更正人员信息，报上级核准",
    "orgs.settle_person_correction": "办结人员信息更正请求",
    "orgs.correct_person": "更正人员信息",
    "cadres.appoint": "录入团干部",
    "cadres.correct": "更正团干部",
    "cadres.declare": "声明核对完成",
    "cadres.depart": "登记团干部离任",
    "cadres.edit": "修改团干部职务",
    "cadres.end": "结束团干部职务",
    "cadres.enter": "录入团干部",
    "cadres.export": "下载团干部名册",
    "cadres.verify": "核对团干部",
    "demo.seed": "生成演示数据",
    "members.attach_document": "上传证明材料",
    "members.ask_claim": "申请认领团员",
    "members.ask_correction": "申请更正姓名或身份证号码",
    "members.ask_transfer": "申请组织关系转接",
    "members.ask_number": "提出编号争议",
    "members.free_number": "编号争议：取消编号",
    "members.keep_claimed": "不同意认领或编号争议",
    "members.settle_case": "审批申请",
    "members.transfer": "组织关系转接",
    "members.withdraw": "登记团员离开",
    "members.change_settings": "修改认定设置",
    "members.export": "下载团员名册",
    "members.reveal_id": "查看完整身份证号码",
    "members.correct": "更正团员",
    "members.correct_identity": "更正姓名或身份证号码",
    "members.enter": "录入团员",
    "members.mend_youth": "修改整改名单",
    "members.put_under_review": "列入整改名单",
    "members.release_youth": "移出整改名单",
    "members.settle_youth": "整改后录入",
    "imports.attest_evidence": "确认材料在档",
    "imports.commit": "提交导入",
    "imports.mend_row": "修改导入行",
    "imports.skip_row": "跳过导入行",
    "imports.unskip_row": "恢复导入行",
    "imports.take_rows": "取回导入行",
    "imports.upload": "上传文件",
    "imports.continue": "收到改好的文件",
    "imports.put_on_list": "导入行列入整改",
    "imports.take_branch_files": "下载各支部表格",
    "imports.undo": "撤销整批导入",
    "orgs.undo_units": "撤销导入的组织",
    "cadres.undo": "撤销导入的团干部",
    "members.undo": "撤销导入的团员",
    "progress.undo_baselines": "撤销导入的团统数",
    "progress.ask_adjustment": "申请调整团统数",
    "progress.decide_adjustment": "审批调整团统数",
    "progress.ask_early_opening": "申请同步推进",
    "progress.declare_complete": "说明本级录完",
    "progress.decide_completion": "答复录完说明",
    "progress.withdraw_completion": "撤回录完说明",
    "progress.create_campaign": "新建行动",
    "progress.rehearse_campaign": "新建演练",
    "progress.change_campaign": "修改行动设置",
    "progress.activate_campaign": "启用行动",
    "progress.end_campaign": "结束行动",
    "progress.compute_rehearsal": "计算演练通报",
    "progress.answer_spot_check": "查看抽查提示",
    "progress.compute_bulletin": "计算日通报",
    "progress.decide_early_opening": "审批同步推进",
    "progress.enter_baselines": "录入团统数",
    "progress.give_out": "导出日通报",
    "progress.load_preset": "载入行动方案",
    "progress.publish_bulletin": "发布日通报",
    "desk.merge_unit": "并入其他组织",
    "desk.take_in_unit": "接收并入的组织",
    "desk.close_unit": "撤销组织",
    "desk.reopen_unit": "恢复组织",
    "desk.export_health": "导出需完善的组织",
}
FIELDS: dict[str, str] = {
    **{field.name: str(field.verbose_name) for field in OrgUnit._meta.concrete_fields},
    "user": "账号",
    "role": "角色",
    "count": "数量",
    "withdrawn": "撤回",
    "restored": "恢复原值",
    "stays": "保留",
    "added": "新增",
    "from": "来自批次",
    "names": "名称",
    "codes": "编码",
    "code": "编码",
    "admins": "管理员",
    "members": "团员",
    "posts": "团干部职务",
    "children": "下级组织",
    "batches": "导入批次",
    "merged_from": "并入的组织",
    "created": "新录入",
    "updated": "更新",
    "changes": "变化",
    "kind": "类型",
    "file": "文件",
    "sha256": "文件摘要",
    "row": "行号",
    "reason": "原因",
    "address": "来源地址",
    "engagement": "团干部性质",
    "appointed_on": "任职年月",
    "full_name": "名称",
    "day": "日期",
    "revision": "修订",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader looks for; empty fields do not narrow."""

    unit: OrgUnit | None = None
    person: str = ""
    actor: str = ""
    action: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an entry: what it was, what it became ("" = not said)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the page shows it."""

    entry: AuditEntry
    what: str
    door: str
    changes: list[Change]


def entries(scope: Scope, asked: Asked) -> QuerySet[AuditEntry]:
    """The entries the scope may see, the latest first."""
    reach = scope.q("content_object", "audit.see")
    of_ours = OrgUnitUserObjectPermission.objects.filter(reach, user=OuterRef("actor"))
    seen = scope.q("unit", "audit.see") | Q(Exists(of_ours), unit=None)
    found = AuditEntry.objects.filter(seen)
    if asked.unit:
        found = found.filter(unit__in=queries.units(scope, "audit.see").filter(queries.place_of(asked.unit)))
    if asked.person:
        found = found.filter(person__full_name=asked.person)
    if asked.actor:
        found = found.filter(Q(actor__username=asked.actor) | Q(actor__display_name=asked.actor))
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.since:
        found = found.filter(at__gte=days.at(asked.since, dt.time.min))
    if asked.until:
        found = found.filter(at__lt=days.at(asked.until + dt.timedelta(days=1), dt.time.min))
    return found.select_related("actor", "unit", "person").order_by("-id")


def page_before(found: QuerySet[AuditEntry], before: int | None) -> tuple[list[Line], int | None]:
    """The next entries older than `before` (None: from the latest), and where the page after begins.

    One query, however long the trail.
    """
    page = list((found.filter(id__lt=before) if before else found)[: PAGE_SIZE + 1])
    more = page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None
    return [_line(entry) for entry in page[:PAGE_SIZE]], more


def _line(entry: AuditEntry) -> Line:
    what = ACTIONS.get(entry.action, entry.action)
    return Line(entry, what, DOORS.get(entry.door, entry.door), changes_of(entry.before, entry.after))


def corrected_since(since: dt.datetime, batch_id: int, person_ids: Iterable[int]) -> set[int]:
    """Those of the people whom something but this batch has corrected since. For undoing, not for showing.
    One query for each 2 000."""
    later = AuditEntry.objects.filter(at__gte=since, action__in=CORRECTIONS)
    later = later.filter(Q(batch_id=None) | ~Q(batch_id=batch_id)).order_by()
    return set(bulk.among(later.values_list("person_id", flat=True), "person_id", person_ids))


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Field by field what was and what is, in the order they were written."""
    return [
        Change(FIELDS.get(name, name), _shown(before.get(name)), _shown(after.get(name)))
        for name in dict.fromkeys([*before, *after])
    ]


def _shown(value: Any) -> str:
    """A stored value in words."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return "；".join(f"{FIELDS.get(name, name)}：{_shown(item)}" for name, item in value.items())
    return str(value)
