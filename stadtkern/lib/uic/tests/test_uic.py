"""Tickets in their barcode: as other readers want them, judged as they deserve, and never accepted when they are false."""

import io
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image, ImageEnhance

from stadtkern.lib.uic import Content, Known, Unreadable, aztec, inspect, issue, open_frame, schema, show
from stadtkern.lib.uic.barcode import HASH, public_bytes, public_key
from stadtkern.lib.uic.content import KINDS, Unknown, pack, unpack, wall

from .forgeries import CITY, ISSUER, KEYS, NOW, PHONE, attacks, content, on_phone

# A ticket, a frame and a phone's moment, packed by the UIC's own modules (rail ticket data 3.0.6, header 2.0.1, dynamic
# content 1.0.5): ours must give the same bytes for the same facts.
TICKET = (
    "706001736ad3a916953a9062540aa6832125374616474204dc3bc7374657273746164742802a00001169bf0eac1b0e1d95b1a5ae0208a9036c03400b0"
    "61435ac40e6d3a80d974eef59761822096102100918201cda75181808080810100961724ba20b3e024044044b696e640201400568616c6c6f09100bc0"
)


def facts() -> dict:
    open_ticket = {
        "reference": "ABC-1", "owner": "MST", "product": "einzel", "return": False, "table": "local", "where": "A, B",
        "zones": [("zones", {"carrier": "MST", "table": "local", "ids": [1, 2, 300]})], "fromDay": 3, "fromMinute": 605,
        "untilDay": 31, "untilMinute": 1439, "price": 320, "info": "hallo",
        "tariffs": [{"count": 1, "kind": "child", "residence": False, "name": "Kind"}],
    }  # fmt: skip
    issuing = {"issuer": "MUSTERSTADT", "year": 2026, "day": 334, "minute": 50, "name": "Stadt Müsterstadt"}
    control = {"idCard": True, "passport": False, "validatePassport": False, "online": False, "age": True, "reduction": False}
    return {
        "issuing": issuing | {"specimen": False, "securePaper": False, "activated": True},
        "people": {"people": [{"first": "Zoë", "last": "Çelik", "holder": True}]},
        "documents": [{"ticket": ("open", open_ticket)}], "control": control | {"info": "x"},
    }  # fmt: skip


def test_the_bytes_are_those_of_the_modules_everybody_uses():
    assert schema.compiled().encode("Ticket", facts()).hex() == TICKET
    told = unpack(bytes.fromhex(TICKET))
    assert (told.reference, told.zones, told.kind, told.name) == ("ABC-1", (1, 2, 300), "child", "Zoë Çelik")
    assert told.since == datetime(2026, 12, 3, 10, 5) and told.until == datetime(2027, 1, 3, 23, 59) and told.check_age


def test_a_ticket_says_the_same_after_packing():
    for told in (content(), content(kind="child", tariff="Kind", check_age=True), content(name="Zoë Çelik", cents=None)):
        assert unpack(pack(told)) == told
    frame = open_frame(on_phone(content()), NOW)
    assert frame.content == content() and frame.shown == NOW and frame.lives == 30 and frame.key == 1


def test_what_we_do_not_describe_is_refused_and_not_half_understood():
    told = facts()
    told["documents"][0]["ticket"][1]["zones"] = [("lines", None)]
    with pytest.raises(Unknown):
        unpack(bytes(schema.compiled().encode("Ticket", told)))
    with pytest.raises(Unknown):
        unpack(b"")
    for junk in (b"", b"\x00" * 40, b"\xff" * 2000, b"#UT0210800000120001", b"%PDF-1.7", bytes(range(256))):
        with pytest.raises(Unreadable):
            open_frame(junk, NOW)
        assert inspect(junk, KEYS, Known(), NOW).state == "format"


@pytest.mark.parametrize(("barcode", "zone", "state"), [
    (on_phone(content()), 1, "valid"), (issue(content(), CITY, key_id=1), None, "valid"), (on_phone(content()), 3, "zone"),
    (on_phone(content(NOW - timedelta(minutes=91))), 1, "expired"), (on_phone(content(NOW + timedelta(hours=1))), 1, "early"),
    (on_phone(content(), at=NOW - timedelta(seconds=60)), 1, "replay"), (on_phone(content(specimen=True)), 1, "specimen"),
    (on_phone(content(), signer=PHONE), 1, "forged"), (on_phone(content(), number=2), 1, "unknown_key"),
    (issue(content(), CITY, key_id=1, ends=NOW - timedelta(minutes=1)), 1, "renew"),
])  # fmt: skip
def test_each_verdict(barcode: bytes, zone: int | None, state: str):
    assert inspect(barcode, KEYS, Known(), NOW, zone).state == state


def test_revoked_and_seen_before():
    known = Known(revoked={"7QK2M9T4XB"})
    assert inspect(on_phone(content()), KEYS, known, NOW).state == "revoked"
    known = Known()
    paper = issue(content(), CITY, key_id=1)
    assert inspect(paper, KEYS, known, NOW).state == "valid"
    again = inspect(paper, KEYS, known, NOW + timedelta(minutes=3))
    assert again.state == "again" and again.before == NOW
    assert inspect(on_phone(content(reference="AAAAAAAAAA")), KEYS, known, NOW).state == "valid"


def test_nothing_false_is_accepted():
    states = Counter((one.kind, inspect(one.barcode, KEYS, one.known, NOW, one.zone).state) for one in attacks(1400))
    assert not [pair for pair in states if pair[1] in ("valid", "again")]
    assert {kind for kind, _state in states} >= {"tampered", "expired", "replayed", "foreign key", "screenshot", "other phone"}
    wanted = {"foreign key": "forged", "screenshot": "replay", "replayed": "replay", "unknown key": "unknown_key"}
    assert all(state == wanted.get(kind, state) for kind, state in states)


