"""Cases for programs: what the applicant can do, and what the desk can do, with the same permissions as the pages."""

from ninja import Router

from .. import address  # noqa: F401  the converter "reference"
from . import applicant, data, desk

router = Router()
router.add_router("", applicant.router)
router.add_router("", data.router)
router.add_router("", desk.router)
