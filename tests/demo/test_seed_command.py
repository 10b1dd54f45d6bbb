"""`manage.py seed_demo`: what it says, that it repeats itself exactly, and what it refuses."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from zhtj.demo import cast

from members.models import Member
from orgs.models import Person

from tests import world

pytestmark = pytest.mark.django_db


def seed():
    out = StringIO()
    call_command("seed_demo", "--size", "small", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_says_what_it_made_as_json():
    report = seed()
    assert set(report) == {"units", "members", "accounts"}
    assert set(report["accounts"][0]) == {"username", "password", "role", "unit", "unit_name", "kind"}


def test_the_same_seed_gives_the_same_province():
    def picture():
        with transaction.atomic():
            report = seed()
            people = Person.objects.order_by("full_name", "birth_on").values_list(
                "full_name", "birth_on", "mobile"
            )
            members = Member.objects.order_by("development_number", "from_at")
            columns = members.values_list("development_number", "from_at", "joined_on", "branch__code")
            seen = report, list(people), list(columns)
            transaction.set_rollback(True)
        return seen

    assert picture() == picture()


def test_a_database_in_use_is_left_alone():
    world.province()
    with pytest.raises(CommandError, match="只能装入空的数据库"):
        call_command("seed_demo")


def test_the_cast_is_shown_only_as_far_as_it_exists():
    assert cast.present() == []
    world.account(world.province(), username="province")
    assert [account.username for account in cast.present()] == ["province"]
