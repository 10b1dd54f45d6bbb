"""Shapes of the room's answers that several of its APIs give."""

from rest_framework import serializers

from members.models import Member


class MemberSerializer(serializers.ModelSerializer):
    """A member as shown: the national id masked."""

    branch = serializers.CharField(source="branch.code")
    full_name = serializers.CharField(source="person.full_name")
    national_id = serializers.CharField(source="person.masked_id")
    sex = serializers.CharField(source="person.sex")
    birth_on = serializers.DateField(source="person.birth_on")
    ethnicity = serializers.CharField(source="person.ethnicity")
    political_status = serializers.CharField(source="person.political_status")

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
