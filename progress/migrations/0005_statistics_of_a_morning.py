"""A bulletin is a day's worth of new rows, which the planner of PostgreSQL knows nothing about.

It takes them for one or two and reads all of a bulletin where an index would find the few asked for.
Left to itself the database counts anew when a tenth of a table has changed, in a campaign of a hundred
days once in ten; from now on within a minute of every bulletin.
"""

from typing import Any

from django.db import migrations

TABLES = ("progress_bulletinunit", "progress_bulletinbranch")
OFTEN = "autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000"


def _often(apps: Any, schema_editor: Any) -> None:
    _each(schema_editor, f"SET ({OFTEN})")


def _as_usual(apps: Any, schema_editor: Any) -> None:
    _each(schema_editor, "RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)")


def _each(schema_editor: Any, change: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE {table} {change}")


class Migration(migrations.Migration):
    dependencies = [("progress", "0004_spot_check_detail")]

    operations = [migrations.RunPython(_often, _as_usual)]
