"""A whole messenger in one file, connected to Parom: it accepts signed webhooks and reports customers' actions to Parom.

Anyone who calls /chats/… is a customer; a real messenger would have its own network there. See README.md.
"""

import json
import os
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from parom import InvalidSignature, Parom, verify

PAROM = Parom(os.environ["PAROM_URL"], os.environ["PAROM_KEY"])
SOURCE = os.environ["PAROM_SOURCE"]
SECRET = os.environ["PAROM_WEBHOOK_SECRET"]
PORT = int(os.environ.get("PORT", "9000"))


class Store:
    """Chats, and the answers that were given: in memory, and in a file if there is one. One thread at a time."""

    def __init__(self, path: str | None) -> None:
        self.path = Path(path) if path else None
        self.lock = threading.Lock()
        self.chats: dict[str, dict] = {}
        # webhook-id → our answer: a repeat gets the same one and shows nothing twice. Keep them for two days at least.
        self.answers: dict[str, dict] = {}
        if self.path and self.path.exists():
            self.chats, self.answers = json.loads(self.path.read_text())

    def chat(self, chat_id: str) -> dict:
        return self.chats.setdefault(chat_id, {"messages": [], "typing_until": None})

    def message(self, parom_id: str) -> dict | None:
        all_messages = (message for chat in self.chats.values() for message in chat["messages"])
        return next((message for message in all_messages if parom_id in (message["parom_id"], message["id"])), None)

    def save(self) -> None:
        """Before the answer: what was answered with 2xx is ours, Parom forgets it."""
        if self.path:
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps([self.chats, self.answers]))
            fresh.replace(self.path)


STORE = Store(os.environ.get("MESSENGER_FILE"))


# --- from Parom ---------------------------------------------------------------------------------------------------


def take(event: dict) -> dict:
    """What a manager did. The answer may name what Parom wants to know; `{}` is enough."""
    data = event["data"]
    match event["type"]:
        case "message.created":
            return keep(data["message"]["conversation"]["id"], data["message"])
        case "conversation.started":
            # The manager knows a phone number only: find or create the dialogue, and return its id.
            chat_id = "phone-" + data["message"]["receiver"]["phone"].lstrip("+")
            return keep(chat_id, data["message"]) | {"conversation": {"id": chat_id}, "receiver": {"id": chat_id}}
        case "message.edited":
            if message := STORE.message(data["message"]["id"]):
                message["content"] = data["message"]["content"]
        case "typing":
            STORE.chat(data["conversation"]["id"])["typing_until"] = data["until"]
        case "reaction":
            if message := STORE.message(data["message"]["id"]):
                message["reaction"] = data["emoji"]
    # Unknown types are for later versions of Parom.
    return {}


def keep(chat_id: str, message: dict) -> dict:
    kept = {"id": f"m-{uuid.uuid4()}", "parom_id": message["id"], "by": "manager", "content": message["content"]}
    STORE.chat(chat_id)["messages"].append(kept | {"reply_to": message["reply_to"], "read": False})
    # Our customers receive messages at once, so "delivered" is reported in the response.
    return {"id": kept["id"], "status": "delivered"}


# --- to Parom -----------------------------------------------------------------------------------------------------


def customer(chat_id: str, action: str, body: dict) -> dict:
    """What a customer does. Safe to repeat: messages have ids of ours."""
    chat = STORE.chat(chat_id)
    sender = {"role": "client", "id": chat_id, "name": chat_id}
    match action:
        case "messages":
            message_id, content = f"c-{uuid.uuid4()}", {"type": "text", "text": body["text"]}
            message = {"id": message_id, "conversation": {"id": chat_id}, "sender": sender, "content": content}
            accepted = PAROM.send_message(SOURCE, message)
            chat["messages"].append({"id": message_id, "parom_id": accepted["id"], "by": "customer", "content": content})
            return accepted
        case "typing":
            PAROM.show_typing(SOURCE, {"conversation": {"id": chat_id}, "sender": {"id": chat_id}})
            return {}
        case "reactions":
            reaction = {"message": {"id": body["message"]}, "sender": {"id": chat_id}, "emoji": body["emoji"]}
            PAROM.set_reaction(SOURCE, reaction)
            return {}
        case "read":
            unread = [message for message in chat["messages"] if message.get("read") is False]
            for message in unread:
                PAROM.report_status(SOURCE, message["parom_id"], {"status": "read"})
                message["read"] = True
            return {"read": len(unread)}
    raise KeyError(action)


# --- both come by HTTP --------------------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        with STORE.lock:
            self.answer(200, STORE.chat(unquote(self.path.rsplit("/", 1)[-1])))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/parom":
            return self.webhook(body)
        _, _, chat_id, action = self.path.split("/")
        with STORE.lock:
            done = customer(unquote(chat_id), action, json.loads(body or b"{}"))
            STORE.save()
        self.answer(200, done)

    def webhook(self, body: bytes) -> None:
        try:
            # The raw bytes, before parsing: signature, timestamp, then JSON.
            event = verify(SECRET, dict(self.headers), body)
        except InvalidSignature:
            return self.answer(401, {"error": "not signed by Parom"})
        webhook_id = self.headers["webhook-id"]
        with STORE.lock:
            if webhook_id not in STORE.answers:
                STORE.answers[webhook_id] = take(event)
                STORE.save()
            answer = STORE.answers[webhook_id]
        self.answer(200, answer)

    def answer(self, status: int, body: dict) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Bodies and ids of customers belong into no log."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
