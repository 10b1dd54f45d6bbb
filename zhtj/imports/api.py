"""Imports for programs: upload, poll, rows, mend, skip, check, list, commit, discard, undo; many at once.

The same scope, rules, codes and keys as command and pages.
"""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.api import Pages
from zhtj.imports import (
    actions,
    branches,
    listing,
    queries,
    registry,
    report,
    rules,
    tasks,
    undoing,
    workbooks,
)
from zhtj.imports.models import BatchState, ImportBatch, ImportRow
from zhtj.imports.uploads import was_too_large
from zhtj.lib import sheets, words
from zhtj.lib.doors import SIGNED_IN
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Undoing

from orgs.models import OrgUnit

PROBLEMS_SHOWN = 1000  # with the batch itself; all of them, row by row, under rows/


class BatchPages(Pages):
    ordering = "-id"


class RowPages(Pages):
    ordering = "number"


class UploadSerializer(serializers.Serializer):
    """What an upload says."""

    kind = serializers.CharField(max_length=12)
    unit = serializers.CharField(max_length=32, help_text="组织编码")
    file = serializers.FileField(allow_empty_file=True)
    attest_evidence = serializers.BooleanField(default=False)
    form_key = serializers.UUIDField(required=False, help_text="同一个值只建一个批次")


class FilesSerializer(serializers.Serializer):
    """Many files at once."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True))


class CommitSerializer(serializers.Serializer):
    """What a commit says. `revision`: the one whose result was looked at."""

    acknowledge = serializers.ListField(child=serializers.CharField(max_length=60), default=list)
    attest_evidence = serializers.BooleanField(default=False)
    revision = serializers.IntegerField(required=False)


class MendSerializer(serializers.Serializer):
    """What is typed into a row's cells, by field; a field not named keeps its cell, "" empties it."""

    cells = serializers.DictField(
        child=serializers.CharField(max_length=2000, allow_blank=True, trim_whitespace=False)
    )


class SkipSerializer(serializers.Serializer):
    skip = serializers.BooleanField(default=True, help_text="false：恢复")


class ListSerializer(serializers.Serializer):
    """Which rows go on the rectification list; none named: all rows to rectify, at most 500 at once."""

    rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=10**8), required=False, max_length=500
    )


class UndoSerializer(serializers.Serializer):
    """`seen`: the sign of the preview that was looked at; without it whatever is possible is taken back."""

    seen = serializers.CharField(required=False, max_length=60)


