"""The parts of crash.py: the plant that is killed, the citizens who apply meanwhile, the weather, the stocktaking."""
