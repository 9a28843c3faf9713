"""Every default number and every bound, in one place. Seconds, bytes or counts, as the name says.

Each table that grows with what peers do names its bound here, and what leaves it when it is full.
"""

# Frames and messages
MAX_MESSAGE_BYTES = 100 * 1024 * 1024
"""One frame, as much as JavaScript's `ws` takes: a first sync is one frame. Larger ones: close 1009."""
MAX_JSON_BYTES = 1024 * 1024
"""One JSON message or request body of a page."""
MAX_CLOSE_REASON_BYTES = 123
"""What a WebSocket close frame has room for (RFC 6455, 5.5)."""
MAX_SYNC_HAVES = 1_000
"""Entries in the `have` of a sync message; Automerge writes one."""
MAX_FILTER_PROBES = 64
"""Probes an entry of a Bloom filter; Automerge writes 7. The core makes them all, for every change."""
MAX_FILTER_BYTES = 1_000
"""A longer Bloom filter (ten bits a change) is not sent: fewer bytes can say as much."""
CROSSING_SECONDS = 10.0
"""How long the answer to our last word is awaited before what seemed to have crossed it is taken for one."""
MAX_CBOR_DEPTH = 100
"""Lists and maps within one another."""
MAX_CBOR_INTEGER_BYTES = 128
"""A longer integer is refused: printing one costs the square of its length."""

# Names and ids
MAX_BASE58_CHARACTERS = 512
MAX_DOCUMENT_ID_CHARACTERS = 200
"""A document id is a file name in a store; most file systems end at 255 bytes."""
MAX_PEER_ID_CHARACTERS = 256
MAX_NAME_CHARACTERS = 64
MAX_REASON_CHARACTERS = 200
"""What a peer may say about a refusal or an error; the rest is cut."""
MAX_URL_CHARACTERS = 65_536
HEADS_REMEMBERED = 4_096
"""Heads whose text is known, and texts that were read as heads; the least recently used leave."""
PARSED_IDS_REMEMBERED = 16_384
"""Document ids whose checksum was seen to be right; the least recently used leave."""

# Connections
PING_INTERVAL_SECONDS = 20.0
PING_TIMEOUT_SECONDS = 10.0
"""Without an answer for this long after a ping the connection is closed."""
HANDSHAKE_TIMEOUT_SECONDS = 30.0
"""From the open transport to the peer's first word; the other side may still be reading its disk."""
PRIMARY_STUCK_SECONDS = 2.0
"""Of several connections to one peer the one in use is left for a new one if it took nothing for so long."""
DIAL_TIMEOUT_SECONDS = 20.0
DIAL_BACKOFF_FIRST_SECONDS = 0.25
DIAL_BACKOFF_MOST_SECONDS = 10.0
DIAL_BACKOFF_FACTOR = 2.0
"""Each wait is drawn between half and the whole of the current step."""
CONNECTION_SETTLED_SECONDS = 5.0
"""The backoff starts over after a connection lived this long: a server that drops us is not hammered."""
LAST_WORDS_SECONDS = 1.0
"""What a Repo sent before it died may be read that long after it came back under the same peer id."""

# Queues
MAX_WAITING_FRAMES = 1_000
"""Frames of one (document, connection) that wait for storage or policy; then the connection closes."""
MAX_WAITING_BYTES = 128 * 1024 * 1024
"""The same in bytes, so that one largest frame always fits."""
MAX_OUTGOING_CONTROL_FRAMES = 10_000
"""Frames other than sync ones that wait for a slow transport; then the connection closes, with the reason."""
MAX_OUTGOING_EPHEMERALS = 256
"""Frames before which a broadcast still waits for a slow transport; beyond, it is not sent to that peer."""
MAX_OUTGOING_EPHEMERAL_BYTES = 4 * 1024 * 1024
"""The same in bytes."""
MAX_REFUSED_CHUNKS = 1_000
"""Remembered hashes of refused changes, per document; the oldest leave."""
MAX_BLAME_ATTEMPTS = 32
"""Times that a document tries parts of a refused message to find the bad chunks among them."""
MAX_POLICY_QUESTIONS = 10
"""Questions to the share policy that are open at a time; the others wait their turn."""
EPHEMERAL_WINDOW = 64
"""How far behind the highest count of its session a broadcast may be and still be told from a duplicate."""
MAX_EPHEMERAL_SESSIONS = 10_000
"""(sender, session) whose last broadcast count is remembered; the least recently heard leave."""
MAX_EVENTS_WAITING = 1_000
"""Events that wait for a slow listener; the oldest leave, and the listener is told."""
TRACED_EVENTS = 50
"""Events of a Repo remembered in a word each, for the log line of a defect; the oldest leave."""
ROUNDS_PER_TURN = 64
"""Times the driver goes round between Engine and transports before the event loop gets its turn."""

