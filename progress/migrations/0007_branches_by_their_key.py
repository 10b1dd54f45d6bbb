"""A branch of a bulletin is known by the bulletin and the unit; the number of its own goes.

Django does not change a key, so the rows are copied into a table that has it, in the order of their places.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from orgs.kinds import Domain, UnitClass

COLUMNS = (
    "bulletin_id, unit_id, parent_id, position, code, short_name, unit_class, domain, expected, explained,"
    " members, cadres"
)
OFTEN = "autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000"  # as in 0005


def _key(to: str, on_delete: Any, **options: Any) -> Any:
    return models.ForeignKey(to=to, on_delete=on_delete, db_constraint=False, db_index=False, **options)


def _counted_often(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE progress_bulletinbranch SET ({OFTEN})")


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("progress", "0006_branches_by_place")]

    operations = [
        migrations.CreateModel(
            name="KeyedBranch",
            fields=[
                ("pk", models.CompositePrimaryKey("bulletin_id", "unit_id", primary_key=True, serialize=False)),
                (
                    "bulletin",
                    _key("progress.bulletin", django.db.models.deletion.CASCADE, related_name="branches"),
                ),
                ("unit", _key("orgs.orgunit", django.db.models.deletion.DO_NOTHING, related_name="+")),
                ("parent", _key("orgs.orgunit", django.db.models.deletion.DO_NOTHING, related_name="+")),
                ("position", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=32)),
                ("short_name", models.CharField(max_length=60)),
                ("unit_class", models.CharField(blank=True, choices=UnitClass.choices, max_length=16)),
                ("domain", models.CharField(choices=Domain.choices, max_length=20)),
                ("expected", models.PositiveIntegerField(null=True)),
                ("explained", models.PositiveIntegerField(null=True)),
                ("members", models.PositiveIntegerField()),
                ("cadres", models.PositiveIntegerField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunSQL(
            f"INSERT INTO progress_keyedbranch ({COLUMNS})"
            f" SELECT {COLUMNS} FROM progress_bulletinbranch ORDER BY bulletin_id, position"
        ),
        migrations.DeleteModel(name="BulletinBranch"),
        migrations.RenameModel(old_name="KeyedBranch", new_name="BulletinBranch"),
        migrations.AddIndex(
            model_name="bulletinbranch",
            index=models.Index(fields=["bulletin", "position"], name="bulletin_branch_place"),
        ),
        migrations.RunPython(_counted_often, migrations.RunPython.noop),
    ]
