"""Players of the other side for demo and tests: BundID, organisation account, staff directory. Never in production."""
