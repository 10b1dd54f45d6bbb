"""Pages of the desk."""

from django.urls import path

from zhtj.desk.views import health, origin, public, units

urlpatterns = [
    path("register/", public.register, name="register"),
    path("reset/", public.reset_password, name="reset_password"),
    path("audit/people/", origin.person_origin, name="person_origin"),
    path("units/health/", health.health, name="health"),
    path("units/health/export/", health.health_export, name="health_export"),
    path("units/small/", units.small_units, name="small_units"),
    path("units/<int:pk>/merge/", units.unit_merge, name="unit_merge"),
    path("units/<int:pk>/close/", units.unit_close, name="unit_close"),
    path("units/<int:pk>/reopen/", units.unit_reopen, name="unit_reopen"),
    path("units/<int:pk>/move/", units.unit_move, name="unit_move"),
    path("units/<int:pk>/industry/", units.unit_industry, name="unit_industry"),
    path("units/<int:pk>/rename/", units.unit_rename, name="unit_rename"),
]
