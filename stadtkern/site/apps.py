"""Start of the application: the switchboard is wired once, and an unsafe installation does not start."""

from django.apps import AppConfig
from django.core.checks import register


class SiteConfig(AppConfig):
    name = "stadtkern.site"
    label = "stadtkern_site"

    def ready(self) -> None:
        from . import checks, wiring

        register(checks.check, "security")
        checks.refuse_unsafe_start()
        wiring.connect()
