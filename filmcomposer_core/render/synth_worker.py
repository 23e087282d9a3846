"""A process of its own for midirenderer: it holds Python's lock while it works.

Standard input brings jobs, each as two lengths (8 bytes, little-endian) and the bytes of a font and
a MIDI file; standard output gives back a flag (1 = sound, 0 = message), a length and the bytes.
"""

from __future__ import annotations

import struct
import sys


def main() -> None:
    """Work until standard input ends."""
    import midirenderer

    source, sink = sys.stdin.buffer, sys.stdout.buffer
    font = b""
    while len(head := source.read(16)) == 16:
        font_size, midi_size = struct.unpack("<QQ", head)
        # A length of 0 means the font of the last job.
        if font_size:
            font = source.read(font_size)
        midi = source.read(midi_size)
        try:
            flag, answer = 1, bytes(midirenderer.render_wave_from(font, midi))
        except (RuntimeError, ValueError, OSError) as error:
            flag, answer = 0, str(error).encode()
        sink.write(struct.pack("<QQ", flag, len(answer)))
        sink.write(answer)
        sink.flush()


if __name__ == "__main__":
    main()
