from django.urls import path

from members.views import cases, correct, corrections, entry, export, moves, review, roster, settings

urlpatterns = [
    path("", roster.member_list, name="member_list"),
    path("enter/<int:branch_pk>/", entry.member_enter, name="member_enter"),
    path("enter/<int:branch_pk>/check/", entry.member_check, name="member_check"),
    path("columns/", roster.member_columns, name="member_columns"),
    path("<int:pk>/", roster.member_detail, name="member_detail"),
    path("enter/<int:branch_pk>/draft/", entry.member_draft, name="member_draft"),
    path("<int:pk>/correct/", correct.member_correct, name="member_correct"),
    path("<int:pk>/correct/check/", entry.member_check_own, name="member_check_own"),
    path("<int:pk>/identity/", cases.member_identity, name="member_identity"),
    path("transfer/", moves.member_transfer, name="member_transfer"),
    path("withdraw/", moves.member_withdraw, name="member_withdraw"),
    path("claim/<int:branch_pk>/", cases.member_claim, name="member_claim"),
    path("dispute/<int:branch_pk>/", cases.member_dispute, name="member_dispute"),
    path("export/", export.member_export, name="member_export"),
    path("print/", export.member_print, name="member_print"),
    path("compare/", export.member_paste, name="member_paste"),
    path("<int:pk>/reveal/", export.member_reveal, name="member_reveal"),
    path("settings/", settings.admission_settings, name="admission_settings"),
    path("cases/", cases.case_list, name="case_list"),
    path("cases/<int:pk>/", cases.case_detail, name="case_detail"),
    path("people/<int:pk>/correct/", corrections.person_correct, name="person_correct"),
    path("corrections/<int:pk>/", corrections.correction_detail, name="correction_detail"),
    path("review/", review.youth_list, name="youth_list"),
    path("review/add/<int:branch_pk>/", review.youth_add, name="youth_add"),
    path("review/<int:pk>/", review.youth_detail, name="youth_detail"),
    path("review/<int:pk>/mend/", review.youth_mend, name="youth_mend"),
    path("review/<int:pk>/act/", review.youth_act, name="youth_act"),
    path("review/<int:pk>/documents/<int:document_pk>/", review.youth_document, name="youth_document"),
]