class ImportViewSet(viewsets.ViewSet):
    """导入批次."""

    door = {"*": SIGNED_IN}

    @extend_schema(operation_id="imports_list", responses={200: dict})
    def list(self, request: Request) -> Response:
        _require_any_kind(request)
        return _paged(BatchPages(), queries.batches(request.scope), request, _described)

    @extend_schema(request=UploadSerializer, responses={201: dict})
    def create(self, request: Request) -> Response:
        _require_any_kind(request)
        if was_too_large(request):
            raise Refused([rules.too_large()])
        said = _valid(UploadSerializer, request)
        kind = registry.kind_of(said["kind"])
        unit = get_object_or_404(queries.visible_units(request.scope), code=said["unit"])
        actions.refuse_size(said["file"].size)
        batch = actions.upload(
            request.actor,
            kind=kind.key,
            unit=unit,
            file_name=said["file"].name,
            data=said["file"].read(),
            attest_evidence=said["attest_evidence"],
            form_key=said.get("form_key"),
        )
        tasks.start_check(batch)
        return Response(_described(batch), status=status.HTTP_201_CREATED)

    @extend_schema(responses={200: dict})
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(_whole(_batch(request, pk)))

    @extend_schema(responses={200: dict})
    def rows(self, request: Request, pk: int) -> Response:
        """Every row with a problem or a change, by row number; `?outcome=` only those of one outcome."""
        batch = _batch(request, pk)
        outcome = request.query_params.get("outcome", "")
        found = queries.rows(batch, outcome=outcome) if outcome else queries.spoken_of_rows(batch)
        return _paged(RowPages(), found, request, partial(_row, batch))

    @extend_schema(request=MendSerializer, responses={200: dict})
    def mend(self, request: Request, pk: int, number: int) -> Response:
        """Mend a row; the whole batch is judged anew, a small one before the answer."""
        said = _valid(MendSerializer, request)
        batch = _batch(request, pk)
        known = {column.field for column in registry.kind_of(batch.kind).columns}
        typed = {name: text for name, text in said["cells"].items() if name in known}
        actions.mend_row(request.actor, batch=batch, number=number, typed=typed)
        return _rechecked(request, batch, number)

    @extend_schema(request=SkipSerializer, responses={200: dict})
    def skip(self, request: Request, pk: int, number: int) -> Response:
        """Leave a row out, or take it in again."""
        said = _valid(SkipSerializer, request)
        batch = _batch(request, pk)
        actions.skip_row(request.actor, batch=batch, number=number, skip=said["skip"])
        return _rechecked(request, batch, number)

    @extend_schema(request=None, responses={200: dict})
    def check(self, request: Request, pk: int) -> Response:
        """Judge the batch anew as it is, also one that is `failed`; `state` tells how far it is."""
        batch = _batch(request, pk)
        actions.check_again(request.actor, batch=batch)
        tasks.check_again(batch)
        return Response(_whole(_batch(request, pk)))

    @extend_schema(request=None, responses={200: dict})
    def take_over(self, request: Request, pk: int) -> Response:
        """Answer for a batch whose uploader has lost the right, and have it judged anew."""
        batch = _batch(request, pk)
        actions.take_over(request.actor, batch=batch)
        tasks.check_again(batch)
        return Response(_whole(_batch(request, pk)))

    @extend_schema(request=None, responses={200: dict})
    def discard(self, request: Request, pk: int) -> Response:
        """Give the batch up before anything is written: its file and rows are removed."""
        actions.discard(request.actor, batch=_batch(request, pk))
        return Response(_whole(_batch(request, pk)))

    @extend_schema(request=ListSerializer, responses={200: dict})
    def put_on_list(self, request: Request, pk: int) -> Response:
        """Put rows to rectify on the rectification list; `listed` says how many."""
        said = _valid(ListSerializer, request)
        count = listing.put_on_list(request.actor, batch=_batch(request, pk), numbers=said.get("rows"))
        return Response(_whole(_batch(request, pk)) | {"listed_now": count})

    @extend_schema(responses={(200, sheets.MEDIA_TYPE): bytes})
    def open_rows(self, request: Request, pk: int) -> HttpResponse:
        """The open rows as a workbook; sent back as an upload it goes on in this batch."""
        return HttpResponse(
            workbooks.open_rows(request.actor, _batch(request, pk)), content_type=sheets.MEDIA_TYPE
        )

    @extend_schema(request=UndoSerializer, responses={200: dict})
    def undo(self, request: Request, pk: int) -> Response:
        """GET: what taking the commit back would do, what stays and why. POST: do it."""
        batch = _batch(request, pk)
        if request.method == "GET":
            preview = undoing.preview(request.actor, batch=batch)
            until = {"until": preview.until.isoformat(), "seen": preview.seen}
            return Response(_undoing(preview.undoing) | until)
        said = _valid(UndoSerializer, request)
        told = undoing.undo(request.actor, batch=batch, seen_before=said.get("seen"))
        return Response(_whole(_batch(request, pk)) | {"undone": _undoing(told)})

    @extend_schema(request=CommitSerializer, responses={202: dict})
    def commit(self, request: Request, pk: int) -> Response:
        """Ask for the commit; `state` tells how far it is."""
        said = _valid(CommitSerializer, request)
        batch = _batch(request, pk)
        if said["attest_evidence"] and not batch.attest_evidence and batch.state == BatchState.CHECKED:
            actions.attest(request.actor, batch=batch)
            tasks.check_again(batch)
            batch = _batch(request, pk)
            said.pop("revision", None)
        if actions.ask_commit(
            request.actor, batch=batch, acknowledge=said["acknowledge"], revision=said.get("revision")
        ):
            tasks.start_commit(batch)
        return Response(_whole(_batch(request, pk)), status=status.HTTP_202_ACCEPTED)


class BranchImportViewSet(viewsets.ViewSet):
    """各支部表格：下载压缩包、一次上传多个文件、谁还没有交."""

    door = {"*": SIGNED_IN}

    @extend_schema(responses={200: dict})
    def list(self, request: Request) -> Response:
        """`?unit=CODE`: each branch with its members and the batch that came last; files of no branch."""
        unit = _superior(request)
        ticks = [
            {
                "unit": tick.branch.code,
                "name": tick.branch.short_name,
                "members": tick.member_count,
                "batch": _described(tick.batch) if tick.batch else None,
            }
            for tick in branches.ticks(request.scope, unit)
        ]
        unplaced = [_described(batch) for batch in branches.unplaced(request.scope, unit)]
        return Response({"branches": ticks, "unplaced": unplaced})

    @extend_schema(request=FilesSerializer, responses={201: dict})
    def create(self, request: Request) -> Response:
        """Many files at once, each field `files`; every one becomes a batch of its own."""
        if was_too_large(request):
            raise Refused([rules.too_large_together()])
        came = branches.receive(request.actor, unit=_superior(request), files=request.FILES.getlist("files"))
        tasks.start_check(*came.batches)
        refused = [
            {"file_name": name, "problems": [report.of_file(problem) for problem in problems]}
            for name, problems in came.refused
        ]
        answer = {"batches": [_described(batch) for batch in came.batches], "refused": refused}
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/zip"): bytes})
    def files(self, request: Request) -> StreamingHttpResponse:
        """The archive of pre-filled workbooks, written as it is sent."""
        pieces = branches.archive(request.actor, _superior(request))
        return StreamingHttpResponse(pieces, content_type="application/zip")


