"""From a bulletin to files: read its lines, compose the document, draw it.

Nothing is drawn of a bulletin that is not computed, whose own checks failed, or that is only rehearsed; the
refusal says why.
A bulletin computed but not yet published is drawn as a preview that says so on every page.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs.kinds import Domain
from orgs.models import OrgUnit
from progress import queries
from progress.exports.document import Document, Head, StageHead, compose
from progress.exports.pdf import pdf
from progress.exports.picture import pictures, plan
from progress.exports.text import text
from progress.exports.word import word
from progress.exports.workbook import workbook
from progress.models import Bulletin, BulletinState, FileFormat
from progress.rules import CODES


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is handed over."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


DRAWERS: Mapping[FileFormat, Callable[[Document], bytes]] = {
    FileFormat.XLSX: workbook,
    FileFormat.PDF: pdf,
    FileFormat.DOCX: word,
    FileFormat.TXT: lambda document: text(document).encode(),
}


def render(bulletin: Bulletin, unit: OrgUnit, format: str, unit_class: str = "") -> list[File]:
    """The files of one format for `unit`, drawn now: several for pictures, one for the rest.

    `unit_class` ("" = all) narrows them to one class of the unit's children. Raises Refused (see the
    module's specification) and ValueError for an unknown format. Nine queries; up to a second.
    """
    wanted = FileFormat(format)
    document = document_of(bulletin, unit, unit_class)
    stem = _stem(bulletin, unit)
    if wanted is not FileFormat.PNG:
        label = f"-{document.head.groups[unit_class]}" if unit_class else ""
        return [File(f"{stem}{label}.{format}", DRAWERS[wanted](document))]
    labels = [sheet.label for sheet in plan(document)]
    return [
        File(f"{stem}-{number:02}{'-' if label else ''}{label}.png", content)
        for number, label, content in zip(count(1), labels, pictures(document), strict=False)
    ]


def document_of(bulletin: Bulletin, unit: OrgUnit, unit_class: str = "") -> Document:
    """All that is given out of `unit`, or of one class of its children. Raises Refused. Nine queries."""
    _check(bulletin)
    lines = queries.drawn_lines(bulletin, unit)
    if not lines:
        raise _refused("bulletin.unit_absent", day=bulletin.day, unit=unit.short_name)
    document = compose(_head(bulletin, unit, lines[0]["name"]), lines)
    if not unit_class:
        return document
    if unit_class not in document.groups():
        labels = document.head.groups
        raise _refused(
            "bulletin.class_absent",
            day=bulletin.day,
            unit=unit.short_name,
            group=labels.get(unit_class, unit_class),
            choices="、".join(labels[group] for group in document.groups()) or "没有下级",
        )
    return document.only(unit_class)


def picture_labels(bulletin: Bulletin, unit: OrgUnit) -> list[str]:
    """What the pictures of `unit` show, in the order of their numbers: for the links. Nothing is drawn."""
    return [sheet.label + sheet.part for sheet in plan(document_of(bulletin, unit))]


def _check(bulletin: Bulletin) -> None:
    if bulletin.campaign.is_rehearsal:
        raise _refused("bulletin.rehearsal", day=bulletin.day)
    if bulletin.state == BulletinState.STARTED:
        raise _refused("bulletin.not_computed", day=bulletin.day)
    failed = [check["detail"] for check in bulletin.checks if not check["ok"]]
    if failed:
        raise _refused("bulletin.not_given_out", day=bulletin.day, detail="；".join(failed))


def _head(bulletin: Bulletin, unit: OrgUnit, unit_name: str) -> Head:
    """The head, from what the bulletin froze: names, stages and settings as they were that day."""
    stages = tuple(
        StageHead(column.stage, column.label, measure, column.opens, column.deadline)
        for column, measure in zip(queries.columns(bulletin), _measures(bulletin), strict=False)
        if column.opens and column.deadline
    )
    return Head(
        campaign=bulletin.settings["campaign"],
        day=bulletin.day,
        day_number=queries.day_number(bulletin),
        cutoff=bulletin.cutoff_at.astimezone(days.SHANGHAI).replace(tzinfo=None),
        number=queries.number(bulletin),
        revision=bulletin.revision,
        unit=unit.code,
        unit_name=unit_name,
        stages=stages,
        groups=queries.GROUPS,
        domains=dict(Domain.choices),
        reason=bulletin.reason if bulletin.revision > 1 else "",
        is_preview=bulletin.state != BulletinState.PUBLISHED,
        audit_end=bulletin.settings.get("audit_end", ""),
    )


def _measures(bulletin: Bulletin) -> list[str]:
    return [stage["measure"] for stage in bulletin.settings["stages"]]


def _stem(bulletin: Bulletin, unit: OrgUnit) -> str:
    """A file name that every system takes, whatever people wrote into codes."""
    code = re.sub(r"[^0-9A-Za-z_-]", "", unit.code) or f"unit{unit.pk}"
    corrected = f"-更正{bulletin.revision - 1}" if bulletin.revision > 1 else ""
    return f"日通报{bulletin.day:%Y%m%d}{corrected}-{code}"


def _refused(code: str, **values: Any) -> Refused:
    return Refused([CODES.problem(code, **values)])
