from django.apps import AppConfig


class ZhtjConfig(AppConfig):
    name = "zhtj"
    verbose_name = "智慧团建录入"

    def ready(self) -> None:
        """Make the Celery app the current one, so that `task.delay` in a web process finds its broker."""
        from zhtj import celery, checks

        del celery, checks  # importing them is all: the app registers itself, the checks their ids
