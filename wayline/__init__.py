"""Composition only: command line, serve, settings and the demo estate."""

import core  # noqa: F401  it chooses what numpy sorts with, which is to come before numpy
