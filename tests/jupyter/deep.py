"""A document that another program nested deeper than Python can follow."""

from automerge import core


def abyss() -> bytes:
    """In Automerge's format: a title, and 600 maps within one another."""
    deep = core.Document()
    with deep.transaction() as transaction:
        transaction.put(core.ROOT, "title", core.ScalarType.Str, "Abyss")
        inner = core.ROOT
        for _ in range(600):
            inner = transaction.put_object(inner, "a", core.ObjType.Map)
    return bytes(deep.save())
