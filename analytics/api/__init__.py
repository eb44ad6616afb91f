"""The HTTP API of reads: paths, parameters, public shapes, problem documents, probes."""

from analytics.api.heads import HeadAsGet
from analytics.api.probes import build_probe_router
from analytics.api.problems import install_problem_handlers, problem
from analytics.api.router import build_router

__all__ = ["HeadAsGet", "build_probe_router", "build_router", "install_problem_handlers", "problem"]
