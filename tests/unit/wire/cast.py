"""Who speaks on the wire, and of what: the ids and heads that the vectors have too."""

from jupyter_automerge.values.heads import heads_from_hex
from jupyter_automerge.values.ids import PeerId, SessionId, StorageId, parse_document_id

BROWSER, SERVER = PeerId("browser"), PeerId("server")
PLAN = parse_document_id("4ZrjxJnU1LA5xSyrWMNuXTozYEvA")
NOTHING = bytes.fromhex("42000001000000020102")
STORE, OTHER = StorageId("store-1"), StorageId("store-2")
HEADS = heads_from_hex(["01" * 32, "02" * 32])
SESSION = SessionId("k3jx9")
