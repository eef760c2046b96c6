"""The Chats API as a walkthrough for Python uses it: connect, create a chat, write as the customer and as a bot."""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from email.utils import formatdate
from uuid import uuid4

import httpx

JSON = "application/json"


@dataclass
class Channel:
    """What support issues for a channel."""

    id: str
    secret: str
    bot_id: str
    bot_name: str


class Chats:
    def __init__(self, channel: Channel, transport: httpx.AsyncBaseTransport) -> None:
        self._channel = channel
        self._transport = transport

    def _headers(self, path: str, payload: dict) -> dict[str, str]:
        checksum = hashlib.md5(json.dumps(payload).encode()).hexdigest()
        # Asked for once: two moments could be in two seconds.
        date = formatdate()
        text = "\n".join(["POST", checksum, JSON, date, path])
        signature = hmac.new(self._channel.secret.encode(), text.encode(), hashlib.sha1).hexdigest()
        return {"Date": date, "Content-Type": JSON, "Content-MD5": checksum, "X-Signature": signature}

    async def post(self, path: str, payload: dict, headers: dict[str, str] | None = None) -> httpx.Response:
        signed = self._headers(path, payload)
        async with httpx.AsyncClient(base_url="https://amojo.amocrm.ru", transport=self._transport) as client:
            # httpx serialises the payload a second time; the checksum holds because both do it alike.
            return await client.post(path, json=payload, headers=signed | (headers or {}))

    async def _done(self, path: str, payload: dict) -> dict:
        response = await self.post(path, payload)
        response.raise_for_status()
        return response.json()

    async def connect(self, amojo_id: str) -> str:
        payload = {"account_id": amojo_id, "title": "ChatsIntegration", "hook_api_version": "v2"}
        answer = await self._done(f"/v2/origin/custom/{self._channel.id}/connect", payload)
        return answer["scope_id"]

    async def create(self, scope_id: str, conversation: str, contact_id: int, name: str) -> str:
        payload = {"conversation_id": conversation, "user": {"id": str(contact_id), "name": name}}
        answer = await self._done(f"/v2/origin/custom/{scope_id}/chats", payload)
        return answer["id"]

    async def _message(self, scope_id: str, conversation: str, text: str, people: dict) -> dict:
        payload = {
            "timestamp": int(time.time()),
            "msec_timestamp": int(time.time() * 1000),
            "msgid": str(uuid4()),
            "conversation_id": conversation,
            "message": {"type": "text", "text": text},
            "silent": True,
        }
        envelope = {"event_type": "new_message", "payload": payload | people}
        answer = await self._done(f"/v2/origin/custom/{scope_id}", envelope)
        return answer["new_message"]

    async def as_user(self, scope_id: str, conversation: str, text: str, contact_id: int, name: str) -> dict:
        return await self._message(scope_id, conversation, text, {"sender": {"id": str(contact_id), "name": name}})

    async def as_bot(self, scope_id: str, conversation: str, text: str, contact_id: int, name: str) -> dict:
        bot = {"id": "our-bot", "name": self._channel.bot_name, "ref_id": self._channel.bot_id}
        people = {"sender": bot, "receiver": {"id": str(contact_id), "name": name}}
        return await self._message(scope_id, conversation, text, people)
