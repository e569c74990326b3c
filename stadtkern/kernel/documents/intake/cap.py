"""A lid on uploads: nobody fills the disk by sending one endless file."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 25_000_000  # above every limit of a field, so that the field can say "too large" in its own words


class Cap(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: what comes after the lid is read and thrown away, not kept in memory or on disk."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start < MOST_BYTES else None

    def file_complete(self, file_size: int) -> Any:
        return None
