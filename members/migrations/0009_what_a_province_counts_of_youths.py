from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("members", "0008_youths_who_moved")]

    operations = [
        migrations.RemoveIndex(model_name="youthunderreview", name="youth_branch"),
        migrations.AddIndex(
            model_name="youthunderreview",
            index=models.Index(fields=["branch", "state", "due_on"], name="youth_standing"),
        ),
        migrations.AddIndex(
            model_name="youthunderreview",
            index=models.Index(fields=["due_on"], name="youth_due", condition=Q(state="open")),
        ),
        migrations.AddIndex(
            model_name="youthunderreview",
            index=models.Index(
                fields=["branch"],
                name="youth_ready",
                condition=Q(state="open") & (Q(reasons=[]) | Q(released_at__isnull=False)),
            ),
        ),
    ]
