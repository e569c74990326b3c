"""Plans for signals: sought and judged by a job, released or rejected by a person. Nothing here switches a signal."""

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.events.actions import record
from stadtkern.lib.traffic import gate, study, sumo
from stadtkern.lib.traffic.net import Net, NotANet, program_of, read_net, read_xml

from ..models import SignalPlan, SignalStudy, Work
from .counts import Refused

MOST_BYTES = 20_000_000
LONGEST = 2 * 3600  # of simulated time
KEEP = timedelta(days=365)
State = SignalPlan.State


@transaction.atomic
def order(actor: Actor, title: str, net: bytes, routes: bytes, begin: int, end: int) -> SignalStudy:
    """Keep network and demand, and look for plans as a job; the same files again find the first study. Raises Refused."""
    if actor.staff is None:
        raise ValueError("Only staff orders studies")
    if sumo.program() is None:
        raise Refused(_("Auf diesem Server ist SUMO nicht verbunden. Ohne Simulation prüfen wir keinen Signalplan."))
    if not 0 <= begin < end <= 48 * 3600 or end - begin > LONGEST:
        raise Refused(_("Der Zeitraum darf höchstens zwei Stunden lang sein, zum Beispiel 7 bis 8 Uhr."))
    _readable(net, routes)
    digest = _digest(net, routes, begin, end)
    if known := SignalStudy.objects.filter(digest=digest).exclude(state=Work.FAILED).first():
        return known
    clean = "".join(sign for sign in title if sign.isprintable()).strip()[:120] or _("Signalplan")
    row = SignalStudy.objects.create(
        title=clean, net=net, routes=routes, begin=begin, end=end, digest=digest, staff=actor.staff
    )
    record("signals.ordered", subject=str(row), actor=actor.key)
    app.configure_task("mobility.signals", queue="default").defer(pk=row.pk)
    return row


@transaction.atomic
def enter(actor: Actor, told: Mapping[str, Any], net: bytes, routes: bytes) -> SignalStudy:
    """A study that was computed elsewhere, with what was measured there; its page says so. Raises Refused.

    What was measured we cannot repeat here; but no plan comes in that changes what no plan may change.
    """
    if actor.staff is None:
        raise ValueError("Only staff enters studies")
    known_net = _readable(net, routes)
    digest, about = _digest(net, routes, told["begin"], told["end"]), {**told["about"], "stored": True}
    if known := SignalStudy.objects.filter(digest=digest).exclude(state=Work.FAILED).first():
        return known
    row = SignalStudy.objects.create(
        title=told["title"][:120], net=net, routes=routes, begin=told["begin"], end=told["end"], digest=digest,
        staff=actor.staff, state=Work.DONE, progress=100, about=about,
    )  # fmt: skip
    for one in told["plans"]:
        reasons = [*one["reasons"], *_against(known_net, one["plan"])]
        state = State.PROPOSED if one["passed"] and not reasons else State.REFUSED
        kept = {name: one[name] for name in ("source", "plan", "rows")}
        SignalPlan.objects.create(study=row, state=state, reasons=reasons, **kept)
    record("signals.entered", subject=str(row), actor=actor.key, data={"plans": len(told["plans"])})
    return row


def _against(net: Net, plan: Mapping[str, Any]) -> list[str]:
    try:
        return gate.structure(net.programs, {key: program_of(one) for key, one in plan.items()})
    except NotANet:
        raise Refused(_("Ein Plan dieser Untersuchung ist nicht lesbar.")) from None


def _digest(net: bytes, routes: bytes, begin: int, end: int) -> str:
    parts = b"%d:%d:%b:%b" % (begin, end, hashlib.sha256(net).digest(), hashlib.sha256(routes).digest())
    return hashlib.sha256(parts).hexdigest()


