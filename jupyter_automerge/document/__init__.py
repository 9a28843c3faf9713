"""One Automerge document: the only room that knows the `automerge` package, whose gaps it hides.

What is written, what stands in the document, and what is read back:

    Python                       Automerge           read outside a change       read within one
    dict, Mapping with str keys  map                 dict                        MapProxy
    list, tuple, Sequence        list                list                        ListProxy
    str                          text                str                         TextProxy
    ImmutableString              string              ImmutableString             ImmutableString
    Counter                      counter             Counter                     CounterProxy
    int, -2**63 to 2**63 - 1     int                 int                         int
    int, 2**63 to 2**64 - 1      uint                int                         int
    float                        float               float                       float
    bool, None                   boolean, null       bool, None                  bool, None
    bytes, bytearray             bytes               bytes                       bytes
    datetime with a time zone    timestamp (ms)      datetime in UTC             datetime in UTC
    (cannot be written)          any other scalar    UnknownValue                UnknownValue
    (cannot be written)          below 100 others    TooDeep                     MapProxy, ListProxy

Everything else raises DocumentError with the path and the value, before anything is written. Text counts code
points, as `str` does. A str written where text stands edits that text by the smallest splice; an equal value
writes nothing; any other replaces what was there. Objects are copied when they are written a second time.
"""

from jupyter_automerge.document.asking import is_question, question
from jupyter_automerge.document.changed import Changed, ChangeRecord, ChunkState, ChunkVerdict
from jupyter_automerge.document.chunks import begins_as_chunk, promised_by, sound_part, torn_reason
from jupyter_automerge.document.difference import Patch
from jupyter_automerge.document.document import Document
from jupyter_automerge.document.list_proxy import ListProxy
from jupyter_automerge.document.map_proxy import MapProxy
from jupyter_automerge.document.standing import Standing
from jupyter_automerge.document.sync_session import SyncSession
from jupyter_automerge.document.text_proxy import TextProxy
from jupyter_automerge.document.value_types import Counter, ImmutableString, TooDeep, UnknownValue

__all__ = [
    "ChangeRecord",
    "Changed",
    "ChunkState",
    "ChunkVerdict",
    "Counter",
    "Document",
    "ImmutableString",
    "ListProxy",
    "MapProxy",
    "Patch",
    "Standing",
    "SyncSession",
    "TextProxy",
    "TooDeep",
    "UnknownValue",
    "begins_as_chunk",
    "is_question",
    "promised_by",
    "question",
    "sound_part",
    "torn_reason",
]
