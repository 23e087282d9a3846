"""Rhythm-Controllable MusicGen: rhythm spots and words to the sound of a melody (Sec. 3.2)."""