def _readable(net: bytes, routes: bytes) -> Net:
    if len(net) > MOST_BYTES or len(routes) > MOST_BYTES:
        raise Refused(_("Eine der Dateien ist größer als 20 MB. Schneiden Sie das Netz kleiner."))
    with tempfile.TemporaryDirectory(prefix="sk-sumo-") as place:
        try:
            file = _put(place, "net", net)
            known, streets = read_net(file), read_xml(file)
            told = read_xml(_put(place, "rou", routes))
        except NotANet:
            text = _("Das ist kein Netz oder keine Nachfrage von SUMO (net.xml und rou.xml). Entpacken Sie die Dateien vorher.")
            raise Refused(text) from None
    if not any(one.greens for one in known.programs.values()):
        raise Refused(_("In diesem Netz steht keine Ampel."))
    if told.tag != "routes" or (told.find("trip") is None and told.find("vehicle") is None and told.find("flow") is None):
        raise Refused(_("In der Datei der Nachfrage fährt niemand."))
    if any(one.get("file") or one.tag in {"include", "additional"} or _names_file(one) for one in told.iter()):
        raise Refused(_("Die Datei der Nachfrage verweist auf andere Dateien. Das lesen wir nicht."))
    if any(_names_file(one) for one in streets.iter("param")):
        raise Refused(_("Das Netz verweist auf andere Dateien. Das lesen wir nicht."))
    return known


def _names_file(one: Any) -> bool:
    """A parameter by which SUMO would write to a file of its own choice, as devices of vehicles and detectors of signals do."""
    words = one.get("key", "").casefold().replace("-", ".").split(".") if one.tag == "param" else []
    return bool({"file", "output", "files"} & set(words)) and one.get("value", "") not in ("", "NUL", "/dev/null")


def _put(place: str, kind: str, data: bytes) -> Path:
    file = Path(place) / f"study.{kind}.xml"
    file.write_bytes(data)
    return file


def work_on(pk: int, rounds: int = study.ROUNDS) -> None:
    """Look for plans, judge each of them. What fails says why; nothing half done is shown as a proposal."""
    row = SignalStudy.objects.filter(pk=pk, state__in=[Work.WAITING, Work.RUNNING]).first()
    if row is None:
        return
    _note(row, 1)
    try:
        with tempfile.TemporaryDirectory(prefix="sk-sumo-") as place:
            files = _put(place, "net", bytes(row.net)), _put(place, "rou", bytes(row.routes))
            scenario = sumo.Scenario(*files, row.begin, row.end, sumo.bus_types(files[1]))
            for judged in study.examine(scenario, read_net(scenario.net), rounds, lambda share: _note(row, int(100 * share))):
                _keep(row, judged)
    except sumo.NotConnected:
        _finish(row, Work.FAILED, _("SUMO ist auf diesem Server nicht verbunden."))
    except (sumo.RunFailed, NotANet) as problem:
        _finish(row, Work.FAILED, _why(str(problem)))
    else:
        _finish(row, Work.DONE, "", {"computed": timezone.localdate().isoformat(), "with": sumo.version()})


@transaction.atomic
def _note(row: SignalStudy, progress: int) -> None:
    """How far the job is; a passing figure, no line in the diary."""
    SignalStudy.objects.filter(pk=row.pk).update(state=Work.RUNNING, progress=min(99, progress))


@transaction.atomic
def _keep(row: SignalStudy, judged: study.Judged) -> None:
    made, _fresh = SignalPlan.objects.update_or_create(
        study=row, source=judged.candidate.source,
        defaults={
            "state": State.PROPOSED if judged.verdict.passed else State.REFUSED, "plan": judged.plan, "rows": judged.rows,
            "reasons": list(judged.verdict.reasons),
        },
    )  # fmt: skip
    record("signals.judged", subject=str(made), actor=SYSTEM, data={"passed": judged.verdict.passed})


@transaction.atomic
def _finish(row: SignalStudy, state: str, problem: str, about: Mapping[str, Any] | None = None) -> None:
    SignalStudy.objects.filter(pk=row.pk).update(state=state, progress=100, problem=problem[:300], about=dict(about or {}))
    record("signals.studied", subject=str(row), actor=SYSTEM, data={"state": state})


