"""What the first page says: what is to be done, how far the own unit is, where to begin.

Collected from each room's queries for the unit acted for; nothing is counted here that a room
does not already say. A to-do is one sentence and the one link that does it.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from zhtj.desk import health
from zhtj.imports import queries as imports
from zhtj.imports.models import BatchState
from zhtj.lib import days

from cadres import queries as cadres
from members import queries as members
from orgs import paging
from orgs.corrections import waiting_corrections
from orgs.kinds import FEWEST_MEMBERS, UnitKind
from orgs.models import OrgUnit
from orgs.scopes import Actor, Scope
from progress import gate
from progress import queries as progress
from progress.models import BaselineAdjustment, BulletinState, EarlyOpening

BATCHES_SHOWN = 5
HEARD_FOR = dt.timedelta(days=7)  # so long is a refused application told


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do. `tone` is that of a chip: error, warning, info."""

    text: str
    url: str
    link: str
    detail: str = ""
    tone: str = "info"


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing the unit's people do every day, as a button."""

    label: str
    url: str
    is_main: bool = False


def todos(actor: Actor, unit: OrgUnit, board: progress.Page | None, today: dt.date) -> list[Todo]:
    """Everything that waits for this account, the pressing first. At most a dozen queries."""
    found = [
        *_to_publish(actor.scope, board),
        *_early_openings(actor.scope),
        *_adjustments(actor.scope),
        *_completions(actor.scope, unit),
        *_declined(actor.scope, unit),
        *_figures(actor.scope, unit, board),
        *_spot_checks(actor.scope),
        *_batches(actor),
        *_own_cadres(actor, unit, today),
        *_organs_below(actor.scope, unit, today),
    ]
    if unit.is_branch and actor.scope.may("members.enter", unit):
        found += [*_to_correct(unit), *_own_branch(unit, today)]
    elif board:
        found += _below(board)
    found += [*_health(actor.scope, unit), *_membership(actor.scope, unit, today)]
    order = ("error", "warning", "info")
    return sorted(found, key=lambda todo: order.index(todo.tone))


def board(scope: Scope, unit: OrgUnit) -> progress.Page | None:
    """The last bulletin's page for `unit`, as far as this scope sees it."""
    campaign = progress.campaign_for(scope) if scope.has("progress.see") else None
    bulletin = progress.on_day(scope, campaign, None) if campaign else None
    return progress.page(scope, bulletin, unit, progress.Choice()) if bulletin else None


def doings(scope: Scope, unit: OrgUnit) -> list[Doing]:
    """Where to begin: what this account may do for its unit. One query."""
    may = imports.importable(scope, unit)
    found = []
    if "members" in may:
        found.append(Doing("导入团员", reverse("import_upload") + f"?kind=members&unit={unit.pk}", True))
        found.append(Doing("下载团员空白表", reverse("import_blank", args=["members", unit.pk])))
        if unit.is_branch:
            found.append(Doing("录入一名团员", reverse("member_enter", args=[unit.pk])))
    if "cadres" in may and not unit.is_branch:
        label = "核对、录入本机关团干部" if unit.is_leading_organ else "录入本级团干部"
        found.append(Doing(label, reverse("cadre_unit", args=[unit.pk])))
    if "units" in may:
        found.append(Doing("导入下级组织", reverse("import_upload") + f"?kind=units&unit={unit.pk}"))
    if "baselines" in may:
        found.append(Doing("导入团统数", reverse("import_upload") + f"?kind=baselines&unit={unit.pk}"))
    if scope.has("campaign.settings"):
        found.append(Doing("行动设置", reverse("campaign_list")))
    return found


