"""Files given out: drawn once, kept with their hash, served unchanged ever after.

Only a published bulletin is given out. Whoever asks first has the file drawn, under a lock of its own,
so that however many ask at once there is one file; everyone after gets the stored bytes, whatever has
become of fonts, templates or libraries since.
"""

import io
import zipfile

from django.db import transaction

from zhtj.lib import locks
from zhtj.lib.problems import Refused

from orgs import audit
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress.exports.drawing import File, render
from progress.models import Bulletin, BulletinFile, BulletinState, FileFormat
from progress.rules import CODES


def give_out(
    actor: Actor, *, bulletin: Bulletin, unit: OrgUnit, format: str, unit_class: str = ""
) -> list[File]:
    """The stored files of one format, in their order; drawn and stored when they are asked for first.

    Needs `progress.see` on `unit`. Raises Refused when the bulletin is not published, its checks failed,
    or it knows nothing of the unit or class; ValueError for an unknown format. Stored: two queries.
    First: up to a second, under the file's own lock (on SQLite the write lock).
    """
    actor.scope.require("progress.see", unit)
    if bulletin.state != BulletinState.PUBLISHED:
        raise Refused([CODES.problem("bulletin.not_published", day=bulletin.day)])
    stored = _stored(bulletin, unit, format, unit_class)
    if stored:
        return stored
    with transaction.atomic():
        locks.exclusive(f"bulletin-file:{bulletin.pk}:{unit.pk}:{format}:{unit_class}")
        stored = _stored(bulletin, unit, format, unit_class)
        if not stored:
            stored = render(bulletin, unit, format, unit_class)
            _store(actor, bulletin, unit, format, unit_class, stored)
    return stored


def whole_set(actor: Actor, *, bulletin: Bulletin, unit: OrgUnit) -> File:
    """Every file given out of the unit in one .zip, as a preview where the bulletin is not published.

    Needs and raises what `give_out` and `preview` do. The same files make the same .zip. Stored: ten queries.
    """
    draw = give_out if bulletin.state == BulletinState.PUBLISHED else preview
    files = [
        file for format in FileFormat for file in draw(actor, bulletin=bulletin, unit=unit, format=format)
    ]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:  # stored: all of these are packed already
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, bulletin.day.timetuple()[:6]), file.content)
    stem = next(file.name for file in files if file.name.endswith(".pdf")).removesuffix(".pdf")
    return File(f"{stem}-全部文件.zip", stream.getvalue())


def preview(
    actor: Actor, *, bulletin: Bulletin, unit: OrgUnit, format: str, unit_class: str = ""
) -> list[File]:
    """What would be given out of a bulletin not yet published, marked as a preview. Nothing is stored.

    Needs `bulletin.publish` on the province and `progress.see` on `unit`. Raises Refused as `render` does.
    """
    actor.scope.require("bulletin.publish", bulletin.campaign.province)
    actor.scope.require("progress.see", unit)
    return render(bulletin, unit, format, unit_class)


def _stored(bulletin: Bulletin, unit: OrgUnit, format: str, unit_class: str) -> list[File]:
    found = BulletinFile.objects.filter(bulletin=bulletin, unit=unit, format=format, unit_class=unit_class)
    return [File(file.name, bytes(file.content)) for file in found.order_by("number")]


def _store(
    actor: Actor, bulletin: Bulletin, unit: OrgUnit, format: str, unit_class: str, files: list[File]
) -> None:
    """Keep the files; one audit entry names them with their hashes."""
    entry = audit.record(
        actor,
        "progress.give_out",
        unit=unit,
        after={
            "day": bulletin.day,
            "revision": bulletin.revision,
            "format": format,
            "class": unit_class,
            "files": [{"name": file.name, "sha256": file.sha256} for file in files],
        },
    )
    BulletinFile.objects.bulk_create(
        BulletinFile(
            bulletin=bulletin,
            unit=unit,
            format=format,
            unit_class=unit_class,
            number=number,
            name=file.name,
            content=file.content,
            sha256=file.sha256,
            created_at=entry.at,
        )
        for number, file in enumerate(files, start=1)
    )