def _why(code: str) -> str:
    if code in ("time", "too_large"):
        return _("Das Netz ist zu groß: Die Simulationen dauern länger als 40 Minuten. Schneiden Sie das Netz kleiner.")
    return _("Die Simulation hat abgebrochen: %(why)s") % {"why": _plain(code)}


def _plain(text: str) -> str:
    """The first sentence of the program, without paths of this machine."""
    return " ".join(word for word in text.split() if "/" not in word)[:200] or "?"


@transaction.atomic
def decide(actor: Actor, pk: int, *, release: bool, because: str) -> SignalPlan:
    """The lead of the office releases or rejects, and says why. What the gate refused cannot be released. Raises Refused."""
    if actor.staff is None or actor.staff.role != Role.LEAD:
        raise ValueError("Only the lead decides")
    row = SignalPlan.objects.select_for_update(of=("self",)).select_related("study").get(pk=pk)
    wanted = State.RELEASED if release else State.REJECTED
    text = "".join(sign for sign in because if sign.isprintable()).strip()[:300]
    if row.state == wanted:
        return row
    if row.state == State.REFUSED and release:
        raise Refused(_("Die Prüfung hat diesen Plan abgelehnt. Er kann nicht freigegeben werden."))
    if row.state != State.PROPOSED:
        raise Refused(_("Über diesen Plan ist schon entschieden. Laden Sie die Seite neu."))
    if release and row.study.staff_id == actor.staff.pk:
        raise Refused(_("Wer die Untersuchung bestellt hat, gibt sie nicht selbst frei. Bitten Sie eine andere Leitung."))
    if not text:
        raise Refused(_("Schreiben Sie den Grund in einem Satz. Er steht später beim Plan."))
    if release:
        _alone(row)
    row.state, row.because, row.decided_by, row.decided_at = wanted, text, actor.staff, timezone.now()
    row.save(update_fields=["state", "because", "decided_by", "decided_at"])
    record("signals.released" if release else "signals.rejected", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def recall(actor: Actor, pk: int, because: str) -> SignalPlan:
    """The lead takes a release back and says why; the operator of the signals has to be told by people. Raises Refused."""
    if actor.staff is None or actor.staff.role != Role.LEAD:
        raise ValueError("Only the lead decides")
    row = SignalPlan.objects.select_for_update(of=("self",)).get(pk=pk)
    text = "".join(sign for sign in because if sign.isprintable()).strip()[:300]
    if row.state == State.RECALLED:
        return row
    if row.state != State.RELEASED:
        raise Refused(_("Dieser Plan ist nicht freigegeben."))
    if not text:
        raise Refused(_("Schreiben Sie den Grund in einem Satz. Er steht später beim Plan."))
    row.state, row.because, row.decided_by, row.decided_at = State.RECALLED, text, actor.staff, timezone.now()
    row.save(update_fields=["state", "because", "decided_by", "decided_at"])
    record("signals.recalled", subject=str(row), actor=actor.key)
    return row


def _alone(row: SignalPlan) -> None:
    """No signal has two released plans. Raises Refused."""
    list(SignalStudy.objects.select_for_update().order_by("pk").values_list("pk"))  # two leads at once: one after the other
    mine = set(row.plan)
    for other in SignalPlan.objects.filter(state=State.RELEASED).exclude(pk=row.pk).select_related("study"):
        if shared := sorted(mine & set(other.plan)):
            text = _("Für die Ampel %(signal)s ist schon ein Plan freigegeben (%(study)s). Nehmen Sie ihn zuerst zurück.")
            raise Refused(text % {"signal": shared[0], "study": other.study.title})


@transaction.atomic
def forget(now: datetime) -> int:
    """Studies after a year, unless one of their plans was released: that one is the record of a decision."""
    decided = [State.RELEASED, State.RECALLED]
    old = SignalStudy.objects.filter(at__lt=now - KEEP).exclude(plans__state__in=decided).values_list("pk", flat=True)
    gone, _rows = SignalStudy.objects.filter(pk__in=list(old[:100])).delete()
    if gone:
        record("signals.forgotten", subject="traffic", actor=SYSTEM, data={"rows": gone})
    return gone
