"""How often the end of a program looks at its outputs, and that a failure is not waited for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pulumi.runtime import stack
from pulumi.runtime.settings import SETTINGS

from sandbox.protocol import waiting

COUNT = 50
Outputs = list[Awaitable[None]]


async def looks(monkeypatch: pytest.MonkeyPatch, outputs: Callable[[], Outputs]) -> list[int]:
    """Wait for them as the program's end does; how many were looked at, each time."""
    seen: list[int] = []
    real = asyncio.wait

    async def wait(tasks: Any, **options: Any) -> Any:
        seen.append(len(tasks))
        return await real(tasks, **options)

    monkeypatch.setattr(asyncio, "wait", wait)
    monkeypatch.setattr(SETTINGS, "outputs", {asyncio.ensure_future(one) for one in outputs()})
    await stack.wait_for_rpcs()
    return seen


def one_after_another() -> Outputs:
    """Each is there some turns of the loop after the one before: of a busy machine, a millisecond may hold several."""

    async def there_after(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    return [there_after(10 * number) for number in range(COUNT)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK waits once; as it was, after the test."""
    monkeypatch.setattr(stack, "asyncio", asyncio)
    waiting.at_once()


def test_the_sdk_looks_again_after_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this is for: where the SDK does it no more, ``waiting`` can go."""
    assert len(asyncio.run(looks(monkeypatch, one_after_another))) > COUNT / 2


@pytest.mark.usefixtures("at_once")
def test_all_are_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are."""
    assert asyncio.run(looks(monkeypatch, one_after_another)) == [COUNT]


@pytest.mark.usefixtures("at_once")
def test_a_failure_ends_the_program_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An output that never comes is not waited for."""

    async def fails() -> None:
        raise LookupError("of the program")

    with pytest.raises(LookupError, match="of the program"):
        asyncio.run(asyncio.wait_for(looks(monkeypatch, lambda: [asyncio.sleep(3600), fails()]), 10))
