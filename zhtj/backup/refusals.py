"""What a backup or a restore may be refused for. Said to whoever runs the command; nothing was changed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, DataError, IntegrityError, OperationalError

_LOCK_NOT_AVAILABLE = "55P03"

_SENTENCES: dict[str, str] = {
    "backup.exists": "{path} 已经存在，没有覆盖。请换一个文件名；确要覆盖请加 --force。",
    "backup.being_written": "另一个备份正在写入 {path}，请等它结束。",
    "backup.unwritable": "写不了 {path}：{why}。",
    "backup.not_migrated": "数据库结构与本程序不一致。请先运行 manage.py migrate，再重试。",
    "backup.not_one": "{path} 不是本系统的备份文件。",
    "backup.damaged": "备份文件不完整或已损坏（{what}）。请换一份备份；数据库没有改动。",
    "backup.other_key": (
        "备份用的是另一把字段密钥（备份：{theirs}，本机：{ours}）。"
        "请把 ZHTJ_FIELD_KEY 设为备份时的密钥，再恢复。"
    ),
    "backup.newer": "备份来自更新的程序版本（本程序没有：{what}）。请先升级程序，再恢复。",
    "backup.older": (
        "备份来自较早的程序版本（备份时还没有：{what}）。请用当时的程序版本恢复到空数据库，"
        "再升级程序并运行 manage.py migrate。"
    ),
    "backup.not_empty": (
        "数据库或文件目录里已有数据（{what}）。请恢复到刚执行过 migrate 的空数据库；"
        "确要用备份取代现有全部数据，请加 --replace。"
    ),
    "backup.in_use": "还有程序在使用数据库。请先停止网页、后台进程和定时器，再恢复。",
    "backup.does_not_fit": "备份的内容不符合数据库的约束（{what}），没有恢复。数据库没有改动。",
    "backup.database": "数据库出错（{what}），没有完成。数据库没有改动。",
}


class BackupRefused(Exception):
    """A stable code and its sentence."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.sentence = _SENTENCES[code].format(**values)
        super().__init__(self.sentence)


@contextmanager
def said_plainly() -> Iterator[None]:
    """What the database refuses, as a refusal of ours. Its own words would name people."""
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise BackupRefused("backup.does_not_fit", what=_about(error)) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == _LOCK_NOT_AVAILABLE or "locked" in str(error):
            raise BackupRefused("backup.in_use") from error
        raise BackupRefused("backup.database", what=_about(error)) from error
    except DatabaseError as error:
        raise BackupRefused("backup.database", what=_about(error)) from error


def _about(error: DatabaseError) -> str:
    told = getattr(error.__cause__, "diag", None)
    named = [told.table_name, told.constraint_name] if told else []
    return " ".join(name for name in named if name) or type(error).__name__
