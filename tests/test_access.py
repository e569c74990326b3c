"""Generated: every address and every API operation × everybody × own and foreign things. New addresses are found by themselves.

Expected, from what the view declares: visitors are sent to sign in (API: 401), a wrong role gets 403, things of others are 404,
nothing is ever a 500, and no answer of any kind carries a word that is none of the reader's business. And whatever somebody
reads about another person stands in the access log: every read a line, no line without a read.
"""

import json
import logging
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from stadtkern.kernel.accounts.access import Actor, access_of
from stadtkern.kernel.accounts.actions import create_token
from stadtkern.kernel.accounts.models import Account, Company, Mandate, Membership, Staff
from stadtkern.kernel.appointments.link import code_from
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.inbox.models import Message
from stadtkern.kernel.privacy.models import Access
from stadtkern.portal import errors
from stadtkern.site.api import api

from .factories import SERVICE, World, company_world, world

pytestmark = pytest.mark.usefixtures("own_place")

SCHEMA = api.get_openapi_schema()

# Everybody. "anna" lives in the case of the clerk, "bert" in the case of the clerk of another office.
PEOPLE = ["visitor", "anna", "bert", "clerk", "other_clerk", "lead", "operator", "mayor", "editor", "privacy", "colleague"]
PEOPLE += ["agent"]  # acts for anna under a mandate
PEOPLE += ["cashier"]  # a clerk of the cash office
OFFICE = {"anna": {"clerk", "lead"}, "bert": {"other_clerk"}}

# What is only more of the same is left to the night (FULL=1). Bert and his clerk walk as Anna and hers do, names exchanged.
FULL = os.environ.get("FULL") == "1"
WALKERS = [pytest.param(who, marks=pytest.mark.full) if who in ("bert", "other_clerk") else who for who in PEOPLE]
# By day these ask everybody's pages everything; the others only look there, and not where nothing is behind.
THOROUGH = {"visitor", "anna", "clerk"}
# Both worlds are equally strange to them: by day they ask for the things of one.
STRANGERS = {"colleague", "operator", "mayor", "editor", "cashier"}

# Which people besides the owner may read a thing of a world: the staff of the office in charge, or nobody.
WITH_OFFICE = {"case", "person", "document", "upload", "message", "payment", "appointment", "video"}
ONLY_OWNER = {"draft", "private", "company", "item", "share", "waiting"}
ABOUT_NOBODY = {"register"}  # an entry in the register of breaches names no person
ONLY_OFFICE = {"note", "place", "visit"}  # not even the person it is about
ONLY_ASKER = {"query": {"anna": {"clerk"}, "bert": {"other_clerk"}}}  # a question to a wallet, for whoever put it
ONLY_CLERK = {"assisted": {"anna": {"clerk"}, "bert": {"other_clerk"}}}  # being filled in at the counter


def readers(kind: str, whose: str) -> set[str]:
    if kind == "surplus":
        return {whose, "operator"}  # money to send back: the operator sees amount and reference number
    if kind == "claim":
        return {whose, "cashier"}
    if kind == "debt":  # the same at the cash office's desk
        return {"cashier"}
    if kind in ONLY_ASKER:
        return ONLY_ASKER[kind][whose]
    if kind == "register":
        return {"privacy"}
    if kind == "mandate":  # either side may end it, the agent not while acting under it
        return {whose}
    if kind == "delegated":
        return {whose} | OFFICE[whose] | ({"agent"} if whose == "anna" else set())
    if kind in ONLY_CLERK:
        return ONLY_CLERK[kind][whose]
    if kind == "emergency":
        return {"privacy"}  # why a clerk broke the glass
    if kind in ONLY_OFFICE:
        return OFFICE[whose]
    assert kind in WITH_OFFICE | ONLY_OWNER, f"say in tests/test_access.py who may read {kind}"
    found = {whose} | (OFFICE[whose] if kind in WITH_OFFICE else set())
    return found | {"cashier"} if kind in ("person", "payment") else found  # who owes, and what for


@dataclass(frozen=True)
class Sample:
    """A value for a parameter of an address: of which kind the thing is, and how to find it in a world."""

    kind: str  # "" = public
    value: Callable[[World], Any]


def public(value: Any) -> Sample:
    return Sample("", lambda _: value)


RIDE_PAGES = tuple(f"ride_{page}" for page in ("cancel", "unlock", "pause", "finish"))
RIDES = ("held", "ended", "billed")
TICKET_PAGES = ("ticket", *(f"ticket_{page}" for page in ("code", "paper", "begin", "give_back", "give")))
CLAIM_PAGES = ("claim", "claim_pay", "claim_parts", "claim_receipt")


