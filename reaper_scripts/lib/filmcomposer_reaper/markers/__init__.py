"""Hits as markers and sections as regions: laid in, read back, measured, gone to."""
