"""Verifies webhooks, which are signed as Standard Webhooks has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .types import WebhookEvent

# Seconds that a webhook's timestamp may be off.
TOLERANCE = 300


class InvalidSignature(Exception):
    """Parom did not send this, or not lately. Answer 401."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> WebhookEvent:
    """A webhook, if it was signed with this secret (`whsec_…`) within the last five minutes.

    `body` are the bytes as they came, before anything parses them; `now` are seconds since 1970."""
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get("webhook-timestamp", "")
    current = time.time() if now is None else now
    if not (timestamp.isascii() and timestamp.isdecimal()) or abs(current - int(timestamp)) > TOLERANCE:
        raise InvalidSignature("webhook-timestamp is more than five minutes off")
    signed = f"{given.get('webhook-id', '')}.{timestamp}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    right = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    # There are several while a secret is rotated.
    signatures = given.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(right, signature.encode()) for signature in signatures):
        raise InvalidSignature("webhook-signature is of another secret or body")
    event: WebhookEvent = json.loads(body)
    return event
