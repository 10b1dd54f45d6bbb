"""All tables of this room in one step; a database that has some of the steps replaced takes the others.

How often PostgreSQL counts those of the bulletins: see 0005.
"""

import datetime
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OFTEN = "autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000"


def _counted_often(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for table in ("progress_bulletinunit", "progress_bulletinbranch"):
            schema_editor.execute(f"ALTER TABLE {table} SET ({OFTEN})")


class Migration(migrations.Migration):

    replaces = [
        ('progress', '0001_initial'),
        ('progress', '0002_campaign_settings_completions_spot_checks'),
        ('progress', '0003_bulletin_rows'),
        ('progress', '0004_spot_check_detail'),
        ('progress', '0005_statistics_of_a_morning'),
        ('progress', '0006_branches_by_place'),
        ('progress', '0007_branches_by_their_key'),
    ]

    initial = True

    dependencies = [
        ('orgs', '0001_squashed_0006_rare_filters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(unique=True, verbose_name='标识')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('starts_on', models.DateField(verbose_name='开始')),
                ('ends_on', models.DateField(verbose_name='结束')),
                ('plans_due_on', models.DateField(blank=True, null=True, verbose_name='方案报送截止')),
                ('is_active', models.BooleanField(default=False, verbose_name='进行中')),
                ('cutoff_time', models.TimeField(default=datetime.time(8, 0), verbose_name='每日截数时间')),
                ('lag_points', models.PositiveSmallIntegerField(default=5, verbose_name='超前/滞后界线(百分点)')),
                ('gate_mode', models.CharField(choices=[('refuse', '不得录入'), ('warn', '仅提示')], default='refuse', max_length=8, verbose_name='领域开放控制')),
                ('direct_counties_rank_apart', models.BooleanField(default=True, verbose_name='省直管县单独排名')),
                ('help_line', models.CharField(blank=True, max_length=60, verbose_name='服务电话')),
                ('system_address', models.CharField(blank=True, max_length=120, verbose_name='系统网址')),
                ('province', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to='orgs.orgunit', verbose_name='省级团委')),
                ('rehearses', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rehearsals', to='progress.campaign', verbose_name='演练的行动')),
            ],
            options={
                'verbose_name': '行动',
                'verbose_name_plural': '行动',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('province',), name='campaign_one_active'), models.CheckConstraint(condition=models.Q(('is_active', False), ('rehearses__isnull', True), _connector='OR'), name='campaign_rehearsal_inactive')],
            },
        ),
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='日期')),
                ('revision', models.PositiveSmallIntegerField(default=1, verbose_name='版次')),
                ('state', models.CharField(choices=[('started', '计算中'), ('done', '待发布'), ('published', '已发布')], default='started', max_length=10, verbose_name='状态')),
                ('cutoff_at', models.DateTimeField(verbose_name='截数时间')),
                ('started_at', models.DateTimeField(verbose_name='开始计算')),
                ('computed_at', models.DateTimeField(null=True, verbose_name='算完')),
                ('published_at', models.DateTimeField(null=True, verbose_name='发布')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='更正原因')),
                ('settings', models.JSONField(default=dict, verbose_name='当时设置')),
                ('checks', models.JSONField(default=list, verbose_name='自检')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bulletins', to='progress.campaign')),
            ],
            options={
                'verbose_name': '日通报',
                'verbose_name_plural': '日通报',
                'ordering': ['-day', '-revision'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('campaign', 'day', 'revision'), name='bulletin_once')],
            },
        ),
        migrations.CreateModel(
            name='BaselineAdjustment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('state', models.CharField(choices=[('waiting', '待审批'), ('agreed', '已同意'), ('declined', '未同意'), ('withdrawn', '已撤回')], default='waiting', max_length=10, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='审批时间')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='审批意见')),
                ('domain', models.CharField(choices=[('school', '学校'), ('state_enterprise', '国有企业'), ('government', '党政机关'), ('public_institution', '事业单位'), ('rural', '农村'), ('community', '城市社区'), ('private_enterprise', '非公企业'), ('social_organization', '社会组织'), ('other', '其他')], max_length=20, verbose_name='领域')),
                ('change', models.IntegerField(verbose_name='增减人数')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审批人')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='组织')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adjustments', to='progress.campaign')),
            ],
            options={
                'verbose_name': '基数调整',
                'verbose_name_plural': '基数调整',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('campaign', 'unit', 'domain'), name='adjustment_one_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Baseline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(choices=[('school', '学校'), ('state_enterprise', '国有企业'), ('government', '党政机关'), ('public_institution', '事业单位'), ('rural', '农村'), ('community', '城市社区'), ('private_enterprise', '非公企业'), ('social_organization', '社会组织'), ('other', '其他')], max_length=20, verbose_name='领域')),
                ('member_count', models.PositiveIntegerField(verbose_name='团员数')),
                ('branch_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='团支部数')),
                ('cadre_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='团干部数')),
                ('committee_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='团委数')),
                ('working_committee_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='团工委数')),
                ('general_branch_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='团总支数')),
                ('full_time_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='专职团干部数')),
                ('part_time_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='兼职团干部数')),
                ('seconded_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='挂职团干部数')),
                ('from_at', models.DateTimeField(verbose_name='生效时间')),
                ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='失效时间')),
                ('batch_id', models.BigIntegerField(blank=True, null=True, verbose_name='批次')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='baselines', to='orgs.orgunit', verbose_name='组织')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='baselines', to='progress.campaign')),
            ],
            options={
                'verbose_name': '团统数',
                'verbose_name_plural': '团统数',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at__isnull', True)), fields=('campaign', 'unit', 'domain'), name='baseline_once')],
            },
        ),
        migrations.CreateModel(
            name='Completion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('state', models.CharField(choices=[('waiting', '待审批'), ('agreed', '已同意'), ('declined', '未同意'), ('withdrawn', '已撤回')], default='waiting', max_length=10, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='审批时间')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='审批意见')),
                ('domain', models.CharField(choices=[('school', '学校'), ('state_enterprise', '国有企业'), ('government', '党政机关'), ('public_institution', '事业单位'), ('rural', '农村'), ('community', '城市社区'), ('private_enterprise', '非公企业'), ('social_organization', '社会组织'), ('other', '其他')], max_length=20, verbose_name='领域')),
                ('expected_count', models.PositiveIntegerField(verbose_name='当时应录入')),
                ('entered_count', models.PositiveIntegerField(verbose_name='当时已录入')),
                ('graduated_count', models.PositiveIntegerField(default=0, verbose_name='毕业离校')),
                ('moved_count', models.PositiveIntegerField(default=0, verbose_name='转出迁出')),
                ('double_count', models.PositiveIntegerField(default=0, verbose_name='重复统计')),
                ('never_existed_count', models.PositiveIntegerField(default=0, verbose_name='查无此人')),
                ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='失效时间')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='completions', to='progress.campaign')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审批人')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='组织')),
            ],
            options={
                'verbose_name': '本级录完',
                'verbose_name_plural': '本级录完',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('campaign', 'unit', 'domain'), name='completion_one_waiting'), models.UniqueConstraint(condition=models.Q(('state', 'agreed'), ('until_at__isnull', True)), fields=('campaign', 'unit', 'domain'), name='completion_one_in_force')],
            },
        ),
        migrations.CreateModel(
            name='SpotCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pattern', models.CharField(choices=[('running_ids', '身份证顺序号相连'), ('one_mobile', '多人同一手机号码'), ('in_a_minute', '一分钟内逐人录入多名'), ('one_birthday', '多人同日出生')], max_length=16, verbose_name='情形')),
                ('count', models.PositiveIntegerField(verbose_name='涉及人数')),
                ('detail', models.CharField(blank=True, max_length=120, verbose_name='内容')),
                ('state', models.CharField(choices=[('proposed', '待查看'), ('looked', '已查看'), ('fine', '情况属实'), ('correct', '需要更正'), ('gone', '已不存在')], default='proposed', max_length=10, verbose_name='状态')),
                ('found_at', models.DateTimeField(verbose_name='发现时间')),
                ('answered_count', models.PositiveIntegerField(default=0, verbose_name='查看时人数')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='查看时间')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='查看人')),
                ('branch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='团支部')),
            ],
            options={
                'verbose_name': '抽查',
                'verbose_name_plural': '抽查',
                'default_permissions': (),
                'indexes': [models.Index(fields=['state', 'branch'], name='spot_check_state')],
                'constraints': [models.UniqueConstraint(fields=('branch', 'pattern'), name='spot_check_once')],
            },
        ),
        migrations.CreateModel(
            name='SpotCheckRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('looked_until_at', models.DateTimeField(verbose_name='查到')),
                ('province', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Stage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(verbose_name='标识')),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('position', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('measure', models.CharField(choices=[('organ_cadres', '领导机关团干部核对'), ('grassroots_cadres', '基层团干部录入'), ('members', '团员录入')], max_length=20, verbose_name='口径')),
                ('domains', models.JSONField(default=list, verbose_name='领域')),
                ('opens_on', models.DateField(verbose_name='开放')),
                ('deadline', models.DateField(verbose_name='截止')),
                ('gate_rate', models.DecimalField(blank=True, decimal_places=3, max_digits=4, null=True, verbose_name='前置录入率')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='progress.campaign')),
                ('gate_stage', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='progress.stage', verbose_name='前置阶段')),
            ],
            options={
                'verbose_name': '阶段',
                'verbose_name_plural': '阶段',
                'ordering': ['position'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('campaign', 'key'), name='stage_key_once')],
            },
        ),
        migrations.CreateModel(
            name='GateOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_on', models.DateField(verbose_name='开放日')),
                ('reason', models.CharField(choices=[('rate', '前置录入率达标'), ('early', '经批准同步推进'), ('no_baseline', '无前置基数')], max_length=12, verbose_name='原因')),
                ('rate', models.FloatField(blank=True, null=True, verbose_name='当时录入率')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('bulletin', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='progress.bulletin')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='openings', to='progress.stage')),
            ],
            options={
                'verbose_name': '领域开放',
                'verbose_name_plural': '领域开放',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('stage', 'region'), name='opening_once')],
            },
        ),
        migrations.CreateModel(
            name='EarlyOpening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='理由')),
                ('asked_at', models.DateTimeField(verbose_name='申请时间')),
                ('state', models.CharField(choices=[('waiting', '待审批'), ('agreed', '已同意'), ('declined', '未同意'), ('withdrawn', '已撤回')], default='waiting', max_length=10, verbose_name='状态')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='审批时间')),
                ('remark', models.CharField(blank=True, max_length=500, verbose_name='审批意见')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='申请人')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审批人')),
                ('region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='地区')),
                ('stage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='progress.stage', verbose_name='阶段')),
            ],
            options={
                'verbose_name': '同步推进申请',
                'verbose_name_plural': '同步推进申请',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('stage', 'region'), name='early_opening_one_waiting')],
            },
        ),
        migrations.CreateModel(
            name='BulletinBranch',
            fields=[
                ('pk', models.CompositePrimaryKey('bulletin_id', 'unit_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField()),
                ('code', models.CharField(max_length=32)),
                ('short_name', models.CharField(max_length=60)),
                ('unit_class', models.CharField(blank=True, choices=[('city', '省辖市'), ('direct_county', '省直管县'), ('university', '省管高校'), ('direct_unit', '省直属单位')], max_length=16)),
                ('domain', models.CharField(choices=[('school', '学校'), ('state_enterprise', '国有企业'), ('government', '党政机关'), ('public_institution', '事业单位'), ('rural', '农村'), ('community', '城市社区'), ('private_enterprise', '非公企业'), ('social_organization', '社会组织'), ('other', '其他')], max_length=20)),
                ('expected', models.PositiveIntegerField(null=True)),
                ('explained', models.PositiveIntegerField(null=True)),
                ('members', models.PositiveIntegerField()),
                ('cadres', models.PositiveIntegerField()),
                ('bulletin', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='branches', to='progress.bulletin')),
                ('parent', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.orgunit')),
                ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.orgunit')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['bulletin', 'position'], name='bulletin_branch_place')],
            },
        ),
        migrations.CreateModel(
            name='BulletinFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('format', models.CharField(choices=[('xlsx', '工作簿'), ('pdf', '公文'), ('docx', 'Word 文档'), ('png', '图片'), ('txt', '文字')], max_length=4, verbose_name='格式')),
                ('unit_class', models.CharField(blank=True, max_length=16, verbose_name='单位分类')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='序号')),
                ('name', models.CharField(max_length=120, verbose_name='文件名')),
                ('content', models.BinaryField(verbose_name='内容')),
                ('sha256', models.CharField(max_length=64, verbose_name='校验值')),
                ('created_at', models.DateTimeField(verbose_name='生成时间')),
                ('bulletin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='progress.bulletin')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='组织')),
            ],
            options={
                'verbose_name': '通报文件',
                'verbose_name_plural': '通报文件',
                'ordering': ['number'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('bulletin', 'unit', 'format', 'unit_class', 'number'), name='bulletin_file_once')],
            },
        ),
        migrations.CreateModel(
            name='BulletinUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('last_position', models.PositiveIntegerField()),
                ('level', models.PositiveSmallIntegerField()),
                ('code', models.CharField(max_length=32)),
                ('short_name', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('province_committee', '省级团委'), ('city_committee', '市级团委'), ('county_committee', '县级团委'), ('committee', '基层团委'), ('working_committee', '团工委'), ('general_branch', '团总支'), ('branch', '团支部')], max_length=20)),
                ('unit_class', models.CharField(blank=True, choices=[('city', '省辖市'), ('direct_county', '省直管县'), ('university', '省管高校'), ('direct_unit', '省直属单位')], max_length=16)),
                ('figures', models.JSONField(default=dict)),
                ('stages', models.JSONField(default=dict)),
                ('domains', models.JSONField(default=dict)),
                ('bulletin', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='units', to='progress.bulletin')),
                ('parent', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.orgunit')),
                ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='orgs.orgunit')),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['bulletin', 'parent'], name='bulletin_unit_parent'), models.Index(fields=['bulletin', 'position'], name='bulletin_unit_place')],
                'constraints': [models.UniqueConstraint(fields=('bulletin', 'unit'), name='bulletin_unit_once')],
            },
        ),
        migrations.RunPython(_counted_often, migrations.RunPython.noop),
    ]
