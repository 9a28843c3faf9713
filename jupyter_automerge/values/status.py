"""What a person sees of documents, peers, stores and connections. One enum is one axis."""

from enum import IntEnum, StrEnum


class Level(IntEnum):
    """How well a store is known to have some heads. Comparable: a higher level includes the lower ones."""

    NONE = 0
    """Nothing is known."""
    SENT = 1
    """Given to the transport. For display only: it proves nothing."""
    RECEIVED = 2
    """A running Repo of that store reported them: they are in its memory."""
    STORED = 3
    """The store itself reported that they are durable."""


class Relation(StrEnum):
    """Our heads against those a store is known to have, by ancestry."""

    UNKNOWN = "unknown"
    """Nothing was ever reported of that store."""
    SYNCED = "synced"
    """It has all of ours, and we all of its."""
    AHEAD = "ahead"
    """It lacks changes that we have."""
    BEHIND = "behind"
    """It has all of ours, and changes that we lack."""
    DIVERGED = "diverged"
    """Each has changes that the other is not known to have."""


class Link(StrEnum):
    """Whether and how a store can be reached."""

    CONNECTED = "connected"
    """A connection to one of its Repos is open."""
    RELAYED = "relayed"
    """Not connected to us, but somebody connected told us of it a short time ago."""
    DIALING = "dialing"
    """No connection; one is being tried."""
    OFFLINE = "offline"
    """No connection, and none is being tried from here; it may come back."""
    GONE = "gone"
    """It left the table with its last connection: a process's memory, or a Repo on our own store."""


class Activity(StrEnum):
    """Whether anything moves between us and a store for one document."""

    IDLE = "idle"
    """Nothing to do."""
    ACTIVE = "active"
    """Heads or bytes moved a moment ago."""
    STALLED = "stalled"
    """Connected with work to do, and nothing moved for a while."""


class PeerState(StrEnum):
    """Relation, link and activity in one word, for people in a hurry."""

    DENIED = "denied"
    """A share policy keeps the document from it."""
    UNAVAILABLE = "unavailable"
    """It said that it does not have the document."""
    UNKNOWN = "unknown"
    """Nothing was ever reported of it."""
    SYNCED = "synced"
    """It has all of ours, and we all of its, as of the last report."""
    SYNCING = "syncing"
    """Reachable, and changes are on their way."""
    STALLED = "stalled"
    """Reachable, changes are missing, and nothing moves."""
    AHEAD = "ahead"
    """Out of reach, and it lacks changes that we have."""
    BEHIND = "behind"
    """It has changes that we lack, and is out of reach, or may only read here: then they are not accepted."""
    DIVERGED = "diverged"
    """Out of reach, and changes are missing on both sides."""


class Trust(StrEnum):
    """What this Repo's user thinks of a store. Never sent to anybody."""

    TRUSTED = "trusted"
    """Its word about other stores counts as theirs."""
    NORMAL = "normal"
    """Its word about itself counts."""
    UNTRUSTED = "untrusted"
    """It is synced with and shown; it is never counted as a copy."""
    DEAD = "dead"
    """It is lost for good: shown as such, never waited for, never counted."""


class Safety(StrEnum):
    """A document in one word, for whoever wants to leave: is any of this user's work at risk?"""

    ALONE = "alone"
    """No other store is known; the only copy is here."""
    UNSAVED = "unsaved"
    """Our own store does not have the last changes yet."""
    UNSENT = "unsent"
    """Nobody who could keep them is in reach, and changes wait to go out."""
    SYNCING = "syncing"
    """Changes are on their way to stores in reach."""
    STALLED = "stalled"
    """A store in reach lacks changes, and nothing moves."""
    SAFE = "safe"
    """As many other stores have everything as the safety policy asks for."""
    ERROR = "error"
    """Our own store fails, or refuses."""


class DocumentState(StrEnum):
    """Where a document stands in this Repo."""

    LOADING = "loading"
    """Storage is being read."""
    REQUESTING = "requesting"
    """Storage does not have it; peers are being asked."""
    READY = "ready"
    """In memory, readable and changeable."""
    UNAVAILABLE = "unavailable"
    """Everybody asked said no; a later answer makes it ready."""
    ERROR = "error"
    """Storage failed: nothing is known about what it holds, and nothing is written to it."""
    DELETED = "deleted"
    """Deleted from this store, for good unless somebody finds or imports it again."""
    UNLOADED = "unloaded"
    """Saved and out of memory; finding it loads it."""


class DialerState(StrEnum):
    """Where the wish for an outgoing connection stands."""

    IDLE = "idle"
    """Nothing was tried yet."""
    DIALING = "dialing"
    """A transport is being opened, or its handshake is under way."""
    CONNECTED = "connected"
    """The handshake is done."""
    WAITING = "waiting"
    """The last try failed or its connection closed; the next is due."""
    STANDBY = "standby"
    """The same peer is reached over another connection; this one waits for that to close."""
    FAILED = "failed"
    """Trying again cannot help: somebody has to change something."""
    CLOSED = "closed"
    """No longer wanted."""


class Direction(StrEnum):
    """Who opened a connection."""

    INCOMING = "incoming"
    """They did; they introduce themselves first."""
    OUTGOING = "outgoing"
    """We did, through a Dialer; we introduce ourselves first."""


class Phase(StrEnum):
    """How far a connection has come. It only ever moves down this list."""

    CONNECTING = "connecting"
    """Its Dialer is opening the transport; it has no id yet, and shows in the Dialer alone."""
    HANDSHAKING = "handshaking"
    """The transport is open; the other side has not said yet who it is."""
    READY = "ready"
    """Both know each other; documents are synced."""
    CLOSED = "closed"
    """It is over, and shows in `ConnectionChanged`, with the reason, and in its Dialer."""


class Access(StrEnum):
    """What the other side of a connection may do here."""

    READ = "read"
    """Fetch documents; its changes are not applied."""
    WRITE = "write"
    """Fetch and change documents."""


class Origin(StrEnum):
    """Who moved a document."""

    LOCAL = "local"
    """This Repo's user."""
    REMOTE = "remote"
    """A peer."""
    STORAGE = "storage"
    """Something outside this Repo wrote into its store."""
