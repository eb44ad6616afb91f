"""The read API: one router under ``/api/v1``."""

from fastapi import APIRouter

from analytics.api.estate import add_estate_paths, add_trouble_paths
from analytics.api.flows import add_flow_paths
from analytics.api.transactions import add_transaction_paths
from analytics.read.reader import Reader

PREFIX = "/api/v1"


def build_router(reader: Reader) -> APIRouter:
    """Return the router that answers from *reader*."""
    router = APIRouter(prefix=PREFIX)
    add_transaction_paths(router, reader)
    add_flow_paths(router, reader)
    add_estate_paths(router, reader)
    add_trouble_paths(router, reader)
    return router
