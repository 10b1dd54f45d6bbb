"""All tables of this room in one step; a database that has some of the steps replaced takes the others."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('cadres', '0001_initial'),
        ('cadres', '0002_initial'),
        ('cadres', '0003_roster_indexes'),
        ('cadres', '0004_undone_posts'),
        ('cadres', '0005_taken_back'),
        ('cadres', '0006_fewer_indexes'),
        ('cadres', '0007_secretary_index'),
    ]

    initial = True

    dependencies = [
        ('orgs', '0001_squashed_0006_rare_filters'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cadre',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.CharField(max_length=10, verbose_name='团内职务')),
                ('engagement', models.CharField(blank=True, choices=[('full_time', '专职'), ('seconded', '挂职'), ('part_time', '兼职')], max_length=10, verbose_name='团干部性质')),
                ('appointed_on', models.DateField(blank=True, null=True, verbose_name='任职年月')),
                ('joined_on', models.DateField(blank=True, null=True, verbose_name='入团年月')),
                ('state', models.CharField(choices=[('pending', '待核对'), ('verified', '已核对')], default='verified', max_length=10, verbose_name='核对状态')),
                ('is_preloaded', models.BooleanField(default=False, verbose_name='预先导入')),
                ('verified_at', models.DateTimeField(blank=True, null=True, verbose_name='核对时间')),
                ('from_at', models.DateTimeField(verbose_name='开始')),
                ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='结束')),
                ('end_reason', models.CharField(blank=True, choices=[('departed', '已离任'), ('changed', '职务调整'), ('member_left', '团员已转出'), ('unit_closed', '组织已撤销'), ('merged', '随组织合并'), ('mistake', '录入有误'), ('undone', '撤销导入'), ('taken_back', '离任登记已撤销')], max_length=12, verbose_name='结束原因')),
                ('departed_on', models.DateField(blank=True, null=True, verbose_name='离任日期')),
                ('end_remark', models.CharField(blank=True, max_length=20, verbose_name='离任原因')),
                ('changed_at', models.DateTimeField(blank=True, null=True, verbose_name='最近更新')),
                ('batch_id', models.BigIntegerField(blank=True, null=True, verbose_name='批次')),
                ('batch_row', models.PositiveIntegerField(blank=True, null=True, verbose_name='行号')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='orgs.person', verbose_name='人员')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='cadres', to='orgs.orgunit', verbose_name='所在组织')),
                ('verified_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '团干部',
                'verbose_name_plural': '团干部',
                'default_permissions': (),
                'indexes': [models.Index(fields=['unit', 'until_at'], name='cadre_unit'), models.Index(condition=models.Q(('until_at__isnull', True)), fields=['post'], name='cadre_held_post'), models.Index(condition=models.Q(('until_at__isnull', True), ('post', '书记')), fields=['unit'], name='cadre_secretary'), models.Index(condition=models.Q(('until_at__isnull', True), ('state', 'pending')), fields=['unit'], name='cadre_pending'), models.Index(condition=models.Q(('until_at__isnull', True), models.Q(('engagement', ''), _negated=True)), fields=['engagement'], name='cadre_held_engagement'), models.Index(condition=models.Q(('until_at__isnull', True), ('appointed_on__isnull', False)), fields=['appointed_on'], name='cadre_held_appointed')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until_at__isnull', True)), fields=('person', 'unit', 'post'), name='cadre_post_once')],
            },
        ),
        migrations.CreateModel(
            name='CadreDeclaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('declared_at', models.DateTimeField(verbose_name='声明时间')),
                ('cadre_count', models.PositiveIntegerField(verbose_name='当时在任人数')),
                ('declared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='声明人')),
                ('unit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cadre_declaration', to='orgs.orgunit', verbose_name='领导机关')),
            ],
            options={
                'verbose_name': '核对完成声明',
                'verbose_name_plural': '核对完成声明',
                'default_permissions': (),
            },
        ),
    ]
