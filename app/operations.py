"""`/healthz`, `/readyz` and `/metrics` of a process without pages, on a port of its own."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

Readiness = Callable[[], dict[str, str]]
"""Returns what hinders, name to why; empty = ready."""
Guard = Callable[[Request], object]
"""Lets a request in, or raises what is answered instead; may block."""
Endpoint = Callable[[Request], Awaitable[Response]]
Missing = Callable[[], Sequence[str]]
"""Returns the names of what the process works without; it is ready all the same."""


class QuietServer(uvicorn.Server):
    """A server that leaves the signals to its process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: the process that runs this server stops it."""
        yield


def routes(
    readiness: Readiness, registry: CollectorRegistry, missing: Missing | None = None, guard: Guard | None = None
) -> list[Route]:
    """Return the three routes that every operator expects; `guard` lets requests in, None: all."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        hindrances = readiness()
        degraded = {} if missing is None else {"degraded": list(missing())}
        told = {"ready": not hindrances, "why": hindrances, **degraded}
        return JSONResponse(told, status_code=503 if hindrances else 200)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    named: dict[str, Endpoint] = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return [Route(path, _guarded(endpoint, guard)) for path, endpoint in named.items()]


def _guarded(endpoint: Endpoint, guard: Guard | None) -> Endpoint:
    async def guarded(request: Request) -> Response:
        if guard is not None:
            await asyncio.to_thread(guard, request)
        return await endpoint(request)

    return guarded


@contextlib.asynccontextmanager
async def operations(
    host: str, port: int, readiness: Readiness, registry: CollectorRegistry, missing: Missing | None = None
) -> AsyncIterator[None]:
    """Serve while the block runs; port 0 serves nothing.

    Raises:
        OSError: The port is taken.
    """
    if not port:
        yield
        return
    app = Starlette(routes=routes(readiness, registry, missing))
    async with serving(app, host, port):
        yield


@contextlib.asynccontextmanager
async def serving(app: object, host: str, port: int) -> AsyncIterator[None]:
    """Serve an ASGI application while the block runs; signals stay the process's own.

    Raises:
        OSError: The port is taken.
    """
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    taken = bind(host, port)
    server = QuietServer(config)
    task = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        yield
    finally:
        server.should_exit = True
        await task
        taken.close()


def bind(host: str, port: int) -> socket.socket:
    """Take a port now, so that a taken one is an error here and not an exit inside the server.

    Raises:
        OSError: In one line that says how to mend it.
    """
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise OSError(
            f"port {port} on {host} can't be taken ({error.strerror}); stop what uses it or choose another"
        ) from error
    return taken


def check_port(host: str, port: int) -> None:
    """Look whether a port can be taken.

    Raises:
        OSError: It can't.
    """
    bind(host, port).close()
