"""FIT-Connect (FITKO): what a submission looks like on the wire, encrypted, hashed and signed; plain Python."""
