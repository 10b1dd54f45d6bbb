"""`manage.py export_bulletin --day D --unit CODE --format F [--class CLASS] -o FILE_OR_DIR`."""

import datetime as dt
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from zhtj.lib.problems import Refused

from orgs.models import OrgUnit
from orgs.scopes import Actor, Grant, Scope
from progress import exports, queries
from progress.management import arguments
from progress.models import Bulletin, BulletinState

HELP = """Give out the bulletin of a day as a file. A published bulletin gives the stored file, the same at
every call; one not yet published gives a preview that says so. png writes numbered pictures of at most 30
rows into a folder. The paths written go to stdout."""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=arguments.day, required=True, help="YYYY-MM-DD")
        parser.add_argument("--unit", required=True, help="code of the unit")
        parser.add_argument("--format", required=True, choices=exports.Format.values)
        parser.add_argument(
            "--class", dest="unit_class", default="", help="one class of the unit's children: key or name"
        )
        parser.add_argument("-o", "--output", required=True, help="file or folder to write")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = OrgUnit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"没有编码为 {options['unit']} 的组织。")
        bulletin = _bulletin(unit, options["day"])
        try:
            files = _files(bulletin, unit, options["format"], _group(options["unit_class"]))
        except Refused as refused:
            raise CommandError(
                "".join(f"{problem.message}{problem.mend}" for problem in refused.problems)
            ) from refused
        if bulletin.state != BulletinState.PUBLISHED:
            self.stderr.write(f"{bulletin.day} 的通报尚未发布，导出的是预览稿，没有留存。")
        for path in _write(files, options["output"], is_set=options["format"] == exports.Format.PNG):
            self.stdout.write(str(path))


def _bulletin(unit: OrgUnit, day: dt.date) -> Bulletin:
    """The last published revision of the day, else the last one there is."""
    of_day = (
        Bulletin.objects.filter(campaign__province__tree_id=unit.tree_id, campaign__rehearses=None, day=day)
        .select_related("campaign__province")
        .order_by("-campaign__is_active", "-revision")
    )
    bulletin = of_day.filter(state=BulletinState.PUBLISHED).first() or of_day.first()
    if bulletin is None:
        raise CommandError(f"{day} 没有通报，请先计算。")
    return bulletin


def _group(text: str) -> str:
    """A class by its key or its name; what is neither is left for the refusal to name."""
    by_label = {label: key for key, label in queries.GROUPS.items()}
    return by_label.get(text, text)


def _files(bulletin: Bulletin, unit: OrgUnit, format: str, unit_class: str) -> list[exports.File]:
    province = bulletin.campaign.province
    grant = Grant(province.pk, province.kind, "provincial_staff")
    operator = Actor(None, Scope((grant,), province.pk), "command")
    draw = exports.give_out if bulletin.state == BulletinState.PUBLISHED else exports.preview
    return draw(operator, bulletin=bulletin, unit=unit, format=format, unit_class=unit_class)


def _write(files: list[exports.File], output: str, *, is_set: bool) -> list[Path]:
    """Into the folder named (pictures always), or the one file to the path named."""
    target = Path(output)
    is_folder = target.is_dir() or output.endswith("/") or (is_set and target.suffix != ".png")
    if not is_folder and len(files) > 1:
        raise CommandError(f"共有 {len(files)} 张图片，请用 -o 指定文件夹。", returncode=2)
    paths = [target / file.name if is_folder else target for file in files]
    try:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        for path, file in zip(paths, files, strict=True):
            path.write_bytes(file.content)
    except OSError as error:
        raise CommandError(f"无法写入 {output}：{error.strerror or error}。") from error
    return paths
