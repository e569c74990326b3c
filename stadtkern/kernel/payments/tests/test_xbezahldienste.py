"""The real client against a fake server: words of the standard, bad answers, tokens, time-outs."""

import json

import httpx
import pytest

from stadtkern.kernel.payments.actions import asking
from stadtkern.kernel.payments.adapters import ProviderError, ProviderUnavailable
from stadtkern.kernel.payments.adapters import TransactionStatus as Word
from stadtkern.kernel.payments.adapters.xbezahldienste import XBezahldienste

PAGE = "https://pay.example/p/77"


class Server:
    """Answers as told, and remembers what it was asked."""

    def __init__(self):
        self.asked: list[httpx.Request] = []
        self.tokens = 0
        self.answers = []

    def __call__(self, request):
        self.asked.append(request)
        if request.url.path == "/token":
            self.tokens += 1
            assert request.headers["authorization"].startswith("Basic ")
            assert request.content == b"grant_type=client_credentials"
            return httpx.Response(200, json={"access_token": f"t{self.tokens}", "expires_in": 300})
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def client(server):
    return XBezahldienste(
        base="https://pay.example/api/", token_url="https://pay.example/token", client_id="stadt", secret="s",
        originator="stadtkern", endpoint="05999000", transport=httpx.MockTransport(server),
    )  # fmt: skip


def transaction(status="INITIAL", **more):
    return httpx.Response(
        200,
        json={
            "paymentRequest": {"grosAmount": 12.5},
            "paymentInformation": {"transactionId": "77", "status": status, "transactionRedirectUrl": PAGE, **more},
        },
    )


def request(payment):
    return asking._request(payment, "https://stadt.example/zahlung/1/zurueck/")


def test_create_speaks_the_standard(client, server, payment):
    server.answers = [transaction()]
    said = client.create(request(payment))
    assert (said.transactionId, said.status, said.transactionRedirectUrl, said.grosAmount) == ("77", Word.INITIAL, PAGE, 12.5)
    sent = server.asked[-1]
    assert (sent.method, str(sent.url)) == ("POST", "https://pay.example/api/paymenttransaction/stadtkern/05999000")
    assert sent.headers["authorization"] == "Bearer t1"
    body = json.loads(sent.content)
    assert (body["grosAmount"], body["currency"], body["requestId"]) == (12.5, "EUR", str(payment.request_id))
    assert body["purpose"] == payment.purpose
    assert [item["totalNetAmount"] for item in body["items"]] == [10.0, 2.5]
    assert body["items"][0]["bookingData"]["Kassenzeichen"] == payment.purpose


def test_fetch_and_one_token_for_many_calls(client, server):
    server.answers = [transaction("PAYED", paymentMethod="GIROPAY"), transaction("CANCELED")]
    assert client.fetch("77").paymentMethod == "GIROPAY"
    assert client.fetch("77").status == Word.CANCELED
    assert str(server.asked[-1].url).endswith("/paymenttransaction/stadtkern/05999000/77")
    assert server.tokens == 1


def test_a_token_withdrawn_early_is_renewed_once(client, server):
    server.answers = [httpx.Response(401), transaction("PAYED")]
    assert client.fetch("77").status == Word.PAYED
    assert server.tokens == 2


@pytest.mark.parametrize("answer", [
    httpx.ConnectError("no route"), httpx.ReadTimeout("10 s"), httpx.Response(503), httpx.Response(429),
    httpx.Response(200, text="<html>Wartung</html>"), httpx.Response(200, json=["?"]), httpx.Response(302),
    httpx.Response(200, json={"paymentInformation": {"transactionId": "77", "status": "PENDING"}}),
    httpx.Response(200, json={"paymentInformation": {"status": "PAYED"}}),
    httpx.Response(200, json={"paymentInformation": None}),
])  # fmt: skip
def test_whatever_is_no_answer_is_asked_again_later(client, server, answer):
    server.answers = [answer]
    with pytest.raises(ProviderUnavailable):
        client.fetch("77")


@pytest.mark.parametrize(("status", "body", "code"), [
    (409, {"code": "PAYMENT_EXISTS"}, ProviderError.PAYMENT_EXISTS),
    (400, {"errorCode": "CALCULATION_ERROR"}, ProviderError.CALCULATION_ERROR),
    (400, {"error": "BOOKING_DATA_MISSING"}, ProviderError.BOOKING_DATA_MISSING),
    (403, {}, ProviderError.FORBIDDEN),
    (404, {}, ProviderError.NO_VALID_ORIGINATOR_OR_ENDPOINT),
    (422, {"message": "?"}, ProviderError.VALIDATION_ERROR),
])  # fmt: skip
def test_refusals_carry_the_code_of_the_standard(client, server, payment, status, body, code):
    server.answers = [httpx.Response(status, json=body)]
    with pytest.raises(ProviderError) as refused:
        client.create(request(payment))
    assert refused.value.code == code


def test_a_pay_page_without_https_is_no_pay_page(client, server, payment):
    server.answers = [transaction(transactionRedirectUrl="javascript:alert(1)")]
    with pytest.raises(ProviderUnavailable):
        client.create(request(payment))


def test_a_strange_transaction_id_never_reaches_the_address(client, server):
    with pytest.raises(ProviderError):
        client.fetch("../../token")
    assert server.asked == []


def test_wrong_credentials_are_a_refusal(payment):
    client = XBezahldienste(
        base="https://pay.example", token_url="https://pay.example/token", client_id="x", secret="y", originator="a",
        endpoint="b", transport=httpx.MockTransport(lambda asked: httpx.Response(401)),
    )  # fmt: skip
    with pytest.raises(ProviderError, match="FORBIDDEN"):
        client.fetch("1")
