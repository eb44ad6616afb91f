"""How long the engine keeps freed memory, asked of the engine itself in a process of its own."""

import os
import subprocess
import sys

import pytest

from storage.engine_memory import freed_pages_options

_DECAY = """
import sys
from pathlib import Path
from storage.config import StorageConfig
from storage.store import open_store
store = open_store(StorageConfig(path=Path(sys.argv[1])))
stats = store.value("SELECT * FROM system.jemalloc_stats")
store.close()
print("decay:", stats.partition("opt.dirty_decay_ms: ")[2].split()[0])
print("arenas:", stats.partition("opt.narenas: ")[2].split()[0])
"""


@pytest.mark.parametrize(("said", "kept_ms"), [(None, "30000"), ("dirty_decay_ms:7000", "7000")])
def test_freed_pages_stay_half_a_minute_unless_the_environment_says_otherwise(tmp_path, said, kept_ms):
    environment = {name: value for name, value in os.environ.items() if name != "JE_MALLOC_CONF"}
    if said:
        environment["JE_MALLOC_CONF"] = said
    command = [sys.executable, "-c", _DECAY, str(tmp_path / "store")]
    run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert f"decay: {kept_ms}" in run.stdout
    assert said or f"arenas: {max(1, (os.cpu_count() or 1) // 2)}" in run.stdout


@pytest.mark.parametrize(("processors", "arenas"), [(1, 1), (2, 1), (3, 1), (4, 2), (16, 8)])
def test_two_processors_share_what_is_freed(processors, arenas):
    assert freed_pages_options(processors).endswith(f"percpu_arena:disabled,narenas:{arenas}")
