"""Shapes that the APIs of several rooms give."""

from rest_framework import serializers


class OfPerson(serializers.Serializer):
    """What is said of the `person` of a record: the national id masked. A room names the fields it gives."""

    full_name = serializers.CharField(source="person.full_name")
    national_id = serializers.CharField(source="person.masked_id")
    mobile = serializers.CharField(source="person.masked_mobile")
    sex = serializers.CharField(source="person.sex")
    birth_on = serializers.DateField(source="person.birth_on")
    ethnicity = serializers.CharField(source="person.ethnicity")
    political_status = serializers.CharField(source="person.political_status")
    education = serializers.CharField(source="person.education")
