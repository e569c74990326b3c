"""The demo provider's own website: the pay page with its buttons. It looks like another house on purpose."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from stadtkern.kernel.accounts.access import everyone
from stadtkern.kernel.city.profile import city

from . import PaymentInformation, ProviderError, demo
from . import TransactionStatus as Word

BUTTONS = {
    "card": (Word.PAYED, "CREDITCARD"),
    "giro": (Word.PAYED, "GIROPAY"),
    "cancel": (Word.CANCELED, ""),
    "fail": (Word.FAILED, ""),
}


@everyone
def pay_page(request: HttpRequest, transaction: UUID) -> HttpResponse:
    """Choose how it ends. "silent" leaves the transaction open for ever, as a closed browser window does."""
    if city().adapter("payments") is not demo:
        raise Http404
    provider = demo.connect()
    if provider.away():
        return _page(request, "away", status=503)
    try:
        said = provider.look(str(transaction))
    except ProviderError as error:
        raise Http404 from error
    if request.method == "POST":
        pressed = request.POST.get("press", "")
        if pressed == "silent":
            return _page(request, "silent", said, status=504)
        if pressed in BUTTONS:
            said = provider.press(str(transaction), *BUTTONS[pressed])
            return redirect(_home(said))
    return _page(request, "choose" if said.status == Word.INITIAL else "done", said)


def _page(request: HttpRequest, kind: str, said: PaymentInformation | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"kind": kind}
    if said:
        context |= {"said": said, "cents": round((said.grosAmount or 0) * 100), "home": _home(said)}
    return render(request, "payments/demo_page.html", context, status=status)


def _home(said: PaymentInformation) -> str:
    """Back to the city, with parameters as real providers send them and nobody may believe."""
    return f"{said.raw['redirectUrl']}?{urlencode({'transactionId': said.transactionId, 'status': said.status})}"
