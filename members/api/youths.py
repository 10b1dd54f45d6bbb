"""The identity check (身份摸底) over the API: the same scope, rules and codes as its pages."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.api_fields import Cell, Words

from members import actions, documents, queries
from members.api.asking import is_drawn, unit_named
from members.models import ReviewDocument, YouthUnderReview
from members.queries.review import SHOWN
from members.rules import FIELDS, Entry, EntryReader
from members.views.common import document_file
from orgs.scopes import NOTHING


class YouthSerializer(serializers.ModelSerializer):
    """Somebody under review: the national id masked, what is missing in words."""

    branch = serializers.CharField(source="branch.code")
    national_id = serializers.CharField(source="masked_id")

    class Meta:
        model = YouthUnderReview
        fields = (
            "id",
            "branch",
            "full_name",
            "national_id",
            "state",
            "reasons",
            "due_on",
            "remark",
            "created_at",
            "released_at",
            "release_reason",
            "settled_at",
            "member",
        )
        read_only_fields = fields


class CandidateSerializer(serializers.Serializer):
    """One person as entered: the fields of the workbook by name; `branch` as code, full or short name."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name: Cell() for name in FIELDS}


class DismissSerializer(serializers.Serializer):
    """Why somebody is not recognised."""

    remark = Words()
    words = Words(help_text="remark 原来的名称")


class ReleaseSerializer(serializers.Serializer):
    """Why a superior waives what stands against somebody."""

    reason = Words()
    words = Words(help_text="reason 原来的名称")


class RecogniseSerializer(serializers.Serializer):
    """Whom to recognise, and whether blank evidence is answered for."""

    youths = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=2000)
    attest_evidence = serializers.BooleanField(required=False, default=False)


class DocumentSerializer(serializers.Serializer):
    file = serializers.FileField()


class AttachedSerializer(serializers.ModelSerializer):
    """A document attached, without its content."""

    class Meta:
        model = ReviewDocument
        fields = ("id", "name", "content_type", "size", "uploaded_at")
        read_only_fields = fields


class YouthViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """身份摸底：列入、补正、认定、核准放行、不予认定，以及各级进度。"""

    door = {"GET": "members.see", "POST": "members.enter", "DELETE": "members.enter"}
    serializer_class = YouthSerializer

    def get_queryset(self) -> QuerySet[YouthUnderReview]:
        return queries.youth(NOTHING if is_drawn(self) else self.request.scope)

    @extend_schema(
        parameters=[
            OpenApiParameter("unit", OpenApiTypes.STR, description="组织编码，不填为当前组织"),
            OpenApiParameter("state", OpenApiTypes.STR, enum=[key for key, _ in SHOWN]),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The cases of a unit's sub-tree, of one state or all."""
        unit = unit_named(request.scope, request.query_params.get("unit", ""))
        state = request.query_params.get("state", "")
        state = state if state in dict(SHOWN) else ""
        found = queries.youth_of(request.scope, unit, state, today=days.today())
        page = self.paginate_queryset(found)
        return self.get_paginated_response(YouthSerializer(page, many=True).data)

    @extend_schema(request=CandidateSerializer, responses={201: YouthSerializer})
    def create(self, request: Request) -> Response:
        """Put one person on the list; the same person again brings the open case up to date."""
        entry = self._entry(request)
        unit = unit_named(request.scope, "")
        branch = actions.branch_of(request.actor, unit=unit, entry=entry)
        (youth,) = actions.put_under_review(request.actor, branch=branch, entries=[entry], today=days.today())
        return self._answer(youth, status.HTTP_201_CREATED)

    @extend_schema(request=CandidateSerializer, responses={200: YouthSerializer})
    def mend(self, request: Request, pk: int) -> Response:
        """Store mended particulars, the id whole or masked as it was answered; the reasons are said anew."""
        youth = self._youth(pk)
        youth = actions.mend_youth(
            request.actor, youth=youth, entry=self._entry(request, youth), today=days.today()
        )
        return self._answer(youth)

    @extend_schema(request=RecogniseSerializer, responses={200: OpenApiTypes.OBJECT})
    def recognise(self, request: Request) -> Response:
        """认定: `done` are members now; `left` says of each of the others why not."""
        given = RecogniseSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        ids = set(given.validated_data["youths"])
        if self.get_queryset().filter(pk__in={pk for pk in ids if pk < 1 << 62}).count() != len(ids):
            raise Http404
        came = actions.recognise_all(
            request.actor,
            unit=unit_named(request.scope, ""),
            youth_ids=ids,
            today=days.today(),
            attest_evidence=given.validated_data["attest_evidence"],
        )
        left = [
            {"id": youth.pk, "problems": [{"code": p.code, "message": p.message} for p in problems]}
            for youth, problems in came.left
        ]
        return Response({"done": came.done, "left": left})

    @extend_schema(request=DismissSerializer, responses={200: YouthSerializer})
    def dismiss(self, request: Request, pk: int) -> Response:
        """不予认定, with a reason in `remark`."""
        youth, remark = self._youth(pk), _said(DismissSerializer, request, "remark")
        return self._answer(actions.dismiss_youth(request.actor, youth=youth, remark=remark))

    @extend_schema(request=ReleaseSerializer, responses={200: YouthSerializer})
    def release(self, request: Request, pk: int) -> Response:
        """核准放行 by a superior, with a reason in `reason`; never the age."""
        youth, reason = self._youth(pk), _said(ReleaseSerializer, request, "reason")
        released = actions.release_youth(request.actor, youth=youth, reason=reason, today=days.today())
        return self._answer(released)

    @extend_schema(responses=AttachedSerializer(many=True))
    def attached(self, request: Request, pk: int) -> Response:
        """The documents attached to a case, ten at most, in the order they came."""
        return Response(AttachedSerializer(self._youth(pk).documents.order_by("id"), many=True).data)

    @extend_schema(request={"multipart/form-data": DocumentSerializer}, responses={201: OpenApiTypes.OBJECT})
    def attach(self, request: Request, pk: int) -> Response:
        """Attach a document (JPG, PNG or PDF, judged by its content)."""
        youth = self._youth(pk)
        given = DocumentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        file = given.validated_data["file"]
        data = file.read(documents.MOST_BYTES + 1)
        document = actions.attach_document(request.actor, youth=youth, name=file.name, data=data)
        return Response({"id": document.pk, "size": document.size}, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, kind): OpenApiTypes.BINARY for kind in documents.TYPES})
    def download(self, request: Request, pk: int, document_pk: int) -> HttpResponse:
        """A document as it was uploaded, as an attachment."""
        return document_file(request.actor, self._youth(pk), document_pk)

    @extend_schema(request=None, responses={204: None})
    def detach(self, request: Request, pk: int, document_pk: int) -> Response:
        """Remove a document of an open case."""
        youth = self._youth(pk)
        document = queries.document_of(youth, document_pk)
        if document is None:
            raise Http404
        actions.detach_document(request.actor, youth=youth, document=document)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def progress(self, request: Request) -> Response:
        """How far the unit and each of its direct children is."""
        unit = unit_named(request.scope, request.query_params.get("unit", ""))
        own, below = queries.standings(request.scope, unit, days.today())
        rows = [(unit, own), *below]
        return Response(
            [
                {
                    "unit": one.code,
                    "name": one.short_name,
                    **{name: getattr(standing, name) for name in standing.__slots__},
                }
                for one, standing in rows
            ]
        )

    def _youth(self, pk: int) -> YouthUnderReview:
        youth: YouthUnderReview = get_object_or_404(self.get_queryset(), pk=pk)
        return youth

    def _entry(self, request: Request, source: YouthUnderReview | None = None) -> Entry:
        """What was sent, read; a masked id means that of `source`."""
        given = CandidateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        cells = dict(given.validated_data)
        if source is not None:
            cells["national_id"] = queries.id_meant(source, cells.get("national_id", ""))
        return EntryReader(days.today()).read(cells)

    def _answer(self, youth: YouthUnderReview, code: int = status.HTTP_200_OK) -> Response:
        return Response(YouthSerializer(self._youth(youth.pk)).data, status=code)


def _said(shape: type[serializers.Serializer], request: Request, name: str) -> str:
    """The text in the field `name`, else in `words`, which it was called before."""
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return str(given.validated_data[name] or given.validated_data["words"])


def _to(**methods: str) -> Any:
    return YouthViewSet.as_view(methods)


urls = [
    path("youths/", _to(get="list", post="create"), name="api_youths"),
    path("youths/progress/", _to(get="progress"), name="api_youth_progress"),
    path("youths/recognise/", _to(post="recognise"), name="api_youth_recognise"),
    path("youths/<int:pk>/", _to(get="retrieve"), name="api_youth"),
    path("youths/<int:pk>/mend/", _to(post="mend"), name="api_youth_mend"),
    path("youths/<int:pk>/dismiss/", _to(post="dismiss"), name="api_youth_dismiss"),
    path("youths/<int:pk>/release/", _to(post="release"), name="api_youth_release"),
    path("youths/<int:pk>/documents/", _to(get="attached", post="attach"), name="api_youth_attach"),
    path(
        "youths/<int:pk>/documents/<int:document_pk>/",
        _to(get="download", delete="detach"),
        name="api_youth_document",
    ),
]
