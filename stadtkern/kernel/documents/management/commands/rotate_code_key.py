"""`manage.py rotate_code_key`: the signed codes on papers get a new key; what older keys signed still checks."""

from typing import Any

from django.core.management.base import BaseCommand

from stadtkern.kernel.documents import codes


class Command(BaseCommand):
    help = "New key for the signed codes on papers; the older ones stay for checking. Back the folder keys/codes up afterwards."

    def handle(self, *args: Any, **options: Any) -> None:
        number = codes.rotate()
        self.stdout.write(f"Key {number} signs from now on. {len(codes.public_keys())} keys check.")
