"""Ids: what is one, what is none, and that it comes back as it went out."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.base58 import decode_check, encode_check
from jupyter_automerge.values.ids import (
    document_id_bytes,
    document_id_from_bytes,
    interpret_document_id,
    parse_document_id,
    parse_peer_id,
    parse_session_id,
    parse_storage_id,
)
from jupyter_automerge.values.limits import MAX_BASE58_CHARACTERS, MAX_DOCUMENT_ID_CHARACTERS
from jupyter_automerge.values.url import AutomergeUrl

PLAN = parse_document_id("4ZrjxJnU1LA5xSyrWMNuXTozYEvA")
URLS = json.loads((Path(__file__).parents[2] / "vectors" / "urls.json").read_text())["vectors"]

KNOWN = {
    "00112233445566778899aabbccddeeff": "148vjpuxYXixb8DcbaWyeGv2q3u",
    "ffffffffffffffffffffffffffffffff": "4ZrjxJnU1LA5xSyrWMNuXTozYEvA",
    "00000000000000000000000000000000": "11111111111111114Ki9Gx",
    "a716868b1f3d4c5e8f9012345678abcd": "3L1mwcxaFLKxA93YEbmLYbyq5Krz",
    "": "3QJmnh",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855": (
        "2jH3nnhxhR3zPUcsKaWWZC9ZmZAnKm3GAnFD1xynGJE1e1f86f"
    ),
    "00" * 31 + "01": "11111111111111111111111111111118qjnEr",
}


@pytest.mark.parametrize(("payload", "text"), KNOWN.items())
def test_base58check_agrees_with_known_vectors(payload: str, text: str) -> None:
    assert encode_check(bytes.fromhex(payload)) == text
    assert decode_check(text) == bytes.fromhex(payload)


@pytest.mark.parametrize("vector", URLS, ids=lambda vector: vector["url"][-40:])
def test_ids_agree_with_javascript(vector: dict[str, str]) -> None:
    assert document_id_from_bytes(bytes.fromhex(vector["payload"])) == vector["documentId"]


@given(st.binary(max_size=120))
def test_U7_ids_of_any_bytes_come_back(payload: bytes) -> None:
    assert document_id_bytes(document_id_from_bytes(payload)) == payload


@given(st.text(max_size=60))
def test_no_text_is_an_id_unless_it_is_what_its_bytes_are_written_as(text: str) -> None:
    try:
        document_id = parse_document_id(text)
    except InvalidId:
        return
    assert document_id_from_bytes(document_id_bytes(document_id)) == text


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        b"4ZrjxJnU1LA5xSyrWMNuXTozYEvA",
        "",
        "4ZrjxJnU1LA5xSyrWMNuXTozYEvB",  # the last letter
        "4ZrjxJnU1LA5xSyrWMNuXTozYEv",
        "automerge:4ZrjxJnU1LA5xSyrWMNuXTozYEvA",
        "4ZrjxJnU1LA5xSyrWMNuXTozYEvA/..",
        "../../../../etc/passwd",
        "..",
        "4Zrjx JnU1LA5xSyrWMNuXTozYEvA",
        "0OIl",
        "４ZrjxJnU1LA5xSyrWMNuXTozYEvA",  # a full-width digit
        "1" * 100_000,
    ],
)
def test_what_is_not_a_document_id_is_refused_with_the_value_and_the_reason(value: object) -> None:
    with pytest.raises(InvalidId, match="is not a valid document id: ") as caught:
        parse_document_id(value)
    assert caught.value.value == value
    assert len(str(caught.value)) < 250


def test_a_document_id_fits_into_a_file_name() -> None:
    longest = encode_check(b"\xff" * 140)
    assert len(longest) <= MAX_DOCUMENT_ID_CHARACTERS
    assert parse_document_id(longest)
    with pytest.raises(InvalidId, match="longer than"):
        document_id_from_bytes(b"\xff" * 150)
    with pytest.raises(InvalidId, match="longer than"):
        decode_check("2" * (MAX_BASE58_CHARACTERS + 1))


def test_U16_bare_id_url_bytes_and_legacy_uuid_name_the_same_document() -> None:
    uuid = UUID("a716868b-1f3d-4c5e-8f90-12345678abcd")
    plan = "3L1mwcxaFLKxA93YEbmLYbyq5Krz"
    names = (
        plan,
        f"automerge:{plan}",
        f"automerge:{plan}/title#",
        AutomergeUrl(parse_document_id(plan)),
        uuid,
        uuid.bytes,
        str(uuid),
        str(uuid).upper(),
    )
    assert [interpret_document_id(name) for name in names] == [plan] * len(names)


@pytest.mark.parametrize("value", ["", "plan", "automerge:", "a716868b-1f3d-4c5e-8f90", None, 7])
def test_what_names_no_document_is_refused(value: object) -> None:
    with pytest.raises(InvalidId):
        interpret_document_id(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["p", "peer-k3jx9", "storage-server-böx 1", "😀" * 256])
def test_a_peer_id_is_any_short_printable_text(value: str) -> None:
    assert parse_peer_id(value) == value
    assert parse_session_id(value) == value


@pytest.mark.parametrize(
    "value", [None, 1, b"peer", "", "p" * 257, "a\nb", "a\0", "a\x7f", "a\u2028b", "\ud800"]
)
def test_what_could_forge_a_log_line_is_no_peer_id(value: object) -> None:
    with pytest.raises(InvalidId, match="peer id"):
        parse_peer_id(value)
    with pytest.raises(InvalidId, match="session id"):
        parse_session_id(value)


@pytest.mark.parametrize("value", ["3760df37-a4c6-4f66-9ecd-732039a9385d", "store_1", "A" * 64])
def test_a_storage_id_is_a_safe_file_name(value: str) -> None:
    assert parse_storage_id(value) == value


@pytest.mark.parametrize(
    "value", [None, b"s", "", "A" * 65, "..", "../x", "a/b", "a\\b", "a.b", "a b", "ä", "store\n", "٣"]
)
def test_what_is_unsafe_as_a_file_name_is_no_storage_id(value: object) -> None:
    with pytest.raises(InvalidId, match="storage id"):
        parse_storage_id(value)
