"""Generates a client from the API's description with openapi-python-client, drives it against a server, and prints what it saw
as one line of JSON."""

import argparse
import io
import json
import pathlib
import subprocess
import sys
import tempfile
from uuid import UUID

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in "document base key tenant source".split():
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def generate(document: str, folder: pathlib.Path) -> None:
    config = folder / "config.yaml"
    # What it makes is used as it is made: no formatter runs over it.
    config.write_text("package_name_override: parom_client\nproject_name_override: parom-client\npost_hooks: []\n")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", document, "--config", str(config)]
    done = subprocess.run([*command, "--output-path", str(folder / "made")], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"nothing was generated:\n{done.stdout}\n{done.stderr}")
    sys.path.insert(0, str(folder / "made"))


def main() -> None:
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        generate(given.document, pathlib.Path(folder))
        drive(given)


def drive(given: argparse.Namespace) -> None:
    from parom_client import AuthenticatedClient, models
    from parom_client.api.messages import send_message, upload_file
    from parom_client.api.sources import list_sources
    from parom_client.types import File

    client = AuthenticatedClient(base_url=given.base, token=given.key)
    source = UUID(given.source)

    page = list_sources.sync(UUID(given.tenant), client=client)
    sources = [[one.name, type(one).__name__] for one in page.items]

    def upload(body):
        return upload_file.sync(source, client=client, body=body, file_name="offer.pdf")

    def file():
        return File(payload=io.BytesIO(PDF), file_name="offer.pdf", mime_type="application/pdf")

    plain, form = upload(file()), upload(models.UploadForm(file=file()))

    def send(message_id: str, content):
        body = models.MessageIn(
            id=message_id,
            conversation=models.ConversationIn(id="chat-7"),
            sender=models.SenderIn(role=models.RoleIn.CLIENT, id="user-7", name="Anna"),
            content=content,
        )
        return send_message.sync_detailed(source, client=client, body=body)

    def content(name: str, **fields):
        # One class a type; each knows its own word.
        made = getattr(models, f"ContentIn{name.capitalize()}")
        kind = getattr(models, f"ContentIn{name.capitalize()}Type")
        return made(type_=kind(name), **fields)

    text = content("text", text="Hello")
    sent = [
        send("ext-1", text).status_code,
        send("ext-1", text).status_code,
        send("ext-2", content("file", media_id=form.media_id, file_name="offer.pdf")).status_code,
        send("ext-3", content("location", latitude=55.75, longitude=37.62)).status_code,
    ]
    refused = send("ext-4", content("text", text=" "))
    line = {
        "sources": sources,
        "size": len(PDF),
        "uploads": {"plain": plain.to_dict(), "form": form.to_dict()},
        "sent": [int(status) for status in sent],
        "refused": {"status": int(refused.status_code), "pointer": refused.parsed.errors[0].pointer},
    }
    print(json.dumps(line), flush=True)


main()
