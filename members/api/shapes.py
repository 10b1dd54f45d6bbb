"""Shapes of the room's answers that several of its APIs give."""

from rest_framework import serializers

from members.models import Member
from orgs.api.shapes import OfPerson


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
