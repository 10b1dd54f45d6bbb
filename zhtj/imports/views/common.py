"""What the pages share: the batch asked for, the way back to it, a file as an answer."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header

from zhtj.imports import queries
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.lib import sheets
from zhtj.lib.problems import Refused
from zhtj.lib.refusals import say
from zhtj.lib.workbook import WorkbookKind

from orgs.requests import Request

UNDER_WAY = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.COMMITTING)


def batch_of(request: Request, pk: int) -> ImportBatch:
    """The batch, if it lies in scope; else 404."""
    return get_object_or_404(queries.batches(request.scope), pk=pk)


def any_kind(request: Request) -> list[WorkbookKind]:
    """What this account may import at all; 403 for nothing."""
    found = queries.kinds(request.scope)
    if not found:
        raise PermissionDenied("您的账号没有导入的权限，请联系上级团组织管理员。")
    return found


def refused(request: Request, batch: ImportBatch, refusal: Refused) -> HttpResponse:
    """Back to the batch, which says why not."""
    say(request, refusal.problems)
    return redirect("import_batch", batch.pk)


def workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=sheets.MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
