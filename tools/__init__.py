"""Generators of committed files; run by hand, never by the product."""
