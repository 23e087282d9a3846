"""The command ``filmcomposer``."""
