"""How much lies on whose desk, for the head of an office."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from stadtkern.kernel.accounts.models import Role, Staff

from ..models import QUEUE

CAP = 1000  # counts stop here
MOST = 200  # colleagues


@dataclass(frozen=True)
class Load:
    """One colleague; figures up to CAP."""

    staff: int
    name: str
    open: int
    overdue: int


# Each count walks the index of one clerk and stops at CAP, however many cases the office has.
_SQL = """
    SELECT staff.id, account.name,
      (SELECT count(*) FROM (SELECT FROM cases_case c WHERE c.clerk_id = staff.id AND c.status = ANY(%(queue)s)
        AND c.office_id = %(office)s LIMIT %(cap)s) a),
      (SELECT count(*) FROM (SELECT FROM cases_case c WHERE c.clerk_id = staff.id AND c.status = 'IN_REVIEW'
        AND c.office_id = %(office)s AND c.due_date < %(today)s LIMIT %(cap)s) b)
    FROM accounts_staff staff JOIN accounts_account account ON account.id = staff.account_id
    WHERE staff.office_id = %(office)s AND staff.role = ANY(%(roles)s) ORDER BY 3 DESC, 2 LIMIT %(most)s
"""


def of_office(staff: Staff) -> list[Load]:
    """Colleagues of the office, the fullest desk first; one query."""
    values: dict[str, Any] = {
        "queue": [str(status) for status in QUEUE],
        "office": staff.office_id,
        "roles": [Role.CLERK.value, Role.LEAD.value],
        "today": timezone.localdate(),
        "cap": CAP,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        return [Load(*row) for row in cursor.fetchall()]
