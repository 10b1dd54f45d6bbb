"""An upload over the limit is turned away before its content is read or kept anywhere."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.urls import reverse

FORM_BYTES = 64 * 1024  # what the rest of a form may weigh
MANY_FILES = ("import_branches", "api_import_branches")  # URL names where many files may come at once
TOO_LARGE = "upload_too_large"  # set on the request whose file was dropped


class TurnAwayTooLarge(FileUploadHandler):
    """The first of settings.FILE_UPLOAD_HANDLERS: drops the file of a request that is too large.

    Nothing of it reaches memory or disk; the form then finds no file and says why.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        limit = "files_bytes" if _takes_many(self.request) else "bytes"
        if content_length > settings.ZHTJ_IMPORT_LIMITS[limit] + FORM_BYTES:
            setattr(self.request, TOO_LARGE, True)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if getattr(self.request, TOO_LARGE, False):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def _takes_many(request: HttpRequest | None) -> bool:
    """By its address: a body may be read before the address is resolved."""
    return request is not None and request.path in {reverse(name) for name in MANY_FILES}


def was_too_large(request: HttpRequest) -> bool:
    """Was a file of this request turned away? Reads the body if nobody has yet."""
    _ = request.FILES
    return getattr(request, TOO_LARGE, False)
