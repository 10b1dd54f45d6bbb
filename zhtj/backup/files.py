"""The files under the media root: sealed documents under random names, written once and never changed.

That makes a restore of files harmless: a file more is known to no row and swept by the nightly retention,
a file that is there already is the same one.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from django.conf import settings

from zhtj.backup.container import BLOCK, Writer
from zhtj.backup.refusals import BackupRefused

PREFIX = "files/"
_HALF = ".half-"  # the name of a file being restored begins so
_LONGEST = 400


def write_all(writer: Writer) -> tuple[int, int]:
    """A part for every file; how many there were, and how many went away before they could be read: somebody
    withdrew the document meanwhile."""
    count = gone = 0
    for name in _names():
        try:
            with (_root() / name).open("rb") as file, writer.part(PREFIX + name) as data:
                while block := file.read(BLOCK):
                    data.write(block)
        except FileNotFoundError:
            gone += 1
        else:
            count += 1
    return count, gone


def any_there() -> bool:
    return next(_names(), None) is not None


def check_name(name: str) -> str:
    """The name of a file in a backup, as it may stand under the media root. Raises BackupRefused."""
    path = PurePosixPath(name)
    is_plain = path.parts and not path.is_absolute() and str(path) == name and len(name) <= _LONGEST
    is_tricky = any(part.startswith(".") for part in path.parts) or any(sign in name for sign in "\\\0:")
    if not is_plain or is_tricky or not name.isprintable():
        raise BackupRefused("backup.damaged", what="文件名不对")
    return name


def put(name: str, blocks: Iterable[bytes]) -> None:
    """The file `name` as the backup has it: whole or not at all. Raises BackupRefused."""
    root = _root()
    target = root / check_name(name)
    try:
        _put(root, target, blocks)
    except OSError as error:
        raise BackupRefused("backup.unwritable", path=target, why=error.strerror) from error


def _put(root: Path, target: Path, blocks: Iterable[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(root.resolve()):
        raise BackupRefused("backup.damaged", what="文件名不对")
    half = target.with_name(_HALF + target.name)
    try:
        with half.open("wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    except BaseException:
        half.unlink(missing_ok=True)
        raise


def _names() -> Iterator[str]:
    """Every plain file below the media root; no links, nothing half restored."""
    root = _root()
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)
