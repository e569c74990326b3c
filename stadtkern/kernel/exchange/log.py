"""The event log of a submission, every token verified: who says it, with which key, about what."""

from dataclasses import dataclass, field

from stadtkern.lib.fitconnect import certificates, events, jose

from .adapters import Connection

BY_SERVICE = {events.CREATE, events.SUBMIT, events.NOTIFY, events.FORWARD, events.DELETE, events.REJECT}
BY_RECEIVER = {events.ACCEPT, events.REJECT, events.FORWARD}


@dataclass
class Log:
    """What is proved, oldest first, and what is not (`doubts`, for the operator)."""

    lines: list[events.Happened] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def find(self, *names: str) -> events.Happened | None:
        """The newest line with one of these names."""
        return next((line for line in reversed(self.lines) if line.name in names), None)


def read(link: Connection, *, case: str, submission: str, destination: str) -> Log:
    """The log of one case. What is forged, or about something else, proves nothing and is a doubt."""
    found, keys = Log(), _Keys(link, destination)
    seen: set[str] = set()
    for token in link.delivery.events(case):
        try:
            line = events.read(token, keys.find)
        except (events.TokenRefused, certificates.KeyRefused, ValueError) as error:
            found.doubts.append(f"Ereignis nicht echt: {error}"[:200])
            continue
        allowed = BY_RECEIVER if line.issuer == destination else BY_SERVICE
        if (line.submission, line.case) != (submission, case):
            found.doubts.append("Ereignis einer anderen Einreichung")
        elif line.name not in allowed:
            found.doubts.append(f"Ereignis {line.name} von jemandem, der es nicht melden darf")
        elif line.id not in seen:
            seen.add(line.id)
            found.lines.append(line)
    return found


class _Keys:
    def __init__(self, link: Connection, destination: str) -> None:
        self.link, self.destination = link, destination
        self.service: dict[str, jose.Jwk] | None = None

    def find(self, issuer: str, kid: str) -> jose.Jwk:
        """The public key behind a signature: of the service, or of the destination with its certificate checked."""
        if issuer in self.link.issuers:
            if self.service is None:
                self.service = {str(key.get("kid")): key for key in self.link.delivery.service_keys()}
            if kid in self.service:
                return self.service[kid]
        elif issuer == self.destination:
            if issuer == self.link.own and kid == self.link.signature.get("kid"):
                return jose.public(self.link.signature)
            jwk = self.link.delivery.key(issuer, kid)
            certificates.check_key(jwk, self.link.roots, "verify")
            return jwk
        raise events.TokenRefused("unbekannter Aussteller oder Schlüssel")
