"""All tables of this room in one step; a database that has some of the steps replaced takes the others."""

import datetime
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('members', '0001_initial'),
        ('members', '0002_initial'),
        ('members', '0003_disputes_and_drafts'),
        ('members', '0004_roster'),
        ('members', '0005_number_rules'),
        ('members', '0006_rare_filters'),
        ('members', '0007_who_left_since'),
        ('members', '0008_youths_who_moved'),
    ]

    initial = True

    dependencies = [
        ('orgs', '0001_squashed_0006_rare_filters'),
    ]

    operations = [
        migrations.CreateModel(
            name='AdmissionSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strict_admission_from', models.DateField(default=datetime.date(2017, 1, 1), verbose_name='从严认定起始日')),
                ('minimum_age_before', models.PositiveSmallIntegerField(default=12, verbose_name='起始日前入团最低年龄(提示)')),
                ('minimum_age_from', models.PositiveSmallIntegerField(default=13, verbose_name='起始日后入团最低年龄')),
                ('overage_from', models.PositiveSmallIntegerField(default=28, verbose_name='超龄提示年龄')),
                ('interchanges_years', models.BooleanField(default=True, verbose_name='2017年、2018年入团的，编号年份可以互换')),
                ('accepts_long_numbers', models.BooleanField(default=True, verbose_name='认可201516、201617开头的16位编号')),
                ('under_three', models.CharField(choices=[('acknowledge', '提醒并确认'), ('refuse', '不得提交')], default='acknowledge', max_length=12, verbose_name='不足3人团支部')),
                ('allows_release', models.BooleanField(default=True, verbose_name='上级可以书面核准放行（年龄除外）')),
                ('rectify_days', models.PositiveSmallIntegerField(default=30, verbose_name='整改期限（天）')),
                ('updated_at', models.DateTimeField(blank=True, null=True)),
                ('updated_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '认定设置',
                'verbose_name_plural': '认定设置',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='EntryDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('typed_sealed', models.BinaryField()),
                ('saved_at', models.DateTimeField(verbose_name='保存时间')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='orgs.orgunit')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '录入草稿',
                'verbose_name_plural': '录入草稿',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'branch'), name='draft_once')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_on', models.DateField(verbose_name='入团年月')),
                ('development_number', models.CharField(blank=True, max_length=30, verbose_name='发展团员编号')),
                ('application_form', models.BooleanField(blank=True, null=True, verbose_name='入团志愿书')),
                ('member_card', models.BooleanField(blank=True, null=True, verbose_name='团员证')),
                ('transfer_letter', models.BooleanField(blank=True, null=True, verbose_name='组织关系介绍信')),
                ('attested_at', models.DateTimeField(blank=True, null=True, verbose_name='材料确认时间')),
                ('waived', models.CharField(blank=True, max_length=200, verbose_name='核准放行的规则')),
                ('from_at', models.DateTimeField(verbose_name='录入时间')),
                ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='离开时间')),
                ('left_reason', models.CharField(blank=True, choices=[('transferred', '组织关系转接'), ('merged', '随组织合并'), ('mistake', '录入有误'), ('left', '退团'), ('overage', '超龄离团'), ('died', '去世'), ('expelled', '开除团籍'), ('undone', '撤销导入')], max_length=12, verbose_name='离开原因')),
                ('batch_id', models.BigIntegerField(blank=True, null=True, verbose_name='批次')),
                ('batch_row', models.PositiveIntegerField(blank=True, null=True, verbose_name='行号')),
                ('attested_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('branch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='orgs.orgunit', verbose_name='所在团支部')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='orgs.person', verbose_name='人员')),
            ],
            options={
                'verbose_name': '团员',
                'verbose_name_plural': '团员',
                'default_permissions': (),
                'indexes': [models.Index(fields=['branch', 'until_at'], name='member_branch'), models.Index(condition=models.Q(('batch_id__isnull', False)), fields=['batch_id'], name='member_batch'), models.Index(fields=['from_at'], name='member_from'), models.Index(fields=['joined_on'], name='member_joined'), models.Index(condition=models.Q(('attested_at__isnull', False)), fields=['branch'], name='member_attested'), models.Index(condition=models.Q(('until_at__isnull', False)), fields=['branch'], name='member_left'), models.Index(condition=models.Q(('until_at__isnull', False)), fields=['until_at'], name='member_until'), models.Index(condition=models.Q(django.db.models.lookups.LessThan(django.db.models.functions.text.Length('development_number'), 12), ('until_at__isnull', True), models.Q(('development_number', ''), _negated=True)), fields=['development_number'], name='member_number_short')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at__isnull', True)), fields=('person',), name='member_active_once'), models.UniqueConstraint(condition=models.Q(django.db.models.lookups.GreaterThanOrEqual(django.db.models.functions.text.Length('development_number'), 12), ('until_at__isnull', True)), fields=('development_number',), name='member_number_once')],
            },
        ),
        migrations.CreateModel(
            name='MemberCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('correction', '更正姓名或身份证号码'), ('transfer', '组织关系转接'), ('claim', '认领'), ('number', '编号争议')], max_length=10, verbose_name='类型')),
                ('state', models.CharField(choices=[('open', '等待处理'), ('kept', '原支部不同意，等待共同上级裁决'), ('granted', '已同意'), ('refused', '未同意'), ('cancelled', '已撤回')], default='open', max_length=10, verbose_name='状态')),
                ('new_name', models.CharField(blank=True, max_length=30, verbose_name='新姓名')),
                ('new_id_sealed', models.BinaryField(null=True)),
                ('number', models.CharField(blank=True, max_length=30, verbose_name='争议编号')),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('due_at', models.DateTimeField(null=True, verbose_name='答复期限')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('answer', models.CharField(blank=True, max_length=200, verbose_name='答复')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='审批时间')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='审批意见')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='现所在团支部')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审批人')),
                ('decider', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='审批组织')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='members.member', verbose_name='团员')),
                ('to_branch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='转入团支部')),
            ],
            options={
                'verbose_name': '申请',
                'verbose_name_plural': '申请',
                'default_permissions': (),
                'indexes': [models.Index(fields=['branch', 'state'], name='case_branch'), models.Index(fields=['to_branch', 'state'], name='case_to_branch')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'kept'))), fields=('member', 'kind'), name='case_open_once')],
            },
        ),
        migrations.CreateModel(
            name='RosterColumns',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('columns', models.JSONField(default=list, verbose_name='显示的列')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='账号')),
            ],
            options={
                'verbose_name': '名册显示列',
                'verbose_name_plural': '名册显示列',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='YouthUnderReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('full_name', models.CharField(db_index=True, max_length=30, verbose_name='姓名')),
                ('id_index', models.UUIDField(db_index=True, verbose_name='身份证索引')),
                ('masked_id', models.CharField(max_length=18, verbose_name='身份证号码')),
                ('entry_sealed', models.BinaryField()),
                ('reasons', models.JSONField(default=list, verbose_name='原因')),
                ('state', models.CharField(choices=[('open', '整改中'), ('recognised', '已认定为团员'), ('dismissed', '不予认定'), ('moved', '已转到其他支部')], default='open', max_length=10, verbose_name='状态')),
                ('remark', models.CharField(blank=True, max_length=200, verbose_name='说明')),
                ('due_on', models.DateField(verbose_name='整改期限')),
                ('batch_id', models.BigIntegerField(blank=True, null=True, verbose_name='批次')),
                ('batch_row', models.PositiveIntegerField(blank=True, null=True, verbose_name='行号')),
                ('created_at', models.DateTimeField(verbose_name='列入时间')),
                ('since_at', models.DateTimeField(null=True, verbose_name='转入时间')),
                ('released_at', models.DateTimeField(null=True, verbose_name='核准放行时间')),
                ('release_reason', models.CharField(blank=True, max_length=200, verbose_name='核准放行理由')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='办结时间')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='youth_under_review', to='orgs.orgunit')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '身份摸底青年',
                'verbose_name_plural': '身份摸底青年',
                'default_permissions': (),
                'indexes': [models.Index(fields=['branch', 'state'], name='youth_branch')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('branch', 'id_index'), name='youth_open_once')],
            },
        ),
        migrations.CreateModel(
            name='ReviewDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='文件名')),
                ('content_type', models.CharField(max_length=20)),
                ('size', models.PositiveIntegerField(verbose_name='大小(字节)')),
                ('stored_as', models.CharField(max_length=60)),
                ('uploaded_at', models.DateTimeField(verbose_name='上传时间')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('youth', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='members.youthunderreview')),
            ],
            options={
                'verbose_name': '整改材料',
                'verbose_name_plural': '整改材料',
                'default_permissions': (),
            },
        ),
    ]
