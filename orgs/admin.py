"""Django's admin over this room: a window for whoever runs the machine, never a door.

Nothing can be added, changed or deleted here: that would go round the rules, the tree's lock and
the audit trail.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from orgs.models import AuditEntry, OrgUnit, OrgUnitUserObjectPermission, UnitPlacement, User


class ReadOnly(admin.ModelAdmin):
    """A table to look at."""

    actions = None
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(OrgUnit)
class OrgUnitAdmin(ReadOnly):
    list_display = ("code", "short_name", "kind", "domain", "level", "closed_at")
    list_filter = ("kind", "unit_class", "domain")
    search_fields = ("code", "short_name")
    exclude = ("secretary_id_sealed",)
    raw_id_fields = ("parent", "merged_into")  # never a drop-down of the whole tree


@admin.register(UnitPlacement)
class UnitPlacementAdmin(ReadOnly):
    list_display = ("unit", "parent", "short_name", "kind", "domain", "from_at", "until_at")
    list_select_related = ("unit", "parent")
    raw_id_fields = ("unit", "parent")


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("username", "display_name", "is_active", "last_login")
    search_fields = ("username", "display_name")
    exclude = ("password",)


@admin.register(OrgUnitUserObjectPermission)
class GrantAdmin(ReadOnly):
    list_display = ("user", "permission", "content_object")
    list_select_related = ("user", "permission__content_type", "content_object")
    raw_id_fields = ("user", "content_object")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "actor", "door", "action", "unit", "batch_id")
    list_select_related = ("actor", "unit")
    search_fields = ("action",)
