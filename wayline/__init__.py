"""Composition only: command line, serve, settings and the demo estate."""
