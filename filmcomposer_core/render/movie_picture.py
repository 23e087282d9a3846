"""The picture of the movie: packets taken over as they are, or frames encoded anew."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Final

import av
from av.container import InputContainer, OutputContainer
from av.filter import Graph
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from filmcomposer_core.errors import InputError
from filmcomposer_core.render.result import Footage

#: Codecs that players expect in MP4.
COPIED = {"h264", "hevc", "mpeg4", "av1", "vp9"}
_PROBED_PACKETS = 32
_ENCODER_OPTIONS = {"crf": "18", "preset": "veryfast"}
_CLOCK = Fraction(1, 90000)
#: Filters that turn a picture counter-clockwise by so many degrees.
_TURNS = {90: ("transpose=cclock",), 180: ("hflip", "vflip"), 270: ("transpose=clock",)}
#: Times this near to each other mean the same frame, in frames; a still stands longer than this.
_NEAR: Final = 0.25
_LONG_STILL: Final = 1.5
#: The end was given to the millisecond, the times of frames are rounded to the clip's clock twice.
_TYPED_S: Final = 0.0006
_ROUNDED: Final = 1.5


def picture_of(source: InputContainer) -> VideoStream:
    """Return the picture of an opened clip that has one, not yet decoded."""
    stream = next(
        (s for s in source.streams.video if s.codec_context.name), source.streams.video[0]
    )
    stream.thread_type = "AUTO"
    return stream


class PictureWriter:
    """Moves the picture of a clip into a movie, its first frame at time 0."""

    def __init__(
        self,
        source: InputContainer,
        stream: VideoStream,
        target: OutputContainer,
        *,
        footage: Footage,
    ) -> None:
        self._source = source
        self._target = target
        self._stream = stream
        self._footage = footage
        self.notes: tuple[str, ...] = ()
        self._packets, self.copied = self._probe()
        if self.copied:
            self._out = target.add_stream_from_template(self._stream)
        else:
            self._out = target.add_stream("libx264", rate=footage.fps, options=_ENCODER_OPTIONS)
            self._out.pix_fmt = "yuv420p"
            self._out.codec_context.time_base = _CLOCK

    def write(self) -> Iterator[float]:
        """Write the picture, yielding the time in seconds that was reached."""
        yield from self._copy() if self.copied else self._encode()

    def _probe(self) -> tuple[Iterator[Packet[VideoStream]], bool]:
        """Return the packets, and whether all of the first ones can be taken over."""
        packets = self._read()
        first = [p for _, p in zip(range(_PROBED_PACKETS), packets, strict=False)]
        fit = self._footage.whole and self._stream.codec_context.name in COPIED
        fit = fit and all(p.pts is not None for p in first)
        return chain(first, packets), fit

    def _read(self) -> Iterator[Packet[VideoStream]]:
        try:
            for packet in self._source.demux(self._stream):
                if packet.size:
                    yield packet
        except av.error.InvalidDataError:
            self._note("The clip is damaged towards its end; the picture stops there.")

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes = (*self.notes, text)

    def _copy(self) -> Iterator[float]:
        base = self._stream.time_base
        if base is None:
            msg = "The clip's picture has no clock."
            raise InputError(msg, "Convert the clip to MP4 and score that.")
        shift = round(self._footage.start_s / float(base))
        step = max(1, round(self._footage.rate / (self._footage.fps * base)))
        waiting: list[Packet[VideoStream]] = []
        last_dts: int | None = None
        for packet in self._packets:
            if packet.pts is None:
                continue
            waiting.append(packet)
            if packet.dts is None and len(waiting) < _PROBED_PACKETS:
                continue
            known = packet.dts if packet.dts is not None else packet.pts
            for place, item in enumerate(waiting):
                # Some files give no decoding times to their first packets.
                behind = len(waiting) - 1 - place
                dts = item.dts if item.dts is not None else known - behind * step
                dts -= shift
                if last_dts is not None and dts <= last_dts:
                    dts = last_dts + 1
                last_dts = dts
                item.dts, item.pts = dts, max(dts, (item.pts or 0) - shift)
                time_s = float(item.pts * base) / self._footage.rate
                _play_at(item, base=base, rate=self._footage.rate)
                item.stream = self._out
                self._target.mux(item)
                yield time_s
            waiting = []

    def _encode(self) -> Iterator[float]:
        graph: Graph | None = None
        last = -1
        for time_s, frame in self._played():
            pts = round(time_s / _CLOCK)
            if pts <= last:
                continue
            last = pts
            first = graph is None
            graph = graph or self._graph(frame)
            graph.vpush(frame)
            made = graph.vpull()
            made.pts, made.time_base = pts, _CLOCK
            if first:
                self._out.width, self._out.height = made.width, made.height
            self._target.mux(self._out.encode(made))
            yield time_s
        self._target.mux(self._out.encode(None))

    def _played(self) -> Iterator[tuple[float, VideoFrame]]:
        """Yield the frames of the footage with the times at which they play, the first at 0."""
        near_s, still_s = (float(n / self._footage.fps) for n in (_NEAR, _LONG_STILL))
        lead_s, end_s = self._footage.lead_s, self._footage.duration_s
        tick_s = float(self._stream.time_base or _CLOCK)
        slip_s = min(near_s, _ROUNDED * max(tick_s, _TYPED_S) / self._footage.rate)
        standing: VideoFrame | None = None
        begun = False
        for frame in self._frames():
            time_s = self._time_s(frame)
            if time_s is None:
                continue
            if time_s < lead_s - near_s:
                standing = frame
                continue
            ends = not self._footage.whole and time_s >= end_s - slip_s
            if not begun and standing is not None and min(time_s, end_s) > lead_s + still_s:
                yield 0.0, standing
            elif not begun and time_s <= lead_s + near_s:
                time_s = 0.0
            if ends:
                return
            begun = True
            yield time_s, frame

    def _time_s(self, frame: VideoFrame) -> float | None:
        """Return the time at which a frame plays, None for a frame without a time."""
        # The last frames of a decoder come without a clock.
        base = frame.time_base or self._stream.time_base
        if frame.pts is None or base is None:
            return None
        file_s = float(frame.pts * base) - self._footage.start_s
        return self._footage.lead_s + file_s / self._footage.rate

    def _frames(self) -> Iterator[VideoFrame]:
        for packet in chain(self._packets, (None,)):
            try:
                yield from self._stream.decode(packet)
            except av.error.InvalidDataError:
                self._note("Some pictures of the clip are damaged and were left out.")

    def _graph(self, frame: VideoFrame) -> Graph:
        """Return a filter that turns the picture upright and makes its sizes even."""
        graph = Graph()
        steps = [_buffer(graph, self._stream, frame)]
        turn = round(frame.rotation / 90.0) * 90 % 360
        for text in _TURNS.get(turn, ()):
            name, _, value = text.partition("=")
            steps.append(graph.add(name, value or None))
        steps.append(graph.add("pad", "ceil(iw/2)*2:ceil(ih/2)*2"))
        steps.append(graph.add("format", "yuv420p"))
        steps.append(graph.add("buffersink"))
        graph.link_nodes(*steps).configure()
        return graph


def _play_at(packet: Packet[VideoStream], *, base: Fraction, rate: float) -> None:
    """Let a packet play at another rate: its times are written anew, on a clock fine enough."""
    if rate == 1.0:
        return
    ticks = float(base / _CLOCK) / rate
    pts, dts, length = packet.pts or 0, packet.dts or 0, packet.duration or 0
    packet.time_base = _CLOCK
    packet.pts, packet.dts, packet.duration = (round(n * ticks) for n in (pts, dts, length))


def _buffer(graph: Graph, stream: VideoStream, frame: VideoFrame) -> av.filter.FilterContext:
    return graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=stream.time_base or _CLOCK,
    )
