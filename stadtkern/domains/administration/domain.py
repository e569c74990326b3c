"""Administration: certificates, taxes, permits."""

from stadtkern.kernel.manifest import Domain

DOMAIN = Domain(name="administration", title="Verwaltung", office="Bürgeramt")
