"""Sends what is meant for amoCRM's hosts to the sandbox. Nothing of a request changes but the address it is dialled at."""

from urllib.parse import urlsplit

import httpx
import requests
from requests.adapters import HTTPAdapter


class SandboxTransport(httpx.AsyncBaseTransport):
    """For httpx."""

    def __init__(self, sandbox: str) -> None:
        self._sandbox = urlsplit(sandbox)
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # The header `Host` was made before and stays what it is.
        request.url = request.url.copy_with(scheme=self._sandbox.scheme, host=self._sandbox.hostname, port=self._sandbox.port)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class SandboxAdapter(HTTPAdapter):
    """For requests."""

    def __init__(self, sandbox: str) -> None:
        super().__init__()
        self._sandbox = urlsplit(sandbox)

    def send(self, request, **options):
        meant = urlsplit(request.url)
        request.headers["Host"] = meant.netloc
        request.url = meant._replace(scheme=self._sandbox.scheme, netloc=self._sandbox.netloc).geturl()
        return super().send(request, **options)


def redirect_requests(sandbox: str) -> None:
    """amocrm-api makes sessions of its own, so every session gets the adapter."""
    adapter = SandboxAdapter(sandbox)
    requests.Session.get_adapter = lambda self, url: adapter
