"""Listens for what a messenger posts, and for hooks of the Chats API at `/location/{scope_id}`."""

import hashlib
import hmac
import json
import queue
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


class Listener:
    """Keeps every body, on a free port of the loopback interface until it is closed; answers each with the same text."""

    def __init__(self, answer: str = "") -> None:
        self.arrived: queue.Queue = queue.Queue()
        read = self.read

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                read(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def read(self, path: str, headers, body: bytes) -> None:
        self.arrived.put(body.decode())

    def wait(self, seconds: float = 60):
        return self.arrived.get(timeout=seconds)

    def close(self) -> None:
        self._server.shutdown()


class Receiver(Listener):
    """Of the Chats API: looks at the signature and at what is in a hook."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        super().__init__()

    def read(self, path: str, headers, body: bytes) -> None:
        signature = hmac.new(self._secret.encode(), body, hashlib.sha1).hexdigest()
        message = json.loads(body)["message"]
        self.arrived.put(
            {
                "path": path,
                "is_authentic": hmac.compare_digest(signature, headers["X-Signature"]),
                "conversation": message["conversation"]["client_id"],
                "text": message["message"]["text"],
            }
        )