# Documents
MAX_DOCUMENTS_PER_PEER = 50_000
"""Documents that one connection may make us look for; further ones are answered `doc-unavailable`."""
MAX_VALUE_DEPTH = 100
"""Lists and maps within one another: no deeper one is written, and what others nested deeper is not followed."""
MAX_JOURNAL_BYTES = 64 * 1024
"""Changes kept beside a document's base before a fresh base is made, unless the base is larger."""
MAX_PASSED_HEADS = 4_096
"""Hashes a document has had as heads: most questions then need no change graph. The oldest leave."""
MAX_PENDING_CHANGES = 1_024
"""Local changes that wait for the core, which takes many at once at the price of one."""
MAX_INFLATED_BYTES = 100 * 1024 * 1024
"""What one compressed change may unpack to, as much as a frame has: bytes of deflate can stand for gigabytes."""
MAX_LANDMARKS = 64
"""Hashes that tell where a history may have parted from ours; one too branched for so few sends a filter."""
MAX_FRONTIERS_CACHED = 4_096
"""Points in history per document whose count of missing changes is kept up to date: a few for each store that
may be known. The ones not asked for the longest leave."""
MAX_DOCUMENTS_REMEMBERED = 100_000
"""Stored documents of which it is remembered who has them; those looked at the longest ago leave."""

UNLOAD_AFTER_SECONDS = 600.0
"""A document that nobody has any use for leaves memory after so long; the store keeps it."""
MAX_RESUMED_AT_ONCE = 4
"""Stored documents that are in memory at one time because a store that came in reach may lack something of them."""
RESUMING_AFTER_SECONDS = 2.0
"""How long after a store came in reach that begins: what is open goes first, and so does what the store reports."""
RESUMING_REST = 10.0
"""Looking for such documents waits for so many times as long as the last look took."""
RESUMING_PATIENCE_SECONDS = 30.0
"""A document that is resumed makes room for the next once nothing moved for so long."""
RESUMING_AGAIN_SECONDS = 300.0
RESUMING_AGAIN_MOST_SECONDS = 3600.0
"""When those that made room that way are tried again, if their store is still there; the pause doubles each time."""

# Find
FIND_TIMEOUT_SECONDS = 30.0
SECOND_ANSWER_SECONDS = 1.0
"""How long a peer that said no to a document is given to say something else when it is asked again."""