def _to_publish(scope: Scope, board: progress.Page | None) -> Iterator[Todo]:
    """The day's bulletin that waits for the province, or is late. No query for anybody else."""
    if not scope.has("bulletin.publish"):
        return
    campaign = board.bulletin.campaign if board else progress.campaign_for(scope)
    alarm = progress.alarm_for(scope, campaign, days.now())
    if alarm:
        text = f"{alarm.day} 的日通报还没有发布：{alarm.lack.value}"
        to_do = "核对并发布" if alarm.lack == progress.Lack.NOT_PUBLISHED else "马上处理"
        yield Todo(text, reverse("bulletin_latest"), to_do, "；".join(alarm.details), "error")
    elif board and board.may_publish and board.bulletin.state == BulletinState.DONE:
        day = board.bulletin.day
        yield Todo(
            f"{day} 的日通报已算完，等待发布", reverse("bulletin", args=[day]), "查看并发布", "", "warning"
        )


def _early_openings(scope: Scope) -> Iterator[Todo]:
    """Requests for 同步推进 that wait for the province's answer. No query for anybody else."""
    if not scope.has("openings.decide"):
        return
    count = progress.early_openings_to_decide(scope).count()
    if count:
        yield Todo(f"{count} 份同步推进申请等待答复", reverse("early_openings"), "查看并答复", "", "warning")


def _membership(scope: Scope, unit: OrgUnit, today: dt.date) -> Iterator[Todo]:
    """Applications that wait for this account, and how far the identity check below the unit is."""
    if not scope.has("members.see"):
        return
    most = members.MOST_CASES
    waiting = paging.up_to(members.waiting_cases(scope, days.now()), most)
    waiting += paging.up_to(waiting_corrections(scope), most)
    if waiting:
        yield Todo(
            f"{_up_to(waiting, most)}项更正、转接、认领申请等待办理",
            reverse("case_list"),
            "去办理",
            "",
            "warning",
        )
    refused = members.refused_cases(scope, days.now() - HEARD_FOR).count() if unit.is_branch else 0
    if refused:
        url, detail = f"{reverse('case_list')}?show=all", f"最近 {HEARD_FOR.days} 天。"
        yield Todo(f"{refused} 项更正、转接、认领申请未获同意", url, "查看意见", detail)
    won = members.won_numbers(scope, days.now() - HEARD_FOR).count()
    if won:
        url = f"{reverse('case_list')}?show=all"
        yield Todo(f"{won} 个争议编号已归我方，还没有录入", url, "去录入", "", "warning")
    is_open, overdue = members.waiting_youth(scope, unit, today)
    if is_open:
        late = f"其中 {_up_to(overdue, members.MOST_YOUTH)}人已超过整改期限" if overdue else ""
        url = f"{reverse('youth_list')}?unit={unit.pk}"
        tone = "warning" if overdue else "info"
        text = f"{_up_to(is_open, members.MOST_YOUTH)}名青年身份待整改"
        yield Todo(text, url, "查看清单", late, tone)


def _up_to(count: int, most: int) -> str:
    """`12 `; `1,000 多` of what was counted no further."""
    return f"{most:,} 多" if count > most else f"{count:,} "


def _adjustments(scope: Scope) -> Iterator[Todo]:
    """Requests for another baseline that wait for this level's answer. No query for anybody else."""
    if not scope.has("baselines.enter"):
        return
    count = progress.adjustments_to_decide(scope).count()
    if count:
        yield Todo(f"{count} 份基数调整申请等待答复", reverse("adjustments"), "查看并答复", "", "warning")


def _completions(scope: Scope, unit: OrgUnit) -> Iterator[Todo]:
    """本级录完 of the direct children that wait for an answer. No query for a branch."""
    if unit.is_branch or not scope.has("approvals.decide"):
        return
    count = progress.completions_to_decide(scope).filter(unit__parent=unit).count()
    if count:
        yield Todo(f"{count} 份录完说明等待答复", reverse("completions"), "查看并答复", "", "warning")


