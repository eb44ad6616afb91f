"""Clock, errors, identifiers, units and self-metrics; no network, no database."""

import os

from core.vectors import prefer_fast_sorts, read_cpuinfo

prefer_fast_sorts(os.environ, read_cpuinfo())  # before anything imports numpy
