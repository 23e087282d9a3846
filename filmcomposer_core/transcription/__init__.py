"""From sound to notes: what was played, cleaned up, on the bars of a tempo map (Sec. 3.3)."""
