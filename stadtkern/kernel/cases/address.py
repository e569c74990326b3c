"""How a case is addressed: by its reference, in pages and in the API alike."""

from django.urls import register_converter


class Reference:
    """MS-7F3K-9QXM; nothing else reaches the database."""

    regex = "[A-Za-z]{1,6}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


register_converter(Reference, "reference")
