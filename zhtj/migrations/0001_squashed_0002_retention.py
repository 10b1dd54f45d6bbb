"""All tables of this room in one step; a database that has some of the steps replaced takes the others."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('zhtj', '0001_initial'),
        ('zhtj', '0002_retention'),
    ]

    initial = True

    dependencies = [
        ('orgs', '0001_squashed_0006_rare_filters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.SlugField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
            options={
                'verbose_name': '心跳',
                'verbose_name_plural': '心跳',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('key', models.SlugField(primary_key=True, serialize=False)),
                ('days', models.PositiveIntegerField(verbose_name='保存天数')),
                ('updated_at', models.DateTimeField(verbose_name='修改时间')),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='修改人')),
            ],
            options={
                'verbose_name': '保存期限',
                'verbose_name_plural': '保存期限',
                'default_permissions': (),
            },
        ),
    ]
