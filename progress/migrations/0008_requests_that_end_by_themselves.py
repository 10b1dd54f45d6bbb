"""A state more for requests to a superior: nothing in the database changes."""

from django.db import migrations, models

STATES = [
    ("waiting", "待审批"),
    ("agreed", "已同意"),
    ("declined", "未同意"),
    ("withdrawn", "已撤回"),
    ("unneeded", "已无需审批"),
]


class Migration(migrations.Migration):
    dependencies = [("progress", "0007_branches_by_their_key")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="state",
            field=models.CharField(choices=STATES, default="waiting", max_length=10, verbose_name="状态"),
        )
        for name in ("baselineadjustment", "completion", "earlyopening")
    ]
