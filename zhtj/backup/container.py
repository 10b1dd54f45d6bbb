"""The file of a backup: named parts behind each other, compressed, sealed with the field key, summed up.

    ZHTJ-BACKUP 1 ⏎  {header as JSON} ⏎  frame …  SHA-256 of all before (32 bytes)

The header stands open: when, which field key (its fingerprint), which migrations. A frame is `kind (1 byte) ‖
length (4) ‖ AES-256-GCM of the zlib-packed content`, under a key of this file alone; its nonce is its running
number, the header's hash and the kind are bound in: no frame can be left out, moved, swapped or taken from
another file. Kinds: P begins a part (JSON), D is data of it, E ends it (JSON: bytes, SHA-256 …), Z ends
the file. Whoever reads holds one block at a time, however large the parts are.
"""

import hashlib
import io
import json
import os
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, BinaryIO, Self, cast

from cryptography.exceptions import InvalidTag

from zhtj.backup.refusals import BackupRefused
from zhtj.lib import crypto

MAGIC = b"ZHTJ-BACKUP "
FORMAT = 1
BLOCK = 256 * 1024  # of data, in one frame
_MOST_HEADER = 64 * 1024
_MOST_FRAME = BLOCK + 4096  # what does not pack grows a little
_SUM = hashlib.sha256().digest_size
_AHEAD = 8  # frames packed and sealed while the database gives the next


