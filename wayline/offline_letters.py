"""Dead letters of a data folder that no server holds."""

from collections.abc import Iterator
from contextlib import contextmanager

from collector.keys import load_key
from collector.letter_desk import LetterDesk
from collector.redaction_rules import RedactionRules
from collector.spool import Spool
from core.clock import SystemClock
from core.errors import ConfigError
from runbooks import CatalogProvider
from wayline.logs import configure_logging
from wayline.settings import Settings

_STOP_S = 30.0


@contextmanager
def offline_letters(settings: Settings) -> Iterator[LetterDesk]:
    """
    Yield the desk of the folder; what is put back waits there for the next ``wayline serve``.

    Raises:
        ConfigError: There is no such folder, or a process holds its spool.
    """
    configure_logging(settings.server.log_level)  # standard output is for the answer
    config, data = settings.collector.spool, settings.server.data
    folder = data / config.path
    if not folder.is_dir():
        raise ConfigError(f"there is no spool in {data}", remedy="name the folder with --data, or a server with --url")
    clock = SystemClock()
    key = load_key(data / config.key_file, config.key.get_secret_value())
    spool = Spool(config.model_copy(update={"path": folder}), key, clock)
    rules = RedactionRules(CatalogProvider(settings.catalog.dirs or None, clock), *key.pseudonym_key())
    spool.start()
    try:
        yield LetterDesk(spool.dead_letters, spool.redrive, rules.redactor)
    finally:
        spool.stop(_STOP_S)
