"""Automerge URLs: the catalogue's group U, against what JavaScript prints."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.values.heads import heads_from_hex, heads_from_text, heads_hex, heads_to_text
from jupyter_automerge.values.ids import document_id_bytes, document_id_from_bytes, interpret_document_id
from jupyter_automerge.values.url import AutomergeUrl, is_valid_url

PLAN = document_id_from_bytes(bytes.fromhex("a716868b1f3d4c5e8f9012345678abcd"))
HEADS = heads_from_hex(["01" * 32, "fe" * 32])
FIRST, SECOND = heads_to_text(HEADS)
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "urls.json").read_text())["vectors"]

heads = st.none() | st.frozensets(st.binary(min_size=32, max_size=32), max_size=4)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["url"][-40:])
def test_a_url_of_javascript_reads_as_it_was_meant(vector: dict[str, list[str]]) -> None:
    url = AutomergeUrl.parse(vector["url"])
    wanted = None if vector["headsHex"] is None else heads_from_hex(vector["headsHex"])
    assert url == AutomergeUrl(document_id_from_bytes(bytes.fromhex(str(vector["payload"]))), wanted)
    if wanted is not None:
        assert heads_from_text(vector["headsText"]) == wanted


@given(st.binary(min_size=16, max_size=16))
def test_U1_a_url_of_random_bytes_is_valid_and_parses_to_them(payload: bytes) -> None:
    url = str(AutomergeUrl(document_id_from_bytes(payload)))
    assert is_valid_url(url)
    assert document_id_bytes(AutomergeUrl.parse(url).document_id) == payload


def test_U2_binary_id_text_id_and_parts_give_the_same_url() -> None:
    from_bytes = AutomergeUrl(interpret_document_id(document_id_bytes(PLAN)))
    assert str(from_bytes) == str(AutomergeUrl(PLAN)) == f"automerge:{PLAN}"


def test_U3_parsing_yields_text_and_binary_id() -> None:
    url = AutomergeUrl.parse(f"automerge:{PLAN}")
    assert url.document_id == PLAN
    assert document_id_bytes(url.document_id).hex() == "a716868b1f3d4c5e8f9012345678abcd"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"automerge:{PLAN[:-1]}A", id="U4 wrong checksum"),
        pytest.param(f"notautomerge:{PLAN}", id="U5 wrong prefix"),
        pytest.param(f"Automerge:{PLAN}", id="U5 the scheme is case-sensitive"),
        pytest.param(f"automerge://{PLAN}", id="U5 no authority"),
        pytest.param(f" automerge:{PLAN}", id="U5 a space before"),
        pytest.param(None, id="U6 null"),
        pytest.param(17, id="U6 a number"),
        pytest.param({"documentId": PLAN}, id="U6 a map"),
        pytest.param(b"automerge:" + PLAN.encode(), id="U6 bytes"),
        pytest.param("plan", id="U6 a bare bad document id"),
        pytest.param(PLAN, id="U6 a bare good document id"),
        pytest.param("automerge:", id="U6 no id"),
        pytest.param(f"automerge:{PLAN}?x=1", id="U6 a query"),
        pytest.param(f"automerge:{PLAN}#{FIRST[:-1]}", id="U12 bad encoding of a head"),
        pytest.param(f"automerge:{PLAN}#{PLAN}", id="U12 a head of 16 bytes"),
        pytest.param(f"automerge:{PLAN}#{FIRST}|", id="U14 trailing bar"),
        pytest.param(f"automerge:{PLAN}#|{FIRST}", id="U14 leading bar"),
        pytest.param(f"automerge:{PLAN}#{FIRST}||{SECOND}", id="U14 empty element"),
        pytest.param(f"automerge:{PLAN}#|", id="U14 only a bar"),
        pytest.param(f"automerge:{PLAN}#{FIRST}#{SECOND}", id="U14 two hashes"),
        pytest.param(f"automerge:{PLAN}##", id="U14 two hashes, nothing else"),
        pytest.param(f"automerge:{PLAN}/a//b", id="an empty path segment"),
        pytest.param(f"automerge:{PLAN}/" + "a" * 100_000, id="too long"),
    ],
)
def test_U4_U5_U6_U12_U14_what_is_no_url_is_refused(text: object) -> None:
    assert not is_valid_url(text)
    with pytest.raises(InvalidId, match="is not a valid Automerge URL: "):
        AutomergeUrl.parse(text)


@given(st.binary(max_size=100))
def test_U7_urls_of_any_bytes_come_back(payload: bytes) -> None:
    url = AutomergeUrl(document_id_from_bytes(payload))
    assert AutomergeUrl.parse(str(url)) == url


def test_U8_heads_are_written_behind_a_hash_sign() -> None:
    assert str(AutomergeUrl(PLAN, heads_from_text([FIRST]))) == f"automerge:{PLAN}#{FIRST}"
    assert str(AutomergeUrl(PLAN, HEADS)) == f"automerge:{PLAN}#{SECOND}|{FIRST}"


@pytest.mark.parametrize("text", ["", "01" * 32, FIRST[:-1], PLAN, None])
def test_U9_what_is_no_head_does_not_become_one(text: str) -> None:
    with pytest.raises(InvalidId, match="is not a valid head: "):
        heads_from_text([FIRST, text])


@given(st.permutations(sorted(heads_from_hex([f"{byte:02x}" * 32 for byte in range(0, 250, 50)]))))
def test_U10_heads_in_any_order_give_one_url(order: list[bytes]) -> None:
    texts = [text for head in order for text in heads_to_text(frozenset([head]))]
    url = AutomergeUrl.parse(f"automerge:{PLAN}#" + "|".join(texts))
    assert str(url) == f"automerge:{PLAN}#" + "|".join(sorted(texts))


def test_U11_parsing_gives_heads_as_text_and_as_hex() -> None:
    parsed = AutomergeUrl.parse(f"automerge:{PLAN}#{SECOND}|{FIRST}").heads
    assert parsed is not None
    assert heads_to_text(parsed) == (FIRST, SECOND)
    assert heads_hex(parsed) == ("01" * 32, "fe" * 32)


def test_U13_U15_no_section_is_not_an_empty_one() -> None:
    present, beginning = AutomergeUrl.parse(f"automerge:{PLAN}"), AutomergeUrl.parse(f"automerge:{PLAN}#")
    assert (present.heads, beginning.heads) == (None, frozenset())
    assert present != beginning
    assert (str(present), str(beginning)) == (f"automerge:{PLAN}", f"automerge:{PLAN}#")
    assert present.at(frozenset()) == beginning


@given(heads, st.lists(st.from_regex(r"[a-z%@0-9]{1,8}", fullmatch=True), max_size=3))
def test_every_url_reads_back_as_what_was_written(at: frozenset[bytes] | None, path: list[str]) -> None:
    url = AutomergeUrl(PLAN, at, tuple(path))
    assert AutomergeUrl.parse(str(url)) == url


def test_a_path_leads_to_keys_and_indexes() -> None:
    url = AutomergeUrl.parse(f"automerge:{PLAN}/tasks/@0/due%20date/%5C@home/\\{{x/")
    assert url.keys() == ("tasks", 0, "due date", "@home", "{x")


@pytest.mark.parametrize("segment", ["%7B%22id%22%3A1%7D", "[1-2]", "@", "@x", "@-1"])
def test_a_pattern_or_range_parses_but_cannot_be_followed(segment: str) -> None:
    url = AutomergeUrl.parse(f"automerge:{PLAN}/tasks/{segment}")
    assert str(url).endswith(segment)
    with pytest.raises(InvalidId, match="path segment"):
        url.keys()
