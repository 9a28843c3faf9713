"""Doing one attack of the table, and comparing its end with what the table says."""

from tests.adversary.attacks import Attack, Target
from tests.adversary.intruder import Intruder


async def ending_of(attack: Attack, url: str, target: Target, **headers: str) -> list[str]:
    """Do it, on a connection of its own; what came of it that the table does not say."""
    mallory = await Intruder.come(url, **headers)
    if attack.joins:
        await mallory.join()
    for frame in attack.frames(target):
        await mallory.say_raw(frame)
    if attack.ending is None:
        try:
            await mallory.is_still_served()
        except AssertionError as closed:
            return [str(closed)]
        mallory.close()
        return []
    code, reason = await mallory.until_closed()
    as_told = code == attack.ending[0] and attack.ending[1] in (reason or "")
    return [] if as_told else [f"closed with {code} {reason}"]
