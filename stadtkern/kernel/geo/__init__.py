"""Geo: districts, streets and addresses of the city, and the map on a page."""
