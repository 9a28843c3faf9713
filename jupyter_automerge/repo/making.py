"""The Engine of a new Repo, with the world's clock and chance."""

import random
import time

from jupyter_automerge.engine import local as engine_words
from jupyter_automerge.engine.engine import Engine
from jupyter_automerge.repo.engine_view import EngineView
from jupyter_automerge.repo.processes import is_gone
from jupyter_automerge.repo.share import FixedShare, SharePolicy
from jupyter_automerge.values.limits import PUT_REST, STORE_KEPT_SECONDS


def new_engine(
    local: engine_words.LocalPeer,
    share: SharePolicy,
    *,
    ack_after_save: bool = False,
    unload_after: float | None = None,
    retain: float = STORE_KEPT_SECONDS,
) -> EngineView:
    """An Engine on asyncio's clock. A fixed policy is built in, so that nobody has to be asked."""
    fixed = engine_words.FixedShare(share.announces, share.gives) if isinstance(share, FixedShare) else None
    # asyncio's loops count time.monotonic().
    return Engine(
        local,
        share=fixed,
        jitter=random.random,
        wall_offset=time.time() - time.monotonic(),
        ack_after_save=ack_after_save,
        put_rest=PUT_REST,
        unload_after=unload_after,
        retain=retain,
        is_gone=is_gone,
    )
