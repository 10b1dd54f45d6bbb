"""All tables of this room in one step; a database that has some of the steps replaced takes the others."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('imports', '0001_initial'),
        ('imports', '0002_initial'),
        ('imports', '0003_undo_lists_and_returned_files'),
        ('imports', '0004_failed_checks'),
    ]

    initial = True

    dependencies = [
        ('orgs', '0001_squashed_0006_rare_filters'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12, verbose_name='类型')),
                ('uploaded_at', models.DateTimeField(db_index=True, verbose_name='上传时间')),
                ('door', models.CharField(default='page', max_length=10)),
                ('file_name', models.CharField(max_length=200, verbose_name='文件名')),
                ('file_size', models.PositiveIntegerField(verbose_name='大小(字节)')),
                ('file_digest', models.CharField(max_length=64)),
                ('form_key', models.UUIDField(null=True, unique=True)),
                ('file_sealed', models.BinaryField(null=True)),
                ('rows_sealed', models.BinaryField(null=True)),
                ('judged_sealed', models.BinaryField(null=True)),
                ('state', models.CharField(choices=[('uploaded', '等待检查'), ('checking', '正在检查'), ('checked', '待提交'), ('committing', '正在提交'), ('committed', '已导入'), ('refused', '未受理'), ('failed', '检查未完成'), ('expired', '已过期'), ('continued', '已并入原批次'), ('undone', '已撤销')], default='uploaded', max_length=12, verbose_name='状态')),
                ('state_at', models.DateTimeField(verbose_name='状态时间')),
                ('lease_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('attest_evidence', models.BooleanField(default=False, verbose_name='已确认材料在档')),
                ('is_collected', models.BooleanField(default=False)),
                ('sheet', models.CharField(blank=True, max_length=60, verbose_name='工作表')),
                ('columns', models.JSONField(default=list, verbose_name='列')),
                ('notes', models.JSONField(default=list, verbose_name='说明')),
                ('remark', models.CharField(blank=True, max_length=200)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='行数')),
                ('ok_count', models.PositiveIntegerField(default=0)),
                ('unchanged_count', models.PositiveIntegerField(default=0)),
                ('updated_count', models.PositiveIntegerField(default=0)),
                ('mend_count', models.PositiveIntegerField(default=0)),
                ('rectify_count', models.PositiveIntegerField(default=0)),
                ('listed_count', models.PositiveIntegerField(default=0)),
                ('skipped_count', models.PositiveIntegerField(default=0)),
                ('done_count', models.PositiveIntegerField(default=0, verbose_name='已处理行数')),
                ('entered_count', models.PositiveIntegerField(default=0, verbose_name='录入数')),
                ('problems', models.JSONField(default=list, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='文件问题')),
                ('faults', models.JSONField(default=list, verbose_name='问题分组')),
                ('acknowledgements', models.JSONField(default=list, verbose_name='需确认事项')),
                ('acknowledged', models.JSONField(default=list, verbose_name='已确认')),
                ('committed_at', models.DateTimeField(null=True, verbose_name='提交时间')),
                ('undone_at', models.DateTimeField(null=True, verbose_name='撤销时间')),
                ('undone', models.JSONField(default=dict)),
                ('committed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('continues', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='imports.importbatch')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_batches', to='orgs.orgunit', verbose_name='组织')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_batches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '导入批次',
                'verbose_name_plural': '导入批次',
                'default_permissions': (),
                'indexes': [models.Index(fields=['state', 'lease_until'], name='batch_state')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='行号')),
                ('outcome', models.CharField(choices=[('ok', '可以导入'), ('unchanged', '无变化'), ('updated', '有更新'), ('mend', '要修改'), ('rectify', '需整改'), ('skipped', '已跳过')], max_length=10)),
                ('cells_sealed', models.BinaryField()),
                ('problems', models.JSONField(default=list)),
                ('codes', models.TextField(blank=True)),
                ('mended_at', models.DateTimeField(null=True)),
                ('listed', models.JSONField(default=dict)),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.importbatch')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['batch', 'outcome'], name='import_row_outcome')],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number'), name='import_row_once')],
            },
        ),
    ]
