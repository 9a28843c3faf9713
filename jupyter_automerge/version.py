"""The version of this package, and of the automerge-repo protocol that it speaks."""

__version__ = "0.1.0"
PROTOCOL_VERSION = "1"
