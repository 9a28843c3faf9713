"""What most parts of one Engine work with: made once, passed on as one."""

from dataclasses import dataclass

from jupyter_automerge.engine.acknowledging import Acknowledging
from jupyter_automerge.engine.connections import Connections
from jupyter_automerge.engine.desk import Desk
from jupyter_automerge.engine.evidence import Evidence
from jupyter_automerge.engine.facts import Facts
from jupyter_automerge.engine.gossip import Gossip
from jupyter_automerge.engine.local import LocalPeer
from jupyter_automerge.engine.record import DocumentRecord
from jupyter_automerge.engine.remembering import Remembering
from jupyter_automerge.engine.removal import Graveyard
from jupyter_automerge.values.ids import DocumentId


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who we are, the tables, and what is known and told about what others have."""

    local: LocalPeer
    desk: Desk
    documents: dict[DocumentId, DocumentRecord]
    connections: Connections
    facts: Facts
    evidence: Evidence
    acknowledging: Acknowledging
    gossip: Gossip
    graveyard: Graveyard
    remembering: Remembering
