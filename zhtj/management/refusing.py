"""How a command says that a backup was refused: as JSON on stdout or as a sentence; exit status 1."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, OutputWrapper

from zhtj.backup import BackupRefused


@contextmanager
def refusals_told(stdout: OutputWrapper, *, as_json: bool) -> Iterator[None]:
    """Ends the command where what is inside is refused."""
    try:
        yield
    except BackupRefused as refused:
        if as_json:
            answer = {"state": "refused", "code": refused.code, "message": refused.sentence}
            stdout.write(json.dumps(answer, ensure_ascii=False))
            sys.exit(1)
        raise CommandError(refused.sentence) from refused