# "namespace:name parameter" or "namespace parameter": the first that fits. Several samples are tried one after the other.
SAMPLES: dict[str, list[Sample]] = {
    "api/{rest} rest": [public("gibt-es-nicht")],
    "admission wave": [public(1)],  # a queue shows nothing but the reader's own place
    "administration reference": [public("MS-0000-0000")],
    "appointments number": [Sample("appointment", lambda w: w.appointment.number)],
    "appointments pk": [Sample("waiting", lambda w: w.waiting.pk)],
    "appointments:open_waiting code": [Sample("", lambda w: code_from(w.waiting.seed))],
    "appointments code": [Sample("", lambda w: code_from(w.appointment.seed))],  # whoever has the link may open it
    "appointments secret": [public("gibt-es-nicht")],
    "accounts:end_session number": [Sample("private", lambda w: w.session.pk)],
    "accounts:unlink number": [Sample("private", lambda w: w.identity.pk)],
    "accounts name": [public("bundid")],
    "accounts:revoke number": [Sample("mandate", lambda w: w.mandate.pk)],
    "accounts:revoke_token number": [Sample("private", lambda w: w.token.pk)],
    "calls:by_code code": [Sample("", lambda w: code_from(w.video.seed))],  # says time and matter, no name
    "calls pk": [Sample("video", lambda w: w.video.pk)],
    "cases:desk_emergency_case reference": [Sample("case", lambda w: w.case.reference)],
    "cases:partner number": [public(1)],
    "cases:start key": [public(SERVICE)],
    "cases:upload key": [Sample("upload", lambda w: w.upload.key)],
    "cases:document number": [Sample("document", lambda w: w.document.number)],
    "cases:document reference": [Sample("case", lambda w: w.closed.reference), Sample("draft", lambda w: w.draft.reference)],
    "cases:desk_code reference": [
        Sample("assisted", lambda w: w.assisted.reference),
        Sample("draft", lambda w: w.draft.reference),
    ],
    "cases:step step": [public("angaben")],
    "cases reference": [
        Sample("delegated", lambda w: w.delegated.reference),
        Sample("case", lambda w: w.case.reference),
        Sample("draft", lambda w: w.draft.reference),
    ],
    "counter:appointment pk": [Sample("appointment", lambda w: w.appointment.pk)],
    "counter:visit pk": [Sample("visit", lambda w: w.visit.pk)],
    "counter verb": [public("back")],
    "counter place": [Sample("place", lambda w: w.appointment.place.key)],
    "counter pk": [public(1)],
    "walkin code": [Sample("", lambda w: w.ticket)],  # whoever has the number's address; nothing about anybody is behind it
    "walkin secret": [public("gibt-es-nicht")],
    "walkin place": [Sample("", lambda w: w.appointment.place.key)],
    "geo name": [public("districts")],
    "metrics department": [public("administration")],
    "metrics name": [public("days_to_decision")],
    "credentials:way key": [Sample("private", lambda w: w.way)],
    "credentials:query pk": [Sample("query", lambda w: w.query.pk)],
    "credentials pk": [Sample("private", lambda w: w.proof.pk)],
    "credentials:offer key": [Sample("", lambda w: w.way)],  # the wallet has nothing but the address
    "credentials kind": [public("meldebescheinigung")],
    "credentials handle": [Sample("", lambda w: w.query.handle)],
    "credentials:status key": [Sample("", lambda w: w.status_list.key)],
    "dataprotection pk": [Sample("register", lambda w: w.breach.pk)],
    "dataprotection:correction pk": [public(1)],
    "dataprotection:lift pk": [public(1)],
    "dataprotection:occasion kind": [public("notfall")],
    "dataprotection:occasion number": [public(1)],
    "dataprotection reference": [public("MS-0000-0000")],
    "documents:verify code": [Sample("", lambda w: w.document.verify_code)],  # public on purpose: says nothing about the person
    "documents number": [Sample("document", lambda w: w.document.number)],
    "documents key": [Sample("upload", lambda w: w.upload.key)],
    "exchange pk": [public(1)],
    "exchange reference": [Sample("case", lambda w: w.case.reference)],
    "inbox pk": [Sample("message", lambda w: w.message.pk)],
    "mfa pk": [Sample("private", lambda w: w.key.pk)],
    "operate job": [public(1)],
    "operate name": [public("mail")],
    "operate webhook": [Sample("", lambda w: w.webhook.pk)],
    "oversight number": [Sample("emergency", lambda w: w.emergency.pk)],
    "payments:demo transaction": [public(uuid.uuid4())],
    "payments:cash_statement pk": [public(1)],
    "payments:cash_intake pk": [public(1)],
    "payments:cash_line pk": [public(1)],
    "payments:cash_file pk": [public(1)],
    "payments:cash_lift pk": [public(1)],
    "payments:cash_letter pk": [public(1)],
    "payments:debit_revoke pk": [public(1)],
    "payments:offer key": [public("stadtwald")],
    **{f"payments:{page} pk": [Sample("claim", lambda w: w.claim.pk)] for page in CLAIM_PAGES},
    **{f"payments:{page} pk": [Sample("debt", lambda w: w.claim.pk)] for page in ("ledger_claim", "ledger_act", "cash_stop")},
    "payments:bill_show pk": [public(1)],
    "payments:bill_back pk": [public(1)],
    "payments:ledger_day day": [public("2026-11-01")],
    "payments:refunded pk": [Sample("surplus", lambda w: w.surplus.pk)],
    "payments pk": [Sample("payment", lambda w: w.payment.pk)],
    "mobility:plate_release pk": [public(1)],
    "mobility:detector pk": [public(1)],
    "mobility:ride pk": [Sample("private", lambda w, kind=kind: w.things[f"ride_{kind}"].pk) for kind in RIDES],
    **{f"mobility:{page} pk": [Sample("private", lambda w: w.ride_held.pk)] for page in RIDE_PAGES},
    "mobility:ride_settle pk": [public(1)],
    "mobility:incident pk": [public(1)],
    "mobility:plan pk": [public(1)],
    "mobility:plan_csv pk": [public(1)],
    "mobility:plan_xml pk": [public(1)],
    "mobility:scenario pk": [public(1)],
    "mobility:scenario_map pk": [public(1)],
    "mobility:study pk": [public(1)],
    "mobility:ticket_desk_one number": [public("GIBTSNICHT")],
    **{f"mobility:ticket_desk_{page} pk": [public(1)] for page in ("right", "finding")},
    "mobility:ticket_order pk": [Sample("private", lambda w: w.fare.order_id)],
    **{f"mobility:{page} pk": [Sample("private", lambda w: w.fare.pk)] for page in TICKET_PAGES},
    "mobility:permit number": [public("2026-GIBTS-NICHT")],
    "mobility:unwatch pk": [public(1)],
    "mobility:drop_place pk": [public(1)],
    "mobility:stop ref": [public("gibt-es-nicht")],
    "mobility:feature ref": [public("gibt-es-nicht")],
    "api/v1/mobility ref": [public("gibt-es-nicht")],
    "mobility key": [public("gibt-es-nicht")],
    "mobility name": [public("haltestellen")],
    **{f"participation:report_{page} key": [public(uuid.UUID(int=1))] for page in ("picture", "picture_small", "blur")},
    "participation:report_order_picture key": [public(uuid.UUID(int=1))],
    "participation:report_picture_small size": [public("klein")],
    "participation secret": [public("gibt-es-nicht")],
    "participation token": [public("f-1.gefaelscht")],
    "participation key": [public("gibt-es-nicht")],
    "participation reference": [public("MS-0000-0000")],
    "participation pk": [public(1)],
    "participation number": [public(1)],
    "participation what": [public("gibt-es-nicht")],
    "participation code": [public("GIBTSNICHT")],
    "participation text": [public(uuid.UUID(int=1))],
    "api/v1/participation key": [public("gibt-es-nicht")],
    "api/v1/participation reference": [public("MS-0000-0000")],
    **{f"participation:{page} key": [public(uuid.UUID(int=1))] for page in ("picture", "picture_small")},
    "participation:open311_picture key": [public(uuid.UUID(int=1))],
    "participation rest": [public("services.json")],
    "pairing number": [public(1)],
    "pairing code": [public("gibt-es-nicht")],
    "portal:audience key": [public("menschen")],
    "portal:life_event key": [public("tier")],
    "portal:page name": [public("impressum")],
    "privacy:certificate number": [Sample("", lambda w: w.erasure.pk)],
    "privacy:revoke number": [Sample("private", lambda w: w.consent.pk)],
    "provider number": [Sample("private", lambda w: w.connection.pk)],
    "provider key": [Sample("", lambda w: w.client.pk)],
    "vault:look secret": [Sample("", lambda w: "gibt-es-nicht")],  # the same page for everybody without the code
    "vault:remove number": [Sample("item", lambda w: w.item.pk)],
    "vault number": [Sample("share", lambda w: w.share.pk)],
    "services:situation key": [public("umzug")],
    "services:entry key": [public("10124"), public("99107023044000")],
    "services key": [public(SERVICE)],
    "services:edit_page step": [public("hund")],
    "services:edit_preview_step step": [public("hund")],
    "services:edit_rule mark": [public("abc")],
    "services:edit_version number": [public(1)],
    "services:modules key": [public("99102013104000")],
    "services:modules_undo key": [public("99102013104000")],
    "services:modules_undo number": [public(1)],
    "GET /api/v1/appointments/fhir/Appointment/{key} key": [Sample("appointment", lambda w: w.appointment.pk)],
    "PUT /api/v1/appointments/fhir/Appointment/{key} key": [Sample("appointment", lambda w: w.appointment.pk)],
    "PATCH /api/v1/appointments/fhir/Appointment/{key} key": [Sample("appointment", lambda w: w.appointment.pk)],
    "api/v1/appointments key": [public("1-1")],
    "api/v1/cases reference": [Sample("case", lambda w: w.case.reference), Sample("draft", lambda w: w.draft.reference)],
    "api/v1/cases step": [public("angaben")],
    "api/v1/desk reference": [Sample("case", lambda w: w.case.reference), Sample("draft", lambda w: w.draft.reference)],
    "api/v1/documents number": [Sample("document", lambda w: w.document.number)],
    "api/v1/inbox letter": [Sample("message", lambda w: w.message.pk)],
    "api/v1/operate webhook": [Sample("", lambda w: w.webhook.pk)],
    "api/v1/payments payment": [Sample("payment", lambda w: w.payment.pk)],
    "api/v1/directory key": [public("10124")],
    "api/v1/services key": [public(SERVICE)],
    "api/v1/xzufi name": [public("stellen")],
    "api/v1/verify code": [Sample("", lambda w: w.document.verify_code)],
}
# Things that exist for nobody in these worlds; their own tests cover them.
NEVER_FOUND = {"mobility:permit", "services:modules_undo", "payments:demo", "operate:switch", "api/{rest}"}
# No statement has come and nobody has given a mandate here (payments/tests/test_cash_pages.py, test_debits.py do).
NEVER_FOUND |= {
    f"payments:{page}" for page in ("cash_statement", "cash_intake", "cash_line", "cash_file", "cash_lift", "cash_letter")
}
NEVER_FOUND |= {"payments:debit_revoke", "mobility:plate_release"}
# At the desk of another office (domains/mobility/tests/test_ticket_desk.py).
NEVER_FOUND |= {f"mobility:ticket_desk_{page}" for page in ("one", "right", "finding")} | {"mobility:ride_settle"}
# No timetable is read in these worlds (domains/mobility/tests/test_feeds.py and test_trips.py read one).
NEVER_FOUND |= {f"mobility:source{page}" for page in ("", "_change", "_read", "_upload", "_back")}
NEVER_FOUND |= {"GET /api/v1/mobility/stops/{ref}/departures", "GET /api/v1/mobility/plan"}
NEVER_FOUND |= {f"mobility:{page}" for page in ("stop", "trip", "feature", "open_file", "open_gbfs", "unwatch", "drop_place")}
NEVER_FOUND |= {
    "mobility:detector",
    "mobility:incident",
    "mobility:plan",
    "mobility:plan_csv",
    "mobility:plan_xml",
    "mobility:scenario",
    "mobility:scenario_map",
    "mobility:study",
}
# A code of two screens is this browser's own (accounts/tests/test_pairing.py).
NEVER_FOUND |= {
    f"pairing:{page}" for page in ("screen", "state", "collect", "allow", "cancel", "open", "choose", "wait", "refuse")
}
# Nobody of these people has broken the glass; cases/tests/test_emergency.py does.
NEVER_FOUND |= {"cases:desk_emergency_case"}
# No process runs in these worlds; the parts of domains/participation test theirs.
_OF_PARTICIPATION = (
    "process new follow_process points case picture picture_small contribution edit withdraw support follow comment"
)
_OF_PARTICIPATION += (
    " withdraw_comment complain appeal decide link manage set_texts set_settings set_categories new_phase set_phase"
)
_OF_PARTICIPATION += (
    " drop_phase publish_process close_process discard_process new_result set_milestones decide_comment dismiss"
)
# Nobody of these people has reported anything; domains/participation/tests/test_report_pages.py does.
_OF_PARTICIPATION += " report_page report_follow report_reopen report_work report_case report_picture report_picture_small"
_OF_PARTICIPATION += " report_blur report_contractor_link report_orders report_order_picture report_order_done"
_OF_PARTICIPATION += " report_subscription"
# No contest, no team, no jury either (domains/participation/tests/test_contest.py).
_OF_PARTICIPATION += " contest contest_inputs contest_act team team_act team_join jury jury_close jury_invitation sheet partial"
_OF_PARTICIPATION += " outcome prize certificate"
_IDEAS = "/api/v1/participation"
NEVER_FOUND |= {f"GET {_IDEAS}/processes/{{key}}", f"GET {_IDEAS}/contributions/{{reference}}"}
NEVER_FOUND |= {f"{verb} {_IDEAS}/processes/{{key}}/contributions" for verb in ("GET", "POST")}
NEVER_FOUND |= {f"{verb} {_IDEAS}/contributions/{{reference}}/support" for verb in ("PUT", "DELETE")}
NEVER_FOUND |= {f"participation:{page}" for page in [*_OF_PARTICIPATION.split(), "answer_appeal"]}
_OF_OPINION = "merging opine statement_new opinion_mine opinion_result opinion_compute opinion_comments opinion_votes"
_OF_OPINION += " topics topic alike same merge"
NEVER_FOUND |= {f"participation:{page}" for page in _OF_OPINION.split()}
_OF_A_POLL = "poll vote vote_check vote_send vote_letter vote_receipt poll_result poll_export poll_desk poll_check"
NEVER_FOUND |= {f"participation:{page}" for page in f"{_OF_A_POLL} poll_step poll_letters paper paper_batch".split()}
_OF_OPEN311 = "open311_picture open311_revoke neighbour_pull handover_retry"
NEVER_FOUND |= {f"participation:{page}" for page in _OF_OPEN311.split()}
_OF_CIVIC = "sign unsign petition_desk petition_check petition_sheets petition_recount petition_finish petition_session"
NEVER_FOUND |= {f"participation:{page}" for page in [*_OF_CIVIC.split(), "petition_decision"]}
# Nobody here collects points (domains/participation/tests/test_points.py).
NEVER_FOUND |= {f"participation:exchange_{page}" for page in ["package", "data", "preview", "withdraw", "city", "fetch"]}
NEVER_FOUND |= {"participation:points_redeem", "participation:points_attend", "participation:voucher_back"}
# No plan lies open and nobody is asked anything (test_consultation.py, test_survey.py, test_debate.py).
_OF_A_PLAN = "plan plan_file plan_shapes statement_write outcome_table outcome_pdf outcome_csv plan_papers plan_document_new"
_OF_A_PLAN += " plan_document plan_document_drop plan_area plan_authorities statements statement_enter weighing_assign"
_OF_A_PLAN += " survey survey_result survey_csv survey_questions survey_question_new survey_question survey_question_act"
_OF_A_PLAN += " survey_texts survey_text survey_export debate_pose debate_summary"
_OF_A_PLAN += " statement_letter weighings weighings_csv weighings_pdf weighing_decision weighing weighing_act"
NEVER_FOUND |= {f"participation:{page}" for page in _OF_A_PLAN.split()}
# Nobody here has been asked to agree to an application; domains/administration/tests/test_marriage.py is.
NEVER_FOUND |= {"cases:partner", "cases:invite"}
# Only applications for identity cards have such a page; domains/administration tests them. Feeds have a secret of their own.
NEVER_FOUND |= {"administration:paper", "administration:paper_act", "appointments:feed"}
# No wave is open in these worlds; appointments/tests/test_admission.py opens some.
NEVER_FOUND |= {f"admission:{page}" for page in ("queue", "book", "switch")}
# Only a browser that has named Kassenzeichen and amount: payments/tests/test_paying.py.
NEVER_FOUND |= {"payments:bill_show", "payments:bill_back"}
# No day is closed here; payments/tests/test_cash.py closes some.
NEVER_FOUND |= {f"payments:ledger_{page}" for page in ("day", "file", "export")}
# Only an imported form has these, or a service somebody has changed.
# Requests about rights are cases of the data protection office.
NEVER_FOUND |= {
    f"dataprotection:{page}" for page in ("request", "ask_office", "erase", "to_breach", "lift", "correction", "occasion")
}
NEVER_FOUND |= {f"services:edit_{page}" for page in ("form", "page", "rules", "rule", "editions", "version")}


