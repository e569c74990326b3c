"""The parts of rush.py: the lean client, the people, the plant that serves them, the bare view beside it, the stocktaking."""
