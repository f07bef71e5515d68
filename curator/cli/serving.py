"""The terminal UI in a browser: textual-serve, closed to all pages but its own."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

from curator.cli.output import say

_HTTP = 80
"""The port that browsers leave out."""


class LocalServer(Server):  # type: ignore[misc]  # it has no annotations
    """Serves the app to browsers on this machine, each with a process of its own."""

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl+C or SIGTERM.

        Raises:
            OSError: the port cannot be had.
        """
        self.debug = debug
        self.initialize_logging()
        web.run_app(
            self._make_app(),
            host=self.host,
            port=self.port,
            print=lambda *_: say(f"Curator is at {self.public_url} (local only, no login). Ctrl+C ends it."),
            access_log=None,
        )

    def initialize_logging(self) -> None:
        """Only what goes wrong is told."""
        logging.basicConfig(level=logging.WARNING, format="%(message)s")

    async def on_startup(self, app: web.Application) -> None:
        """The address is told once somebody is listening there."""

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self._guard())
        return app

    def _guard(self) -> Middleware:
        """Refuses what other web pages send through the user's browser: they could drive the app."""
        names = (self.host, "localhost")
        hosts = {f"{name}:{self.port}" for name in names} | (set(names) if self.port == _HTTP else set())
        origins = {f"http://{host}" for host in hosts}

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            if request.host not in hosts or (origin is not None and origin not in origins):
                raise web.HTTPForbidden(text="Only pages of Curator itself may ask this.")
            return await handler(request)

        return guard
