#!/usr/bin/env python3
"""Runs every example of amoCRM's SDK for PHP, unmodified, against a local amoCRM, and keeps its calls.

    tests/clients/php/record.py PAROM SDK PHP… > simulator/tests/it/crm/sdk_examples.tsv

PAROM is the binary, SDK a checkout of amocrm/amocrm-api-php with `vendor/autoload.php`, the rest starts PHP with the extensions
curl and mbstring. Root is needed: the examples dial amoCRM's own names, which lead to 127.0.0.77:443 for PHP alone. What ends an
example early, and each warning of PHP, is written to standard error.

The examples name ids of their author's account. `account` makes what they name, and says which id stands for which: calls and
answers are translated on their way, in one direction and the other."""

import hashlib
import hmac
import http.client
import http.server
import io
import json
import os
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zipfile
from email.utils import formatdate

HOST, CLIENT, CHANNEL = "acme.amocrm.ru", "11111111-2222-3333-4444-555555555555", "344a5002-f8ca-454d-af3d-396180102ac7"
# JWT libraries want 32 bytes at least; amoCRM's secrets have 64.
SECRET, REDIRECT = "a-secret-of-an-integration-that-opens-nothing-at-all", "https://parom.example/oauth/callback"
SHARED = ["www.amocrm.ru", "drive.amocrm.ru", "drive-b.amocrm.ru", "api-a.amocrm.ru"]
INCLUDED = {"bootstrap", "error_printer", "token_actions"}
CONFIG = f"""[server]
public_url = "https://parom.example"
[[integration]]
name = "main"
platform = "amocrm"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
[[integration.channel]]
id = "{CHANNEL}"
code = "amo.ext.30490163"
secret = "of-the-channel"
title = "Parom"
"""


