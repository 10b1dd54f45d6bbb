from django.apps import AppConfig


class ZhtjConfig(AppConfig):
    name = "zhtj"
    verbose_name = "智慧团建录入"
