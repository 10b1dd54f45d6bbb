"""Is everything well? One list of findings, read by `manage.py doctor` and by /readyz.

Each check is a function of `now` that returns a `Finding`; each is a handful of queries.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import IntEnum

from django.conf import settings
from django.db.models import Min

from zhtj.imports.models import BatchState, ImportBatch
from zhtj.models import Heartbeat

from orgs import sealing, tree, verifying
from orgs.models import OrgUnit, User
from progress import queries as progress

WORKER = "worker"
BACKUP = "backup"
LATE = dt.timedelta(minutes=3)
DEAD = dt.timedelta(minutes=15)
STUCK = dt.timedelta(minutes=10)
UNVERIFIED = dt.timedelta(days=3)
BACKUP_DUE = dt.timedelta(hours=26)  # one a day, and room for a late one
BACKUP_MISSED = dt.timedelta(days=3)


class Level(IntEnum):
    """How bad; the whole is as bad as its worst part."""

    OK = 0
    WARNING = 1
    CRITICAL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    level: Level
    message: str

    def as_json(self) -> dict[str, str]:
        return {**asdict(self), "level": self.level.name}


def mark(name: str, now: dt.datetime) -> None:
    """Say that the part `name` is alive at `now`. One upsert."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def examine(now: dt.datetime, only: str | None = None) -> list[Finding]:
    """All checks in a fixed order, or the one named."""
    return [check(now) for name, check in CHECKS.items() if only in (None, name)]


def worst(findings: list[Finding]) -> Level:
    return max((finding.level for finding in findings), default=Level.OK)


def tree_is_sound(now: dt.datetime) -> Finding:
    """Reads every unit: about 0.5 s for 100 000."""
    roots = OrgUnit.objects.filter(parent=None).values_list("tree_id", flat=True)
    faults = sum(len(tree.faults(tree_id)) for tree_id in roots)
    if faults:
        return Finding(
            "tree", Level.CRITICAL, f"组织树有 {faults} 处编号错误，请运行 manage.py check_tree --repair。"
        )
    return Finding("tree", Level.OK, "组织树编号正确。")


def worker_is_alive(now: dt.datetime) -> Finding:
    beat = Heartbeat.objects.filter(name=WORKER).first()
    if beat is None:
        return Finding("worker", Level.WARNING, "后台任务尚未运行过：定时器或后台进程没有启动。")
    silence = now - beat.at
    minutes = int(silence.total_seconds() // 60)
    if silence > DEAD:
        message = f"定时器或后台进程已停 {minutes} 分钟，导入和通报不会进行。"
        return Finding("worker", Level.CRITICAL, message)
    if silence > LATE:
        return Finding("worker", Level.WARNING, f"定时器或后台进程已 {minutes} 分钟没有动静。")
    return Finding("worker", Level.OK, "定时器和后台进程正常。")


def bulletins_are_up_to_date(now: dt.datetime) -> Finding:
    """Every running campaign has the bulletin of the last cut-off, and a person has published it."""
    levels = [(_bulletin_level(found), found) for found in progress.unpublished(now)]
    level, found = max(levels, key=lambda pair: pair[0], default=(Level.OK, None))
    if found is None:
        return Finding("bulletin", Level.OK, "日通报齐全。")
    details = f"（{'；'.join(found.details)}）" if found.details else ""
    message = f"{found.campaign.name}：{found.day} 的日通报还没有发布：{found.lack.value}{details}。"
    return Finding("bulletin", level, message)


def _bulletin_level(found: progress.Unpublished) -> Level:
    """Not computed in time or not sound: nothing can be given out. Not published: somebody forgot."""
    if found.lack == progress.Lack.CHECK_FAILED:
        return Level.CRITICAL
    if found.lack == progress.Lack.NOT_COMPUTED:
        return Level.CRITICAL if found.since > progress.COMPUTED_WITHIN else Level.OK
    if found.since > progress.PUBLISHED_WITHIN:
        return Level.CRITICAL
    return Level.WARNING if found.is_alarm else Level.OK


def batches_move(now: dt.datetime) -> Finding:
    under_way = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.COMMITTING)
    stuck = ImportBatch.objects.filter(state__in=under_way, state_at__lt=now - STUCK)
    waiting = [batch for batch in stuck if batch.lease_until is None or batch.lease_until < now]
    if waiting:
        numbers = "、".join(str(batch.pk) for batch in waiting[:5])
        message = f"{len(waiting)} 个导入批次超过 10 分钟没有进展（{numbers}）。"
        return Finding("imports", Level.WARNING, message)
    return Finding("imports", Level.OK, "没有停滞的导入批次。")


