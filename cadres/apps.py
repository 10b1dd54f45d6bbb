from django.apps import AppConfig


class CadresConfig(AppConfig):
    name = "cadres"
    verbose_name = "团干部"
    default_auto_field = "django.db.models.BigAutoField"
