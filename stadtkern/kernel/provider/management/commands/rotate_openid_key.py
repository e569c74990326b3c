"""Make the next key for ID tokens."""

from typing import Any

from django.core.management.base import BaseCommand

from stadtkern.kernel.provider.actions import rotate_key


class Command(BaseCommand):
    help = "Make the next key that signs ID tokens; it takes over after an hour, the old one stays readable for 90 days."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(rotate_key("system"))
