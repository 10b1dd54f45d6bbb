"""The rooms' own kinds in a few words: a workbook of people, uploaded, checked, committed."""

import datetime as dt
import io
from typing import Any

import openpyxl
from django.db import connection

from zhtj.imports import actions, pipeline
from zhtj.imports.models import BatchState, ImportBatch

from orgs.models import OrgUnit, User
from orgs.scopes import actor_for

from tests import workbooks, world

HEAD = [
    "姓名",
    "身份证号码",
    "民族",
    "政治面貌",
    "入团年月",
    "是否为团干部",
    "团内职务",
    "入团志愿书",
    "手机号码",
]


def person(name: str, id_text: str = "", **cells: Any) -> list[Any]:
    """A good row; `cells` replaces by header."""
    row: dict[str, Any] = {
        "姓名": name,
        "身份证号码": id_text or world.national_id(),
        "民族": "汉族",
        "政治面貌": "共青团员",
        "入团年月": "2015-05",
        "是否为团干部": "否",
        "入团志愿书": "有",
    }
    row |= cells
    return [row.get(head) for head in HEAD]


def people(*names: str) -> list[list[Any]]:
    """Good rows of these names."""
    return [person(name) for name in names]


def under_age(name: str) -> list[Any]:
    """A row to rectify: everything in order but the age at joining."""
    born = world.national_id(born=dt.date(2006, 5, 1))
    return person(name, born, 入团年月="2017-05")


def run(
    user: User, unit: OrgUnit, data: bytes, kind: str = "members", *, name: str = "表.xlsx", **more: Any
) -> ImportBatch:
    """Upload and check."""
    batch = actions.upload(actor_for(user), kind=kind, unit=unit, file_name=name, data=data, **more)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    return batch


def commit(user: User, batch: ImportBatch) -> ImportBatch:
    codes = [a["code"] for a in batch.acknowledgements]
    assert actions.ask_commit(actor_for(user), batch=batch, acknowledge=codes)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTED, batch.remark
    return batch


def members_of(user: User, unit: OrgUnit, *rows: list[Any], commits: bool = True, **more: Any) -> ImportBatch:
    """A members workbook of these rows, committed unless told otherwise."""
    batch = run(user, unit, workbooks.xlsx([HEAD, *rows]), **more)
    return commit(user, batch) if commits else batch


def counts(batch: ImportBatch) -> dict[str, int]:
    """What is not zero."""
    names = ("ok", "unchanged", "updated", "mend", "rectify", "listed", "skipped")
    found = {name: getattr(batch, f"{name}_count") for name in names}
    return {name: count for name, count in found.items() if count}


def sheet_of(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


def saved(sheet: Any) -> bytes:
    """The sheet's workbook, saved again as a spreadsheet program would."""
    target = io.BytesIO()
    sheet.parent.save(target)
    return target.getvalue()


def see_out() -> None:
    """Wait until no session of a killed process is left: a statement it had sent goes on without it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
