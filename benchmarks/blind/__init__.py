"""Blind comparison of themes as ABC: pairs in random order, a rubric, and the count of verdicts."""
