"""Train the Rhythm-Controllable MusicGen on a dataset (Sec. 4, 5.1)."""