def _declined(scope: Scope, unit: OrgUnit) -> Iterator[Todo]:
    """The own requests a superior has returned, with what was said. Two queries, a region three."""
    if not scope.has("superior.ask"):
        return
    for asked in progress.declined(unit, days.now()):
        if isinstance(asked, EarlyOpening):
            text, url = f"“{asked.stage.name}”同步推进申请未获同意", reverse("early_openings")
        elif isinstance(asked, BaselineAdjustment):
            text, url = f"{asked.get_domain_display()}的基数调整申请未获同意", reverse("adjustments")
        else:
            text, url = f"{asked.get_domain_display()}的录完说明被退回", reverse("completions")
        yield Todo(text, url, "查看意见", f"意见：{asked.remark}", "warning")


def _to_correct(branch: OrgUnit) -> Iterator[Todo]:
    """What a superior found in the branch and wants corrected. One query."""
    for check in progress.to_correct(branch):
        roster = f"{reverse('member_list')}?branch={branch.pk}"
        said = f"{check.detail}。上级意见：{check.remark}"
        yield Todo(
            f"上级抽查提出需要更正：{check.get_pattern_display()}", roster, "核对名册", said, "warning"
        )


def _figures(scope: Scope, unit: OrgUnit, board: progress.Page | None) -> Iterator[Todo]:
    """团统数 still to be stated, or not agreeing, right below. Three queries; none below county level."""
    if unit.is_branch or not scope.has("baselines.enter"):
        return
    campaign = board.bulletin.campaign if board else progress.active_campaign(unit)
    if campaign is None or not campaign.is_active:
        return
    url = f"{reverse('baselines')}?unit={unit.code}"
    missing = progress.without_figures(scope, campaign, unit)
    if missing:
        detail = "本级和下级都没有的，通报里没有录入率。"
        yield Todo(f"{missing} 个直属下级还没有团统数", url, "填报团统数", detail)
    differing = progress.mismatches_near(board.bulletin, unit) if board else 0
    if differing:
        detail = "数字不会自动改动，请核对后更正。"
        yield Todo(f"本级和直属下级有 {differing} 个组织的团统数与下级合计不一致", url, "逐个核对", detail)


def _spot_checks(scope: Scope) -> Iterator[Todo]:
    """Patterns proposed for a look. No query for a branch."""
    if not scope.has("approvals.decide"):
        return
    count = progress.spot_checks_to_look_at(scope).count()
    if count:
        detail = "只是提示，看过以后记下结果。"
        yield Todo(f"{count:,} 条抽查提示还没有看", reverse("spot_checks"), "看一看", detail)


def _batches(actor: Actor) -> Iterator[Todo]:
    if actor.user is None:
        return
    mine = imports.uploaded_by(imports.batches(actor.scope), actor.user)
    for batch in mine.filter(state__in=(BatchState.CHECKED, BatchState.FAILED))[:BATCHES_SHOWN]:
        url = reverse("import_batch", args=[batch.pk])
        if batch.state == BatchState.FAILED:
            detail = "内容都保留着，不用重新上传。"
            yield Todo(f"《{batch.file_name}》没有检查完", url, "查看原因", detail, "warning")
            continue
        faults = batch.mend_count + batch.rectify_count
        detail = f"{batch.ok_count} 行可以导入" + (f"，{faults} 行要处理" if faults else "")
        yield Todo(f"《{batch.file_name}》已检查完，等待提交", url, "查看并提交", detail, "warning")


def _own_cadres(actor: Actor, unit: OrgUnit, today: dt.date) -> Iterator[Todo]:
    """Cadres of the own unit to verify or still to enter (notice, annex 1 and 2). Four queries."""
    if unit.is_branch or not actor.scope.may("cadres.enter", unit):
        return
    url = reverse("cadre_unit", args=[unit.pk])
    if not unit.is_leading_organ:
        known = cadres.completeness(unit)
        if not known.is_complete:
            text = "本级团干部还没有录完整" if known.count else "还没有录入本级团干部"
            due = _due(cadres.deadline_of(unit, today))
            yield Todo(text, url, "录入团干部", ("" if known.has_secretary else "缺书记。") + due, "warning")
        return
    now = cadres.standing(unit, cadres.deadline_of(unit, today))
    tone, due = ("error" if now.is_late else "warning"), _due(now.deadline)
    if now.open:
        yield Todo(f"{now.open} 名本机关团干部待核对", url, "逐人核对", f"已离任的登记离任。{due}", tone)
    elif now.declaration is None:
        text = "本机关团干部还没有声明核对完成" if now.due else "还没有录入本机关团干部"
        yield Todo(text, url, "查看并声明" if now.due else "录入团干部", due, tone)


