"""The lines of a bulletin move into the row of their unit (docs/decisions/0024)."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SLICE = 2_000


def gather_lines(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Each unit's lines as [expected, adjusted, entered, explained], by stage and by domain."""
    unit_model = apps.get_model("progress", "BulletinUnit")
    line_model = apps.get_model("progress", "BulletinLine")
    for bulletin_id in unit_model.objects.order_by().values_list("bulletin", flat=True).distinct():
        rows = {row.unit_id: row for row in unit_model.objects.filter(bulletin=bulletin_id)}
        lines = line_model.objects.filter(bulletin=bulletin_id, unit__in=list(rows)).order_by("pk")
        for line in lines.iterator(SLICE):
            counted = [line.expected, line.expected_adjusted, line.entered, None]
            row = rows[line.unit_id]
            (row.stages if line.stage else row.domains)[line.stage or line.domain] = counted
        unit_model.objects.bulk_update(rows.values(), ["stages", "domains"], SLICE)


class Migration(migrations.Migration):
    dependencies = [("orgs", "0001_initial"), ("progress", "0002_campaign_settings_completions_spot_checks")]

    operations = [
        migrations.AlterField(
            model_name="bulletinunit",
            name="bulletin",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="units",
                to="progress.bulletin",
            ),
        ),
        migrations.AlterField(
            model_name="bulletinunit",
            name="parent",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="orgs.orgunit",
            ),
        ),
        migrations.AlterField(
            model_name="bulletinunit",
            name="unit",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="orgs.orgunit",
            ),
        ),
        migrations.AddField(
            model_name="bulletinunit", name="stages", field=models.JSONField(default=dict)
        ),
        migrations.AddField(
            model_name="bulletinunit", name="domains", field=models.JSONField(default=dict)
        ),
        migrations.AddField(
            model_name="bulletinbranch",
            name="explained",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunPython(gather_lines, migrations.RunPython.noop),
        migrations.DeleteModel(name="BulletinLine"),
        migrations.AddIndex(
            model_name="bulletinbranch",
            index=models.Index(fields=["bulletin", "position"], name="bulletin_branch_place"),
        ),
        migrations.AddIndex(
            model_name="bulletinunit",
            index=models.Index(fields=["bulletin", "position"], name="bulletin_unit_place"),
        ),
    ]
