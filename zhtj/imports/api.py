"""Imports for programs: upload, look, commit. The same scope, rules, codes and keys as command and pages."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.api import Pages
from zhtj.imports import actions, queries, registry, report, rules, tasks
from zhtj.imports.models import BatchState, ImportBatch
from zhtj.imports.uploads import was_too_large
from zhtj.lib.doors import SIGNED_IN
from zhtj.lib.problems import Refused

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


class CommitSerializer(serializers.Serializer):
    """What a commit says. `revision`: the one whose result was looked at."""

    acknowledge = serializers.ListField(child=serializers.CharField(max_length=60), default=list)
    attest_evidence = serializers.BooleanField(default=False)
    revision = serializers.IntegerField(required=False)


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
        """Every row with a problem: `{"row", "outcome", "problems"}`, by row number."""
        batch = _batch(request, pk)

        def plain(row: Any) -> dict[str, Any]:
            problems = list(report.row_problems(row, batch))
            return {"row": row.number, "outcome": row.outcome, "problems": problems}

        return _paged(RowPages(), queries.problem_rows(batch), request, plain)

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
        "attest_evidence": batch.attest_evidence,
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


api_urls = [
    path("imports/", ImportViewSet.as_view({"get": "list", "post": "create"}), name="api_imports"),
    path("imports/<int:pk>/", ImportViewSet.as_view({"get": "retrieve"}), name="api_import"),
    path("imports/<int:pk>/rows/", ImportViewSet.as_view({"get": "rows"}), name="api_import_rows"),
    path("imports/<int:pk>/commit/", ImportViewSet.as_view({"post": "commit"}), name="api_import_commit"),
]
