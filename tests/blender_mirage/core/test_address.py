from __future__ import annotations

import pytest

from blender_mirage.core.address import is_loopback, normalise_address, port_of
from blender_mirage.core.errors import MirageError


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("localhost", "http://localhost:8765"),
        (" 192.168.1.20 ", "http://192.168.1.20:8765"),
        ("192.168.1.20:9000", "http://192.168.1.20:9000"),
        ("http://127.0.0.1:8765/", "http://127.0.0.1:8765"),
        ("http://127.0.0.1:8765/v1/health", "http://127.0.0.1:8765"),
        ("https://gpu.example.org", "https://gpu.example.org"),
        ("https://gpu.example.org/mirage/", "https://gpu.example.org/mirage"),
        ("GPU-Box:8765", "http://gpu-box:8765"),
        ("[::1]:8765", "http://[::1]:8765"),
        ("::1", "http://[::1]:8765"),
    ],
)
def test_any_form_of_an_address(typed, address):
    assert normalise_address(typed) == address
    assert normalise_address(address) == address


@pytest.mark.parametrize("typed", ["", "  ", "http://", "ftp://host", "host:port", "host:99999", "two words"])
def test_what_is_no_address_is_told_with_examples(typed):
    with pytest.raises(MirageError, match="not the address of a backend") as caught:
        normalise_address(typed)
    assert "localhost:8765" in caught.value.hint


def test_loopback_is_known_by_address_not_by_looks():
    assert all(map(is_loopback, ("http://localhost:1", "http://127.8.0.1:1", "http://[::1]:1")))
    assert not any(map(is_loopback, ("http://127.0.0.1.example.org", "http://192.168.1.2:1", "https://localhost.de")))


def test_the_port_is_the_schemes_where_none_is_written():
    assert [port_of(url) for url in ("http://a", "https://a", "http://a:5")] == [80, 443, 5]
