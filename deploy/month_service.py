"""The machine of deploy/try-month: the program's processes on a moved clock, and what they talk to."""

import base64
import hashlib
import hmac
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "demo.amocrm.ru"
DAY = 86_400
SECRET = base64.b64encode(os.urandom(24)).decode()
CONFIG = """
[server]
listen = "127.0.0.1:{parom}"
public_url = "http://127.0.0.1:{parom}"
[database]
url = "sqlite://{folder}/parom.db"
[secrets]
key_file = "{folder}/parom.key"
[media]
dir = "{folder}/media"
[spool]
dir = "{folder}/spool"
[network]
allow_private = ["127.0.0.1/32"]
[plans]
grace_days = 7
warn_days = [7, 3, 1]
default = "start"
trial_days = 14
[[plan]]
name = "start"
[[plan]]
name = "pro"
messages_a_month = 10
[[vendor_webhook]]
name = "billing"
url = "http://127.0.0.1:{others}/billing"
secret = "whsec_{secret}"
[[integration]]
name = "main"
platform = "amocrm"
client_id = "0a1b2c3d-0000-4000-8000-000000000001"
client_secret = "a-secret-of-the-integration"
consent_url = "http://127.0.0.1:{crm}/oauth"
account_url = "http://127.0.0.1:{crm}/accounts/{{host}}"
amojo_url = "http://127.0.0.1:{crm}"
[[integration.channel]]
id = "0a1b2c3d-0000-4000-8000-000000000002"
code = "amo.ext.1"
secret = "a-secret-of-the-channel"
title = "Parom"
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def http(method, url, body=None, headers=None):
    """Status, headers and text of an answer. A body is JSON, or a form if it is a list of pairs."""
    headers = dict(headers or {})
    if body is not None:
        is_form = isinstance(body, list)
        headers["content-type"] = "application/x-www-form-urlencoded" if is_form else "application/json"
        body = (urllib.parse.urlencode(body) if is_form else json.dumps(body)).encode()
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        answer = urllib.request.build_opener(NoRedirect).open(request, timeout=60)
    except urllib.error.HTTPError as refused:
        answer = refused
    return answer.status, answer.headers, answer.read().decode()


class Others:
    """The billing system, which keeps the vendor's events by their webhook-id, and the custom messenger."""

    def __init__(self):
        others = self
        self.events, self.answers = {}, []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.send_response(others.take(self.path, self.headers, body))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, headers, body):
        if path != "/billing":
            self.answers.append(json.loads(body))
            return 200
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.digest(base64.b64decode(SECRET), signed, hashlib.sha256)).decode()
        if f"v1,{right}" not in headers["webhook-signature"].split():
            return 401
        self.events.setdefault(headers["webhook-id"], json.loads(body))
        return 204

    def types(self):
        return [event["type"] for event in self.events.values()]


class Month:
    """The vendor's machine: its folder, its clock, and the processes on it."""

    def __init__(self, program, folder, library):
        self.program, self.folder, self.offset, self.number = program, folder, 0, 0
        self.started, self.others = [], Others()
        self.parom, self.crm = free_port(), free_port()
        self.env = dict(os.environ, LD_PRELOAD=library, FAKETIME_TIMESTAMP_FILE=str(folder / "clock"), FAKETIME_NO_CACHE="1",
                        FAKETIME_DONT_FAKE_MONOTONIC="1", DONT_FAKE_MONOTONIC="1", PAROM_CONFIG=str(folder / "parom.toml"))
        ports = {"parom": self.parom, "crm": self.crm, "others": self.others.server.server_port}
        (folder / "parom.toml").write_text(CONFIG.format(folder=folder, secret=SECRET, **ports))
        self.log = open(folder / "log", "ab")
        self.later(0)

    def later(self, seconds):
        self.offset += int(seconds)
        # Renamed, so that no process reads half a file.
        (self.folder / "clock.new").write_text(f"+{self.offset}\n")
        (self.folder / "clock.new").rename(self.folder / "clock")

    def now(self, form="%d %b %Y", plus=0):
        return time.strftime(form, time.gmtime(time.time() + self.offset + plus))

    def chapter(self, title):
        print(f"\n== {self.now()}: {title}", flush=True)

    def start(self, *arguments):
        process = subprocess.Popen([self.program, *arguments], env=self.env, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.started.append(process)
        line = process.stdout.readline()
        check(f"parom {arguments[0]} listens", "listening" in line, line)
        threading.Thread(target=process.stdout.read, daemon=True).start()
        return process

    def serve(self):
        self.server = self.start("serve")

    def stop(self):
        self.server.terminate()
        self.server.wait()

    def run(self, *arguments, fails=False, **env):
        """Runs a command of the program; its output."""
        done = subprocess.run([self.program, *arguments], env=self.env | env, capture_output=True, text=True, timeout=300)
        said = (done.stdout + done.stderr).strip()
        right = done.returncode == 1 if fails else done.returncode == 0
        check(f"parom {' '.join(arguments[:2])}: {'refused' if fails else 'done'}", right, said)
        return said if fails else done.stdout.strip()

    def api(self, method, path, body=None, status=200):
        headers = {"authorization": f"Bearer {self.key}"}
        found, _, text = http(method, f"http://127.0.0.1:{self.parom}/api/v1{path}", body, headers)
        if found != status:
            raise Failed(f"{method} {path}: {found} {text}")
        return json.loads(text) if text else None

    def account(self):
        return next(iter(self.api("GET", "/tenants")["items"]), {})

    def ledger(self):
        """Accepted, delivered, failed and waiting messages: to amoCRM, to the messenger."""
        found = self.api("GET", f"/sources/{self.source}/ledger")
        return [[found[way][field] for field in ("accepted", "delivered", "failed", "waiting")] for way in ("to_crm", "to_messenger")]

    def settled(self, words):
        until(words, lambda: [way[3] for way in self.ledger()] == [0, 0])

    def writes(self, text, customer="anna"):
        self.number += 1
        sender = {"role": "client", "id": customer, "name": customer.title()}
        message = {"id": f"m-{self.number}", "conversation": {"id": f"chat-{customer}"}, "sender": sender,
                   "content": {"type": "text", "text": text}}
        self.api("POST", f"/sources/{self.source}/messages", message, 202)

    def window(self, query=""):
        return http("GET", f"http://127.0.0.1:{self.crm}/accounts/{HOST}/{query}")[2]

    def chat(self):
        return re.search(r"chat=([0-9a-f-]{36})", self.window())[1]

    def manager(self, text):
        """A manager answers Anna in amoCRM."""
        http("POST", f"http://127.0.0.1:{self.crm}/accounts/{HOST}/chats/{self.anna}/answer", [("text", text)])

    def crm_texts(self):
        """What amoCRM shows of Anna's chat, in order: without the list of chats, which repeats the latest."""
        return re.findall(r'<p class="text">([^<]*)</p>', self.window(f"?chat={self.anna}"))

    def usage(self):
        month = self.now("%Y-%m")
        kinds = self.api("GET", f"/tenants/{self.account()['id']}/usage?month={month}")["kinds"]
        return sum(kind[way]["accepted"] for kind in kinds for way in ("to_crm", "to_messenger"))


class Failed(Exception):
    pass


def check(words, right, detail=""):
    if not right:
        raise Failed(f"{words}: {detail}")
    print(f"ok    {words}", flush=True)


def until(words, is_so, seconds=120):
    end = time.monotonic() + seconds
    while not (found := is_so()):
        if time.monotonic() > end:
            raise Failed(f"{words}: not within {seconds} seconds")
        time.sleep(0.5)
    print(f"ok    {words}", flush=True)
    return found
