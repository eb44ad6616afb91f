"""One process per spool folder."""

import fcntl
import os
from pathlib import Path

from collector.keys import sync_folder
from core.errors import ConfigError


class SpoolLock:
    """
    Holds a folder until released or until the process ends, however it ends.

    Args:
        folder: The spool folder.

    Raises:
        ConfigError: Another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise ConfigError(
                f"another process uses the spool in {folder}", remedy="stop it, or give this one another --data folder"
            ) from error
        # A folder made a moment ago could vanish with all it holds when the power fails: its name is made durable, too.
        sync_folder(folder)
        sync_folder(folder.parent)

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._descriptor)
