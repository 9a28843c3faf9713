"""Whom a listener lets in: those with the token, and pages of sites that are welcome."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from tests.unit.network.callers import dial


async def _refusal(dialing: Awaitable[Any]) -> int:
    with pytest.raises(HTTPClientError) as caught:
        await dialing
    return caught.value.code


@pytest.mark.parametrize("header", ["Bearer s3cret", "token s3cret", "bearer  s3cret"])
def test_with_the_token_one_may_connect(hall: Any, header: str) -> None:
    async def play() -> None:
        async with hall(token="s3cret") as it:
            client = await dial(it.url, Authorization=header)
            await it.guest()
            client.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer s3cret2", "Basic s3cret", "s3cret", "Bearer ünicode"]
)
def test_without_the_token_one_may_not_and_nothing_is_allocated(hall: Any, header: str) -> None:
    async def play() -> None:
        async with hall(token="s3cret") as it:
            assert await _refusal(dial(it.url, Authorization=header)) == 401
            assert await _refusal(dial(it.url + "/?token=s3cret", Authorization=header)) == 401
            assert it.guests == []
            answer = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{it.listener.port}/")
            assert answer.code == 200, "that it runs is no secret"

    asyncio.run(play())


@pytest.mark.parametrize(
    ("origin", "origins", "welcome"),
    [
        ("http://localhost:5173", (), True),
        ("http://127.0.0.1:8888", (), True),
        ("http://[::1]:3000", (), True),
        ("https://evil.example", (), False),
        ("https://localhost.evil.example", (), False),
        ("null", (), False),
        ("https://notes.example", ("https://notes.example",), True),
        ("http://notes.example", ("https://notes.example",), False),
        ("https://evil.example", ("*",), True),
    ],
)
def test_pages_of_other_sites_are_not_welcome_unasked(
    hall: Any, origin: str, origins: tuple[str, ...], welcome: bool
) -> None:
    async def play() -> None:
        async with hall(origins=origins) as it:
            dialing = dial(it.url, Origin=origin)
            if welcome:
                client = await dialing
                await it.guest()
                client.close()
            else:
                assert await _refusal(dialing) == 403
                assert it.guests == []

    asyncio.run(play())


def test_a_page_that_gives_its_own_name_our_address_is_not_welcome(hall: Any, bare_client: Any) -> None:
    async def play() -> None:
        async with hall() as it:
            headers = "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n"
            client = await bare_client.upgrade(it.listener.port, headers=headers)
            assert client.status.startswith("HTTP/1.1 403 Origin not allowed"), client.status
            assert it.guests == []
            client.writer.close()

    asyncio.run(play())
