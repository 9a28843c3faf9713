"""Each kind of bad input over a real socket: it ends as the table says, and honest people notice nothing."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.adversary.attacks import TABLES, Attack
from tests.adversary.outcome import ending_of
from tests.adversary.village import Village

OpenVillage = Callable[[], AbstractAsyncContextManager[Village]]


@pytest.mark.parametrize("table", TABLES)
async def test_bad_input_ends_as_the_table_says(village: OpenVillage, table: str) -> None:
    """One village bears a whole table, so the unsaved edit has to survive all of it."""
    async with village() as it:
        wrong = []
        for attack in TABLES[table]:
            it.refused.clear()
            ending = await ending_of(attack, it.url, it.target)
            wrong += [f"{attack.name}: {one}" for one in (*ending, *refusals(attack, it))]
            await it.check_going_on(attack.name)
        assert not wrong, "not as the table says:\n" + "\n".join(wrong)
        await it.check_unharmed()


def refusals(attack: Attack, it: Village) -> list[str]:
    """What the server told its users of refused changes that the table does not say, or did not tell."""
    reasons = [one.reason for one in it.refused]
    if attack.refused is None:
        return [f"refused, as {reason!r}" for reason in reasons]
    as_told = len(reasons) == 1 and attack.refused in reasons[0]
    return [] if as_told else [f"refusals {reasons}"]