def audit_is_sealed(now: dt.datetime) -> Finding:
    """Every entry is chained within minutes of being written, and the chain fits. A few seconds at most:
    the latest entries each time, an earlier stretch by turns; a task verifies all in rounds (orgs.verifying).
    """
    report, kept = sealing.spot_check(now.toordinal()), verifying.standing()
    broken_at = report.broken_at or kept.broken_at
    if broken_at:
        message = f"审计封存链在第 {broken_at} 条断开：记录被改动过。请保留数据库和备份，立即查明。"
        return Finding("audit", Level.CRITICAL, message)
    if not kept.ok:
        what = f"少了 {kept.end.missing} 条记录" if kept.end.missing else "与封存时留下的印记不符"
        return Finding("audit", Level.CRITICAL, f"审计封存链的末尾{what}。请保留数据库和备份，立即查明。")
    oldest, whole_at = report.oldest_unsealed_at, kept.round.whole_at
    if oldest is not None and now - oldest > STUCK:
        return Finding("audit", Level.WARNING, f"{oldest:%Y-%m-%d %H:%M} 起的审计记录还没有封存。")
    if whole_at is not None and now - whole_at > UNVERIFIED:
        return Finding("audit", Level.WARNING, f"审计封存链 {whole_at:%Y-%m-%d} 以来没有从头校验完一遍。")
    return Finding("audit", Level.OK, f"审计记录已封存，封存链完整{_end_of(kept)}。")


def audit_head_stands(noted: str) -> Finding:
    """Does the end of the chain that was noted down earlier (`number:digest`) still stand as it was?"""
    number, _, digest = noted.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 19 and len(digest) >= sealing.NOTED):
        message = "请写成“条数:摘要”，摘要至少16位，例如 1234:0123456789abcdef。"
        return Finding("audit head", Level.CRITICAL, message)
    if sealing.stands(int(number), digest):
        return Finding("audit head", Level.OK, f"第 {number} 条与记下的摘要一致，到这一条为止没有被换掉。")
    message = f"第 {number} 条不在，或与记下的摘要不符：封存链被截短或重写过。请保留数据库和备份，立即查明。"
    return Finding("audit head", Level.CRITICAL, message)


def _end_of(kept: verifying.Standing) -> str:
    """Where the chain ends, to be noted outside the machine."""
    head = kept.end.head
    return f"；封存到 {head.noted}" if head and head.noted else ""


def backups_are_recent(now: dt.datetime) -> Finding:
    """`manage.py backup` ran within a day. Where it never did, the days count from the first account, and a
    machine in development is only reminded."""
    last = Heartbeat.objects.filter(name=BACKUP).first()
    since = last.at if last else User.objects.aggregate(first=Min("date_joined"))["first"]
    if since is None or now - since <= BACKUP_DUE:
        return Finding("backup", Level.OK, "备份及时。" if last else "数据不到一天，还不用备份。")
    hours = int((now - since).total_seconds() // 3600)
    if last is None:
        is_late = now - since > BACKUP_MISSED and not settings.DEBUG
        message = f"系统已使用 {hours // 24} 天，还没有做过备份，请每天运行 manage.py backup。"
    else:
        is_late = now - since > BACKUP_MISSED
        message = f"最近一次备份在 {hours} 小时前，请检查每天的 manage.py backup。"
    return Finding("backup", Level.CRITICAL if is_late else Level.WARNING, message)


CHECKS: dict[str, Callable[[dt.datetime], Finding]] = {
    "tree": tree_is_sound,
    "worker": worker_is_alive,
    "bulletin": bulletins_are_up_to_date,
    "imports": batches_move,
    "audit": audit_is_sealed,
    "backup": backups_are_recent,
}
