from django.urls import path

from cadres import views

urlpatterns = [
    path("", views.cadre_list, name="cadre_list"),
    path("export/", views.cadre_export, name="cadre_export"),
    path("print/", views.cadre_print, name="cadre_print"),
    path("missing/", views.cadre_missing, name="cadre_missing"),
    path("organs/", views.cadre_organs, name="cadre_organs"),
    path("unit/<int:unit_pk>/", views.cadre_unit, name="cadre_unit"),
    path("unit/<int:unit_pk>/chart/", views.cadre_chart, name="cadre_chart"),
    path("unit/<int:unit_pk>/verify/", views.cadre_verify, name="cadre_verify"),
    path("unit/<int:unit_pk>/declare/", views.cadre_declare, name="cadre_declare"),
    path("unit/<int:unit_pk>/enter/", views.cadre_enter, name="cadre_enter"),
    path("<int:pk>/", views.cadre_detail, name="cadre_detail"),
    path("<int:pk>/keep/", views.cadre_keep, name="cadre_keep"),
    path("<int:pk>/depart/", views.cadre_depart, name="cadre_depart"),
    path("<int:pk>/return/", views.cadre_return, name="cadre_return"),
]
