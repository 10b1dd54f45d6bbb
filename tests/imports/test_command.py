"""import_workbook and blank_workbook: JSON to the letter, exit status 0, 1, 2, no worker needed."""

import json
from io import StringIO

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from zhtj.imports.models import ImportBatch

from tests.imports.conftest import workbook

KEYS = {
    "batch",
    "state",
    "rows",
    "ok",
    "unchanged",
    "updated",
    "mend",
    "rectify",
    "acknowledge",
    "problems",
    "entered",
}
PROBLEM_KEYS = {"row", "column", "field", "code", "severity", "message", "value"}


@pytest.fixture
def run(cast, tmp_path):
    """Run the command on these rows; returns (exit status, its JSON)."""

    def call(rows, *flags, data=None, unit="HN01010101", actor="secretary", header=None):
        path = tmp_path / "水果.xlsx"
        more = {"header": header} if header else {}
        path.write_bytes(workbook(rows, **more) if data is None else data)
        out, status = StringIO(), 0
        arguments = ["fruit", str(path), "--unit", unit, "--actor", actor, "--json", *flags]
        try:
            call_command("import_workbook", *arguments, stdout=out)
        except SystemExit as end:
            status = end.code
        return status, json.loads(out.getvalue())

    return call


def test_a_clean_check_is_done_and_writes_nothing(run, stall):
    status, answer = run([("苹果", "3"), ("梨", "4")])
    assert status == 0
    assert set(answer) == KEYS
    assert answer["batch"] == ImportBatch.objects.get().pk
    assert (answer["state"], answer["rows"], answer["ok"], answer["entered"]) == ("checked", 2, 2, 0)
    assert stall.written == []


def test_a_check_that_fails_refuses_the_file_in_the_answer_and_says_why(run, stall):
    stall.explode = "judge"
    status, answer = run([("苹果", "3")])
    assert (status, set(answer), answer["state"], answer["rows"]) == (1, KEYS, "refused", 0)
    assert [problem["code"] for problem in answer["problems"]] == ["file.failed"]


def test_counts_add_up_and_problems_name_row_and_original_header(run, stall):
    stall.stock.update({"杏": "1", "枣": "2"})
    rows = [("苹果", "3"), ("杏", "1"), ("枣", "9"), ("坏梨", "x"), ("生柿", "1"), ("西瓜", "300")]
    status, answer = run(rows, header=("果子*", "重 量"))
    assert status == 1
    counts = {name: answer[name] for name in ("ok", "unchanged", "updated", "mend", "rectify")}
    assert counts == {"ok": 2, "unchanged": 1, "updated": 1, "mend": 1, "rectify": 1}
    assert answer["rows"] == sum(counts.values()) == 6
    assert all(set(problem) == PROBLEM_KEYS for problem in answer["problems"])
    said = [(p["row"], p["column"], p["code"], p["severity"], p["value"]) for p in answer["problems"]]
    assert said == [
        (5, "果子*", "fruit.rotten", "error", "坏梨"),
        (5, "重 量", "weight.format", "error", "x"),
        (6, "果子*", "fruit.unripe", "error", "生柿"),
        (7, "重 量", "weight.heavy", "warning", "300"),
    ]


def test_a_commit_enters_ok_and_updated(run, stall):
    stall.stock.update({"枣": "2"})
    status, answer = run([("苹果", "3"), ("枣", "9")], "--commit")
    assert (status, answer["state"], answer["entered"], answer["updated"]) == (0, "committed", 1, 1)
    assert stall.stock == {"苹果": "3", "枣": "9"}


def test_the_good_rows_are_entered_beside_faulty_ones_and_the_status_says_so(run):
    status, answer = run([("苹果", "3"), ("坏梨", "4")], "--commit")
    assert (status, answer["state"], answer["entered"], answer["mend"]) == (1, "committed", 1, 1)


def test_the_same_file_again_changes_nothing(run, stall):
    run([("苹果", "3")], "--commit")
    status, answer = run([("苹果", "3")], "--commit")
    assert (status, answer["state"], answer["unchanged"], answer["entered"]) == (0, "committed", 1, 0)
    assert stall.written == [2]


