"""The journey planner: sources of timetables, trips from door to door, stops, departures, alerts."""
