"""Message files of the embedded worker, whole or not there at all.

kombu's transport makes a message's file under its final name and fills it afterwards. A worker that polls
in between takes an empty message, cannot read it and ends, and everything started with it ends too: the
timetable writes from a process of its own, so one worker alone is enough for that. Here a message is
written under another name and renamed when it is whole.
"""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

UNFINISHED = ".part"  # no queue's messages end so


class Channel(filesystem.Channel):
    """Puts messages so that a reader finds them complete."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        final = Path(self.data_folder_out) / name
        unfinished = final.with_name(name + UNFINISHED)
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")  # type: ignore[no-untyped-call]
            unfinished.replace(final)
        except OSError as error:  # a full disk, say: told as kombu tells it
            unfinished.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add file {name!r}") from error


class Transport(filesystem.Transport):
    """kombu's filesystem transport with these channels."""

    Channel = Channel
