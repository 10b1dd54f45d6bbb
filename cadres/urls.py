from django.urls import path

from cadres import views

urlpatterns = [path("", views.cadre_list, name="cadre_list")]