# Only matters a city names are told over FHIR (appointments/tests/test_fhir.py).
_FHIR = "/api/v1/appointments/fhir"
NEVER_FOUND |= {f"GET {_FHIR}/{kind}/{{key}}" for kind in ("Appointment", "HealthcareService", "Schedule", "Slot")}
NEVER_FOUND |= {f"{verb} {_FHIR}/Appointment/{{key}}" for verb in ("PUT", "PATCH")}
# The head of an office is not among these people; no duties, exceptions, devices, practices either (test_desk.py).
_OF_THE_HEAD = "remove_exception undo_hours end_shift present skills end_device dismiss_partner hours exception settle roster"
_OF_THE_HEAD += " add_shift absent roster_switch load devices"
NEVER_FOUND |= {f"counter:{page}" for page in _OF_THE_HEAD.split()} | {"walkin:become_kiosk", "walkin:draw"}

# How many (address, person) pairs the walk must at least have read something through; what is read is in the log.
READS = {"privacy": 2, "clerk": 18, "lead": 18, "other_clerk": 18}
OWN_DOORS = ("everyone", "signed_in", "token")
COMPANY = {"case", "draft", "document", "upload", "message", "payment", "claim"}  # things of company_world

# Operations of the API for some roles only.
ROLE_DOORS = ("/api/v1/desk/", "/api/v1/operate/", "/api/v1/appointments/fhir/")


