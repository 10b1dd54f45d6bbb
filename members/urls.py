from django.urls import path

from members import views

urlpatterns = [
    path("", views.member_list, name="member_list"),
    path("enter/<int:branch_pk>/", views.member_enter, name="member_enter"),
    path("enter/<int:branch_pk>/check/", views.member_check, name="member_check"),
    path("<int:pk>/", views.member_detail, name="member_detail"),
    path("<int:pk>/correct/", views.member_correct, name="member_correct"),
]
