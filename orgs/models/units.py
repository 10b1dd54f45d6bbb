"""The organisation tree and where each unit stood when."""

from typing import Any

from django.db import models
from django.db.models import Q
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey

from zhtj.lib import crypto, masks

from orgs.kinds import LEADING_ORGANS, Domain, Industry, UnitClass, UnitKind

TREE_FIELDS = frozenset({"parent", "parent_id", "lft", "rght", "tree_id", "level"})


class OrgUnit(MPTTModel):
    """团组织: a node of the tree. Read anywhere; the tree columns are written by `orgs.tree` alone.

    `lft … rght` leave gaps for later children, so nothing may be derived from their
    difference; `parent` is the truth, the numbers an index of it.
    """

    parent = TreeForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级组织"
    )
    code = models.CharField("组织编码", max_length=32, unique=True)
    short_name = models.CharField("组织简称", max_length=60)
    full_name = models.CharField("组织全称", max_length=120, blank=True)
    kind = models.CharField("组织类别", max_length=20, choices=UnitKind)
    unit_class = models.CharField("单位分类", max_length=16, choices=UnitClass, blank=True)
    industry = models.CharField("行业类别", max_length=24, choices=Industry, blank=True)
    # The domain in force: of the own industry, else the parent's. Kept by orgs.actions.
    domain = models.CharField("领域", max_length=20, choices=Domain, blank=True, editable=False)
    is_private_school = models.BooleanField("是否民办学校", default=False)

    phone = models.CharField("联系电话", max_length=30, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    admin_posts_planned_count = models.PositiveIntegerField("行政编制数", null=True, blank=True)
    admin_posts_filled_count = models.PositiveIntegerField("行政编制实际配备数", null=True, blank=True)
    public_posts_planned_count = models.PositiveIntegerField("事业编制数", null=True, blank=True)
    public_posts_filled_count = models.PositiveIntegerField("事业编制实际配备数", null=True, blank=True)
    secretary_name = models.CharField("书记姓名", max_length=30, blank=True)
    secretary_mobile = models.CharField("书记手机号码", max_length=11, blank=True)
    secretary_id_sealed = models.BinaryField("书记身份证号码", null=True, blank=True)

    created_at = models.DateTimeField("创建时间")
    closed_at = models.DateTimeField("撤销时间", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name="并入组织"
    )

    lft = models.BigIntegerField(editable=False)
    rght = models.BigIntegerField(editable=False)
    tree_id = models.PositiveIntegerField(editable=False)
    level = models.PositiveIntegerField(editable=False)

    objects = TreeManager()

    class Meta:
        verbose_name = "团组织"
        verbose_name_plural = "团组织"
        indexes = [
            models.Index(fields=["tree_id", "lft"], name="unit_place"),
            # One unit in forty: what asks of committees and organs does not walk past their branches.
            models.Index(fields=["tree_id", "lft"], name="unit_above_branches", condition=~Q(kind="branch")),
            # Of patterns, so that PostgreSQL finds the beginning of a name whatever the collation.
            models.Index(fields=["short_name"], name="unit_short_name", opclasses=["varchar_pattern_ops"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "short_name"],
                condition=Q(closed_at__isnull=True),
                name="unit_short_name_among_siblings",
            ),
            models.CheckConstraint(condition=Q(lft__lt=models.F("rght")), name="unit_lft_below_rght"),
        ]
        default_permissions = ()
        # A grant is one of these, given by guardian on one unit: orgs.scopes names what each may do.
        permissions = [
            ("unit_admin", "管理员"),
            ("provincial_staff", "省级工作人员"),
            ("settings_admin", "系统设置员"),
            ("auditor", "审计员"),
            ("viewer", "查看员"),
            ("ids_reveal", "查看完整身份证号码"),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def is_leading_organ(self) -> bool:
        return self.kind in LEADING_ORGANS

    @property
    def is_branch(self) -> bool:
        return self.kind == UnitKind.BRANCH

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def contact(self) -> str:
        """`第一中学团委（书记 王芳，电话 0371-65902921）`; just the name where the card says no more."""
        phone = self.phone or self.secretary_mobile
        secretary = f"书记 {self.secretary_name}" if self.secretary_name else ""
        said = "，".join(word for word in (secretary, f"电话 {phone}" if phone else "") if word)
        return f"{self.short_name}（{said}）" if said else self.short_name

    @property
    def secretary_id(self) -> str:
        """The secretary's national id; "" where the card has none. It lies sealed."""
        return crypto.unseal(self.secretary_id_sealed) if self.secretary_id_sealed else ""

    @secretary_id.setter
    def secretary_id(self, national_id: str) -> None:
        self.secretary_id_sealed = crypto.seal(national_id) if national_id else None

    @property
    def masked_secretary_id(self) -> str:
        return masks.mask_id(self.secretary_id)

    # What django-mptt derives from dense numbers is wrong with gaps: ask the rows.
    def get_descendant_count(self) -> int:
        return (
            OrgUnit.objects.filter(tree_id=self.tree_id, lft__gt=self.lft, lft__lt=self.rght).count()
            if self.kind != UnitKind.BRANCH
            else 0
        )

    def is_leaf_node(self) -> bool:
        return not self.children.exists()

    def get_leafnodes(self, include_self: bool = False) -> Any:
        below = self.get_descendants(include_self=include_self)
        return below.filter(~models.Exists(OrgUnit.objects.filter(parent=models.OuterRef("pk"))))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store named columns of the unit's card. A new or moved unit goes through `orgs.tree`."""
        fields = kwargs.get("update_fields")
        if self._state.adding or not fields or TREE_FIELDS & set(fields):
            raise TypeError("units are placed by orgs.tree; save() takes update_fields of the card only")
        models.Model.save(self, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("units are closed, never deleted")


class UnitPlacement(models.Model):
    """What a unit was called and where it stood, from when until when.

    One open row a unit (`until_at` null). A change closes it and opens the next, so that
    the tree of any past moment can be drawn again. Written by `orgs.tree` and `orgs.actions`.
    """

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="placements")
    parent = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+")
    short_name = models.CharField(max_length=60)
    kind = models.CharField(max_length=20, choices=UnitKind)
    unit_class = models.CharField(max_length=16, choices=UnitClass, blank=True)
    industry = models.CharField(max_length=24, choices=Industry, blank=True)
    domain = models.CharField(max_length=20, choices=Domain, blank=True)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "组织沿革"
        verbose_name_plural = "组织沿革"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(until_at__isnull=True), name="placement_one_open"
            ),
        ]
        indexes = [models.Index(fields=["from_at"], name="placement_from")]
