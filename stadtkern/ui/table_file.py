"""Tables as files for table programs: UTF-8 with BOM, semicolons, decimal commas."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a table program would run a cell that begins so


def csv_file(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """The download `name`: a line of columns, then a line for each row."""
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return answer


def cell(value: object) -> str:
    """German numbers; nothing a table program would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
