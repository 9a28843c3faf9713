"""The table of bad input: what Mallory says, and what comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

import cbor2

from tests.adversary.intruder import FIRST_REQUEST, NAME, frame

PROTOCOL_ERROR = 1002
UNSUPPORTED_DATA = 1003
NORMAL = 1000
INCOMPATIBLE = 4409

Frames = list[bytes | str]


@dataclass(frozen=True)
class Target:
    """What Mallory knows: the document, the server's peer id, and the id of an honest peer."""

    document_id: str
    server_id: str
    alice_id: str


@dataclass(frozen=True)
class Attack:
    """`ending`: close code and what the reason says; None: it is borne, and the connection goes on.

    `refused`: what the server tells its users about changes that it did not take.
    """

    name: str
    frames: Callable[[Target], Frames]
    ending: tuple[int, str] | None = None
    refused: str | None = None
    joins: bool = True


def fixed(*frames: bytes | str) -> Callable[[Target], Frames]:
    """Frames for which Mallory need not know anything."""
    return lambda target: list(frames)


def about(kind: str, data: object = FIRST_REQUEST, **fields: object) -> Callable[[Target], Frames]:
    """One message about the document that all work on."""
    return lambda target: [frame(kind, target.document_id, data, **fields)]


def id_attack(name: str, document_id: object, reason: str) -> Attack:
    """A question for a document whose id is none."""
    return Attack(f"id-{name}", fixed(frame("request", document_id)), (PROTOCOL_ERROR, reason))


def sync_attack(name: str, data: bytes, reason: str) -> Attack:
    """A sync message whose bytes are nonsense: the connection stays, the document's session begins anew."""
    return Attack(f"sync-{name}", about("sync", data), refused=reason)


def join(**fields: object) -> bytes:
    """An introduction; a field given as None is left out."""
    usual: dict[str, object] = {
        "type": "join", "senderId": NAME, "peerMetadata": {}, "supportedProtocolVersions": ["1"],
    }  # fmt: skip
    return cbor2.dumps({key: value for key, value in (usual | fields).items() if value is not None})


WHOLE = frame("request", "4ZrjxJnU1LA5xSyrWMNuXTozYEvA")
HUGE = bytes((0xFF,) * 8 + (0x7F,))  # LEB128 for 2**63 - 1
HASHES = bytes(range(32)) * 3

