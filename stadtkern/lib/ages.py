"""How old somebody is on a day."""

from datetime import date


def age(born: date, day: date) -> int:
    """Full years; whoever was born on 29 February has their birthday on 1 March (§ 188 BGB)."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_on(birth: object, day: date) -> int | None:
    """The same of an answer (ISO date); None for what is no whole date."""
    try:
        born = date.fromisoformat(birth) if isinstance(birth, str) else None
    except ValueError:
        return None
    return age(born, day) if born else None