class Recorder:
    """The local amoCRM, and all calls to it: those of the running example with its ids translated."""

    def __init__(self, folder, binary):
        self.folder, self.calls, self.example, self.ids = folder, [], "", {}
        (folder / "parom.toml").write_text(CONFIG)
        started = [binary, "sandbox", "--config", folder / "parom.toml", "--listen", "127.0.0.1:0", "--account", HOST]
        self.process = subprocess.Popen(started, stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().split("http://")[1].strip()

    def send(self, method, path, body=b"", headers=None, host=HOST):
        """Status, headers and body of an answer."""
        connection = http.client.HTTPConnection(self.address, timeout=30)
        connection.request(method, path, body or None, {"Content-Type": "application/json", **(headers or {}), "Host": host})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def ask(self, method, path, body=b"", headers=None, host=HOST):
        """The same, kept; at a path of REST by its rest."""
        path = path if path.startswith("/") else f"/api/v4/{path}"
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        status, seen, answer = self.send(method, path, body, headers, host)
        self.calls.append((self.example, method, path, dict(headers or {}), host, body.decode(), status, answer.decode()))
        return status, seen, answer

    def serve(self):
        """amoCRM's own names, with TLS."""
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                given = {name.title(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(given.pop("Content-Length", 0)))
                host, pairs = given.pop("Host"), recorder.ids.get(recorder.example, [])
                path, is_json = self.path, given.get("Content-Type", "").startswith("application/json")
                for theirs, ours in pairs:
                    path, body = re.sub(theirs, ours, path), re.sub(theirs, ours, body.decode()).encode() if is_json else body
                if recorder.example == "user_context_actions" and "X-Context-User-Id" in given:
                    given["X-Context-User-Id"] = recorder.other_user
                status, seen, text = recorder.ask(self.command, path, body, given, host)
                plain = [(ours, found[1]) for theirs, ours in pairs if (found := re.search(r"\((\d{4,})\)\(", theirs))]
                if recorder.example == "user_context_actions":
                    plain = [(recorder.other_user, "123")]
                for ours, theirs in plain:
                    text = re.sub(rf"(?<!\d){ours}(?!\d)", theirs, text.decode()).encode()
                self.send_response(status)
                for name, value in seen.items():
                    if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                        self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        names = ",".join(f"DNS:{name}" for name in [HOST, *SHARED])
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
             "-subj", "/CN=amo", "-addext", f"subjectAltName={names}"], check=True, stderr=subprocess.DEVNULL)  # fmt: skip
        server = http.server.ThreadingHTTPServer(("127.0.0.77", 443), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (self.folder / "hosts").write_text(f"127.0.0.1 localhost\n127.0.0.77 {' '.join([HOST, *SHARED])}\n")


def widget():
    """The archive of the widget that an example installs."""
    fields = {"login": "text", "password": "pass", "script_path": "text", "phones": "users"}
    words = ["name", "description", "short_description", "tour_description"]
    texts = json.dumps({"widget": dict.fromkeys(words, "x"), "settings": {key: key for key in fields}})
    about = {word: f"widget.{word}" for word in words[:3]} | {
        "version": "1.2.3", "interface_version": 2, "init_once": False, "locale": ["ru", "en"], "installation": True,
        "support": {"link": "https://bridge.example.com/support"}}  # fmt: skip
    manifest = {
        "widget": about, "locations": ["settings"],
        "tour": {"is_tour": True, "tour_description": "widget.tour_description",
                 "tour_images": {language: [f"/images/tour_1_{language}.png"] for language in ("ru", "en")}},
        "settings": {key: {"name": f"settings.{key}", "type": kind, "required": True} for key, kind in fields.items()}}  # fmt: skip
    images = ["logo_main", "logo_medium", "logo", "logo_small", "logo_min", "tour_1_ru", "tour_1_en"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, text in [("manifest.json", json.dumps(manifest)), ("i18n/ru.json", texts), ("i18n/en.json", texts),
                           ("script.js", "define([], function () {});"), *((f"images/{one}.png", "12345678") for one in images)]:  # fmt: skip
            files.writestr(name, text)
    return archive.getvalue()


def account(recorder, token):
    """What the examples name, and the ids that stand for theirs, by example."""
    bearer = {"Authorization": f"Bearer {token}"}

    def api(method, path, body=None, **more):
        status, _, text = recorder.ask(method, path, b"" if body is None else body, bearer, **more)
        if status >= 400:
            sys.exit(f"{method} {path}: {status} {text.decode()}")
        return json.loads(text) if text else None

    def add(path, *items):
        return [one["id"] for one in next(iter(api("POST", path, list(items))["_embedded"].values()))]

    def chats(path, body):
        text, date, path = json.dumps(body).encode(), formatdate(usegmt=True), f"/v2/origin/custom/{path}"
        digest = hashlib.md5(text).hexdigest()
        signed = "\n".join(["POST", digest, "application/json", date, path]).encode()
        signature = hmac.new(b"of-the-channel", signed, hashlib.sha1).hexdigest()
        headers = {"Date": date, "Content-MD5": digest, "X-Signature": signature}
        answer = recorder.send("POST", path, text, headers, "amojo.amocrm.ru")[2]
        return json.loads(answer) if answer else None

    amojo = json.loads(recorder.send("GET", "/api/v4/account?with=amojo_id", headers=bearer)[2])["amojo_id"]
    chats(f"{CHANNEL}/connect", {"account_id": amojo, "title": "Acme", "hook_api_version": "v2"})
    person = {"id": "u", "name": "Maria"}
    two = [chats(f"{CHANNEL}_{amojo}/chats", {"conversation_id": name, "user": person | {"id": name}})["id"] for name in "ab"]
    message = {"timestamp": int(time.time()), "msec_timestamp": int(time.time() * 1000), "msgid": "m-1", "conversation_id": "c",
               "sender": person, "message": {"type": "text", "text": "Hello"}, "silent": False}  # fmt: skip
    chats(f"{CHANNEL}_{amojo}", {"event_type": "new_message", "payload": message})
    recorder.known = {two[0]: "chat", two[1]: "chat2"}

    leads = add("leads", *({"name": f"L{at}"} for at in range(51)))
    phone = [{"field_code": "PHONE", "values": [{"value": "+79990000000"}]}]
    people = add("contacts", *({"name": f"C{at}", "custom_fields_values": phone} for at in range(8)))
    firms = add("companies", *({"name": f"F{at}"} for at in range(2)))
    api("PATCH", "customers/mode", {"mode": "segments", "is_enabled": True})
    [buyer] = add("customers", {"name": "K"})
    segment = api("POST", "customers/segments", {"name": "S", "color": "10599d"})["id"]
    goods, other, priced = add("catalogs", {"name": "Товары"}, {"name": "Новый список"}, {"name": "Прайс"})
    add(f"catalogs/{goods}/elements", {"name": "Кросовки Nike"})
    [element] = add(f"catalogs/{priced}/elements", {"name": "E"})
    [price] = add(f"catalogs/{priced}/custom_fields", {"name": "P", "type": "price"})
    [category] = add(f"catalogs/{other}/custom_fields", {"name": "C", "type": "category", "nested": [{"value": "x", "sort": 1}]})
    [text], [file_field] = (add("leads/custom_fields", {"name": kind, "type": kind}) for kind in ("text", "file"))
    [of_buyer] = add("customers/custom_fields", {"name": "T", "type": "text"})
    line = api("POST", "leads/pipelines", [{"name": "Воронка", "sort": 10, "is_main": False, "is_unsorted_on": True,
               "_embedded": {"statuses": [{"name": "first", "sort": 10, "color": "#fffeb2"}]}}])["_embedded"]["pipelines"][0]["id"]  # fmt: skip
    users = api("GET", "users")["_embedded"]["users"]
    recorder.other_user = str(users[1]["id"])
    [role] = add("roles", {"name": "R", "rights": {"leads": dict.fromkeys(("view", "edit", "add", "delete", "export"), "A")}})
    api("PATCH", f"customers/{buyer}", {"custom_fields_values": [{"field_id": of_buyer, "values": [{"value": "old"}]}]})
    [note] = add("leads/notes", {"entity_id": leads[0], "note_type": "common", "params": {"text": "n"}})
    session = api("POST", "/v1.0/sessions", {"file_name": "one.png", "file_size": 3}, host="drive-b.amocrm.ru")
    file = api("POST", urllib.parse.urlsplit(session["upload_url"]).path, b"abc", host="drive-b.amocrm.ru")["uuid"]
    talk = api("GET", "talks")["_embedded"]["talks"][0]["talk_id"]
    bills = api("GET", "catalogs?filter[type]=invoices")["_embedded"]["catalogs"][0]["id"]
    # The examples name values by their texts, and those of a Russian account differ.
    texts = {"BILL_STATUS": ["Оплачен в аванс", "Оплачен"], "BILL_VAT_TYPE": ["НДС начисляется поверх стоимости"]}
    for field in api("GET", f"catalogs/{bills}/custom_fields")["_embedded"]["custom_fields"]:
        if more := [{"value": value, "sort": 900} for value in texts.get(field["code"], [])]:
            api("PATCH", f"catalogs/{bills}/custom_fields/{field['id']}", {"enums": field["enums"] + more})
    status = [{"field_code": "BILL_STATUS", "values": [{"enum_code": "created"}]}]
    add(f"catalogs/{bills}/elements", {"name": "Счет", "custom_fields_values": status})
    add("tasks", {"text": "m", "complete_till": 1900000000, "task_type_id": 2, "entity_type": "leads", "entity_id": leads[0]})
    add("leads/loss_reasons", {"name": "expensive", "sort": 10})
    add("leads/custom_fields/groups", {"name": "other", "sort": 7})
    add("sources", {"name": "Kept", "external_id": "kept"})
    # Calls that come after the line where an example stops.
    api("POST", f"customers/{buyer}/bonus_points", {"earn": 20})
    [sale] = add(f"customers/{buyer}/transactions", {"comment": "T", "price": 123, "_embedded": {}})
    api("GET", f"customers/{buyer}/transactions")
    api("DELETE", f"customers/{buyer}/transactions/{sale}")
    api("PATCH", "customers", [{"id": buyer, "name": "Example customer", "_embedded": {"segments": [{"id": segment}]}}])
    api("GET", f"customers/{buyer}?with=segments")
    recorder.send("POST", f"/accounts/{HOST}/archive?integration=main&code=amo_asterisk", widget())

    def stands(pairs):
        """Whole numbers and texts, and, with a mark at their end, small numbers after what is before them."""
        return [(rf"(?<!\d)({theirs})(?!\d)" if str(theirs).isdigit() else rf"{theirs}(?!\d)", str(ours)) for theirs, ours in pairs]

    first, id_is, filtered = leads[0], '"entity_id":', "filter%5Bid%5D%5B0%5D="
    of = {
        "calls": [(r"\+7912312321", "+79990000000")],
        "catalog_rights": [(5025, goods), (3858604, line)],
        "catalogs_actions": [(604229, category)],
        "catalogs_elements_actions": [(7397517, first)],
        "companies_actions": [(3916883, first), (1001, goods), (f"{filtered}1", f"{filtered}{firms[0]}")],
        "contacts_actions": [(3916883, first), ("/contacts/3", f"/contacts/{people[0]}"), (f"{filtered}3", f"{filtered}{people[0]}")],
        "custom_fields_actions": [(269303, text)],
        "customers_actions": [(9567095, people[0]), (56446, of_buyer), ('"id":38', f'"id":{segment}'), (f"{filtered}1", f"{filtered}{buyer}")],
        "exchange_api_key": [("example@example.com", users[0]["email"])],
        "file_custom_field_actions": [("832637d2-54da-4e0b-b1cb-05b70566e3cc", file)],
        "files_actions": [("83bd6974-d54e-4fed-9fec-a3e5a31220db", file), ("6639ccbf-4bc6-4a08-8537-65adb868967d", file),
                          (1154281, file_field), (20285255, first), (21825653, first)],
        "invoices_actions": [(11014723, people[0]), (7856057, first)],
        "leads_actions": [(19346889, people[0]), (19324717, people[1]), (19187743, firms[0]), (269303, text), (7143559, people[2]),
                          (f"{filtered}1", f"{filtered}{first}"), (5170965, leads[1]), (504141, users[0]["id"]),
                          ("/leads/1", f"/leads/{leads[6]}"), (4913583, line)],
        "links_actions": [(7143559, people[0]), (9820781, people[1]), (9820777, people[2]), (7964425, firms[0]), (2079, priced),
                          (174395, element), (123456, price), (6625001, leads[1]), ('"to_entity_id":1', f'"to_entity_id":{buyer}'),
                          ("/customers/1", f"/customers/{buyer}")],
        "links_chat_actions": [("d7a2842c-d926-43bc-a090-21ab410b8acb", two[0]), ("61aca544-27dd-4601-9f9e-67e3cbbba2e0", two[1]),
                               (18738957, people[3]), (18742731, people[4])],
        "links_mass_actions": [(2584271, leads[2]), (2584269, leads[3]), (3135527, people[5]), (3100867, firms[1])],
        "notes_actions": [(f"{id_is}1", f"{id_is}{first}"), ("/leads/1", f"/leads/{first}"), ("/notes/9", f"/notes/{note}")],
        "roles_actions": [(3166396, line)],
        "short_links_actions": [(11070881, people[0])],
        "subscriptions_actions": [(667999631, first)],
        "talks_actions": [("/talks/114", f"/talks/{talk}")],
        "tasks_actions": [(f"{id_is}1", f"{id_is}{first}"), ('"responsible_user_id":123', f'"responsible_user_id":{users[0]["id"]}')],
        "transactions_actions": [("/customers/1", f"/customers/{buyer}"), (4255, priced), (483287, element)],
        "unsorted_actions": [(3166396, line), (3921175, leads[4])],
        "users_actions": [(3166396, line), ('"group_id":286084', '"group_id":0'), (107995, role)],
        "website_buttons_actions": [(7072170, line)],
    }  # fmt: skip
    recorder.ids = {example: stands(pairs) for example, pairs in of.items()}


def play(recorder, sdk, php):
    """All examples: the one that gets the token first, the one whose end switches the integration off last."""
    folder = recorder.folder
    examples = sdk / "examples"
    given = f"CLIENT_ID={CLIENT}\nCLIENT_SECRET={SECRET}\nCLIENT_REDIRECT_URI={REDIRECT}\n"
    (examples / ".env").write_text(given)
    pathlib.Path("/tmp/123").write_text("abc")
    mounts = f'mount --bind {folder}/hosts /etc/hosts; exec "$@"'
    trust = ["-d", f"curl.cainfo={folder}/certificate.pem", "-d", f"openssl.cafile={folder}/certificate.pem"]
    start = ["unshare", "-m", "bash", "-c", mounts, "php", *php, *trust, "-d", "display_errors=stderr", "-d", "error_reporting=-1"]

    recorder.example = "get_token"
    with subprocess.Popen([*start, "-S", "127.0.0.1:28181", "-t", examples], stderr=subprocess.DEVNULL) as server:
        def page(query, cookie=""):
            connection = http.client.HTTPConnection("127.0.0.1:28181", timeout=30)
            connection.request("GET", f"/get_token.php{query}", headers={"Cookie": cookie})
            answer = connection.getresponse()
            return answer.headers, answer.read().decode()

        time.sleep(1)
        headers, _ = page("")
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(headers["Location"]).query))
        form = urllib.parse.urlencode({"client_id": CLIENT, "state": asked["state"], "host": HOST, "choice": "allow"}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        _, decided, _ = recorder.send("POST", "/oauth", form, kind, "www.amocrm.ru")
        _, greeting = page("?" + urllib.parse.urlsplit(decided["Location"]).query, headers["Set-Cookie"].split(";")[0])
        print(f"get_token: {greeting}", file=sys.stderr)
        server.terminate()
    token = json.loads(pathlib.Path("/tmp/token_info.json").read_text())["accessToken"]
    recorder.example = ""
    account(recorder, token)
    path = f"/accounts/{HOST}/ajax/v2/integrations/{CLIENT}/disposable_token"
    disposable = json.loads(recorder.send("GET", path, headers={"X-Requested-With": "XMLHttpRequest"})[2])["token"]

    for file in sorted(examples.glob("*.php")):
        recorder.example = file.stem
        if file.stem in INCLUDED or file.stem == "get_token":
            continue
        source = file.read_text()
        if file.stem == "long_lived_token":
            source = source.replace("'XXX'", f"'{token}'").replace("'example.amocrm.ru'", f"'{HOST}'")
            source = source.replace("__DIR__", f"'{examples}'")
            file = folder / "filled.php"
            file.write_text(source)
        environment = os.environ | {"HTTP_X_AUTH_TOKEN": disposable}
        ended = subprocess.run([*start, file], capture_output=True, text=True, cwd=examples, env=environment, check=False)
        if ended.returncode or ended.stderr.strip() or "<pre>Error" in ended.stdout:
            said = ended.stderr.strip() or ended.stdout[ended.stdout.index("<pre>Error") :]
            print(f"{recorder.example}: {said.splitlines()[0]}", file=sys.stderr)


def leaves(value, place=""):
    if isinstance(value, (dict, list)):
        for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inside, f"{place}/{key}")
    else:
        yield place, value


