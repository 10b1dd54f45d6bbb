"""`export_bulletin` to the letter: files written, paths on stdout, exit statuses."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from zhtj.lib import days
from zhtj.lib.problems import Refused

from progress import exports
from progress.actions import compute_rehearsal, create_campaign
from progress.models import Bulletin, BulletinFile

from tests import world
from tests.progress.conftest import DAY, Scene, at

pytestmark = pytest.mark.django_db

MAGIC = {"xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF", "txt": "【智慧团建".encode()}


def export(
    output: Path | str, format: str, *more: str, day: str = str(DAY), unit: str = "HN"
) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = ["--day", day, "--unit", unit, "--format", format, "-o", str(output), *more]
    call_command("export_bulletin", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("format", ["xlsx", "pdf", "docx", "txt"])
def test_one_file_goes_where_it_is_told(published: Bulletin, tmp_path: Path, format: str) -> None:
    target = tmp_path / "new" / f"bulletin.{format}"
    out, err = export(target, format)
    assert (out, err) == (f"{target}\n", "")
    content = target.read_bytes()
    assert content.startswith(MAGIC[format])
    assert content == bytes(BulletinFile.objects.get().content)
    export(tmp_path, format)
    assert (tmp_path / f"日通报20181124-HN.{format}").read_bytes() == content


def test_pictures_go_numbered_into_a_folder(published: Bulletin, tmp_path: Path) -> None:
    out, _ = export(tmp_path / "pictures", "png")
    names = ["日通报20181124-HN-01-省辖市.png", "日通报20181124-HN-02-省管高校.png"]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == names
    assert out.splitlines() == [str(tmp_path / "pictures" / name) for name in names]


def test_a_single_picture_may_go_into_a_file_and_several_may_not(published: Bulletin, tmp_path: Path) -> None:
    export(tmp_path / "one.png", "png", "--class", "city")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(CommandError, match="共有 2 张图片") as refused:
        export(tmp_path / "two.png", "png")
    assert refused.value.returncode == 2
    assert not (tmp_path / "two.png").exists()


@pytest.mark.parametrize("name", ["city", "省辖市"])
def test_a_class_is_named_by_key_or_label(published: Bulletin, tmp_path: Path, name: str) -> None:
    export(tmp_path / "a.xlsx", "xlsx", "--class", name)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["学校领域"]
    assert [row[1].value for row in sheet.iter_rows(min_row=4)] == ["河南团省委", "开封团市委", "郑州团市委"]


def test_an_unpublished_bulletin_gives_a_preview_that_says_so(done: Bulletin, tmp_path: Path) -> None:
    _, err = export(tmp_path / "a.txt", "txt")
    assert "尚未发布，导出的是预览稿" in err
    assert (tmp_path / "a.txt").read_text().startswith("〔预览稿，尚未发布〕")
    assert not BulletinFile.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"day": "2018-11-25"}, "2018-11-25 没有通报"),
        ({"unit": "NOPE"}, "没有编码为 NOPE 的组织"),
    ],
)
def test_what_is_not_there_is_refused_with_one(
    published: Bulletin, tmp_path: Path, changed: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        export(tmp_path / "a.txt", "txt", **changed)
    assert refused.value.returncode == 1
    assert not list(tmp_path.iterdir())


def test_a_class_without_units_is_refused(published: Bulletin, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="没有“省直管县”这一类下级。可选：省辖市、省管高校。"):
        export(tmp_path / "a.txt", "txt", "--class", "direct_county")


def test_a_bulletin_with_a_failed_check_writes_nothing_and_says_why(done: Bulletin, tmp_path: Path) -> None:
    done.checks[1] |= {"ok": False, "detail": "缺少 1 个组织"}
    done.save(update_fields=["checks"])
    with pytest.raises(CommandError, match="自检没有通过，不能对外提供：缺少 1 个组织"):
        export(tmp_path / "a.pdf", "pdf")
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_a_wrong_call(published: Bulletin, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        export(tmp_path / "a", "doc")
    assert "invalid choice" in str(refused.value)


def test_a_place_that_cannot_be_written_is_told(published: Bulletin, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="无法写入"):
        export(tmp_path / "file" / "a.txt", "txt")


def test_the_published_revision_is_given_while_a_correction_waits(
    scene: Scene, published: Bulletin, tmp_path: Path
) -> None:
    scene.compute(DAY, recompute=True, reason="补录")
    export(tmp_path / "a.txt", "txt")
    assert "更正" not in (tmp_path / "a.txt").read_text()


def test_a_rehearsal_is_given_out_by_no_command_and_drawn_at_no_door(scene: Scene, tmp_path: Path) -> None:
    rehearsal = create_campaign(
        world.actor(scene.cast.settings_admin),
        source=scene.campaign,
        province=scene.cast.province,
        name="演练",
        starts_on=scene.campaign.starts_on,
        rehearsal=True,
    )
    scene.clock.set(at(DAY, 9))
    (rehearsed,) = compute_rehearsal(rehearsal.pk, DAY, DAY, days.now())
    with pytest.raises(CommandError, match="没有通报"):
        export(tmp_path, "txt")
    with pytest.raises(CommandError, match="还没有算完的通报"):
        call_command("report_bulletin", "--day", str(DAY), "--unit", "HN")
    with pytest.raises(Refused, match="演练"):
        exports.render(rehearsed, scene.cast.province, "txt")
