"""Admission: the queue in front of contested times. Light pages, honest places, one turn for each account."""
