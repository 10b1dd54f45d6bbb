"""What is deleted after a time, and what is kept for good: the one list behind page, command and notice."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session

from zhtj.imports import pipeline

from members import actions as members
from orgs import tidying

PIECE = 5_000  # rows in one transaction, of an item taken in pieces

Forget = Callable[[dt.datetime, int, bool], int]  # now, days, dry run → how many rows or files


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of data. `since` says from when the days count; `after_campaign`: and not before so many
    days after the campaign's end; `days` is the default, `least` and `most` what a province may set;
    `in_pieces`: `forget` takes no more than a piece at once and is called until nothing is left."""

    key: str
    what: str
    since: str
    days: int
    forget: Forget
    after_campaign: bool = False
    in_pieces: bool = False
    least: int = 1
    most: int = 3650


def _older(forget: Callable[..., int]) -> Forget:
    """A room's `forget(before, dry_run=…)` as what the engine calls."""
    return lambda now, days, dry_run: forget(now - dt.timedelta(days=days), dry_run=dry_run)


def _imports(now: dt.datetime, days: int, dry_run: bool) -> int:
    count = pipeline.expirable(days)
    if not dry_run:
        pipeline.expire(days)
    return count


def _sign_ins(before: dt.datetime, *, dry_run: bool) -> int:
    """What was noted of log-ins."""
    found = [
        AccessAttempt.objects.filter(attempt_time__lt=before),
        AccessLog.objects.filter(attempt_time__lt=before),
    ]
    return sum(rows.count() if dry_run else rows.delete()[0] for rows in found)


def _sessions(before: dt.datetime, *, dry_run: bool) -> int:
    """Sessions that ran out: a message in them that nobody read may name a person."""
    ended = Session.objects.filter(expire_date__lt=before)
    if dry_run:
        return ended.count()
    return Session.objects.filter(pk__in=ended.values("pk")[:PIECE]).delete()[0]


ITEMS: tuple[Item, ...] = (
    Item(
        "imports",
        "上传的导入文件、逐行内容和问题记录（加密保存）",
        "导入完成、撤销、退回或无人处理之日起",
        30,
        _imports,
        most=settings.ZHTJ_IMPORT_KEPT_DAYS,
    ),
    Item(
        "drafts",
        "录入表单的草稿（加密保存）",
        "最后一次保存之日起",
        30,
        _older(members.forget_drafts),
        most=90,
    ),
    Item(
        "documents",
        "身份摸底的证明材料（加密保存）",
        "办结之日起，且行动结束后满同样天数",
        180,
        _older(members.forget_documents),
        after_campaign=True,
    ),
    Item("orphans", "没有保存成功的材料文件", "上传之日起", 1, _older(members.forget_orphans), most=30),
    Item(
        "youth",
        "已办结的身份摸底青年的姓名、身份证号码和填写内容（只留人数）",
        "办结之日起，且行动结束后满同样天数",
        180,
        _older(members.forget_youth),
        after_campaign=True,
    ),
    Item(
        "asked",
        "已办结的更正申请中填写的姓名和身份证号码",
        "办结之日起",
        90,
        _older(members.forget_asked),
    ),
    Item("codes", "注册码、重置码及输错记录", "使用、作废或过期之日起", 90, _older(tidying.forget_codes)),
    Item("sign_ins", "登录记录", "发生之日起", 90, _older(_sign_ins)),
    Item(
        "sessions",
        "已失效的登录状态和其中没有看到的提示",
        "失效之日起",
        1,
        _older(_sessions),
        in_pieces=True,
        most=30,
    ),
)
BY_KEY = {item.key: item for item in ITEMS}

# Said on the notice beside the items: what no command ever deletes, and why.
KEPT: tuple[tuple[str, str], ...] = (
    ("团员、团干部名册及其变动", "长期保存，作为组织关系的依据；移出名册的不再计数。"),
    ("审计记录", "长期保存，只增不改；其中的身份证号码一律遮盖。"),
    ("日通报及其文件", "长期保存；只有人数和比例，没有个人信息。"),
    ("导出和打印的名册", "系统不留存文件，只在审计记录中写明何人、何时、为何导出；导出的人负责保管和销毁。"),
)
