"""Recognition: what detectors see in key frames of the clip (Sec. 3.1)."""

from filmcomposer_core.recognition.recognise import recognise_clip

__all__ = ["recognise_clip"]