FRAMES = [
    Attack("empty-frame", fixed(b""), (PROTOCOL_ERROR, "the frame is empty")),
    Attack("text-frame", fixed("hello"), (UNSUPPORTED_DATA, "a text frame: only binary ones")),
    Attack("empty-text-frame", fixed(""), (UNSUPPORTED_DATA, "a text frame")),
    Attack("null", fixed(cbor2.dumps(None)), (PROTOCOL_ERROR, "a message is a map, not NoneType")),
    Attack("undefined", fixed(b"\xf7"), (PROTOCOL_ERROR, "a message is a map")),
    Attack("number", fixed(cbor2.dumps(42)), (PROTOCOL_ERROR, "a message is a map, not int")),
    Attack("text", fixed(cbor2.dumps("join")), (PROTOCOL_ERROR, "a message is a map, not str")),
    Attack("list", fixed(cbor2.dumps([{"type": "join"}])), (PROTOCOL_ERROR, "a message is a map, not list")),
    Attack("garbage", fixed(bytes(range(0x1C, 0x3C))), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("truncated", fixed(WHOLE[:-3]), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("two-items", fixed(WHOLE + WHOLE), (PROTOCOL_ERROR, f"{len(WHOLE)} bytes follow the CBOR item")),
    Attack("endless-map", fixed(b"\xbf" + WHOLE[1:]), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("map-of-2**64", fixed(b"\xbb" + b"\xff" * 8), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("bytes-of-2**62", fixed(b"\xa1\x64type\x5b\x40" + bytes(7)), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("deep", fixed(b"\x81" * 200_000 + b"\x00"), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("map-as-key", fixed(b"\xa1\xa0\x00"), (PROTOCOL_ERROR, "not valid CBOR")),
    Attack("list-in-itself", fixed(b"\xd8\x1c\x81\xd8\x1d\x00"), (PROTOCOL_ERROR, "a message is a map")),
    Attack("number-of-100-kB", fixed(b"\xc2\x5a\x00\x01\x86\xa0" + b"\xff" * 100_000),
           (PROTOCOL_ERROR, "not valid CBOR")),
]  # fmt: skip

HANDSHAKES = [
    Attack("sync-before-join", fixed(WHOLE), (PROTOCOL_ERROR, "Request message out of turn"), joins=False),
    Attack("peer-instead-of-join", fixed(cbor2.dumps({"type": "peer", "senderId": NAME, "targetId": "x"})),
           (PROTOCOL_ERROR, "PeerMessage message out of turn"), joins=False),
    Attack("garbage-before-join", fixed(b"\xff\xff"), (PROTOCOL_ERROR, "not valid CBOR"), joins=False),
    Attack("text-before-join", fixed("GET / HTTP/1.1"), (UNSUPPORTED_DATA, "a text frame"), joins=False),
    Attack("join-without-sender", fixed(join(senderId=None)),
           (PROTOCOL_ERROR, "senderId is missing"), joins=False),
    Attack("join-as-number", fixed(join(senderId=7)), (PROTOCOL_ERROR, "senderId"), joins=False),
    Attack("join-as-nobody", fixed(join(senderId="")), (PROTOCOL_ERROR, "senderId"), joins=False),
    Attack("join-with-control-characters", fixed(join(senderId="a\x00\x1b[2Jb")),
           (PROTOCOL_ERROR, "senderId"), joins=False),
    Attack("join-with-a-name-of-a-megabyte", fixed(join(senderId="a" * 2**20)),
           (PROTOCOL_ERROR, "senderId"), joins=False),
    Attack("join-of-another-version", fixed(join(supportedProtocolVersions=["2"])),
           (INCOMPATIBLE, "speaks ('2',), not version 1"), joins=False),
    Attack("join-of-no-version", fixed(join(supportedProtocolVersions=[])),
           (INCOMPATIBLE, "not version 1"), joins=False),
    Attack("join-with-versions-as-map", fixed(join(supportedProtocolVersions={"1": 1})),
           (PROTOCOL_ERROR, "supportedProtocolVersions must be a list of texts"), joins=False),
    Attack("join-as-the-server", lambda target: [join(senderId=target.server_id)],
           (NORMAL, "this Repo called itself"), joins=False),
    Attack("join-with-strange-claims",
           fixed(join(peerMetadata={"storageId": "../../etc", "epoch": {}, "access": ["write"], "name": 5})),
           joins=False),
    Attack("join-with-claims-as-text", fixed(join(peerMetadata="storageId")), joins=False),
    Attack("second-join", fixed(join()), (PROTOCOL_ERROR, "a second join on one connection")),
    Attack("second-join-as-another", fixed(join(senderId="trent")), (PROTOCOL_ERROR, "a second join")),
    Attack("changed-identity", fixed(cbor2.dumps({"type": "peer", "senderId": "trent", "targetId": "x"})),
           (PROTOCOL_ERROR, "the peer changed its id")),
    Attack("leave-and-stay", fixed(cbor2.dumps({"type": "leave", "senderId": NAME})),
           (NORMAL, "the peer said that it leaves")),
]  # fmt: skip

MESSAGES = [
    Attack("unknown-type", fixed(cbor2.dumps({"type": "teleport", "senderId": NAME}))),
    Attack("no-type", fixed(cbor2.dumps({"senderId": NAME})), (PROTOCOL_ERROR, "type is missing")),
    Attack("type-as-number", fixed(cbor2.dumps({"type": 7})), (PROTOCOL_ERROR, "type must be text")),
    Attack("extra-keys", about("request", extra={"a": [1]}, channelId="sync")),
    Attack("no-document-id", about("sync", documentId=None), (PROTOCOL_ERROR, "documentId is missing")),
    Attack("no-data", about("sync", None), (PROTOCOL_ERROR, "data is missing")),
    Attack("data-as-text", about("sync", "abc"), (PROTOCOL_ERROR, "data must be bytes")),
    Attack("no-sender", about("sync", senderId=None), (PROTOCOL_ERROR, "senderId is missing")),
    Attack("forged-sync", lambda target: [frame("sync", target.document_id, senderId=target.alice_id)],
           (PROTOCOL_ERROR, "in the name of another peer")),
    Attack("forged-unavailable",
           lambda target: [frame("doc-unavailable", target.document_id, senderId=target.alice_id)],
           (PROTOCOL_ERROR, "in the name of another peer")),
    Attack("forged-leave", lambda target: [cbor2.dumps({"type": "leave", "senderId": target.alice_id})],
           (PROTOCOL_ERROR, "in the name of another peer")),
    Attack("broadcast-without-count", about("ephemeral", b"\x00", sessionId="s"),
           (PROTOCOL_ERROR, "count is missing")),
    Attack("broadcast-number-minus-one", about("ephemeral", b"\x00", sessionId="s", count=-1),
           (PROTOCOL_ERROR, "count must be a whole number")),
    Attack("broadcast-number-1e308", about("ephemeral", b"\x00", sessionId="s", count=1e308)),
    Attack("broadcast-of-nonsense", about("ephemeral", b"\xff\x00\x1c", sessionId="s", count=1)),
    Attack("heads-as-text", about("remote-heads-changed", newHeads="all"),
           (PROTOCOL_ERROR, "newHeads must be a map")),
    Attack("heads-of-strange-stores",
           about("remote-heads-changed", newHeads={"../x": {"heads": ["zzz"]}, "": {}, "s": {"heads": 7}})),
    Attack("stored-nonsense",
           fixed(cbor2.dumps({"type": "jupyter-automerge-stored", "senderId": NAME, "heads": {"../x": []}}))),
    Attack("late-error", fixed(cbor2.dumps({"type": "error", "senderId": NAME, "message": "\x1b[31mboo"})),
           (PROTOCOL_ERROR, "the peer reported an error")),
]  # fmt: skip

IDS = [
    id_attack("with-slashes", "../../../../tmp/evil", "documentId"),
    id_attack("absolute", "/etc/passwd", "documentId"),
    id_attack("with-backslashes", "..\\..\\evil", "documentId"),
    id_attack("dots", "..", "documentId"),
    id_attack("of-our-own-folder", ".jupyter-automerge", "documentId"),
    id_attack("of-the-store-id", "storage-adapter-id", "documentId"),
    id_attack("with-nul", "4ZrjxJnU1LA5xSyr\x00NuXTozYEvA", "documentId"),
    id_attack("empty", "", "documentId"),
    id_attack("wrong-checksum", "4ZrjxJnU1LA5xSyrWMNuXTozYEvB", "documentId"),
    id_attack("a-url", "automerge:4ZrjxJnU1LA5xSyrWMNuXTozYEvA", "documentId"),
    id_attack("as-bytes", b"4ZrjxJnU1LA5xSyrWMNuXTozYEvA", "documentId"),
    id_attack("as-number", 2**31, "documentId"),
    id_attack("as-list", ["4ZrjxJnU1LA5xSyrWMNuXTozYEvA"], "documentId"),
    id_attack("of-a-megabyte", "4" * 2**20, "documentId"),
    id_attack("in-another-script", "４ZrjxJnU1LA5xSyrWMNuXTozYEvA", "documentId"),
]

SYNCS = [
    sync_attack("empty", b"", "the sync message is empty"),
    sync_attack("of-another-type", b"\x41\x00\x00\x00\x00", "0x41 is no type of sync message"),
    sync_attack("type-only", b"\x42", "ends within heads"),
    sync_attack("2**63-heads", b"\x42" + HUGE, "counts 9223372036854775807 in heads"),
    sync_attack("2**63-needs", b"\x42\x00" + HUGE, "counts 9223372036854775807 in need"),
    sync_attack("2**63-haves", b"\x42\x00\x00" + HUGE, "counts 9223372036854775807 in have"),
    sync_attack("2**63-changes", b"\x42\x00\x00\x00" + HUGE, "counts 9223372036854775807 in changes"),
    sync_attack("bloom-of-2**63", b"\x42\x00\x00\x01\x00" + HUGE, "counts 9223372036854775807 in have.bloom"),
    sync_attack("10000-haves", b"\x42\x00\x00\x90\x4e" + bytes(20_000), "10000 entries in have"),
    sync_attack("four-heads-in-three", b"\x42\x04" + HASHES, "counts 4 in heads"),
    sync_attack("endless-number", b"\x42" + b"\x80" * 40, "written too long"),
    sync_attack("padded-number", b"\x42\x80\x00\x00\x00\x00", "written too long"),
    sync_attack(
        "change-of-nonsense", b"\x42\x00\x00\x00\x01\x28" + bytes(40), "does not begin as an Automerge chunk"
    ),
    sync_attack(
        "strange-bloom", b"\x42\x00\x00\x01\x00\x0a" + b"\xff" * 10 + b"\x00", "the sync message is cut"
    ),
    Attack("sync-heads-nobody-knows", about("sync", b"\x42\x03" + HASHES + b"\x00\x01\x00\x00\x00")),
    Attack("sync-needs-nobody-knows", about("sync", b"\x42\x00\x03" + HASHES + b"\x01\x00\x00\x00")),
    sync_attack("strange-tail", b"\x43\x00\x00\x01\x00\x00\x00" + b"\xff" * 100, "leb128 was"),
    Attack("unavailable-for-what-all-have", about("doc-unavailable")),
]

TABLES = {"frames": FRAMES, "handshakes": HANDSHAKES, "messages": MESSAGES, "ids": IDS, "syncs": SYNCS}
