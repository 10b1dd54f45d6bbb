"""Who a person is (once), who may sign in, and what was granted to them."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from guardian.models import UserObjectPermissionBase

from zhtj.lib import crypto, masks

from orgs.models.units import OrgUnit


class PoliticalStatus(models.TextChoices):
    LEAGUE_MEMBER = "league_member", "共青团员"
    PARTY_MEMBER = "party_member", "中共党员"
    PROBATIONARY = "probationary", "中共预备党员"
    MASSES = "masses", "群众"


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Person(models.Model):
    """Identity, once. A member, a cadre and a user say what this person is somewhere.

    The national id lies sealed; `id_index` finds it and keeps it unique.
    """

    id_sealed = models.BinaryField("身份证号码")
    id_index = models.UUIDField("身份证索引", unique=True)
    full_name = models.CharField("姓名", max_length=30)
    sex = models.CharField("性别", max_length=6, choices=Sex)
    birth_on = models.DateField("出生日期")
    ethnicity = models.CharField("民族", max_length=10)
    political_status = models.CharField("政治面貌", max_length=16, choices=PoliticalStatus)
    education = models.CharField("文化程度", max_length=10, blank=True)
    mobile = models.CharField("手机号码", max_length=11, blank=True)
    workplace = models.CharField("学习工作单位", max_length=60, blank=True)
    email = models.EmailField("电子邮箱", max_length=80, blank=True)
    qq = models.CharField("QQ", max_length=11, blank=True)
    wechat = models.CharField("微信号", max_length=30, blank=True)
    joined_party_on = models.DateField("入党年月", null=True, blank=True)
    is_volunteer = models.BooleanField("是否注册志愿者", null=True, blank=True)

    class Meta:
        verbose_name = "人员"
        verbose_name_plural = "人员"
        default_permissions = ()
        indexes = [
            # Not `db_index`, which would lay two of each on PostgreSQL: these answer `=` and, of names,
            # the beginning; every one costs each import.
            models.Index(fields=["full_name"], name="person_name", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["mobile"], name="person_mobile"),
            models.Index(fields=["birth_on"], name="person_birth"),
            models.Index(  # who is no league member is few: the others need not be held
                fields=["political_status"],
                name="person_status",
                condition=~Q(political_status="league_member"),
            ),
            models.Index(  # the few of whom something required is blank, among millions
                fields=["id"],
                name="person_incomplete",
                condition=Q(full_name="") | Q(ethnicity="") | Q(political_status=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def masked_id(self) -> str:
        return masks.mask_id(crypto.unseal(self.id_sealed))

    @property
    def masked_mobile(self) -> str:
        return masks.mask_mobile(self.mobile)


class User(AbstractUser):
    """An account. What it may do where is a grant, never a flag here."""

    display_name = models.CharField("姓名", max_length=30, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="accounts")
    must_change_password = models.BooleanField("须修改密码", default=True)
    acting_unit = models.ForeignKey(OrgUnit, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"
        default_permissions = ()

    def __str__(self) -> str:
        return self.display_name or self.username


class OrgUnitUserObjectPermission(UserObjectPermissionBase):
    """Guardian's grant of one role on one unit, with a real foreign key to join on."""

    content_object = models.ForeignKey(OrgUnit, models.PROTECT, related_name="grants")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = "授权"
        verbose_name_plural = "授权"
        default_permissions = ()
