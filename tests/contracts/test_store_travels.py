"""`jupyter automerge store copy` between any two kinds of store: every change arrives, and the way back is the same."""

import asyncio
import os
import random
from itertools import pairwise
from pathlib import Path

import pytest

from jupyter_automerge.cli.commands import main
from jupyter_automerge.repo import Repo
from tests.contracts.pools import make_pool
from tests.contracts.redis_server import RedisProcess
from tests.contracts.s3_server import S3Server

KINDS = ("file", "redis", "s3", "file")


async def _write(url: str) -> dict[str, object]:
    """Some documents, one in several chunks; what each holds, by its URL."""
    draw = random.Random(4)
    async with Repo(url, name="Alice") as repo:
        plan = repo.create({"seal": draw.randbytes(3_000)})
        await plan.saved()
        for number in range(3):
            with plan.change() as doc:
                doc["number"] = number
            await plan.saved()
        other = repo.create({"title": "Other"})
        await other.saved()
        return {one.url: one.value for one in (plan, other)}


async def _read(url: str, documents: dict[str, object]) -> dict[str, object]:
    async with Repo(url, name="Bob") as repo:
        return {one: (await repo.find(one)).value for one in documents}


def test_documents_travel_from_a_folder_over_redis_and_a_bucket_into_a_folder(
    tmp_path: Path, redis: RedisProcess, s3: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    stops = [make_pool(kind, tmp_path / str(at), redis, s3).url for at, kind in enumerate(KINDS)]
    documents = asyncio.run(_write(stops[0]))
    for source, target in pairwise(stops):
        assert main(["store", "copy", source, target]) == 0, capsys.readouterr()
        assert main(["store", "check", target]) == 0, capsys.readouterr()
        assert asyncio.run(_read(target, documents)) == documents, f"from {source} to {target}"


@pytest.mark.parametrize("kind", ["redis", "s3"])
def test_a_torn_chunk_in_a_pool_is_told_and_kept_aside(
    kind: str, tmp_path: Path, redis: RedisProcess, s3: S3Server, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, pool = tmp_path / "files", make_pool(kind, tmp_path, redis, s3)
    asyncio.run(_write(str(folder)))
    torn = sorted(folder.glob("??/*/incremental/*"))[0]
    os.truncate(torn, torn.stat().st_size - 3)
    assert main(["store", "copy", str(folder), pool.url]) == 0
    assert main(["store", "check", pool.url]) == 1
    assert torn.name in capsys.readouterr().out
    assert main(["store", "repair", "--yes", pool.url]) == 0
    capsys.readouterr()
    main(["store", "ls", pool.url])
    assert "1 torn, kept aside" in capsys.readouterr().out
