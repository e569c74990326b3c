"""Plans for signals: sought and judged by a job, released or rejected by a person. Nothing here switches a signal."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.models import Role
from stadtkern.kernel.events.actions import record
from stadtkern.lib.traffic import gate, plans, sumo
from stadtkern.lib.traffic.net import Net, NotANet, Plan, read_net, read_xml

from ..models import SignalPlan, SignalStudy, Work
from .counts import Refused

MOST_BYTES = 20_000_000
LONGEST = 2 * 3600  # of simulated time
ROUNDS = 40
SEEDS = (1, 2)  # the search sees these and no others; the gate uses its own
OUTSIDE = 3600.0  # seconds a vehicle that stays outside costs in the search
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
    parts = b"%d:%d:%b:%b" % (begin, end, hashlib.sha256(net).digest(), hashlib.sha256(routes).digest())
    digest = hashlib.sha256(parts).hexdigest()
    if known := SignalStudy.objects.filter(digest=digest).exclude(state=Work.FAILED).first():
        return known
    clean = "".join(sign for sign in title if sign.isprintable()).strip()[:120] or _("Signalplan")
    row = SignalStudy.objects.create(
        title=clean, net=net, routes=routes, begin=begin, end=end, digest=digest, staff=actor.staff
    )
    record("signals.ordered", subject=str(row), actor=actor.key)
    app.configure_task("mobility.signals", queue="default").defer(pk=row.pk)
    return row


def _readable(net: bytes, routes: bytes) -> None:
    if len(net) > MOST_BYTES or len(routes) > MOST_BYTES:
        raise Refused(_("Eine der Dateien ist größer als 20 MB. Schneiden Sie das Netz kleiner."))
    with tempfile.TemporaryDirectory(prefix="sk-sumo-") as place:
        try:
            known = read_net(_put(place, "net", net))
            told = read_xml(_put(place, "rou", routes))
        except NotANet:
            text = _("Das ist kein Netz oder keine Nachfrage von SUMO (net.xml und rou.xml). Entpacken Sie die Dateien vorher.")
            raise Refused(text) from None
    if not any(one.greens for one in known.programs.values()):
        raise Refused(_("In diesem Netz steht keine Ampel."))
    if told.tag != "routes" or (told.find("trip") is None and told.find("vehicle") is None and told.find("flow") is None):
        raise Refused(_("In der Datei der Nachfrage fährt niemand."))
    if any(one.get("file") or one.tag in {"include", "additional"} for one in told.iter()):
        raise Refused(_("Die Datei der Nachfrage verweist auf andere Dateien. Das lesen wir nicht."))


def _put(place: str, kind: str, data: bytes) -> Path:
    file = Path(place) / f"study.{kind}.xml"
    file.write_bytes(data)
    return file


def work_on(pk: int, rounds: int = ROUNDS) -> None:
    """Look for plans, judge each of them. What fails says why; nothing half done is shown as a proposal."""
    row = SignalStudy.objects.filter(pk=pk, state__in=[Work.WAITING, Work.RUNNING]).first()
    if row is None:
        return
    _note(row, 1)
    try:
        with tempfile.TemporaryDirectory(prefix="sk-sumo-") as place:
            files = _put(place, "net", bytes(row.net)), _put(place, "rou", bytes(row.routes))
            scenario = sumo.Scenario(*files, row.begin, row.end)
            _judge(row, scenario, read_net(scenario.net), rounds)
    except sumo.NotConnected:
        _finish(row, Work.FAILED, _("SUMO ist auf diesem Server nicht verbunden."))
    except (sumo.RunFailed, NotANet) as problem:
        _finish(row, Work.FAILED, _("Die Simulation hat abgebrochen: %(why)s") % {"why": _plain(str(problem))})
    else:
        _finish(row, Work.DONE, "")


def _judge(row: SignalStudy, scenario: sumo.Scenario, net: Net, rounds: int) -> None:
    def run(plan: Plan | None, seed: int, scale: float) -> sumo.Outcome:
        return sumo.run(scenario, plan, seed, scale)

    known = {(seed, scale): run(None, seed, scale) for scale in gate.SCALES for seed in gate.UNSEEN}
    _note(row, 15)
    hours = (scenario.end - scenario.begin) / 3600
    for at, candidate in enumerate(candidates(net, scenario, hours, rounds, lambda share: _note(row, 15 + int(60 * share)))):
        verdict = gate.judge(net.programs, candidate.plan, run, known=known)
        _keep(row, candidate, verdict)
        _note(row, 80 + 6 * at)


def candidates(
    net: Net, scenario: sumo.Scenario, hours: float, rounds: int, progress: Callable[[float], None]
) -> list[plans.Candidate]:
    """From three sources; the search sees seeds the gate does not use."""

    def cost(plan: Plan) -> float:
        made = [sumo.run(scenario, plan, seed) for seed in SEEDS]
        return sum(one.delay_all + OUTSIDE * one.outside / max(1, one.loaded) for one in made) / len(made)

    sought = plans.search(net.programs, cost, rounds=rounds, progress=lambda done: progress(done / rounds))
    return [plans.webster(net, sumo.turns(scenario), hours), plans.actuated(net), sought]


@transaction.atomic
def _note(row: SignalStudy, progress: int) -> None:
    """How far the job is; a passing figure, no line in the diary."""
    SignalStudy.objects.filter(pk=row.pk).update(state=Work.RUNNING, progress=min(99, progress))


@transaction.atomic
def _keep(row: SignalStudy, candidate: plans.Candidate, verdict: gate.Verdict) -> None:
    told = {key: asdict(one) for key, one in candidate.plan.items()}
    rows = [{**asdict(one), "gain": one.gain} for one in verdict.rows]
    made, _fresh = SignalPlan.objects.update_or_create(
        study=row, source=candidate.source,
        defaults={
            "state": State.PROPOSED if verdict.passed else State.REFUSED, "plan": told, "rows": rows,
            "reasons": list(verdict.reasons),
        },
    )  # fmt: skip
    record("signals.judged", subject=str(made), actor=SYSTEM, data={"passed": verdict.passed})


@transaction.atomic
def _finish(row: SignalStudy, state: str, problem: str) -> None:
    SignalStudy.objects.filter(pk=row.pk).update(state=state, progress=100, problem=problem[:300])
    record("signals.studied", subject=str(row), actor=SYSTEM, data={"state": state})


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
    row.state, row.because, row.decided_by, row.decided_at = wanted, text, actor.staff, timezone.now()
    row.save(update_fields=["state", "because", "decided_by", "decided_at"])
    record("signals.released" if release else "signals.rejected", subject=str(row), actor=actor.key)
    return row


@transaction.atomic
def forget(now: datetime) -> int:
    """Studies after a year, unless one of their plans was released: that one is the record of a decision."""
    old = SignalStudy.objects.filter(at__lt=now - KEEP).exclude(plans__state=State.RELEASED).values_list("pk", flat=True)
    gone, _rows = SignalStudy.objects.filter(pk__in=list(old[:100])).delete()
    if gone:
        record("signals.forgotten", subject="traffic", actor=SYSTEM, data={"rows": gone})
    return gone
