"""Documents of the identity check: judged by their content, sealed under the media root, never served raw.

Nothing here is reachable by a URL of its own: a view opens a document for whoever may see the case.
"""

import datetime as dt
import uuid
from pathlib import Path

from django.conf import settings

from zhtj.lib import crypto
from zhtj.lib.problems import Refused

from members.rules.procedures import PROCEDURES

MOST_BYTES = 5 * 1024 * 1024
MOST_A_YOUTH = 10
_FOLDER = "members"
_SIGNS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)
TYPES = [content_type for _, content_type in _SIGNS]


def type_of(data: bytes) -> str:
    """The type the content says. Raises Refused for anything but JPEG, PNG, PDF, or too much of it."""
    if len(data) > MOST_BYTES:
        raise Refused([PROCEDURES.problem("document.size", limit=MOST_BYTES >> 20)])
    for sign, content_type in _SIGNS:
        if data.startswith(sign):
            return content_type
    raise Refused([PROCEDURES.problem("document.type")])


def store(data: bytes) -> str:
    """Seal the document and keep it under a random name; returns the name."""
    name = uuid.uuid4().hex
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(crypto.seal_bytes(data))
    return name


def read(name: str) -> bytes:
    """The document as uploaded. Raises FileNotFoundError, SealBroken."""
    return crypto.unseal_bytes((_folder() / name).read_bytes())


def discard(name: str) -> None:
    """Remove the file; a missing one is no matter."""
    (_folder() / name).unlink(missing_ok=True)


def stored_before(moment: dt.datetime) -> list[str]:
    """The names of the files written before; [] where none was ever stored."""
    if not _folder().is_dir():
        return []
    files = [path for path in _folder().iterdir() if path.is_file()]
    return [path.name for path in files if path.stat().st_mtime < moment.timestamp()]


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / _FOLDER
