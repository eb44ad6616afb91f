"""Start-up of the spool: what is on disk becomes segments again, damage goes aside, nothing readable is lost."""

import mmap
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag

from collector.frames import (
    SEGMENT_HEADER_BYTES,
    Damage,
    DamagedStretch,
    FramePlace,
    SegmentHeader,
    open_frame,
    scan_frames,
    unpack_segment_header,
)
from collector.keys import SpoolKey
from collector.segment import CorruptHandler, Segment, segment_name

_log = structlog.get_logger(__name__)
_TELL_EVERY_S = 1.0


@dataclass
class Recovered:
    """
    What a spool folder held at start.

    Attributes:
        segments: Readable segments, oldest first.
        quarantined_files: Files set aside whole: unreadable header, foreign key, or a second copy of a segment.
        corrupt_stretches: Stretches of bytes that were set aside as dead letters.
        torn_bytes: Bytes of unacknowledged tails that were cut.
        segments_found: Segment files that were there.
        segments_read: Those read so far.
        bytes_found: Bytes of the files that were there.
        bytes_read: Those read so far.
    """

    segments: list[Segment] = field(default_factory=list)
    quarantined_files: list[Path] = field(default_factory=list)
    corrupt_stretches: int = 0
    torn_bytes: int = 0
    segments_found: int = 0
    segments_read: int = 0
    bytes_found: int = 0
    bytes_read: int = 0

    def progress(self) -> str:
        """Return how far the reading is while it goes on, else an empty text."""
        if self.segments_read == self.segments_found:
            return ""
        mib = f"{self.bytes_read / 2**20:.0f} of {self.bytes_found / 2**20:.0f} MiB"
        return f"recovering {self.segments_read} of {self.segments_found} segments, {mib}"

    def problem(self) -> str:
        """Return what was damaged, or an empty text."""
        parts = [
            (self.corrupt_stretches, "damaged stretches were moved to the dead letters"),
            (len(self.quarantined_files), "files were moved to quarantine"),
        ]
        return "; ".join(f"{count} {text} at start" for count, text in parts if count)


# (header, number of the stretch or frame, its bytes)
StretchHandler = Callable[[SegmentHeader, int, bytes], None]


def recover_segments(
    folder: Path,
    quarantine_folder: Path,
    key: SpoolKey,
    *,
    known_ids: set[int],
    on_corrupt: CorruptHandler,
    on_stretch: StretchHandler,
    found: Recovered,
) -> None:
    """
    Read every segment file in *folder*.

    Args:
        folder: Where the segment files are.
        quarantine_folder: Where files that cannot be read go.
        key: Master key.
        known_ids: Segment ids that are elsewhere already (retired); grows by what is found.
        on_corrupt: Handed to each segment, for damage that appears later.
        on_stretch: Told of bytes that are no frame, or a frame whose tag does not fit.
        found: Filled as the reading goes on, for others to see how far it is.
    """
    # A copy under another name comes after the file that it is a copy of, so that the copy is what goes aside.
    paths = sorted(folder.glob("*.seg"), key=lambda path: (not _is_named_rightly(path), path.name))
    sizes = {path: path.stat().st_size for path in paths}
    found.segments_found, found.bytes_found = len(sizes), sum(sizes.values())
    told_s = 0.0
    for path, size_bytes in sizes.items():
        if time.monotonic() - told_s >= _TELL_EVERY_S:
            told_s = time.monotonic()
            _tell(found)
        _recover_file(path, quarantine_folder, key, known_ids, on_corrupt, on_stretch, found)
        found.bytes_read += size_bytes
        found.segments_read += 1
    if sizes:
        _tell(found)
    found.segments.sort(key=lambda segment: segment.id)


def _tell(found: Recovered) -> None:
    _log.info(
        "spool recovery",
        segments_read=found.segments_read,
        segments=found.segments_found,
        bytes_read=found.bytes_read,
        bytes=found.bytes_found,
    )


def _recover_file(
    path: Path,
    quarantine_folder: Path,
    key: SpoolKey,
    known_ids: set[int],
    on_corrupt: CorruptHandler,
    on_stretch: StretchHandler,
    found: Recovered,
) -> None:
    size = path.stat().st_size
    header = _read_header(path)
    if header is None and size <= SEGMENT_HEADER_BYTES:
        path.unlink()  # a crash at creation: the first frame was never acknowledged
        return
    if header is None or header.key_id != key.key_id or header.segment_id in known_ids:
        _set_aside(path, quarantine_folder, found)
        return
    known_ids.add(header.segment_id)
    places = _check_frames(path, header, key, on_stretch, found) if size > SEGMENT_HEADER_BYTES else []
    if not places:
        path.unlink()
        return
    right_path = path.with_name(segment_name(header.signal, header.segment_id))
    if not right_path.exists():
        path = path.rename(right_path)
    found.segments.append(Segment(path, header, places, header.cipher(key), recovered=True, on_corrupt=on_corrupt))


def _is_named_rightly(path: Path) -> bool:
    header = _read_header(path)
    return header is not None and path.name == segment_name(header.signal, header.segment_id)


def _read_header(path: Path) -> SegmentHeader | None:
    with path.open("rb") as file:
        return unpack_segment_header(file.read(SEGMENT_HEADER_BYTES))


def _set_aside(path: Path, quarantine_folder: Path, found: Recovered) -> None:
    quarantine_folder.mkdir(exist_ok=True, mode=0o700)
    target = quarantine_folder / path.name
    number = 0
    while target.exists():
        number += 1
        target = quarantine_folder / f"{path.name}.{number}"
    path.replace(target)
    found.quarantined_files.append(target)
    _log.warning("spool file set aside: unreadable header, foreign key or second copy", file=target.name)


def _check_frames(
    path: Path, header: SegmentHeader, key: SpoolKey, on_stretch: StretchHandler, found: Recovered
) -> list[FramePlace]:
    cipher = header.cipher(key)
    places: list[FramePlace] = []
    torn_from: int | None = None
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for number, piece in enumerate(scan_frames(data)):
            if isinstance(piece, DamagedStretch):
                if piece.damage is Damage.TORN_TAIL:
                    torn_from = piece.start
                    found.torn_bytes += piece.end - piece.start
                else:
                    found.corrupt_stretches += 1
                    on_stretch(header, number, data[piece.start : piece.end])
                continue
            try:
                open_frame(cipher, data[piece.offset : piece.end], piece)
            except InvalidTag:
                found.corrupt_stretches += 1
                on_stretch(header, number, data[piece.offset : piece.end])
                continue
            places.append(piece)
    if torn_from is not None:
        os.truncate(path, torn_from)
    return places
