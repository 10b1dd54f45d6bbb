from django.urls import path

from zhtj.retention import views

urlpatterns = [path("settings/retention/", views.retention_settings, name="retention_settings")]
