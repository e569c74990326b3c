"""What the files say about the person who asks for their report (Art. 15 GDPR)."""

from typing import Any

from stadtkern.kernel.accounts.access import Actor

from .models import Agreement, Case, Decision

MOST = 5000


def report(actor: Actor) -> list[dict[str, Any]]:
    """Own cases and drafts with all answers and decisions, newest first."""
    told = ("reference", "service", "status", "applicant", "answers", "sources", "fee_cents",
            "created_at", "submitted_at", "decided_at", "closed_at", "keep_until")  # fmt: skip
    rows = {row["id"]: row for row in Case.objects.filter(account=actor.account).order_by("-id").values("id", *told)[:MOST]}
    words = ("case_id", "outcome", "reason", "legal_basis", "made_at", "automatic")
    for decision in Decision.objects.filter(case__in=list(rows), made_at__isnull=False).values(*words):
        rows[decision.pop("case_id")]["decision"] = decision
    agreed = ("case__reference", "case__service", "state", "statement", "asked_at", "answered_at")
    others = Agreement.objects.filter(account=actor.account).order_by("-id").values(*agreed)[:MOST]
    second = [{name.removeprefix("case__"): value for name, value in row.items()} for row in others]
    own = [{name: value for name, value in row.items() if name != "id"} for row in rows.values()]
    return [*own, *({"role": "second person", **row} for row in second)]
