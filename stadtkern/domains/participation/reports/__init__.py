"""Reports of something broken: categories, states, places, suggestions. Reads only; what writes is in actions/reports*.py."""
