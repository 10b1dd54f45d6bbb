"""Imports over the API: the same keys, codes and scope as the command and the pages."""

import io
import json
import uuid

import pytest

from zhtj.imports.models import ImportBatch

from tests import world
from tests.imports.conftest import workbook

ROWS = [("苹果", "3"), ("坏梨", "4", "410102200001011234"), ("生柿子", "2")]


@pytest.fixture
def client(cast):
    return world.client(cast.secretary)


@pytest.fixture
def post(client, django_capture_on_commit_callbacks):
    def send(address, data=None, **files):
        how = {} if files else {"content_type": "application/json"}
        body = {**(data or {}), **files} if files else json.dumps(data or {})
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(address, body, **how)

    return send


@pytest.fixture
def upload(post):
    def send(rows, *, data=None, **said):
        file = io.BytesIO(workbook(rows) if data is None else data)
        file.name = "水果.xlsx"
        return post("/api/imports/", {"kind": "fruit", "unit": "HN01010101", **said}, file=file)

    return send


def test_an_upload_is_made_looked_at_and_committed(upload, client, post, stall):
    made = upload(ROWS)
    assert made.status_code == 201
    batch = made.json()["batch"]
    seen = client.get(f"/api/imports/{batch}/").json()
    assert (seen["state"], seen["rows"], seen["ok"], seen["mend"], seen["rectify"]) == (
        "checked",
        3,
        1,
        1,
        1,
    )
    assert [(p["row"], p["column"], p["code"]) for p in seen["problems"]] == [
        (3, "水果", "fruit.rotten"),
        (4, "水果", "fruit.unripe"),
    ]
    answer = post(f"/api/imports/{batch}/commit/", {"revision": seen["revision"]})
    assert answer.status_code == 202
    assert client.get(f"/api/imports/{batch}/").json()["entered"] == 1
    assert stall.written == [2]
    assert post(f"/api/imports/{batch}/commit/").json()["entered"] == 1


def test_the_rows_tell_their_problems_masked(upload, client):
    batch = upload(ROWS).json()["batch"]
    page = client.get(f"/api/imports/{batch}/rows/").json()
    assert [(row["row"], row["outcome"]) for row in page["results"]] == [(3, "mend"), (4, "rectify")]
    assert "410102200001011234" not in json.dumps(page)


def test_the_list_holds_what_is_in_scope(upload, client, cast):
    upload(ROWS)
    [line] = client.get("/api/imports/").json()["results"]
    assert (line["kind"], line["unit"], line["uploaded_by"]) == ("fruit", "HN01010101", "secretary")
    assert world.client(cast.outsider).get("/api/imports/").json()["results"] == []


def test_a_foreign_batch_or_unit_does_not_exist(upload, cast):
    batch = upload(ROWS).json()["batch"]
    outsider = world.client(cast.outsider)
    for address in (f"/api/imports/{batch}/", f"/api/imports/{batch}/rows/"):
        assert outsider.get(address).status_code == 404
    assert outsider.post(f"/api/imports/{batch}/commit/").status_code == 404
    assert upload(ROWS, unit="HN020101").status_code == 404


def test_who_enters_nobody_is_forbidden(cast):
    assert world.client(cast.stranger).get("/api/imports/").status_code == 403


def test_refusals_have_the_one_error_shape(upload, post):
    for answer in (upload([], data=b""), upload(ROWS, kind="vegetables")):
        assert answer.status_code == 422
        assert set(answer.json()) == {"code", "message", "problems"}
    batch = upload([("榴莲", "9")]).json()["batch"]
    answer = post(f"/api/imports/{batch}/commit/")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "batch.unacknowledged")
    answer = post(f"/api/imports/{batch}/commit/", {"acknowledge": ["fruit.smells"]})
    assert answer.status_code == 202


def test_evidence_can_be_attested_with_the_commit(upload, post, stall):
    batch = upload([("苹果", "")]).json()["batch"]
    assert post(f"/api/imports/{batch}/commit/").status_code == 422
    assert post(f"/api/imports/{batch}/commit/", {"attest_evidence": True}).status_code == 202
    assert stall.written == [2]
    assert ImportBatch.objects.get().attest_evidence


def test_the_same_key_makes_one_batch(upload):
    key = str(uuid.uuid4())
    assert upload(ROWS, form_key=key).json()["batch"] == upload(ROWS, form_key=key).json()["batch"]


def test_a_bad_request_says_which_field(post):
    answer = post("/api/imports/", {"kind": "fruit"})
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["problems"]} >= {"unit", "file"}
