"""Reading logs: bytes or decoded entries in, a LogDigest out. Pure; knows no cause."""
