"""Frames byte for byte."""

import pytest

from jupyter_automerge.network.close_reason import fitted
from jupyter_automerge.network.framing import binary_message


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, "8200"),
        (125, "827d"),
        (126, "827e007e"),
        (256, "827e0100"),  # an example of RFC 6455, 5.7
        (65_535, "827effff"),
        (65_536, "827f0000000000010000"),  # and another
    ],
)
def test_a_servers_frame_is_head_and_payload(size: int, head: str) -> None:
    payload = bytes(number % 251 for number in range(size))
    assert binary_message(payload, masked=False) == bytes.fromhex(head) + payload


@pytest.mark.parametrize(("size", "head"), [(0, 2), (1, 2), (5, 2), (126, 4), (65_536, 10)])
def test_a_clients_frame_is_masked_with_a_fresh_key(size: int, head: int) -> None:
    payload = bytes(number % 251 for number in range(size))
    one, other = binary_message(payload, masked=True), binary_message(payload, masked=True)
    key, body = one[head : head + 4], one[head + 4 :]
    assert one[1] & 0x80, "the mask flag is missing"
    assert bytes(byte ^ key[place % 4] for place, byte in enumerate(body)) == payload
    assert key != other[head : head + 4], "two frames have the same key"


def test_a_reason_keeps_whole_characters() -> None:
    assert fitted("short") == "short"
    assert fitted("ü" * 100) == "ü" * 61
