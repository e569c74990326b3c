"""Issue and verify an SD-JWT VC: ours beside the reference library, same keys, same claims, same run.

    python benchmarks/credentials.py [ROUNDS]

Ours checks more while verifying (time, kind, names, depth), the reference only signature, digests and the holder's signature.
"""

import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from stadtkern.lib.sdjwt import Binding, issue, new_key, present, public, status, thumbprint, verify

NOW = int(time.time())
FRAME = {
    "iss": "https://stadt.example/nachweise",
    "vct": "https://stadt.example/nachweise/art/m/",
    "iat": NOW,
    "exp": NOW + 86_400,
}
ADDRESS = {"street_address": "Lindenstraße", "house_number": "12a", "postal_code": "49999", "locality": "Musterstadt"}
PERSON = {"given_name": "Zoë", "family_name": "Çelik-Müller", "birthdate": "1988-02-29", "number": "2026-AAAAA"}
CITY, HOLDER = new_key(), new_key()
KID = thumbprint(public(CITY))
THEIR_CITY, THEIR_HOLDER = (JWK.from_json(json.dumps(key.as_dict(private=True))) for key in (CITY, HOLDER))
WANTED = Binding("verifier", "nonce")


def issue_ours() -> str:
    return issue({**FRAME, "cnf": {"jwk": public(HOLDER)}, **PERSON, "address": ADDRESS}, key=CITY, kid=KID)


def issue_theirs() -> str:
    hidden = {SDObj(name): value for name, value in PERSON.items()}
    hidden[SDObj("address")] = {SDObj(name): value for name, value in ADDRESS.items()}
    made = SDJWTIssuer({**FRAME, **hidden}, THEIR_CITY, THEIR_HOLDER, extra_header_parameters={"typ": "dc+sd-jwt", "kid": KID})
    return str(made.sd_jwt_issuance)


def shown(text: str) -> str:
    return present(text, [("given_name",), ("address",)], key=HOLDER, aud="verifier", nonce="nonce")


def present_theirs(text: str) -> str:
    holder = SDJWTHolder(text)
    chosen = {"given_name": True, "address": dict.fromkeys(ADDRESS, True)}
    holder.create_presentation(chosen, nonce="nonce", aud="verifier", holder_key=THEIR_HOLDER)
    return str(holder.sd_jwt_presentation)


def verify_ours(text: str) -> dict[str, object]:
    return verify(text, keys_of=lambda iss, kid: [public(CITY)], binding=WANTED).claims


def verify_theirs(text: str) -> dict[str, object]:
    seen = SDJWTVerifier(text, lambda iss, head: THEIR_CITY, expected_aud="verifier", expected_nonce="nonce")
    return dict(seen.get_verified_payload())


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    mine, foreign = issue_ours(), issue_theirs()
    assert verify_ours(shown(foreign))["address"] == verify_theirs(shown(mine))["address"] == ADDRESS
    held, bits = shown(mine), bytes(1 << 14)
    made = status.token(bits, uri="u", key=CITY, kid=KID, made_at=NOW, ttl=300, valid=600)
    work = {
        "issue": (issue_ours, issue_theirs),
        "present with key binding": (lambda: shown(mine), lambda: present_theirs(mine)),
        "verify with key binding": (lambda: verify_ours(held), lambda: verify_theirs(held)),
        "sign a status list of 131,072": (
            lambda: status.token(bits, uri="u", key=CITY, kid=KID, made_at=NOW, ttl=300, valid=600), None),
        "read one status": (lambda: status.status(made, uri="u", index=77, keys=[public(CITY)]), None),
    }  # fmt: skip
    print(f"{'':32}{'ours':>12}{'reference':>12}   (median ms of {rounds}, alternating)")
    for name, (ours, theirs) in work.items():
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(rounds):
            for who, run in (("ours", ours), ("theirs", theirs)):
                if run is not None:
                    begun = time.perf_counter()
                    run()
                    times[who].append((time.perf_counter() - begun) * 1000)
        told = [f"{statistics.median(found):12.3f}" if found else f"{'–':>12}" for found in times.values()]
        print(f"{name:32}{''.join(told)}")
    print(f"bytes: ours {len(mine)}, reference {len(foreign)}; presented {len(held)}")


if __name__ == "__main__":
    main()