def test_an_unacknowledged_code_writes_nothing_and_the_state_stays_checked(run, stall):
    status, answer = run([("榴莲", "3")], "--commit")
    assert (status, answer["state"], answer["entered"]) == (1, "checked", 0)
    assert answer["acknowledge"] == [
        {"code": "fruit.smells", "unit": "高一1班团支部", "message": "有榴莲，会有气味。"}
    ]
    status, answer = run([("榴莲", "3")])
    assert (status, len(answer["acknowledge"])) == (1, 1)
    status, answer = run([("榴莲", "3")], "--commit", "--acknowledge", "fruit.smells")
    assert (status, answer["state"], answer["entered"]) == (0, "committed", 1)


def test_evidence_can_be_attested(run):
    assert run([("苹果", "")], "--commit")[0] == 1
    status, answer = run([("苹果", "")], "--commit", "--attest-evidence")
    assert (status, answer["state"], answer["acknowledge"]) == (0, "committed", [])


def test_a_refused_file_still_answers_in_json(run):
    for data in (b"\x89PNG\r\n\x1a\n", b""):
        status, answer = run([], data=data)
        assert status == 1
        assert set(answer) == KEYS
        assert (answer["state"], answer["rows"], len(answer["problems"])) == ("refused", 0, 1)
        assert answer["problems"][0]["row"] is None


def test_an_actor_without_the_right_is_refused(run):
    status, answer = run([("苹果", "3")], actor="outsider")
    assert (status, answer["state"], answer["batch"]) == (1, "refused", None)


def test_ids_are_masked(run):
    answer = run([("坏410102200001011234", "x", "410102200001011234")])[1]
    assert "410102200001011234" not in [p["value"] for p in answer["problems"]]
    assert answer["problems"][0]["value"] == "坏410***********1234"


def test_a_moved_world_is_told_and_is_not_done(run, stall):
    stall.moved = True
    status, answer = run([("苹果", "3")], "--commit")
    assert (status, answer["state"], answer["entered"]) == (1, "checked", 0)
    assert answer["problems"][0]["code"] == "batch.not_committed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "vegetables"},
        {"unit": "NOWHERE"},
        {"actor": "nobody"},
        {"file": "/nonexistent.xlsx"},
    ],
)
def test_a_wrong_call_is_status_two(cast, tmp_path, wrong):
    path = tmp_path / "水果.xlsx"
    path.write_bytes(workbook([("苹果", "3")]))
    call = {"kind": "fruit", "file": str(path), "unit": "HN01010101", "actor": "secretary"} | wrong
    with pytest.raises(CommandError) as error:
        call_command(
            "import_workbook", call["kind"], call["file"], "--unit", call["unit"], "--actor", call["actor"]
        )
    assert error.value.returncode == 2 or wrong.get("kind")  # argparse itself ends with 2


def test_the_answer_in_words(cast, tmp_path):
    path, out = tmp_path / "水果.xlsx", StringIO()
    path.write_bytes(workbook([("苹果", "3"), ("坏梨", "4")]))
    with pytest.raises(SystemExit):
        call_command(
            "import_workbook", "fruit", str(path), "--unit", "HN01010101", "--actor", "secretary", stdout=out
        )
    assert "2 行：可以导入 1，要改 1" in out.getvalue()
    assert "第 3 行 水果（读到“坏梨”） fruit.rotten：“坏梨”是坏的。" in out.getvalue()


def test_a_blank_workbook_can_be_filled_in_and_imported(cast, tmp_path, run):
    path = tmp_path / "空白.xlsx"
    call_command("blank_workbook", "fruit", "--unit", "HN01010101", "-o", str(path), stdout=StringIO())
    book = openpyxl.load_workbook(path)
    sheet = book.active
    header = next(row for row in sheet.iter_rows(max_row=10) if row[1].value == "重量")
    assert [cell.value for cell in header] == ["水果*", "重量", "身份证号码", "品质"]
    assert sheet.column_dimensions["C"].width and sheet.data_validations.dataValidation
    sheet.cell(header[0].row + 1, 1, "苹果")
    sheet.cell(header[0].row + 1, 2, "3")
    book.save(path)
    status, answer = run([], data=path.read_bytes())
    assert (status, answer["rows"], answer["ok"]) == (0, 1, 1)
