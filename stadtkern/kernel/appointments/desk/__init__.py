"""The clerks' side: the day, the calls, opening hours, the roster, plan and actual."""
