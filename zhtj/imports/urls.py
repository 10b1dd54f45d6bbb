from django.urls import path

from zhtj.imports import views

urlpatterns = [
    path("", views.batch_list, name="import_list"),
    path("new/", views.upload, name="import_upload"),
    path("blank/<slug:kind>/<int:unit_pk>/", views.blank_workbook, name="import_blank"),
    path("branches/", views.branches, name="import_branches"),
    path("branches/commit/", views.branch_commit, name="import_branch_commit"),
    path("branches/files/", views.branch_files, name="import_branch_files"),
    path("<int:pk>/", views.batch, name="import_batch"),
    path("<int:pk>/progress/", views.progress, name="import_progress"),
    path("<int:pk>/check/", views.check_again, name="import_check"),
    path("<int:pk>/take-over/", views.take_over, name="import_take_over"),
    path("<int:pk>/discard/", views.discard, name="import_discard"),
    path("<int:pk>/attest/", views.attest, name="import_attest"),
    path("<int:pk>/commit/", views.commit, name="import_commit"),
    path("<int:pk>/open-rows/", views.open_rows, name="import_open_rows"),
    path("<int:pk>/carry-on/", views.carry_on, name="import_carry_on"),
    path("<int:pk>/undo/", views.undo, name="import_undo"),
    path("<int:pk>/list/", views.put_on_list, name="import_put_on_list"),
    path("<int:pk>/rows/<int:number>/check/", views.row_check, name="import_row_check"),
    path("<int:pk>/rows/<int:number>/", views.row, name="import_row"),
    path("<int:pk>/rows/<int:number>/skip/", views.skip_row, name="import_skip_row"),
]