class Writer:
    """Writes a backup to `file`, from its beginning: `with writer.part(name) as data: data.write(…)` as
    often as needed, then `finish`. Itself a context, whose end lets the helper go."""

    def __init__(self, file: BinaryIO, about: dict[str, Any]) -> None:
        salt = os.urandom(16).hex()
        header = _json({**about, "key": crypto.fingerprint(), "salt": salt})
        self._file, self._sum = file, hashlib.sha256()
        self._seal = _Seal(salt, header)
        self._helper, self._ahead = ThreadPoolExecutor(1), deque[Future[bytes]]()
        self._write(MAGIC + b"%d\n" % FORMAT + header + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._helper.shutdown(cancel_futures=True)

    @contextmanager
    def part(self, name: str, **about: Any) -> Iterator["Sink"]:
        """A part of this name. What is written to the sink stands in it; `sink.about` is told at its end."""
        self._frame(b"P", _json({"name": name, **about}))
        sink = Sink(self)
        yield sink
        sink.flush()
        self._frame(b"E", _json({**sink.about, "bytes": sink.size, "sha256": sink.sum.hexdigest()}))

    def finish(self, **about: Any) -> str:
        """End the file; returns the SHA-256 of all its bytes, as `sha256sum` tells it."""
        self._frame(b"Z", _json(about))
        while self._ahead:
            self._write(self._ahead.popleft().result())
        self._write(self._sum.digest())
        return self._sum.hexdigest()

    def _frame(self, kind: bytes, content: bytes) -> None:
        """Packed and sealed beside us, written in order."""
        self._ahead.append(self._helper.submit(self._seal.frame, kind, content))
        if len(self._ahead) > _AHEAD:
            self._write(self._ahead.popleft().result())

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._sum.update(data)


class Sink:
    """What the data of a part is written to, in pieces of any size."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._kept = writer, bytearray()
        self.sum, self.size, self.lines = hashlib.sha256(), 0, 0
        self.about: dict[str, Any] = {}

    def write(self, data: bytes) -> int:
        self._kept += data
        while len(self._kept) >= BLOCK:
            self._block(BLOCK)
        return len(data)

    def flush(self) -> None:
        if self._kept:
            self._block(len(self._kept))

    def _block(self, size: int) -> None:
        block = bytes(self._kept[:size])
        del self._kept[:size]
        self.sum.update(block)
        self.size += size
        self.lines += block.count(b"\n")
        self._writer._frame(b"D", block)


class Part:
    """A part being read: `about` from its beginning, `blocks` its data, `ended` what was said at its end."""

    def __init__(self, reader: "Reader", about: dict[str, Any]) -> None:
        self._reader = reader
        self.name, self.about = str(about.get("name")), about
        self.ended: dict[str, Any] | None = None
        self.lines = 0

    def blocks(self) -> Iterator[bytes]:
        """The data as it was written; at its end size and checksum are compared."""
        found, size = hashlib.sha256(), 0
        while True:
            kind, content = self._reader._frame()
            if kind != b"D":
                break
            found.update(content)
            size += len(content)
            self.lines += content.count(b"\n")
            yield content
        ended = _parsed(content) if kind == b"E" else {}
        if (ended.get("bytes"), ended.get("sha256")) != (size, found.hexdigest()):
            raise _damaged("内容校验不符")
        self.ended = ended


class Reader:
    """Reads a backup. The header at once, the parts one after the other, each to its end.

    Raises BackupRefused: `not_one`, `newer`, `damaged`; `other_key` with the first part.
    """

    def __init__(self, file: BinaryIO, path: object) -> None:
        self._file = file
        first = file.readline(len(MAGIC) + 8)
        if not first.startswith(MAGIC):
            raise BackupRefused("backup.not_one", path=path)
        number = first[len(MAGIC) :].strip()
        if not number.isdigit() or int(number) > FORMAT:
            raise BackupRefused("backup.newer", what=f"格式 {number.decode('latin-1')}")
        header = file.readline(_MOST_HEADER).removesuffix(b"\n")
        self.about = _parsed(header)
        self.ended: dict[str, Any] = {}
        self._seal = _Seal(str(self.about.get("salt")), header)

    def parts(self) -> Iterator[Part]:
        """Every part in its order; what the caller leaves unread is read over. Then the end is looked at."""
        if self.about.get("key") != crypto.fingerprint():
            theirs, ours = self.about.get("key"), crypto.fingerprint()
            raise BackupRefused("backup.other_key", theirs=theirs, ours=ours)
        while True:
            kind, content = self._frame()
            if kind != b"P":
                break
            part = Part(self, _parsed(content))
            yield part
            if part.ended is None:
                deque(part.blocks(), maxlen=0)
        if kind != b"Z" or len(self._file.read(_SUM + 1)) != _SUM:
            raise _damaged("结尾不对")
        self.ended = _parsed(content)

    def _frame(self) -> tuple[bytes, bytes]:
        head = self._read(5)
        length = int.from_bytes(head[1:])
        if length > _MOST_FRAME:
            raise _damaged("分块长度不对")
        return head[:1], self._seal.opened(head[:1], self._read(length))

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) != size:
            raise _damaged("文件被截断")
        return data


def compare_sum(file: BinaryIO) -> str:
    """Read the file to its end and compare the sum that stands there; needs no key. Returns the SHA-256 as
    `Writer.finish` does. Raises BackupRefused (`damaged`)."""
    size, found = file.seek(0, io.SEEK_END), hashlib.sha256()
    file.seek(0)
    left = size - _SUM
    while left > 0 and (data := file.read(min(left, 4 * BLOCK))):
        found.update(data)
        left -= len(data)
    told = file.read(_SUM)
    if left != 0 or told != found.digest():
        raise _damaged("校验和不符")
    found.update(told)
    file.seek(0)
    return found.hexdigest()


class _Seal:
    """Frames of one file, sealed and opened in their order."""

    def __init__(self, salt: str, header: bytes) -> None:
        self._cipher = crypto.cipher_for(f"backup:{salt}")
        self._bound, self._number = hashlib.sha256(header).digest(), 0

    def frame(self, kind: bytes, content: bytes) -> bytes:
        sealed = self._cipher.encrypt(self._nonce(), zlib.compress(content, 1), self._bound + kind)
        return kind + len(sealed).to_bytes(4) + sealed

    def opened(self, kind: bytes, sealed: bytes) -> bytes:
        """The content; never more of it than a block, whatever it unpacks to."""
        try:
            packed = self._cipher.decrypt(self._nonce(), sealed, self._bound + kind)
            unpacking = zlib.decompressobj()
            content = unpacking.decompress(packed, BLOCK + 1)
            if len(content) > BLOCK or not unpacking.eof:
                raise _damaged("分块过大")
        except (InvalidTag, ValueError, zlib.error) as error:
            raise _damaged("内容与密钥不符") from error
        return content

    def _nonce(self) -> bytes:
        self._number += 1
        return self._number.to_bytes(12)


def _damaged(what: str) -> BackupRefused:
    return BackupRefused("backup.damaged", what=what)


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        return cast(dict[str, Any], dict(json.loads(data)))
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged("说明读不出") from error
