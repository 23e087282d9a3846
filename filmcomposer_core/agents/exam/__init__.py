"""Written questions with known right answers, and what a speaker makes of them (Table 7)."""
