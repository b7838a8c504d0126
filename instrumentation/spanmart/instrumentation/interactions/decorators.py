"""A decorator for every kind of function: its code runs in a context, its consumer's does not."""

import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

Entering = Callable[[], AbstractContextManager[object]]
"""Gives the block to run one step of the function in."""


def decorate(function: Callable[P, T], begin: Callable[[], Entering]) -> Callable[P, T]:
    """`function`, whose every call begins a context of its own and runs in it; a generator step by step."""
    call = cast("Callable[..., Any]", function)

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        with begin()():
            return call(*args, **kwargs)

    @wraps(function)
    async def coroutine(*args: Any, **kwargs: Any) -> Any:
        with begin()():
            return await call(*args, **kwargs)

    @wraps(function)
    def generator(*args: Any, **kwargs: Any) -> Any:
        return _stepwise(call(*args, **kwargs), begin())

    @wraps(function)
    def async_generator(*args: Any, **kwargs: Any) -> Any:
        return _async_stepwise(call(*args, **kwargs), begin())

    chosen: Callable[..., Any] = plain
    if inspect.isasyncgenfunction(function):
        chosen = async_generator
    elif inspect.isgeneratorfunction(function):
        chosen = generator
    elif inspect.iscoroutinefunction(function):
        chosen = coroutine
    return cast("Callable[P, T]", chosen)


def _stepwise(steps: Generator[Any, Any, Any], entering: Entering) -> Generator[Any, Any, Any]:
    """Drive `steps` as `yield from` would, entering the context for each of them."""
    resume: Callable[[Any], Any] = steps.send
    sent: Any = None
    try:
        while True:
            try:
                with entering():
                    yielded = resume(sent)
            except StopIteration as stop:
                return stop.value
            try:
                resume, sent = steps.send, (yield yielded)
            except GeneratorExit:
                raise
            except BaseException as error:
                resume, sent = steps.throw, error
    finally:
        with entering():
            steps.close()


async def _async_stepwise(steps: AsyncGenerator[Any, Any], entering: Entering) -> AsyncGenerator[Any, Any]:
    """Drive an async generator, entering the context for each of its steps."""
    resume: Callable[[Any], Any] = steps.asend
    sent: Any = None
    try:
        while True:
            try:
                with entering():
                    yielded = await resume(sent)
            except StopAsyncIteration:
                return
            try:
                resume, sent = steps.asend, (yield yielded)
            except GeneratorExit:
                raise
            except BaseException as error:
                resume, sent = steps.athrow, error
    finally:
        with entering():
            await steps.aclose()