# Stores
COMPACT_BELOW_BYTES = 1_024
"""Snapshots smaller than this are written anew on each save, as automerge-repo does."""
FILES_PER_ROUND = 64
"""Files that a folder's store writes before the fsyncs that make them durable; further ones form the next round."""
MAX_STORES_PER_DOCUMENT = 1_000
"""Stores remembered for one document; the ones out of reach for longest leave."""
MAX_STORES = 10_000
"""Stores remembered at all; of those out of reach and without a name or trust of our user's, first the ones that
were only heard of leave, then the ones that were longest away."""
MAX_STORES_PER_REPORTER = 1_000
"""Stores that one connection may be the first to tell of; further ones are passed over."""
MAX_ENDPOINTS_PER_STORE = 8
"""Addresses at which our Dialers met a store; the ones that led there longest ago leave."""
MAX_REPORTERS_PER_STORE = 16
"""Stores whose word about another one is kept, per document; the one that told longest ago leaves."""
MAX_LIVES_PER_STORE = 16
"""Lives of a store of which it is written beside a document what each held; the ones first heard leave, and what they
held is as that of lives that are not known."""
STORE_KEPT_SECONDS = 180 * 24 * 3600.0
"""A store out of reach for longer leaves, unless our user named or trusted it; and so does what was forgotten. A Repo
may be given another time for this (`retain`)."""
STORE_FORGOTTEN_SECONDS = 30 * 24 * 3600.0
"""How long what others tell of a forgotten store is ignored."""
STORE_SAVE_SECONDS = 1.0
"""What is known of a store, or of what it has of a document, is written at most this often."""
LEASE_KEPT_SECONDS = 30 * 24 * 3600.0
"""The lease of a Repo that did not say when it left, and did not renew it, is cleared away after so long."""
LEASE_RENEWED_SECONDS = 3600.0
"""How often a Repo that runs renews its lease."""
LEASE_SILENT_SECONDS = 24 * 3600.0
"""A Repo that did not renew its lease for so long is no longer taken to run, unless it does within the next hour."""
LEASE_SECOND_LOOK_SECONDS = 2.0
"""How long a Repo that claims our store is given to have its lease written, before it counts as a copy."""
MAX_HEADS_PER_STORE = 64
"""Heads kept of one report; more than that no honest document has."""
STORED_HEADS_PER_FRAME = 500
"""Documents named in one `jupyter-automerge-stored` message."""
MAX_STORED_DOCUMENTS_READ = 5_000
"""Documents read of one such message; further ones are passed over, which only leaves us knowing less."""
UNSAVED_TOLD_SECONDS = 0.25
"""After this, JavaScript that follows our store is told again what is saved, if that is not what we named."""
DURABLE_REPORTS_PER_SECOND = 20.0
"""Reports of saved heads per (connection, document); the newest wins."""
RESUME_AFTER_SECONDS = 10.0
"""Shared heads of a peer without durable acknowledgement count for a resume once they are this old."""
SYNC_STATE_SAVE_SECONDS = 1.0
"""Shared heads are written at most this often, per (document, store)."""
PUT_REST = 3.0
"""Times that a document's disk rests for as long as the last write took. Writes without a rest take half of a
server's time from whoever types; the first one after a pause waits for nothing."""
PUT_REST_MOST_SECONDS = 0.02
PUT_RETRY_FIRST_SECONDS = 0.5
PUT_RETRY_MOST_SECONDS = 30.0
START_RETRY_FIRST_SECONDS = 1.0
START_RETRY_MOST_SECONDS = 30.0
"""The pause before a Jupyter server whose store did not answer tries again; it doubles each time."""
CATALOGUE_TIMEOUT_SECONDS = 10.0
"""How long a starting Jupyter server lets others wait for its catalogue; then it runs without, and goes on trying."""
MARKS_LOOK_SECONDS = 60.0
"""How often a Repo looks whether its store is still the one that it began with, where nothing says otherwise."""
MARKS_SECOND_LOOK_SECONDS = 1.0
"""How long after a look that did not find the store's id or epoch the look is that counts."""
MARKS_REST_SECONDS = 5.0
"""The least time between two such looks, however often a store says that anything may have changed."""
OWN_WRITE_SECONDS = 10.0
"""How long after a write of ours news of its key from the store are taken for that very write."""
OWN_WRITES_REMEMBERED = 16_384
"""Keys of such writes; the oldest leave, and news of them cost a look at the store."""
REREAD_KEYS = 64
"""Entries that are read by their names; where more are new the document's entries are listed first."""
REREAD_FIRST_SECONDS = 0.25
REREAD_MOST_SECONDS = 30.0
REREAD_TRIES = 10
"""Looks for changes that stored ones wait for, at growing distances; after that only news lead to another."""
CHUNKS_LEFT_REMEMBERED = 1_000
"""Stored entries of a document that were looked at and left alone; the oldest leave, and are looked at again."""
LOOKS_AT_ONCE = 16
"""Documents that are looked at at a time after anything in the store may have changed."""
QUARANTINE_SECONDS = 60.0
"""A torn chunk that nobody touched for so long will not be finished any more."""
QUARANTINE_SECOND_LOOK_SECONDS = 5.0
"""Even one that lies there torn for longer, by its time, is looked at again after this: clocks differ."""
MAX_SUSPECTS = 1_000
"""Torn chunks of a document that are watched at a time; further ones stay where they are until the next look."""
MAX_SET_ASIDE_SHOWN = 100
"""Unreadable chunks that `handle.local` names; the first ones leave."""
MERGE_INCREMENTS = 256
"""So many incremental chunks of a document become one; and so many of those one of the next size."""
SIBLING_SECONDS = 60.0
"""How long after another Repo of ours was last seen in this store what changes there is taken for its work."""
FOREIGN_IDLE_SECONDS = 5.0
"""In a store that others write who may destroy single chunks, a document at rest for so long becomes one."""
WATCH_RETRY_FIRST_SECONDS = 0.5
WATCH_RETRY_MOST_SECONDS = 60.0
STALLED_AFTER_SECONDS = 5.0
ROWS_TOLD_PER_SECOND = 10.0
"""Frames of other stores' rows per (connection, document); the newest of each row wins."""
ROWS_PER_FRAME = 100
"""Stores named in one of them; the others go with the next."""
MAX_SUBSCRIPTIONS_PER_PEER = 1_000
"""Stores that one peer may follow through us, and that we ask one peer about; further ones are passed over."""
RELAYED_FOR_SECONDS = 300.0
"""How long word of a store through somebody else counts as reaching it."""
UNREACHED_SLACK_SECONDS = 1.0
"""Word that is that much younger than "I do not reach it any more" came another way; any other may be late."""
CLOCK_AHEAD_SECONDS = 300.0
"""A report stamped with a time further ahead comes from a clock that is wrong, which is shown."""

# Waits
SAVE_TIMEOUT_SECONDS = 5.0
SYNC_TIMEOUT_SECONDS = 30.0
CLOSE_TIMEOUT_SECONDS = 5.0
KERNEL_CLOSE_TIMEOUT_SECONDS = 1.0

# Snapshots shown in notebooks
MAX_SNAPSHOT_BYTES = 20 * 1024
