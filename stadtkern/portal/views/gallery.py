"""Every component on one page, for people who build pages and for the accessibility test; demo and test only."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from stadtkern.kernel.accounts.access import everyone


@everyone
def gallery(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Ihre Angaben sind gespeichert.")
    return render(request, "ui/gallery.html", samples())


def samples() -> dict[str, Any]:
    """Invented content for the components."""
    now = timezone.now()
    return {
        "cents": 123456,
        "now": now,
        "days": [now.date() + timedelta(days=days) for days in (-400, -12, -1, 0, 1, 3, 12, 60)],
        "steps": [
            {"title": "Ihr Hund", "state": "done", "url": "#schritte"},
            {"title": "Halterin oder Halter", "state": "done", "url": "#schritte"},
            {"title": "Zahlung", "state": "current"},
            {"title": "Prüfen und absenden", "state": "open"},
        ],
        "stages": [
            {"title": "Eingegangen", "state": "done", "at": now - timedelta(days=3)},
            {"title": "In Prüfung", "state": "done", "at": now - timedelta(days=2), "note": "Amt für Steuern und Abgaben"},
            {
                "title": "Wartet auf Sie",
                "state": "current",
                "at": now,
                "note": "Bitte schicken Sie uns ein Foto.",
            },
            {"title": "Entscheidung", "state": "open", "at": now + timedelta(days=9), "note": "voraussichtlich"},
        ],
        "facts": [
            ("Online", "Vollständig", "vom Antrag bis zum Dokument"),
            ("Kosten", "9,00 €", ""),
            ("Dauer", "2 bis 3 Werktage", "oft schneller"),
        ],
        "section": {
            "title": "Ihr Hund",
            "rows": [
                {"label": "Rufname", "text": "Bello"},
                {"label": "Chipnummer", "text": "276098106123456"},
                {"label": "Gefährlicher Hund", "text": "Nein"},
            ],
        },
    }
