"""Credentials: proofs for the wallet (SD-JWT VC): offer, hand over, revoke, verify, ask for."""
