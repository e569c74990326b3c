"""Both ways with the reference library: what we issue it verifies, what it issues we verify; and what a verifier may see."""

import json

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from stadtkern.lib.sdjwt import Reason, Refused, issue, present, split, verify
from stadtkern.lib.sdjwt.strict import encoded

from .samples import ADDRESS, AUD, CITY, HOLDER, KID, NONCE, NOW, PERSON, VCT, WANTED, credential, frame, keys_of, shown


def their_key(key):
    return JWK.from_json(json.dumps(key.as_dict(private=True)))


def their_city(issuer, header=None):
    return their_key(CITY)


def theirs(decoys=False):
    """A credential by the reference library: names and the inside of the address hidden, and one element of a list."""
    hidden = {SDObj(name): value for name, value in PERSON.items() if name not in ("address", "nationalities")}
    hidden[SDObj("address")] = {SDObj(name): value for name, value in PERSON["address"].items()}
    hidden["nationalities"] = [SDObj("DE"), SDObj("FR")]
    claims = {name: value for name, value in frame().items() if name != "cnf"}
    made = SDJWTIssuer(
        {**claims, **hidden}, their_key(CITY), their_key(HOLDER), add_decoy_claims=decoys,
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": KID},
    )  # fmt: skip
    return made.sd_jwt_issuance


@pytest.mark.parametrize("with_binding", [True, False])
def test_what_we_issue_and_present_the_reference_verifies(with_binding):
    text = shown(credential(), key=HOLDER if with_binding else None)
    asked = {"expected_aud": AUD, "expected_nonce": NONCE} if with_binding else {}
    seen = SDJWTVerifier(text, their_city, **asked).get_verified_payload()
    assert seen["given_name"] == PERSON["given_name"] and seen["address"] == PERSON["address"]
    assert "family_name" not in seen and "birthdate" not in seen and seen["vct"] == VCT


@pytest.mark.parametrize("with_binding", [True, False])
def test_what_we_issue_the_references_holder_presents_and_we_verify(with_binding):
    holder = SDJWTHolder(credential())
    asked = {"nonce": NONCE, "aud": AUD, "holder_key": their_key(HOLDER)} if with_binding else {}
    holder.create_presentation({"family_name": True, "address": {"locality": True}}, **asked)
    seen = verify(holder.sd_jwt_presentation, keys_of=keys_of, now=NOW, vct=[VCT])
    assert seen.claims["family_name"] == PERSON["family_name"]
    assert seen.claims["address"] == {"locality": "Musterstadt"} and "given_name" not in seen.claims
    assert (seen.binding is not None) is with_binding


@pytest.mark.parametrize("decoys", [True, False])
def test_what_the_reference_issues_we_verify(decoys):
    text = theirs(decoys)
    whole = verify(text, keys_of=keys_of, now=NOW)
    assert {name: whole.claims[name] for name in PERSON} == PERSON
    seen = verify(shown(text, ("address", "locality")), keys_of=keys_of, now=NOW, binding=WANTED)
    assert seen.claims["address"] == {"locality": "Musterstadt"} and seen.claims["nationalities"] == []
    assert seen.binding["aud"] == AUD and seen.status == (frame()["status"]["status_list"]["uri"], 42)


def test_what_the_reference_issues_and_presents_we_verify():
    holder = SDJWTHolder(theirs())
    chosen = {"given_name": True, "nationalities": [False, True]}
    holder.create_presentation(chosen, nonce=NONCE, aud=AUD, holder_key=their_key(HOLDER))
    # Its clock is the real one; ours asks only for whom and about what.
    seen = verify(holder.sd_jwt_presentation, keys_of=keys_of, now=NOW)
    assert seen.claims["given_name"] == PERSON["given_name"] and seen.claims["nationalities"] == ["FR"]
    assert seen.binding["nonce"] == NONCE


def test_a_subset_says_nothing_of_the_rest():
    text = shown(credential(), ("birthdate",))
    seen = verify(text, keys_of=keys_of, now=NOW, binding=WANTED)
    assert {name for name in seen.claims if name not in frame()} == {"birthdate"}
    assert seen.disclosed == (("birthdate",),) and seen.hidden == 4
    assert "Lindenstra" not in text and encoded("Zoë".encode()) not in text
    with pytest.raises(Refused) as refused:  # and nobody can ask for another kind
        verify(text, keys_of=keys_of, now=NOW, vct=["https://stadt.example/nachweise/art/parkausweis"])
    assert refused.value.reason == Reason.VCT


def test_decoys_and_salts_make_every_credential_different():
    one, two = (issue({**frame(), **PERSON}, key=CITY, kid=KID, decoys=5) for _ in range(2))
    assert not {d.text for d in split(one).disclosures} & {d.text for d in split(two).disclosures}
    assert verify(one, keys_of=keys_of, now=NOW).hidden == 5
    assert present(one, [ADDRESS]).count("~") == 6  # the address and its four parts


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_reserved_names_are_not_issued(name):
    with pytest.raises(ValueError, match="reserved"):
        issue({**frame(), name: 1}, key=CITY, kid=KID)