def _due(deadline: cadres.Deadline | None) -> str:
    if deadline is None:
        return ""
    day = f"{deadline.on.month}月{deadline.on.day}日"
    over, left = f"截止日{day}已过 {deadline.days_over} 天。", f"{day}截止，还有 {deadline.days_left} 天。"
    return over if deadline.is_over else left


def _organs_below(scope: Scope, unit: OrgUnit, today: dt.date) -> Iterator[Todo]:
    """Leading organs below that have not declared by their last day. Two queries for a superior of such."""
    if unit.kind not in (UnitKind.PROVINCE_COMMITTEE, UnitKind.CITY_COMMITTEE) or not scope.has("cadres.see"):
        return
    deadline = cadres.deadline_of(unit, today)
    count = cadres.undeclared_count(scope, unit) if deadline and deadline.is_over else 0
    if count:
        url = f"{reverse('cadre_organs')}?unit={unit.pk}&show=late"
        yield Todo(f"{count} 个下级领导机关逾期未声明核对完成", url, "看是哪些", _due(deadline), "warning")


def _own_branch(branch: OrgUnit, today: dt.date) -> Iterator[Todo]:
    """A branch without members, or too few; or whose domain is not open yet."""
    closed = gate.check([branch.pk], today).get(branch.pk)
    if closed and closed.blocks:
        yield Todo(closed.message, reverse("campaign"), "查看各领域开放时间", closed.mend)
        return
    count = members.active_counts([branch.pk])[branch.pk]
    upload = reverse("import_upload") + f"?kind=members&unit={branch.pk}"
    if not count:
        yield Todo("本支部还没有录入团员", upload, "导入团员名单", "下载空白表，填好后上传即可。", "error")
    elif count < FEWEST_MEMBERS:
        detail = f"少于 {FEWEST_MEMBERS} 人的团支部要合并或撤销，请核对是否录全。"
        roster = reverse("member_list") + f"?branch={branch.pk}"
        yield Todo(f"本支部只有 {count} 名团员", roster, "查看名册", detail, "warning")


def _health(scope: Scope, unit: OrgUnit) -> Iterator[Todo]:
    """What is not in order with the unit and its direct children. One query."""
    is_asked = not unit.is_branch and scope.has("units.edit_card")
    found = health.counts(scope, unit) if is_asked else {}
    if found:
        words = "、".join(f"{health.BY_CODE[code].word} {count:,} 个" for code, count in found.items())
        url = f"{reverse('health')}?unit={unit.pk}&near=1"
        yield Todo("本级和直属下级有需要完善的地方", url, "逐项处理", words)


def _below(board: progress.Page) -> Iterator[Todo]:
    """What the last bulletin shows to be missing below the unit."""
    figures = board.own.shown.structure if board.own else {}
    url = f"{reverse('bulletin', args=[board.bulletin.day])}?unit={board.unit.code}"
    words = {
        "branches_empty": ("{} 个团支部还没有录入团员", "warning"),
        "branches_under_three": ("{} 个团支部不足 3 人，需要合并或撤销", "info"),
        "units_hollow": ("{} 个组织之下没有团支部", "warning"),
    }
    for name, (sentence, tone) in words.items():
        if figures.get(name):
            day = f"截至 {board.bulletin.day} 通报"
            yield Todo(sentence.format(f"{figures[name]:,}"), url, "看是哪些", day, tone)
