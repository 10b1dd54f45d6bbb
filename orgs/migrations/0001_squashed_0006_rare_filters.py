"""All tables of this room in one step; a database that has some of the steps replaced takes the others."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
import mptt.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('orgs', '0001_initial'),
        ('orgs', '0002_correction_requests'),
        ('orgs', '0003_unit_name_patterns'),
        ('orgs', '0004_roster_indexes'),
        ('orgs', '0005_fewer_indexes'),
        ('orgs', '0006_rare_filters'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=45, verbose_name='来源')),
                ('at', models.DateTimeField(verbose_name='时间')),
            ],
            options={
                'verbose_name': '代码试错',
                'verbose_name_plural': '代码试错',
                'default_permissions': (),
                'indexes': [models.Index(fields=['address', 'at'], name='code_try')],
            },
        ),
        migrations.CreateModel(
            name='OrgUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32, unique=True, verbose_name='组织编码')),
                ('short_name', models.CharField(max_length=60, verbose_name='组织简称')),
                ('full_name', models.CharField(blank=True, max_length=120, verbose_name='组织全称')),
                ('kind', models.CharField(choices=[('province_committee', '省级团委'), ('city_committee', '市级团委'), ('county_committee', '县级团委'), ('committee', '基层团委'), ('working_committee', '团工委'), ('general_branch', '团总支'), ('branch', '团支部')], max_length=20, verbose_name='组织类别')),
                ('unit_class', models.CharField(blank=True, choices=[('city', '省辖市'), ('direct_county', '省直管县'), ('university', '省管高校'), ('direct_unit', '省直属单位')], max_length=16, verbose_name='单位分类')),
                ('industry', models.CharField(blank=True, choices=[('党政机关', '党政机关'), ('事业单位(不含公立学校)', '事业单位(不含公立学校)'), ('普通高等院校', '普通高等院校'), ('职业教育学校', '职业教育学校'), ('普通高中', '普通高中'), ('中等职业院校', '中等职业院校'), ('完全中学', '完全中学'), ('初中', '初中'), ('小学', '小学'), ('九年一贯制学校', '九年一贯制学校'), ('十二年一贯制学校', '十二年一贯制学校'), ('国有企业', '国有企业'), ('集体企业', '集体企业'), ('非公企业', '非公企业'), ('新社会组织(不含民办学校)', '新社会组织(不含民办学校)'), ('城市社区', '城市社区'), ('农村', '农村'), ('军队', '军队'), ('武警', '武警'), ('其他', '其他')], max_length=24, verbose_name='行业类别')),
                ('domain', models.CharField(blank=True, choices=[('school', '学校'), ('state_enterprise', '国有企业'), ('government', '党政机关'), ('public_institution', '事业单位'), ('rural', '农村'), ('community', '城市社区'), ('private_enterprise', '非公企业'), ('social_organization', '社会组织'), ('other', '其他')], editable=False, max_length=20, verbose_name='领域')),
                ('is_private_school', models.BooleanField(default=False, verbose_name='是否民办学校')),
                ('phone', models.CharField(blank=True, max_length=30, verbose_name='联系电话')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='电子邮箱')),
                ('admin_posts_planned_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='行政编制数')),
                ('admin_posts_filled_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='行政编制实际配备数')),
                ('public_posts_planned_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='事业编制数')),
                ('public_posts_filled_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='事业编制实际配备数')),
                ('secretary_name', models.CharField(blank=True, max_length=30, verbose_name='书记姓名')),
                ('secretary_mobile', models.CharField(blank=True, max_length=11, verbose_name='书记手机号码')),
                ('secretary_id_sealed', models.BinaryField(blank=True, null=True, verbose_name='书记身份证号码')),
                ('created_at', models.DateTimeField(verbose_name='创建时间')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='撤销时间')),
                ('lft', models.BigIntegerField(editable=False)),
                ('rght', models.BigIntegerField(editable=False)),
                ('tree_id', models.PositiveIntegerField(editable=False)),
                ('level', models.PositiveIntegerField(editable=False)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='orgs.orgunit', verbose_name='并入组织')),
                ('parent', mptt.fields.TreeForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='orgs.orgunit', verbose_name='上级组织')),
            ],
            options={
                'verbose_name': '团组织',
                'verbose_name_plural': '团组织',
                'permissions': [('unit_admin', '管理员'), ('provincial_staff', '省级工作人员'), ('settings_admin', '系统设置员'), ('auditor', '审计员'), ('viewer', '查看员'), ('ids_reveal', '查看完整身份证号码')],
                'default_permissions': (),
                'indexes': [models.Index(fields=['tree_id', 'lft'], name='unit_place'), models.Index(condition=models.Q(('kind', 'branch'), _negated=True), fields=['tree_id', 'lft'], name='unit_above_branches'), models.Index(fields=['short_name'], name='unit_short_name', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('parent', 'short_name'), name='unit_short_name_among_siblings'), models.CheckConstraint(condition=models.Q(('lft__lt', models.F('rght'))), name='unit_lft_below_rght')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('id_sealed', models.BinaryField(verbose_name='身份证号码')),
                ('id_index', models.UUIDField(unique=True, verbose_name='身份证索引')),
                ('full_name', models.CharField(max_length=30, verbose_name='姓名')),
                ('sex', models.CharField(choices=[('male', '男'), ('female', '女')], max_length=6, verbose_name='性别')),
                ('birth_on', models.DateField(verbose_name='出生日期')),
                ('ethnicity', models.CharField(max_length=10, verbose_name='民族')),
                ('political_status', models.CharField(choices=[('league_member', '共青团员'), ('party_member', '中共党员'), ('probationary', '中共预备党员'), ('masses', '群众')], max_length=16, verbose_name='政治面貌')),
                ('education', models.CharField(blank=True, max_length=10, verbose_name='文化程度')),
                ('mobile', models.CharField(blank=True, max_length=11, verbose_name='手机号码')),
                ('workplace', models.CharField(blank=True, max_length=60, verbose_name='学习工作单位')),
                ('email', models.EmailField(blank=True, max_length=80, verbose_name='电子邮箱')),
                ('qq', models.CharField(blank=True, max_length=11, verbose_name='QQ')),
                ('wechat', models.CharField(blank=True, max_length=30, verbose_name='微信号')),
                ('joined_party_on', models.DateField(blank=True, null=True, verbose_name='入党年月')),
                ('is_volunteer', models.BooleanField(blank=True, null=True, verbose_name='是否注册志愿者')),
            ],
            options={
                'verbose_name': '人员',
                'verbose_name_plural': '人员',
                'default_permissions': (),
                'indexes': [models.Index(fields=['full_name'], name='person_name', opclasses=['varchar_pattern_ops']), models.Index(fields=['mobile'], name='person_mobile'), models.Index(fields=['birth_on'], name='person_birth'), models.Index(condition=models.Q(('political_status', 'league_member'), _negated=True), fields=['political_status'], name='person_status'), models.Index(condition=models.Q(('full_name', ''), ('ethnicity', ''), ('political_status', ''), _connector='OR'), fields=['id'], name='person_incomplete')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, max_length=30, verbose_name='姓名')),
                ('must_change_password', models.BooleanField(default=True, verbose_name='须修改密码')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('acting_unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='orgs.orgunit')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='orgs.person')),
            ],
            options={
                'verbose_name': '账号',
                'verbose_name_plural': '账号',
                'default_permissions': (),
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='AccessCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('register', '注册码'), ('reset', '重置码')], max_length=8, verbose_name='用途')),
                ('code_sealed', models.BinaryField()),
                ('code_index', models.UUIDField(unique=True)),
                ('issued_at', models.DateTimeField(verbose_name='发放时间')),
                ('expires_at', models.DateTimeField(verbose_name='有效期至')),
                ('used_at', models.DateTimeField(null=True, verbose_name='使用时间')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='作废时间')),
                ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('used_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_codes', to='orgs.orgunit', verbose_name='组织')),
            ],
            options={
                'verbose_name': '注册码',
                'verbose_name_plural': '注册码',
                'default_permissions': (),
                'indexes': [models.Index(fields=['unit', 'purpose'], name='code_unit')],
            },
        ),
        migrations.CreateModel(
            name='OrgUnitUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='orgs.orgunit')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '授权',
                'verbose_name_plural': '授权',
                'abstract': False,
                'default_permissions': (),
                'unique_together': {('user', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='CorrectionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_sealed', models.BinaryField()),
                ('reason', models.CharField(max_length=200, verbose_name='理由')),
                ('state', models.CharField(choices=[('open', '等待维护组织核对'), ('confirmed', '维护组织同意，等待上级核准'), ('granted', '已更正'), ('refused', '未同意'), ('cancelled', '已撤回')], default='open', max_length=10, verbose_name='状态')),
                ('asked_at', models.DateTimeField(verbose_name='提出时间')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='答复时间')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='办结时间')),
                ('decision', models.CharField(blank=True, max_length=200, verbose_name='意见')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='办结人')),
                ('keeper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='维护组织')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='提出组织')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='orgs.person', verbose_name='人员')),
            ],
            options={
                'verbose_name': '更正请求',
                'verbose_name_plural': '更正请求',
                'default_permissions': (),
                'indexes': [models.Index(fields=['keeper', 'state'], name='correction_keeper'), models.Index(fields=['unit', 'state'], name='correction_unit')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'confirmed'))), fields=('person', 'unit'), name='correction_open_once')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, verbose_name='时间')),
                ('door', models.CharField(max_length=10, verbose_name='途径')),
                ('action', models.CharField(max_length=40, verbose_name='动作')),
                ('batch_id', models.BigIntegerField(null=True, verbose_name='批次')),
                ('before', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='之前')),
                ('after', models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='之后')),
                ('seal_number', models.BigIntegerField(editable=False, null=True, unique=True)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='操作人')),
                ('unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit', verbose_name='组织')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.person', verbose_name='人员')),
            ],
            options={
                'verbose_name': '审计记录',
                'verbose_name_plural': '审计记录',
                'default_permissions': (),
                'indexes': [models.Index(fields=['unit', '-id'], name='audit_unit'), models.Index(fields=['person', '-id'], name='audit_person'), models.Index(condition=models.Q(('seal_number__isnull', True)), fields=['id'], name='audit_unsealed')],
            },
        ),
        migrations.CreateModel(
            name='UnitPlacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('short_name', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('province_committee', '省级团委'), ('city_committee', '市级团委'), ('county_committee', '县级团委'), ('committee', '基层团委'), ('working_committee', '团工委'), ('general_branch', '团总支'), ('branch', '团支部')], max_length=20)),
                ('unit_class', models.CharField(blank=True, choices=[('city', '省辖市'), ('direct_county', '省直管县'), ('university', '省管高校'), ('direct_unit', '省直属单位')], max_length=16)),
                ('industry', models.CharField(blank=True, choices=[('党政机关', '党政机关'), ('事业单位(不含公立学校)', '事业单位(不含公立学校)'), ('普通高等院校', '普通高等院校'), ('职业教育学校', '职业教育学校'), ('普通高中', '普通高中'), ('中等职业院校', '中等职业院校'), ('完全中学', '完全中学'), ('初中', '初中'), ('小学', '小学'), ('九年一贯制学校', '九年一贯制学校'), ('十二年一贯制学校', '十二年一贯制学校'), ('国有企业', '国有企业'), ('集体企业', '集体企业'), ('非公企业', '非公企业'), ('新社会组织(不含民办学校)', '新社会组织(不含民办学校)'), ('城市社区', '城市社区'), ('农村', '农村'), ('军队', '军队'), ('武警', '武警'), ('其他', '其他')], max_length=24)),
                ('domain', models.CharField(blank=True, choices=[('school', '学校'), ('state_enterprise', '国有企业'), ('government', '党政机关'), ('public_institution', '事业单位'), ('rural', '农村'), ('community', '城市社区'), ('private_enterprise', '非公企业'), ('social_organization', '社会组织'), ('other', '其他')], max_length=20)),
                ('from_at', models.DateTimeField()),
                ('until_at', models.DateTimeField(null=True)),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.orgunit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='orgs.orgunit')),
            ],
            options={
                'verbose_name': '组织沿革',
                'verbose_name_plural': '组织沿革',
                'default_permissions': (),
                'indexes': [models.Index(fields=['from_at'], name='placement_from')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at__isnull', True)), fields=('unit',), name='placement_one_open')],
            },
        ),
    ]