@dataclass(frozen=True)
class Address:
    """One place of the house: a page or an operation of the API."""

    name: str  # "cases:track", or "GET /api/v1/services"
    path: str  # with {parameter}
    parameters: tuple[str, ...]
    access: str | None
    methods: tuple[str, ...]
    operation: Any = None

    @property
    def is_api(self) -> bool:
        return self.operation is not None

    def samples(self) -> Iterator[tuple[str, dict[str, Sample]]]:
        """Every choice of samples; the kind that decides is that of the innermost thing of somebody."""
        chosen: list[dict[str, Sample]] = [{}]
        for parameter in self.parameters:
            found = self._find(parameter)
            chosen = [{**one, parameter: sample} for one in chosen for sample in found]
        for one in chosen:
            kinds = [sample.kind for sample in one.values() if sample.kind]
            if {"draft", "document"} <= set(kinds) or {"draft", "upload"} <= set(kinds):
                continue  # these papers belong to the case, not to the draft
            yield (kinds[-1] if kinds else ""), one

    def _find(self, parameter: str) -> list[Sample]:
        if self.is_api:
            space = "/".join(self.path.split("/")[1:4])  # api/v1/cases
        else:
            space = self.name.split(":")[0] if ":" in self.name else self.name.split("_")[0]
        for key in (f"{self.name} {parameter}", f"{space} {parameter}"):
            if key in SAMPLES:
                return SAMPLES[key]
        raise AssertionError(
            f"The address {self.name} ({self.path}) has a parameter {parameter!r} without a known thing behind it. "
            f"Add {space + ' ' + parameter!r} to SAMPLES in tests/test_access.py, and the thing to tests/factories.py."
        )


