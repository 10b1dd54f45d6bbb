from django.db import migrations


class Migration(migrations.Migration):
    """The branches directly under a unit are found by their places in the tree."""

    dependencies = [("progress", "0005_statistics_of_a_morning")]

    operations = [migrations.RemoveIndex(model_name="bulletinbranch", name="bulletin_branch_parent")]
