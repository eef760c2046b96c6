"""A billing system that books Parom's accounts by the vendor's webhooks, and sets what they may use: see README.md."""

import json
import os
import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer

from parom import InvalidSignature, Parom, Problem, verify

PAROM = Parom(os.environ["PAROM_URL"], os.environ["PAROM_KEY"], timeout=10, retries=0)
SECRET = os.environ["PAROM_WEBHOOK_SECRET"]
BOOKS = sqlite3.connect(os.environ.get("BOOKS", "books.db"), isolation_level=None)
BOOKS.execute("CREATE TABLE IF NOT EXISTS account (id TEXT PRIMARY KEY, host TEXT, state TEXT, since TEXT)")


def take(webhook_id: str, event: dict) -> None:
    """Books one event. It may come twice, so doing it again changes nothing."""
    account = event["data"]["account"]
    state = {"account.installed": "trial", "account.left": "left"}.get(event["type"])
    if not state:  # The other types are for the support desk.
        return
    if state == "trial":
        # With the vendor's key; the webhook's id makes a repeat harmless.
        PAROM.update_account(account["id"], {"sources_limit": 3}, idempotency_key=webhook_id)
    row = (account["id"], account["host"], state, event["timestamp"])
    BOOKS.execute("INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?)", row)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            take(self.headers["webhook-id"], verify(SECRET, dict(self.headers), body))
            self.answer(204)
        except InvalidSignature:
            self.answer(401)
        except (OSError, Problem):
            self.answer(503)  # Parom did not do it: the event comes again.

    def do_GET(self) -> None:
        self.answer(200, json.dumps(BOOKS.execute("SELECT * FROM account ORDER BY since").fetchall()).encode())

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9100"))), Handler)
print(f"listening http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
