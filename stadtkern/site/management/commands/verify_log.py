"""`manage.py verify_log`: is the access log still what was written? Exit code 0 when it is, 1 when somebody changed it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from stadtkern.kernel.privacy.actions import note_verification
from stadtkern.kernel.privacy.verify import Report, verify


class Command(BaseCommand):
    help = "Prüft das Zugriffsprotokoll: Kette, Anker, Siegel. Endet mit 1, wenn etwas verändert wurde."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line of JSON instead of words")
        parser.add_argument(
            "--keep", action="store_true", help="show the outcome on the data protection officer's page as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify()
        if options["keep"]:
            note_verification(report)
        self.stdout.write(as_json(report) if options["json"] else in_words(report))
        if not report.sound:
            raise SystemExit(1)


def as_json(report: Report) -> str:
    told = {"rows": report.rows, "anchors": report.anchors, "seconds": round(report.seconds, 3), "found": report.count}
    findings = [finding.as_json() for finding in report.findings]
    return json.dumps({**told, "findings": findings, "remarks": report.remarks}, ensure_ascii=False)


def in_words(report: Report) -> str:
    speed = f" ({report.rows / report.seconds:,.0f} Zeilen/s)".replace(",", ".") if report.seconds > 0.5 else ""
    lines = [f"{report.rows} Protokollzeilen und {report.anchors} Anker geprüft in {report.seconds:.1f} s{speed}."]
    lines += [f"Hinweis: {remark}" for remark in report.remarks]
    if report.sound:
        return "\n".join([*lines, "Nichts wurde verändert, gelöscht, eingefügt oder umgestellt."])
    lines += [f"FEHLER: {finding.text}" for finding in report.findings]
    told = len(report.findings)
    if (all_of_them := sum(report.count.values())) > told:
        lines.append(f"… und {all_of_them - told} weitere.")
    return "\n".join(lines)
