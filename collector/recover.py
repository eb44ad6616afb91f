"""Start-up of the spool: what is on disk becomes segments again, damage goes aside, nothing readable is lost."""

import mmap
import os
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


@dataclass
class Recovered:
    """
    What a spool folder held at start.

    Attributes:
        segments: Readable segments, oldest first.
        quarantined_files: Files set aside whole: unreadable header, foreign key, or a second copy of a segment.
        corrupt_stretches: Stretches of bytes that were set aside as dead letters.
        torn_bytes: Bytes of unacknowledged tails that were cut.
    """

    segments: list[Segment] = field(default_factory=list)
    quarantined_files: list[Path] = field(default_factory=list)
    corrupt_stretches: int = 0
    torn_bytes: int = 0

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
) -> Recovered:
    """
    Read every segment file in *folder*.

    Args:
        folder: Where the segment files are.
        quarantine_folder: Where files that cannot be read go.
        key: Master key.
        known_ids: Segment ids that are elsewhere already (retired); grows by what is found.
        on_corrupt: Handed to each segment, for damage that appears later.
        on_stretch: Told of bytes that are no frame, or a frame whose tag does not fit.
    """
    found = Recovered()
    paths = sorted(folder.glob("*.seg"))
    for number, path in enumerate(paths, start=1):
        _recover_file(path, quarantine_folder, key, known_ids, on_corrupt, on_stretch, found)
        if number % 100 == 0 or number == len(paths):
            _log.info("spool recovery", files_read=number, files=len(paths), segments=len(found.segments))
    found.segments.sort(key=lambda segment: segment.id)
    return found


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
    if right_path != path:
        path.replace(right_path)
    found.segments.append(
        Segment(right_path, header, places, header.cipher(key), recovered=True, on_corrupt=on_corrupt)
    )


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
