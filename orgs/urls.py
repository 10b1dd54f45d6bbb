"""Pages of the room."""

from django.urls import path

from orgs.views import accounts, admins, audit, units

urlpatterns = [
    path("login/", accounts.login, name="login"),
    path("logout/", accounts.logout, name="logout"),
    path("password/", accounts.password_change, name="password_change"),
    path("switch-unit/", accounts.switch_unit, name="switch_unit"),
    path("audit/", audit.audit_list, name="audit_list"),
    path("audit/chain/", audit.audit_chain, name="audit_chain"),
    path("units/", units.unit_list, name="unit_list"),
    path("units/tree/", units.unit_tree, name="unit_tree"),
    path("units/pick/", units.unit_pick, name="unit_pick"),
    path("units/<int:pk>/", units.unit_detail, name="unit_detail"),
    path("units/<int:pk>/children/", units.unit_children, name="unit_children"),
    path("units/<int:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<int:parent_pk>/create/", units.unit_create, name="unit_create"),
    path("units/<int:pk>/admins/", admins.unit_admins, name="unit_admins"),
    path("units/<int:pk>/admins/code/", admins.code_issue, name="code_issue"),
    path("units/<int:pk>/admins/reset/", admins.admin_reset, name="admin_reset"),
    path("units/<int:pk>/admins/dismiss/", admins.admin_dismiss, name="admin_dismiss"),
    path("units/<int:pk>/admins/hand-over/", admins.admin_hand_over, name="admin_hand_over"),
    path("units/<int:pk>/roles/grant/", admins.role_grant, name="role_grant"),
    path("units/<int:pk>/roles/revoke/", admins.role_revoke, name="role_revoke"),
    path("units/<int:pk>/codes/", admins.unit_codes, name="unit_codes"),
    path("units/<int:pk>/codes/sheet/", admins.code_sheet, name="code_sheet"),
    path("units/<int:pk>/codes/workbook/", admins.code_workbook, name="code_workbook"),
]
