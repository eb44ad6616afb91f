"""
What a disk holds after a power cut: only what was synced, and names only of folders that were synced.

Stands in for a device that drops unsynced pages: every `fsync` and `fdatasync` of this process is noted with what the
file or folder held at that moment, and the folder can be built again as of any of them. Pessimistic on purpose: what
was never synced is empty, what was renamed without a sync of the folder has its old name.
"""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Disk:
    """Durable contents by inode, and names by inode of a folder."""

    contents: dict[int, bytes] = field(default_factory=dict)
    names: dict[int, dict[str, int]] = field(default_factory=dict)
    folders: frozenset[int] = frozenset()

    def rebuild(self, inode: int, target: Path) -> None:
        """Write folder *inode* as it is after the cut to *target*."""
        target.mkdir()
        for name, found in self.names.get(inode, {}).items():
            if found in self.folders:
                self.rebuild(found, target / name)
            else:
                (target / name).write_bytes(self.contents.get(found, b""))
                (target / name).chmod(0o600)


class PowerRecorder:
    """Notes every sync below *root*, a folder whose own name is durable."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root = root
        self.disks = [Disk()]
        for name in ("fsync", "fdatasync"):
            monkeypatch.setattr(os, name, self._noting(getattr(os, name)))

    def _noting(self, real):
        def sync(descriptor: int) -> None:
            real(descriptor)
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            if path.is_relative_to(self._root):
                self.disks.append(self._after(descriptor, path))

        return sync

    def _after(self, descriptor: int, path: Path) -> Disk:
        last, facts = self.disks[-1], os.fstat(descriptor)
        if not stat.S_ISDIR(facts.st_mode):
            return Disk(last.contents | {facts.st_ino: path.read_bytes()}, last.names, last.folders)
        entries = {entry.name: entry.inode() for entry in os.scandir(path)}
        folders = {entry.inode() for entry in os.scandir(path) if entry.is_dir()}
        return Disk(last.contents, last.names | {facts.st_ino: entries}, last.folders | folders)

    def cut(self, number: int, target: Path) -> Path:
        """Rebuild the root as it is when the power fails after sync *number*."""
        self.disks[number].rebuild(self._root.stat().st_ino, target)
        return target
