"""Training of the rhythm transformer (needs torch)."""
