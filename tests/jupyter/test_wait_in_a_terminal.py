"""`jupyter automerge wait` as it is typed in a terminal of a Jupyter server, which gives it its environment."""

from tests.interop.wait_process import wait_command
from tests.jupyter.servers import RunningServer


async def test_it_asks_the_server_of_the_terminal(server: RunningServer) -> None:
    plan = server.repo.create({"title": "Plan"})
    answer = await wait_command(plan.url)
    assert (answer.code, answer.complained) == (0, "")
    assert answer.said.startswith(f"{plan.url} safe, stored: Jupyter server (")


async def test_elsewhere_the_url_of_ones_own_server_is_enough(server: RunningServer) -> None:
    plan = server.repo.create({})
    answer = await wait_command(plan.url, f"--server={server.url}", JUPYTER_AUTOMERGE_CONNECTION_FILE="")
    assert answer.code == 0, answer


async def test_elsewhere_no_server_is_guessed(server: RunningServer) -> None:
    plan = server.repo.create({})
    answer = await wait_command(plan.url, JUPYTER_AUTOMERGE_CONNECTION_FILE="")
    assert answer.code == 4 and "--server" in answer.said


async def test_whom_the_server_lets_nothing_read_is_told_why(server: RunningServer) -> None:
    plan = server.repo.create({})
    server.allow("write")
    answer = await wait_command(plan.url)
    assert answer.code == 4 and "403" in answer.said


async def test_a_reader_may_ask_as_well(server: RunningServer) -> None:
    plan = server.repo.create({})
    server.allow("read")
    answer = await wait_command(plan.url)
    assert answer.code == 0, answer
