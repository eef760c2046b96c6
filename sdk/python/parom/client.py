"""Sends requests, and repeats those that failed for a time."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from email.message import Message
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from .types import FieldError

T = TypeVar("T")
# Statuses after which the same request may succeed.
TEMPORARY = (429, 500, 502, 503, 504)


class Problem(Exception):
    """Parom refused a request: an RFC 9457 problem. Decide by `type`, e.g. `/problems/validation`."""

    def __init__(self, status: int, headers: Message, body: object) -> None:
        # What stands between here and the server answers without a problem.
        said: dict[str, Any] = body if isinstance(body, dict) else {}
        self.status = status
        self.type: str = said.get("type", "about:blank")
        self.title: str = said.get("title", f"HTTP {status}")
        self.detail: str = said.get("detail", "")
        self.errors: list[FieldError] = said.get("errors", [])
        """The invalid fields."""
        self.request_id: str | None = said.get("request_id") or headers.get("x-request-id")
        """Names the request in the server's log."""
        seconds = headers.get("retry-after", "")
        self.retry_after = int(seconds) if seconds.isdecimal() else None
        """Seconds after which the request may be repeated, if the server says so."""
        super().__init__(f"{self.title}: {self.detail}" if self.detail else self.title)

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in TEMPORARY or (self.status == 409 and self.retry_after is not None)


class Page(Generic[T]):
    """A page of a list. Iterating gives its items, then those of the pages after it."""

    def __init__(self, read: Callable[[str | None], dict[str, Any]], cursor: str | None = None) -> None:
        self._read = read
        said = read(cursor)
        self.items: list[T] = said["items"]
        self.next_cursor: str | None = said["next_cursor"]
        """None on the last page."""

    def __iter__(self) -> Iterator[T]:
        page = self
        yield from page.items
        while page.next_cursor is not None:
            page = Page(self._read, page.next_cursor)
            yield from page.items


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The API redirects nothing, and a key belongs to no other server."""

    def redirect_request(self, *_: object) -> None:
        return None


def segment(id: str) -> str:
    """An id in a path."""
    if id in ("", ".", ".."):
        raise ValueError(f'"{id}" is no id in a path')
    return quote(id, safe="")


class Client:
    def __init__(self, url: str, key: str, *, timeout: float = 30, retries: int = 2, longest_pause: float = 60) -> None:
        """`url` is the server's address. `timeout` (in seconds) is of each attempt; a request is repeated `retries` times, unless
        the server wants a longer pause than `longest_pause`."""
        self._url = url.rstrip("/")
        self._key = key
        self._timeout = timeout
        self._retries = retries
        self._longest_pause = longest_pause
        self._opener = urllib.request.build_opener(NoRedirect)

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        type: str | None = None,
        query: Mapping[str, object] | None = None,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        keyed: bool = False,
    ) -> Any:
        """`type` is of a body that is not JSON; with `keyed` a repeat needs an `Idempotency-Key`."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        words = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
        url = self._url + path + ("?" + urlencode(words) if words else "")
        headers = {"authorization": f"Bearer {self._key}", "user-agent": "parom-python"}
        if body is not None:
            headers["content-type"] = type or "application/json"
        if idempotency_key or keyed:
            headers["idempotency-key"] = idempotency_key or str(uuid.uuid4())
        if if_match:
            headers["if-match"] = if_match
        sent: Any = body if type or body is None else json.dumps(body).encode()
        return self._repeated(urllib.request.Request(url, sent, headers, method=method))

    def _repeated(self, request: urllib.request.Request) -> Any:
        failures = 0
        while True:
            pause = 0.5 * 2**failures
            try:
                return self._once(request)
            except Problem as problem:
                if problem.retry_after is not None:
                    pause = problem.retry_after
                if failures >= self._retries or not problem.is_temporary or pause > self._longest_pause:
                    raise
            except (OSError, HTTPException):  # An attempt without an answer.
                if failures >= self._retries:
                    raise
            time.sleep(pause)
            failures += 1

    def _once(self, request: urllib.request.Request) -> Any:
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return _read(response)
        except HTTPError as error:
            with error:
                raise Problem(error.code, error.headers, _read(error)) from None

    def _list(self, path: str, *, query: Mapping[str, object]) -> Page[Any]:
        return Page(lambda cursor: self._call("GET", path, query={**query, **({"cursor": cursor} if cursor else {})}))


def _read(response: Any) -> Any:
    text = response.read().decode(errors="replace")
    kind = response.headers.get_content_type()
    return json.loads(text) if kind in ("application/json", "application/problem+json") else text or None