def _superior(request: Request) -> OrgUnit:
    """The unit of `?unit=CODE`, by default the one acted for."""
    _require_any_kind(request)
    units = queries.visible_units(request.scope)
    code = words.code(request.query_params.get("unit", ""))
    unit = get_object_or_404(units, code=code) if code else get_object_or_404(units, pk=request.scope.unit_id)
    branches.require(request.scope, unit)
    return unit


def _rechecked(request: Request, batch: ImportBatch, number: int) -> Response:
    """The batch after a change by hand, and the row if there is anything to say of it."""
    tasks.check_again(batch)
    fresh = _batch(request, batch.pk)
    row = fresh.rows.filter(number=number).first() if fresh.state == BatchState.CHECKED else None
    return Response(_described(fresh) | {"row": _row(fresh, row) if row else None})


def _row(batch: ImportBatch, row: ImportRow) -> dict[str, Any]:
    """`{"row", "outcome", "problems", "change", "listed"}`, ids masked."""
    return {
        "row": row.number,
        "outcome": row.outcome,
        "problems": [] if row.outcome == "skipped" else list(report.row_problems(row, batch)),
        "change": report.row_change(row),
        "listed": row.listed or None,
    }


def _undoing(told: Undoing) -> dict[str, Any]:
    stays = [{"row": number, "why": why} for number, why in told.stays[: undoing.STAYS_KEPT]]
    counts = {"withdrawn": told.withdrawn, "restored": told.restored, "stay_count": len(told.stays)}
    return counts | {"stays": stays}


def _require_any_kind(request: Request) -> None:
    if not queries.kinds(request.scope):
        raise PermissionDenied("您的账号没有导入的权限。")


def _described(batch: ImportBatch) -> dict[str, Any]:
    """A batch without its problems."""
    return report.counts(batch) | {
        "revision": batch.revision,
        "kind": batch.kind,
        "unit": batch.unit.code,
        "file_name": batch.file_name,
        "uploaded_by": batch.uploaded_by.username,
        "uploaded_at": batch.uploaded_at.isoformat(),
        "taken_over_by": batch.taken_over_by.username if batch.taken_over_by else None,
        "attest_evidence": batch.attest_evidence,
        "rows_done": batch.done_count,
        "open_rows": batch.open_count,
        "listed": batch.listed_count,
        "skipped": batch.skipped_count,
        "discarded_by": batch.discarded_by.username if batch.discarded_by else None,
        "discarded_at": batch.state_at.isoformat() if batch.discarded_by else None,
        "continues": batch.continues_id,
        "remark": batch.remark,
    }


def _whole(batch: ImportBatch) -> dict[str, Any]:
    return _described(batch) | {"problems": list(report.problems(batch, PROBLEMS_SHOWN))}


def _batch(request: Request, pk: int) -> ImportBatch:
    return get_object_or_404(queries.batches(request.scope), pk=pk)


def _valid(serializer: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    said = serializer(data=request.data)
    said.is_valid(raise_exception=True)
    return dict(said.validated_data)


def _paged(pages: BasePagination, found: Any, request: Request, plain: Any) -> Response:
    page = pages.paginate_queryset(found, request)
    return pages.get_paginated_response([plain(one) for one in page or ()])


def _path(where: str, name: str, **methods: str) -> URLPattern:
    return path(f"imports/<int:pk>/{where}", ImportViewSet.as_view(methods), name=name)


api_urls = [
    path(
        "imports/branches/",
        BranchImportViewSet.as_view({"get": "list", "post": "create"}),
        name="api_import_branches",
    ),
    path(
        "imports/branches/files/",
        BranchImportViewSet.as_view({"get": "files"}),
        name="api_import_branch_files",
    ),
    _path("rows/<int:number>/mend/", "api_import_mend", post="mend"),
    _path("rows/<int:number>/skip/", "api_import_skip", post="skip"),
    _path("check/", "api_import_check", post="check"),
    _path("take-over/", "api_import_take_over", post="take_over"),
    _path("discard/", "api_import_discard", post="discard"),
    _path("list/", "api_import_list_rows", post="put_on_list"),
    _path("open-rows/", "api_import_open_rows", get="open_rows"),
    _path("undo/", "api_import_undo", get="undo", post="undo"),
    path("imports/", ImportViewSet.as_view({"get": "list", "post": "create"}), name="api_imports"),
    path("imports/<int:pk>/", ImportViewSet.as_view({"get": "retrieve"}), name="api_import"),
    path("imports/<int:pk>/rows/", ImportViewSet.as_view({"get": "rows"}), name="api_import_rows"),
    path("imports/<int:pk>/commit/", ImportViewSet.as_view({"post": "commit"}), name="api_import_commit"),
]
