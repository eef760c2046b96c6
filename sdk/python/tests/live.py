"""A developer's walk through the API, against a server; each step is told in a line of JSON. `tests/it/clients/packages.rs` starts
it, plays the manager and looks at amoCRM."""

import argparse
import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

from parom import InvalidSignature, Parom, Problem, types, verify

RECEIVED: Queue[tuple[Mapping[str, str], bytes]] = Queue()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        RECEIVED.put((dict(self.headers), body))
        answer = b'{"id":"m-1","status":"delivered"}' if b"message.created" in body else b"{}"
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


def tell(**line: object) -> None:
    print(json.dumps(line), flush=True)


def message(message_id: str, said: str) -> types.MessageIn:
    return {
        "id": message_id,
        "conversation": {"id": "chat-7"},
        "sender": {"role": "client", "id": "user-7", "name": "Anna"},
        "content": {"type": "text", "text": said},
    }


def is_refused(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> bool:
    try:
        verify(secret, headers, body, now)
    except InvalidSignature:
        return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("url", "key", "tenant", "flaky"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    parom = Parom(given.url, given.key)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {"webhook_url": f"http://127.0.0.1:{server.server_port}/"}
    source = parom.create_source(given.tenant, {"kind": "custom", "name": "Mine", "external_id": "mine", "settings": settings})
    secret = str(source["webhook_secret"])

    # Sending
    first = parom.send_message(source["id"], message("c-1", "Hello"))
    again = parom.send_message(source["id"], message("c-1", "Hello"))
    assert not first["duplicate"] and again == {**first, "duplicate": True}
    parom.send_message(source["id"], message("c-2", "Is anyone there?"))
    assert parom.upload_file(source["id"], b"Price list", file_name="prices.txt")["size"] == 10

    # A problem
    try:
        parom.send_message(source["id"], message("c-3", " "))
    except Problem as problem:
        pointer = problem.errors[0]["pointer"]
        tell(problem={"type": problem.type, "status": problem.status, "pointer": pointer, "has_request_id": bool(problem.request_id)})
    input()  # All of it has arrived at amoCRM.

    # Statuses and lists
    seen = parom.get_message(first["id"])
    chat = str(seen["conversation"]["id"])
    page = parom.list_messages(source["id"], chat, limit=1)
    texts = [one["content"].get("text") for one in page]
    assert parom.list_sources(given.tenant).items[0]["id"] == source["id"]
    tell(status=seen["status"], has_timeline=bool(seen.get("timeline")), page=len(page.items), texts=texts)

    # A manager's message
    headers, body = RECEIVED.get(timeout=60)
    event = verify(secret, headers, body)
    assert event["type"] == "message.created"
    assert is_refused(secret, headers, body + b" ")
    assert is_refused(secret, headers, body, now=time.time() + 302)
    assert is_refused(secret, {}, body)
    assert is_refused("whsec_YW5vdGhlcg==", headers, body)
    parom.report_status(source["id"], event["data"]["message"]["id"], {"status": "read"})
    tell(received=event["data"]["message"]["content"].get("text"))
    input()  # amoCRM knows that it was read.

    parom.delete_source(source["id"])
    tell(deleted=len(parom.list_sources(given.tenant).items))

    # A server that is overloaded at first
    tell(steps=Parom(given.flaky, given.key).test_source(source["id"]))
    try:
        Parom(given.flaky, given.key, retries=0).test_source(source["id"])
    except Problem as problem:
        assert (problem.status, problem.retry_after, problem.is_temporary) == (503, 0, True)
    else:
        raise AssertionError("it is repeated")


main()
