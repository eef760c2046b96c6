"""Receives hooks of the Chats API at `/location/{scope_id}`."""

import hashlib
import hmac
import json
import queue
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


class Receiver:
    """Listens on a free port of the loopback interface until it is closed."""

    def __init__(self, secret: str) -> None:
        self.arrived: queue.Queue[dict] = queue.Queue()
        arrived = self.arrived

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
                hook = json.loads(body)
                arrived.put(
                    {
                        "path": self.path,
                        "is_authentic": hmac.compare_digest(signature, self.headers["X-Signature"]),
                        "conversation": hook["message"]["conversation"]["client_id"],
                        "text": hook["message"]["message"]["text"],
                    }
                )
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, seconds: float) -> dict:
        return self.arrived.get(timeout=seconds)

    def close(self) -> None:
        self._server.shutdown()
