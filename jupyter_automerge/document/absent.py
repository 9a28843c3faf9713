"""What is not there, as Python's containers say it and with the path."""

from jupyter_automerge.errors import DocumentError


class NoSuchKey(DocumentError, KeyError):
    """A map has no such key."""

    # KeyError would show the message in quotes.
    __str__ = Exception.__str__


class NoSuchIndex(DocumentError, IndexError):
    """A list or text has no such index."""