def known(address: Address) -> bool:
    """Whether there is a sample for every parameter; the test below names those without."""
    try:
        return bool([*address.samples()])
    except AssertionError:
        return False


def addresses() -> list[Address]:
    """Every address of the running house, from the resolver and from the OpenAPI description."""
    return [*_pages(get_resolver().url_patterns, "", ""), *_operations()]


def _pages(patterns: list[Any], prefix: str, space: str) -> Iterator[Address]:
    for pattern in patterns:
        path = prefix + _template(pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "api":
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from _pages(pattern.url_patterns, path, inner)
        elif isinstance(pattern, URLPattern):
            parameters = tuple(re.findall(r"{(\w+)}", path))
            name = space + (pattern.name or path)
            yield Address(name, "/" + path, parameters, access_of(pattern.callback), answered(pattern.callback))


def answered(view: Any) -> tuple[str, ...]:
    """GET and POST, or which of them Django's `require_http_methods` lets through to the view."""
    while view is not None:
        for name, cell in (
            zip(view.__code__.co_freevars, view.__closure__ or (), strict=True) if hasattr(view, "__code__") else ()
        ):
            if name == "request_method_list":
                return tuple(method for method in ("GET", "POST") if method in cell.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return "GET", "POST"


def _template(pattern: Any) -> str:
    text = str(pattern.pattern)
    if hasattr(pattern.pattern, "_route"):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", text)
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", text).strip("^$")


def _operations() -> Iterator[Address]:
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            parameters = tuple(p["name"] for p in operation.get("parameters", []) if p["in"] == "path")
            access = "token" if operation.get("security") else "everyone"
            yield Address(f"{method.upper()} {path}", path, parameters, access, (method.upper(),), operation)


HOUSE = addresses()
ASKED = [address for address in HOUSE if known(address)]


def test_every_parameter_has_a_thing_behind_it():
    unknown = []
    for address in HOUSE:
        try:
            list(address.samples())
        except AssertionError as missing:
            unknown.append(str(missing))
    assert unknown == [], "\n" + "\n".join(unknown)


@pytest.fixture(autouse=True)
def quiet():
    """Thousands of refusals are wanted here; writing them down takes longer than asking."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def one_page_per_refusal(monkeypatch):
    """ "There is no such page" says the same each time: it is made once for each reader, language and set of words."""
    made: dict[str, HttpResponse] = {}
    make = errors.render

    def render(request: HttpRequest, template: str, words: Any, status: int) -> HttpResponse:
        key = repr((request.user.pk, get_language(), template, words, status))
        if key not in made:
            made[key] = make(request, template, words, status=status)
        return HttpResponse(made[key].content, status=status)

    monkeypatch.setattr(errors, "render", render)


@pytest.fixture
def people(
    offices, citizen, other_citizen, clerk, other_clerk, lead, operator, mayor, editor, privacy_officer, cashier
) -> dict[str, Account | None]:
    colleague = Account.objects.create(email="kollege@example.org", name="Kollege")
    agent = Account.objects.create(email="vertretung-anna@example.org", name="Vertretung")
    staff: dict[str, Staff] = {"clerk": clerk, "other_clerk": other_clerk, "lead": lead, "operator": operator, "mayor": mayor}
    staff |= {"editor": editor, "privacy": privacy_officer, "cashier": cashier}
    return {"visitor": None, "anna": citizen, "bert": other_citizen, "colleague": colleague, "agent": agent} | {
        name: member.account for name, member in staff.items()
    }


@pytest.fixture
def worlds(people, clerk, other_clerk) -> dict[str, World]:
    """Both citizens with everything; the colleague acts for a company that has nothing to do with either."""
    own = Company.objects.create(name="Andere GmbH")
    Membership.objects.create(account=people["colleague"], company=own)
    return {"anna": world("anna", people["anna"], clerk), "bert": world("bert", people["bert"], other_clerk)}


class Visit:
    """A person at the door: asks, and takes everything back that the question changed."""

    def __init__(
        self, who: str, account: Account | None, login: Callable[[Account], Client], company: Company | None = None
    ) -> None:
        self.who, self.account = who, account
        self.client = login(account) if account else Client()
        self.client.raise_request_exception = False
        if account:  # the password was typed a moment ago: pages that ask for it again show what they have
            session = self.client.session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
            session["account_authentication_methods_user"] = str(account.pk)
            session["seen"] = int(time.time())
            session["acting_for"] = company.pk if company else None
            if who == "agent":
                session["mandate"] = Mandate.objects.under(account).get().pk
            session.save()
        self.cookies = self.client.cookies.output(header="", sep=";")
        member = Staff.objects.filter(account=account).select_related("office").first() if account else None
        self.role, self.office = (member.role, member.office.key) if member else (None, "")
        self.token = create_token(Actor(account, member, company), "Prüfung", 1)[1] if account else ""
        self.key = Actor(account, member if company is None else None).key
        self.mark = Access.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.reads: set[tuple[str, str]] = set()  # (address, whose) that showed something of somebody else
        self.wrote = False  # a line of the access log, during one question
        self.told = 0  # status of the last answer
        self.listened = True  # whether anybody looked at what stands behind the question mark

    def ask(self, address: Address, method: str, path: str, query: str = "") -> HttpResponseBase:
        self.client.cookies.clear()
        headers = {}
        if not address.is_api:
            self.client.cookies.load(self.cookies)
        elif self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        form, body = _body(address.operation) if address.is_api else ("multipart/form-data; boundary=x", "--x--\r\n")
        if address.is_api and not query:
            needed = [p["name"] for p in address.operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
            query = "?" + "&".join(f"{name}=Bitte" for name in needed) if needed else ""
        point, self.wrote = transaction.savepoint(), False
        try:
            with connection.execute_wrapper(self._watch):
                if method == "GET":
                    answer = self.client.get(path + query, headers=headers)
                else:
                    answer = self.client.generic(method, path + query, body, form, headers=headers)
                if answer.streaming:
                    answer.told = b"".join(answer.streaming_content)
            answer.noted = list(Access.objects.filter(pk__gt=self.mark)) if self.wrote else []
            self.told = answer.status_code
            self.listened = "GET" in vars(answer.wsgi_request)  # Django parses it for the first who wants to know
            return answer
        finally:
            transaction.savepoint_rollback(point)

    def _watch(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Whether the log was touched at all: asking it after each of thousands of questions takes as long as a question."""
        self.wrote = self.wrote or Access._meta.db_table in str(sql)
        return execute(sql, params, many, context)

    def lets_in(self, access: str | None) -> bool:
        if access == "everyone":
            return True
        if access in ("signed_in", "token"):
            return self.account is not None
        assert access is not None and access.startswith("staff")
        access, _, office = access.partition("@")
        roles = access.split(":")[1:]
        return self.role is not None and (not roles or self.role in roles) and office in ("", self.office)


def _body(operation: Any) -> tuple[str, str]:
    """The smallest body the description allows, and its type."""
    content = (operation.get("requestBody") or {}).get("content", {})
    form, described = next(iter(content.items()), ("application/json", {}))
    value = _value(described.get("schema", {}), SCHEMA["components"].get("schemas", {}))
    if form != "multipart/form-data":
        return "application/json", json.dumps(value)
    head = 'Content-Disposition: form-data; name="{0}"; filename="a.txt"\r\nContent-Type: text/plain\r\n'
    parts = "".join(f"--x\r\n{head.format(name)}\r\n{text}\r\n" for name, text in value.items())
    return f"{form}; boundary=x", f"{parts}--x--\r\n"


def _value(schema: Any, known: Any) -> Any:
    if "$ref" in schema:
        return _value(known[schema["$ref"].rsplit("/", 1)[-1]], known)
    if "default" in schema:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _value(schema[choice][0], known)
    kind = schema.get("type")
    if kind == "object":
        return {name: _value(schema["properties"][name], known) for name in schema.get("required", [])}
    return {"string": "Bitte", "integer": 1, "number": 1, "boolean": False, "array": []}.get(kind)


def text_of(answer: HttpResponseBase) -> str:
    raw: bytes = answer.told if answer.streaming else answer.content  # type: ignore[attr-defined]
    return raw.decode("utf-8", "replace") + str(list(answer.headers.items()))


def to_sign_in(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/konto/login/")


def thorough(visit: Visit, address: Address, kind: str) -> bool:
    """Whether this reader asks here everything there is to ask."""
    return bool(kind) or FULL or address.access != "everyone" or visit.who in THOROUGH


def asked(visit: Visit, address: Address, kind: str) -> tuple[str, ...]:
    """By which methods."""
    if thorough(visit, address, kind):
        return address.methods
    return () if address.name in NEVER_FOUND else address.methods[:1]


# Lists, search, expanded things: whatever a reader may put behind the question mark.

WORDS = ["q", "search", "suche", "wort", "name", "applicant", "reference"]
WIDE = ["expand", "include", "embed", "fields", "with", "depth", "all", "alle"]
IDS = ["account", "account_id", "company", "person", "user", "owner", "clerk", "case", "before", "after", "cursor", "limit"]


def queries(other: World, address: Address) -> Iterator[str]:
    """Three attempts: the names of others, everything expanded, ids of others."""
    declared = [p["name"] for p in (address.operation or {}).get("parameters", []) if p["in"] == "query"]
    office = f"amt={other.clerk.office.key}&office={other.clerk.office.key}"
    for word in ("Anna", other.case.reference):
        yield "?" + "&".join(f"{key}={word}" for key in [*WORDS, *declared]) + f"&{office}"
    wide = "&".join(f"{key}=applicant,answers,account,documents,messages,notes,*" for key in WIDE)
    yield "?" + "&".join(f"{key}={other.account.pk}" for key in IDS) + f"&about=case:{other.case.pk}&{wide}&{office}"


def widened(visit: Visit, worlds: dict[str, World], address: Address, path: str) -> Iterator[str]:
    """Lists and search show nothing of others, whatever is put behind the question mark."""
    other = worlds["anna" if visit.who in ("bert", "other_clerk") else "bert"]
    attempts = list(queries(other, address))
    for query in attempts if thorough(visit, address, "") else attempts[-1:]:
        answer = visit.ask(address, "GET", path, query)
        said = f"{visit.who}: GET {path}{query} -> {answer.status_code}"
        if answer.status_code >= 500 and answer.status_code != 503:
            yield f"{said}, an error of ours"
        yield from (f"{said}, it tells {leak}" for leak in leaks(visit.who, worlds, answer))
        yield from (f"{said}, {gap}" for gap in gaps(visit, worlds, address, answer))


def problems(visit: Visit, worlds: dict[str, World], address: Address, method: str) -> Iterator[str]:
    """Ask for the thing of every world and compare with what is declared; at a door that is shut, once."""
    one = [next(iter(worlds.items()))]
    alike = visit.who in STRANGERS and not FULL
    for kind, samples in address.samples():
        if method not in asked(visit, address, kind):
            continue
        for whose, owner in worlds.items() if kind and visit.lets_in(address.access) and not alike else one:
            path = address.path.format(**{name: sample.value(owner) for name, sample in samples.items()})
            answer = visit.ask(address, method, path)
            said = f"{visit.who}: {method} {path} ({address.name}) -> {answer.status_code}"
            if wrong := _wrong(visit, address, answer, kind, whose):
                yield f"{said}, {wrong}"
            yield from (f"{said}, it tells {leak}" for leak in leaks(visit.who, worlds, answer))
            yield from (f"{said}, {gap}" for gap in gaps(visit, worlds, address, answer, whose if kind else ""))
            own = whose == ("bert" if visit.who in ("bert", "other_clerk") else "anna")
            wide = (own and address.is_api) or not kind  # a page of one thing has nothing to widen
            if method == "GET" and wide and visit.lets_in(address.access) and (visit.listened or FULL):
                yield from widened(visit, worlds, address, path)


def gaps(
    visit: Visit, worlds: dict[str, World], address: Address, answer: HttpResponseBase, asked_for: str = ""
) -> Iterator[str]:
    """The access log against what was read, both ways. Nobody leaves a line by reading about themselves."""
    text = text_of(answer)
    for whose, owner in worlds.items():
        mine = visit.account is not None and visit.account.pk == owner.account.pk
        read = (
            ""
            if mine
            else next((word for kind, word in owner.secrets.items() if kind not in ABOUT_NOBODY and word in text), "")
        )
        lines = [line for line in answer.noted if owner.is_named_by(line)]  # type: ignore[attr-defined]
        if read:
            visit.reads.add((address.name, whose))
        if read and visit.account and not any(line.actor == visit.key and line.fields for line in lines):
            yield f"it shows {read}, and the log does not say so"
        meant = read or (whose == asked_for and answer.status_code < 500 and answer.status_code not in (403, 404))
        if lines and (mine or not (meant or any(mark in text for mark in owner.marks()))):
            yield f"the log says {whose} was read, and nothing of theirs is there: {vars(lines[0])}"


def _wrong(visit: Visit, address: Address, answer: HttpResponseBase, kind: str, whose: str) -> str:
    status = answer.status_code
    if status >= 500 and status != 503:
        return "an error of ours"
    if not visit.lets_in(address.access):
        if visit.account is None:
            expected = status == 401 if address.is_api else to_sign_in(answer)
            return "" if expected or status == 405 else "a visitor is to be asked to sign in"
        return "" if status in (403, 405) else "the wrong role is to be refused (403)"
    if kind and visit.who not in readers(kind, whose):
        if status in (404, 405) or (visit.account is None and to_sign_in(answer)):
            return ""
        if status == 403 and address.path.startswith(ROLE_DOORS):
            return ""  # refused for the role, whatever thing was asked for
        return "a thing of somebody else does not exist (404)"
    return "refused although declared open" if status == 403 and not address.is_api else ""


def leaks(who: str, worlds: dict[str, World], answer: HttpResponseBase) -> Iterator[str]:
    text = text_of(answer)
    if "geheim-" not in text:
        return
    for whose, owner in worlds.items():
        for kind, word in owner.secrets.items():
            if word in text and who not in readers(kind, whose):
                yield f"the {kind} of {whose}"


@pytest.mark.parametrize("who", WALKERS)
def test_every_address_answers_everybody_as_declared(who, people, worlds, login):
    visit, found = Visit(who, people[who], login), []
    for address in ASKED:
        for method in address.methods:
            found += problems(visit, worlds, address, method)
            if not visit.lets_in(address.access) and visit.told != 405:
                break  # the guard of a view is the same whatever is asked
    assert found == [], "\n" + "\n".join(found)
    assert len(visit.reads) >= READS.get(who, 0), "the walk has stopped reading: the comparison with the log says nothing"


def test_what_a_view_does_not_answer_is_refused(people, worlds, login):
    """The walks leave out methods that Django refuses before the view is reached."""
    assert answered(require_GET(len)) == ("GET",) and answered(require_http_methods(["POST", "PUT"])(len)) == ("POST",)
    assert answered(len) == ("GET", "POST")
    left, asks = [address for address in ASKED if not address.is_api and {"GET", "POST"} - set(address.methods)], 0
    moved = sorted({(address.access or "").partition("@")[2] for address in left} - {""})  # who works there for once
    everybody = ["clerk", "anna", "operator", "mayor", "editor", "privacy", "cashier", "lead"]
    for who, office in [*product(everybody, [""]), *product(["other_clerk", "lead"], moved)]:
        if office:
            desk, _new = Office.objects.get_or_create(key=office, defaults={"title": office})
            Staff.objects.filter(account=people[who]).update(office=desk)
        visit = Visit(who, people[who], login)
        for address in [address for address in left if visit.lets_in(address.access)]:
            left.remove(address)  # the refusal is the same whoever may come in
            path = address.path.format(**{name: one.value(worlds["anna"]) for name, one in next(address.samples())[1].items()})
            for method in {"GET", "POST"} - set(address.methods):
                asks += 1
                assert visit.ask(address, method, path).status_code == 405, (who, method, path)
    assert left == [] and asks > 100


def test_every_thing_is_found_by_somebody(people, worlds, login):
    """Otherwise a wrong sample would make the test above say nothing."""
    missing = {address.name for address in ASKED if address.parameters and address.name not in NEVER_FOUND}
    for who in ("anna", "clerk", "operator", "mayor", "editor", "privacy", "cashier"):
        visit = Visit(who, people[who], login)
        for address in [address for address in ASKED if address.name in missing and visit.lets_in(address.access)]:
            if reaches(visit, worlds["anna"], address):
                missing.discard(address.name)
    assert missing == set()


def reaches(visit: Visit, owner: World, address: Address) -> bool:
    """Whether something is behind the address for this reader, by whatever method."""
    for _kind, samples in address.samples():
        path = address.path.format(**{name: sample.value(owner) for name, sample in samples.items()})
        for method in address.methods:
            status = visit.ask(address, method, path).status_code
            if status < 400 or status in (400, 409, 422):
                return True
    return False


def test_what_is_put_behind_the_question_mark_is_noticed_or_not(people, worlds, login):
    """The walks put nothing there where nobody listens. Django parses it for the first who asks, and keeps it."""
    visit, addresses = Visit("visitor", None, login), {address.name: address for address in ASKED}
    visit.ask(addresses["portal:search"], "GET", addresses["portal:search"].path, "?q=Anna")
    assert visit.listened
    visit.ask(addresses["portal:page"], "GET", "/seite/impressum/", "?q=Anna")
    assert not visit.listened


def test_owners_do_see_their_own(people, worlds, login):
    """The words are really on the pages: the tests above could fail."""
    browser = login(people["anna"])
    for path, kind in [
        (f"/vorgang/{worlds['anna'].case.reference}/", "message"),
        ("/post/", "message"),
        ("/konto/angaben/", "person"),
        ("/konto/schluessel/", "private"),
        ("/meine-daten/zugriffe/", "private"),
        ("/konto/vertretung/", "company"),
        ("/teilen/meine/", "private"),
    ]:
        if path == "/konto/schluessel/":
            browser.post("/konto/reauthenticate/", {"password": "geheim-genug-1"})
        page = browser.get(path).content.decode()
        word = worlds["anna"].secrets[kind]
        assert word in page or word.replace("-", " ").capitalize() in page, (path, kind)


def test_acting_for_a_company_hides_the_private_cases(people, worlds, login):
    browser = login(people["anna"])
    browser.post("/konto/vertretung/wechseln/", {"company": worlds["anna"].company.pk})
    assert browser.get(f"/vorgang/{worlds['anna'].case.reference}/").status_code == 404
    assert Message.objects.visible_to(Actor(people["anna"], company=worlds["anna"].company)).count() == 0


def test_a_colleague_in_the_company_leaves_lines(people, worlds, login):
    """Whatever one member handed in for the company, another may read, and the first one sees that."""
    anna, partner = worlds["anna"], Account.objects.create(email="partner@example.org", name="Partnerin")
    Membership.objects.create(account=partner, company=anna.company)
    firm = company_world("firma", people["anna"], anna.company, anna.clerk)
    visit, found = Visit("partner", partner, login, anna.company), []
    for address in [address for address in ASKED if "GET" in address.methods and address.access in OWN_DOORS]:
        for kind, samples in address.samples():
            if any(sample.kind and sample.kind not in COMPANY for sample in samples.values()):
                continue
            try:
                path = address.path.format(**{name: sample.value(firm) for name, sample in samples.items()})
            except AttributeError:
                continue  # a thing nobody has handed in for the company
            answer = visit.ask(address, "GET", path)
            found += [
                f"GET {path} -> {answer.status_code}, {gap}"
                for gap in gaps(visit, {"firma": firm}, address, answer, kind and "firma")
            ]
    assert found == [], "\n" + "\n".join(found)
    assert len(visit.reads) >= 15


def test_the_comparison_sees_a_missing_and_an_idle_line(people, worlds, login):
    visit, address, anna = Visit("clerk", people["clerk"], login), ASKED[0], worlds["anna"]
    answer = HttpResponse(f"… {anna.secrets['case']} …")
    answer.noted = []
    assert ["does not say so" in gap for gap in gaps(visit, worlds, address, answer)] == [True]
    answer.noted = [Access(actor=visit.key, accounts=[anna.account.pk], fields=["answers"])]
    assert list(gaps(visit, worlds, address, answer)) == []
    answer.noted = [Access(actor="staff:0", accounts=[anna.account.pk], fields=["answers"])]
    assert len(list(gaps(visit, worlds, address, answer))) == 1, "the line of somebody else is no line of this reader"
    other = HttpResponse("nothing")
    other.noted = answer.noted
    assert ["nothing of theirs" in gap for gap in gaps(visit, worlds, address, other)] == [True]


def test_every_view_declares_who_may(client):
    undeclared = [address.name for address in HOUSE if address.access is None]
    assert undeclared == []


def test_no_operation_hides_from_the_description():
    hidden = [
        f"{sorted(operation.methods)} {prefix}{path}"
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        if not operation.include_in_schema
    ]
    assert hidden == []


def test_open_operations_are_few_and_meant():
    """Whoever opens an operation to everybody writes it down here."""
    assert {address.name for address in HOUSE if address.is_api and address.access == "everyone"} == {
        "GET /api/v1/appointments/fhir/metadata",
        "GET /api/v1/directory",
        "GET /api/v1/directory/search",
        "GET /api/v1/directory/situations",
        "GET /api/v1/directory/{key}",
        "GET /api/v1/mobility/stops/{ref}/departures",
        *(f"GET /api/v1/mobility/{one}" for one in ("places", "plan", "alerts", "figures", "vehicles", "parking", "charging")),
        "GET /api/v1/participation/contributions/{reference}",
        "GET /api/v1/participation/processes",
        "GET /api/v1/participation/processes/{key}",
        "GET /api/v1/participation/processes/{key}/contributions",
        "GET /api/v1/services",
        "GET /api/v1/services/{key}",
        "GET /api/v1/services/{key}/schema.json",
        "GET /api/v1/maturity",
        "GET /api/v1/services/{key}/maturity",
        "GET /api/v1/verify/{code}",
        "GET /api/v1/xzufi/index.txt",
        "GET /api/v1/xzufi/{name}.xml",
    }


def test_an_unknown_parameter_is_named():
    odd = Address("wonders:show", "/wunder/{number}/", ("number",), "everyone", ("GET",))
    with pytest.raises(AssertionError, match="Add 'wonders number' to SAMPLES"):
        list(odd.samples())


def test_the_test_sees_a_leak(people, worlds):
    answer = HttpResponse(f"… {worlds['anna'].secrets['note']} …")
    assert list(leaks("anna", worlds, answer)) == ["the note of anna"] and not list(leaks("clerk", worlds, answer))
