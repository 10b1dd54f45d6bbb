"""Pages of the room."""

from django.urls import path

from progress import converters  # noqa: F401 - knows <day:…>
from progress.views import (
    adjustments,
    baselines,
    bulletins,
    campaign,
    completions,
    early,
    figures,
    form2017,
    outputs,
    spotchecks,
)

urlpatterns = [
    path("", bulletins.bulletin_latest, name="bulletin_latest"),
    path("<day:day>/", bulletins.bulletin, name="bulletin"),
    path("<day:day>/publish/", bulletins.bulletin_publish, name="bulletin_publish"),
    path("<day:day>/recompute/", bulletins.bulletin_recompute, name="bulletin_recompute"),
    path("<day:day>/outputs/", outputs.bulletin_outputs, name="bulletin_outputs"),
    path("<day:day>/files/<str:format>/", outputs.bulletin_file, name="bulletin_file"),
    path("<day:day>/set/", outputs.bulletin_set, name="bulletin_set"),
    path("<day:day>/overview/", figures.bulletin_overview, name="bulletin_overview"),
    path("<day:day>/trend/", figures.bulletin_trend, name="bulletin_trend"),
    path("<day:day>/compare/", figures.bulletin_compare, name="bulletin_compare"),
    path("<day:day>/live/", figures.bulletin_live, name="bulletin_live"),
    path("<day:day>/behind/<slug:figure>/", figures.bulletin_behind, name="bulletin_behind"),
    path("campaign/", campaign.campaign, name="campaign"),
    path("campaigns/", campaign.campaign_list, name="campaign_list"),
    path("campaigns/<slug:key>/", campaign.campaign, name="campaign_of"),
    path("campaigns/<slug:key>/edit/", campaign.campaign_edit, name="campaign_edit"),
    path("campaigns/<slug:key>/switch/", campaign.campaign_switch, name="campaign_switch"),
    path("campaigns/<slug:key>/rehearse/", campaign.campaign_rehearse, name="campaign_rehearse"),
    path("campaigns/<slug:key>/<day:day>/", bulletins.bulletin, name="bulletin_of"),
    path("openings/", early.early_openings, name="early_openings"),
    path("openings/<int:pk>/", early.early_opening_decide, name="early_opening_decide"),
    path("baselines/", baselines.baselines, name="baselines"),
    path("baselines/withdraw/", baselines.baseline_withdraw, name="baseline_withdraw"),
    path("form/", form2017.form2017, name="form2017"),
    path("form/file/", form2017.form2017_file, name="form2017_file"),
    path("adjustments/", adjustments.adjustments, name="adjustments"),
    path("adjustments/<int:pk>/", adjustments.adjustment_decide, name="adjustment_decide"),
    path("completions/", completions.completions, name="completions"),
    path("completions/<int:pk>/", completions.completion_decide, name="completion_decide"),
    path("completions/<int:pk>/withdraw/", completions.completion_withdraw, name="completion_withdraw"),
    path("spotchecks/", spotchecks.spot_checks, name="spot_checks"),
    path("spotchecks/<int:pk>/", spotchecks.spot_check_answer, name="spot_check_answer"),
]
