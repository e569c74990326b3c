"""Start of the application: the switchboard is wired once."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "stadtkern.site"
    label = "stadtkern_site"

    def ready(self) -> None:
        from . import wiring

        wiring.connect()
