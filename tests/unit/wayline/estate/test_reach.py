"""The estate does not begin where nothing listens."""

import socket

import pytest

from core.errors import ConfigError, TransientError
from wayline.estate.reach import wait_for_doors


@pytest.fixture
def door():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def closed():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def test_both_doors_are_tried(door):
    wait_for_doors(door, f"http://{door}", 0)


def test_a_door_that_nothing_listens_behind_is_named_with_what_to_do(door, closed):
    with pytest.raises(TransientError, match=f"nothing listens at {closed}.*wayline serve.*--endpoint"):
        wait_for_doors(closed, f"http://{door}", 0)
    with pytest.raises(TransientError, match=f"nothing listens at http://{closed}.*--events-url"):
        wait_for_doors(door, f"http://{closed}", 0)


@pytest.mark.parametrize("place", ["nonsense", "127.0.0.1:x", "", "http://[::1"])
def test_what_is_no_address_is_not_waited_for(door, place):
    with pytest.raises(ConfigError, match="not an address"):
        wait_for_doors(place, f"http://{door}", 60)