def is_id(place, value):
    field = [part for part in place.split("/") if not part.isdigit()][-1] if place else ""
    if isinstance(value, int) and not isinstance(value, bool):
        return 100_000 <= value < 1_700_000_000 and not field.endswith("_at") and field not in ("account_id", "request_id")
    named = ("id", "uid", "uuid", "version_uuid", "file_uuid", "upload_url", "talk_id", "chat_id", "refresh_token")
    return isinstance(value, str) and field in named and len(value) >= 8


def fields(answer):
    """What the first row of an answer has; the same rule is in the test that replays the calls."""
    row = answer[0] if isinstance(answer, list) and answer else answer
    if isinstance(row, dict) and not row.keys() & {"id", "uid", "uuid"}:
        lists = [one for one in row.get("_embedded", {}).values() if isinstance(one, list) and one]
        row = lists[0][0] if lists else row
    found = []
    for name, value in row.items() if isinstance(row, dict) else []:
        inside = value if isinstance(value, dict) and name not in ("_links", "_embedded") else {}
        found += [name, *(f"{name}.{one}" for one in inside)]
    return " ".join(one for one in found if re.fullmatch(r"[a-z_.]+", one))


def rows(recorder):
    """The calls as rows: ids that answers gave are names in braces."""
    calls, first = recorder.calls, recorder.calls[0]
    form = dict(pair.split("=", 1) for pair in first[5].split("&"))
    names = recorder.known | {form["client_secret"]: "secret", form["redirect_uri"]: "redirect", form["code"]: "code"}
    whole = r"(?<![\w-]){}(?![\w-])"

    def fill(text):
        for value, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
            text = re.sub(whole.format(re.escape(value)), f"{{{name}}}", text)
        return text

    def request(call):
        _, _, path, headers, host, body, _, _ = call
        special = [("Host", host if host != HOST else None), ("X-Context-User-ID", headers.get("X-Context-User-Id")),
                   ("X-Refresh-Token", headers.get("X-Refresh-Token"))]  # fmt: skip
        if body[:1] in ("[", "{"):
            body = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":"))
        path = path.replace("%5B", "[").replace("%5D", "]").replace("%2C", ",")
        return path, " ".join(f"{name}={value}" for name, value in special if value), body

    sent = [request(call) for call in calls]
    counts, used = {}, ["\n".join(one) for one in sent]
    for at, (call, (path, headers, body)) in enumerate(zip(calls, sent, strict=True)):
        example, method, _, _, _, _, status, answer = call
        path, headers, body = fill(path), fill(headers), fill(body)
        found = list(leaves(json.loads(answer))) if answer[:1] in ("[", "{") else []
        given = {value for _, value in leaves(json.loads(call[5]))} if call[5][:1] in ("[", "{") else set()
        shown = [(place, value) for place, value in found
                 if isinstance(value, (str, int)) and not isinstance(value, bool) and not re.search("_at$|href|account_id$", place)]  # fmt: skip
        echoed = [one for one in shown if len(str(one[1])) > 1 and one[1] in given and not is_id(*one)]
        known = [one for one in shown if str(one[1]) in names]
        plain = [one for one in shown if re.search("/(name|subdomain|code|type|token_type|request_id)$", one[0]) and not is_id(*one)]
        place, wanted = next(iter([*echoed, *known, *plain]), ("", None))
        wanted = "" if wanted is None else fill(json.dumps(wanted, ensure_ascii=False))
        keeps, later = [], "\n".join(used[at + 1 :])
        for where, value in found:
            value = urllib.parse.urlsplit(value).path if where.endswith("upload_url") else str(value)
            if value in names or not is_id(where, value if where.endswith(("uuid", "uid", "upload_url")) else dict(found)[where]):
                continue
            if re.search(whole.format(re.escape(value)), later):
                parts = [part for part in where.split("/") if part and not part.isdigit() and part != "_embedded"]
                kind = parts[-1] if len(parts) < 2 or parts[-1] not in ("id", "uid") else parts[-2].rstrip("s")
                counts[kind] = counts.get(kind, 0) + 1
                names[value] = kind if counts[kind] == 1 else f"{kind}{counts[kind]}"
                keeps.append(f"{names[value]}={where}")
        if example or method != "GET" or keeps or "customers" in path:
            has = fields(json.loads(answer)) if found else ""
            yield example, method, path, headers, body, str(status), place, wanted, has, " ".join(keeps)


def main():
    binary, sdk, php = sys.argv[1], pathlib.Path(sys.argv[2]).resolve(), sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(pathlib.Path(folder), binary)
        try:
            recorder.serve()
            play(recorder, sdk, php)
        finally:
            recorder.process.terminate()
        print("example\tmethod\tpath\theaders\tbody\tstatus\tplace\twanted\tfields\tkeeps")
        for row in rows(recorder):
            print("\t".join(row))


if __name__ == "__main__":
    main()