def test_the_night_clocks_go_back_takes_nothing_from_a_ride():
    begin = datetime(2026, 10, 25, 0, 50, tzinfo=UTC)  # 2:50 summer time
    told = content(begin, 90)
    for minutes in range(0, 91, 10):
        now = begin + timedelta(minutes=minutes)
        assert inspect(issue(told, CITY, key_id=1), KEYS, Known(), now, 1).state == "valid", minutes
    since, until = wall(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC))
    assert (since.hour, until.hour) == (1, 4), "and in spring the missing hour is not counted"


def test_keys_as_others_write_them():
    public = PHONE.public_key()
    assert public_key(public_bytes(public)).public_numbers() == public.public_numbers()
    assert public_key(b"") is None and public_key(b"\x04" + bytes(64)) is None and public_key(b"\x30\x00") is None


def test_a_code_is_read_dim_and_turned():
    shown = on_phone(content())
    picture = Image.open(io.BytesIO(aztec.png(shown, 5))).convert("L")
    assert aztec.read_image(picture) == [shown] and aztec.read(aztec.png(shown)) == [shown]
    dim = ImageEnhance.Contrast(ImageEnhance.Brightness(picture).enhance(0.35)).enhance(0.6)
    assert aztec.read_image(dim.rotate(23, expand=True, fillcolor=90)) == [shown]
    assert aztec.svg(shown, "Fahrschein <A&B>").count("<title>Fahrschein &lt;A&amp;B></title>") == 1
    for wrong in (b"", b"GIF89a", aztec.png(shown)[:200]):
        with pytest.raises(aztec.NoPicture):
            aztec.read(wrong)


def test_a_phones_proof_belongs_to_one_year_only():
    night = datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)
    told = content(night - timedelta(minutes=10))
    bound = issue(told, CITY, key_id=1, moving_key=public_bytes(PHONE.public_key()), lives=30)
    shown = show(bound, lambda data: PHONE.sign(data, HASH), night - timedelta(seconds=10))
    assert inspect(shown, KEYS, Known(), night).state == "valid"
    assert inspect(shown, KEYS, Known(), night + timedelta(seconds=60)).state == "replay"


def test_letters_and_lengths_of_any_kind():
    dice = random.Random(3)
    for _round in range(40):
        title = "".join(chr(dice.choice([65, 228, 0x1E9E, 0x1F68B])) for _ in range(dice.randint(0, 60)))
        told = replace(content(), title=title, zones=tuple(sorted(dice.sample(range(1, 5000), dice.randint(1, 20)))))
        assert open_frame(issue(told, CITY, key_id=dice.randint(0, 99_999)), NOW).content == told
    assert isinstance(content(), Content) and content().issuer == ISSUER


def the_uics_own_modules_read_ours(tickets: int = 300):
    """A test only where the modules are at hand: STADTKERN_UIC names the folder asn-specs of UIC-barcode (EUPL).

    They unpack every ticket, say what we said, pack it to the same bytes, and those bytes bear both signatures.
    """
    import asn1tools

    def module(name: str):
        return asn1tools.compile_string((Path(os.environ["STADTKERN_UIC"]) / f"{name}.asn").read_text(errors="replace"), "uper")

    head, rail = module("uicBarcodeHeader_v2.0.1"), module("uicRailTicketData_v3.0.6")
    dice, sha = random.Random(4), ec.ECDSA(hashes.SHA256())
    for number in range(tickets):
        name = "".join(chr(dice.choice([65, 228, 0x1E9E, 0x141, 0x1EC5, 0x2019])) for _ in range(dice.randint(0, 80)))
        more = {"title": name[:20], "name": name, "kind": dice.choice(KINDS), "cents": dice.choice([None, 0, 320])}
        zones = tuple(sorted(dice.sample(range(1, 5000), dice.randint(1, 20))))
        told = content(
            NOW + timedelta(minutes=dice.randint(-1000, 99_999)), dice.choice([30, 1440, 44_640]), zones=zones, **more
        )
        code = on_phone(told) if number % 2 else issue(told, CITY, key_id=dice.randint(0, 99_999), ends=NOW)
        frame = head.decode("UicBarcodeHeader", code)
        signed = frame["level2SignedData"]
        ticket = rail.decode("UicRailTicketData", signed["level1Data"]["dataSequence"][0]["data"])
        kind, said = ticket["transportDocument"][0]["ticket"]
        assert head.encode("UicBarcodeHeader", frame) == code and kind == "openTicket"
        assert (said["referenceIA5"], said["validRegion"][0][1]["zoneId"]) == (told.reference, list(zones))
        issued = datetime(ticket["issuingDetail"]["issuingYear"], 1, 1) + timedelta(
            days=ticket["issuingDetail"]["issuingDay"] - 1
        )
        first = issued + timedelta(days=said["validFromDay"])
        assert first + timedelta(minutes=said["validFromTime"]) == told.since
        assert first + timedelta(days=said["validUntilDay"], minutes=said["validUntilTime"]) == told.until
        assert not name or ticket["travelerDetail"]["traveler"][0]["lastName"] == name
        CITY.public_key().verify(signed["level1Signature"], head.encode("Level1DataType", signed["level1Data"]), sha)
        if number % 2:
            PHONE.public_key().verify(frame["level2Signature"], head.encode("Level2DataType", signed), sha)


if "STADTKERN_UIC" in os.environ:
    test_the_uics_own_modules_read_ours = the_uics_own_modules_read_ours
