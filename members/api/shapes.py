"""What several APIs of the room ask and answer."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from rest_framework import serializers

from zhtj.lib import days
from zhtj.lib.api_fields import Cell, Words

from members import queries
from members.models import Member, MemberCase
from members.rules import EVERY_CODE, FIELDS, Entry, EntryReader
from orgs.api.shapes import OfPerson
from orgs.scopes import Scope

OF_CASE = (
    "已归我方的编号争议：身份证号码留空或照答复中遮盖的写，即争议中填写的号码；其余争议中已有的各项也可留空"
)


class MemberSerializer(OfPerson, serializers.ModelSerializer):
    """A member as shown: the national id masked."""

    branch = serializers.CharField(source="branch.code")

    class Meta:
        model = Member
        fields = (
            "id",
            "branch",
            "full_name",
            "national_id",
            "sex",
            "birth_on",
            "ethnicity",
            "political_status",
            "joined_on",
            "development_number",
            "application_form",
            "member_card",
            "transfer_letter",
            "attested_at",
            "from_at",
        )
        read_only_fields = fields


class CaseSerializer(serializers.ModelSerializer):
    """An application as shown: ids masked."""

    full_name = serializers.CharField(source="member.person.full_name")
    national_id = serializers.CharField(source="member.person.masked_id")
    branch = serializers.CharField(source="branch.code")
    to_branch = serializers.CharField(source="to_branch.code", allow_null=True)
    decider = serializers.CharField(source="decider.code", allow_null=True)
    new_id = serializers.CharField(source="masked_new_id")

    class Meta:
        model = MemberCase
        fields = (
            "id",
            "kind",
            "state",
            "member",
            "full_name",
            "national_id",
            "branch",
            "to_branch",
            "decider",
            "number",
            "new_name",
            "new_id",
            "reason",
            "asked_at",
            "due_at",
            "answer",
            "answered_at",
            "decision",
            "decided_at",
        )
        read_only_fields = fields


class IdentitySerializer(serializers.Serializer):
    """Who it is, and why."""

    full_name = Cell()
    national_id = Cell()
    reason = Words()

    def entry(self) -> Entry:
        """What was said, read; a blank is a problem of the entry."""
        return self.read(self.validated_data)

    def read(self, values: Mapping[str, Any]) -> Entry:
        """`values` of the fields asked for, read; a blank is a problem of the entry."""
        cells = {name: text for name, text in values.items() if name in FIELDS and name in self.fields}
        entry = EntryReader(days.today()).read(cells)
        for name in ("full_name", "national_id"):
            if not getattr(entry, name) and name not in entry.unread:
                entry.unread[name] = EVERY_CODE.problem(f"{name}.missing")
        return entry


class ActSerializer(serializers.Serializer):
    """A word on an application: `grant`, `refuse`, `release`, `keep`, `cancel`."""

    act = serializers.ChoiceField(choices=["grant", "refuse", "release", "keep", "cancel"])
    decision = Words()


def of_case(scope: Scope, values: dict[str, Any]) -> dict[str, Any]:
    """What was sent, filled with what is known of who a number was won for. 404 for a `case` that is none."""
    key = values.pop("case", None)
    if key is None:
        return values
    won = queries.won_number(scope, key)
    if won is None or won.to_branch is None:
        raise Http404
    known = {"full_name": won.new_name, "national_id": won.masked_new_id, "development_number": won.number}
    filled = known | {"branch": won.to_branch.code} | {name: cell for name, cell in values.items() if cell}
    return values | filled | {"national_id": queries.id_meant(won, str(filled["national_id"]))}
