"""What a life of another Repo is called where that outlasts our own life (docs/peers.md, E6)."""

from jupyter_automerge.values.ids import ConnectionId, SessionId


def life_name(life: SessionId | ConnectionId, ours: SessionId) -> str:
    """`life`: the peer's session, or our connection to it if it names none, as JavaScript; `ours`: our session.

    Connections are numbered anew in each life of ours, and none of them may be taken for one of an earlier life.
    """
    return life if isinstance(life, str) else f"{ours}/{life}"
