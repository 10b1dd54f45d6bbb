"""`blank_workbook KIND --unit CODE -o FILE`: the workbook to fill in."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from zhtj.imports import commands, registry, workbooks


class Command(BaseCommand):
    help = "Writes the blank workbook of a kind for a unit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(registry.KINDS))
        parser.add_argument("--unit", required=True, metavar="CODE")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        unit = commands.unit_of(options["unit"])
        data = workbooks.blank(registry.kind_of(options["kind"]), unit)
        try:
            options["output"].write_bytes(data)
        except OSError as error:
            raise CommandError(f"写不了 {options['output']}：{error.strerror}", returncode=2) from error
        self.stdout.write(f"{options['output']}：{unit.short_name}的空白模板")
