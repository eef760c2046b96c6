"""An app written with pywa, as its documentation shows it, whose Graph is the simulated one.

Sends every kind, makes a template and sends it, meets refusals; hears the customer at a callback of its own, whose
address it sets by itself. Prints what it did and saw as lines of JSON.
"""

import argparse
import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, urlsplit

import httpx
from pywa import WhatsApp, filters
from pywa.errors import WhatsAppError
from pywa.types import (
    Button,
    CallbackButton,
    CallbackSelection,
    Contact,
    DeletedMessage,
    EditedMessage,
    Message,
    MessageStatus,
    OutgoingMessage,
    PhoneNumberChange,
    Section,
    SectionList,
    SectionRow,
    TemplateStatusUpdate,
    URLButton,
    UserMarketingPreferences,
)
from pywa.types.templates import (
    BodyText,
    Buttons,
    FooterText,
    HeaderText,
    QuickReplyButton,
    Template,
    TemplateCategory,
    TemplateLanguage,
)

VERIFY = "vt_of_pywa"
DOWNLOADED = ("image", "video", "audio", "document", "sticker")
printing = Lock()


def tell(**what) -> None:
    with printing:
        print(json.dumps(what, ensure_ascii=False), flush=True)


class SimulatedGraph(httpx.HTTPTransport):
    """Dials the simulated Graph for graph.facebook.com; nothing else of a request changes."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = urlsplit(base)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "graph.facebook.com":
            url = request.url.copy_with(scheme=self._base.scheme, host=self._base.hostname, port=self._base.port)
            request = httpx.Request(request.method, url, headers=request.headers, stream=request.stream)
        return super().handle_request(request)


def callback(wa: WhatsApp) -> str:
    """A server for webhooks; pywa checks them and calls what is registered for them."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self, words: str, status: int) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(words.encode())

        def do_GET(self) -> None:
            query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
            self.answer(*wa.webhook_challenge_handler(query.get("hub.verify_token"), query.get("hub.challenge")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            wrong = wa.webhook_update_validator(body, self.headers.get("X-Hub-Signature-256"))
            self.answer(*(wrong or wa.webhook_update_handler(body)))

        def log_message(self, *_) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/hook"


def sticker() -> bytes:
    """The head of a WebP of 512 × 512, which is all that Meta's simulation looks at."""
    return b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes([0, 0, 0, 0, 0xFF, 1, 0, 0xFF, 1, 0])


def send_everything(wa: WhatsApp, to: str, folder: Path, first: str) -> dict[str, str]:
    name = Contact.Name(formatted_name="Oleg P.", first_name="Oleg")
    rows = [SectionRow(title="Доставка", callback_data="delivery", description="1-2 дня")]
    uploaded = wa.upload_media(media=folder / "picture.png", mime_type="image/png")
    yes_or_no = [Button(title="Да", callback_data="yes"), Button(title="Нет", callback_data="no")]
    sent = {
        "text": wa.send_message(to, "Добрый день 👋 https://acme.test", preview_url=True, tracker="letter-1"),
        "reply": wa.send_message(to, "Да", reply_to_message_id=first),
        "image": wa.send_image(to, folder / "picture.jpg", caption="Диван", mime_type="image/jpeg"),
        "again": wa.send_image(to, uploaded),
        "video": wa.send_video(to, folder / "clip.mp4", mime_type="video/mp4"),
        "audio": wa.send_audio(to, folder / "melody.mp3", mime_type="audio/mpeg"),
        "voice": wa.send_voice(to, folder / "voice.ogg", mime_type="audio/ogg"),
        "document": wa.send_document(to, folder / "offer.pdf", filename="Offer.pdf", caption="signed"),
        "sticker": wa.send_sticker(to, sticker(), mime_type="image/webp"),
        "location": wa.send_location(to, 43.2389, 76.8897, name="Acme", address="Abai 10"),
        "contact": wa.send_contact(to, Contact(name=name, phones=[Contact.Phone(phone="+77010002233", type="CELL")])),
        "buttons": wa.send_message(to, "Привезти?", header="Заказ 1592", footer="Acme", buttons=yes_or_no),
        "list": wa.send_message(
            to, "Что именно?", buttons=SectionList(button_title="Услуги", sections=[Section(title="Есть", rows=rows)])
        ),
        "url": wa.send_message(to, "Откройте магазин", buttons=URLButton(title="Магазин", url="https://acme.test")),
        "location_request": wa.request_location(to, "Куда?"),
        "contact_request": wa.request_contact_info(to, "Ваш номер?"),
        "reaction": wa.send_reaction(to, "👍", first),
    }
    wa.indicate_typing(first)
    wa.mark_message_as_read(first)
    wa.delete_media(uploaded.id)
    return {kind: one.id for kind, one in sent.items()}


def order() -> Template:
    return Template(
        name="order_ready",
        category=TemplateCategory.UTILITY,
        language=TemplateLanguage.RUSSIAN,
        components=[
            HeaderText("Заказ {{1}}", "1592"),
            BodyText("Здравствуйте, {{1}}! Заказ {{2}} готов к выдаче.", "Мария", "1592"),
            FooterText(text="Acme"),
            Buttons(buttons=[QuickReplyButton(text="Заберу")]),
        ],
    )


def refusals(wa: WhatsApp, to: str, own: str) -> dict:
    met = {}
    many = [Button(title=str(one), callback_data=str(one)) for one in range(4)]
    unknown = {"name": "none", "language": TemplateLanguage.RUSSIAN, "params": []}
    for name, call in {
        "long": lambda: wa.send_message(to, "я" * 4097),
        "buttons": lambda: wa.send_message(to, "?", buttons=many),
        "own": lambda: wa.send_message(own, "Добрый день"),
        "template": lambda: wa.send_template(to, **unknown),
        "params": lambda: wa.send_template(to, "order_ready", TemplateLanguage.RUSSIAN, []),
        "media": lambda: wa.get_media_url("77"),
        "pair": lambda: wa.send_message(f"+{to}", "много"),
    }.items():
        try:
            call()
        except WhatsAppError as error:
            met[name] = [type(error).__name__, error.code, error.details or error.message]
    return met


def hearing(wa: WhatsApp, ended: Event) -> None:
    """Prints every update; loads every file."""

    @wa.on_message
    def heard(_: WhatsApp, message: Message) -> None:
        kind = message.type.value
        said = {"kind": kind, "id": message.id, "text": message.text or message.caption, "from": message.from_user.wa_id}
        if message.reply_to_message:
            said["reply_to"] = message.reply_to_message.id
        if message.reaction:
            said["emoji"] = message.reaction.emoji
        if kind in DOWNLOADED:
            content = message.media.get_bytes()
            said["size"], said["sha256"] = len(content), hashlib.sha256(content).hexdigest()
        tell(message=said)
        if message.text == "stop":
            ended.set()

    @wa.on_callback_button
    def pressed(_: WhatsApp, button: CallbackButton) -> None:
        tell(pressed=button.data, title=button.title)

    @wa.on_callback_selection
    def chosen(_: WhatsApp, row: CallbackSelection) -> None:
        tell(chosen=row.data, title=row.title)

    @wa.on_edited_message
    def edited(_: WhatsApp, message: EditedMessage) -> None:
        tell(edited=message.original_message_id)

    @wa.on_deleted_message
    def deleted(_: WhatsApp, message: DeletedMessage) -> None:
        tell(deleted=message.original_message_id)

    @wa.on_message_status(filters.failed | filters.read)
    def status(_: WhatsApp, status: MessageStatus) -> None:
        code = status.error.code if status.error else None
        tell(status=status.status.value, id=status.id, code=code, tracker=status.tracker)

    @wa.on_phone_number_change
    def moved(_: WhatsApp, change: PhoneNumberChange) -> None:
        tell(moved=change.new_wa_id)

    @wa.on_template_status_update
    def reviewed(_: WhatsApp, update: TemplateStatusUpdate) -> None:
        tell(template=update.template_name, event=update.new_status.value)

    @wa.on_user_marketing_preferences
    def preferred(_: WhatsApp, preference: UserMarketingPreferences) -> None:
        tell(marketing=bool(preference))

    @wa.on_outgoing_message
    def echoed(_: WhatsApp, message: OutgoingMessage) -> None:
        tell(echo=message.text)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("base", "token", "phone", "waba", "app", "secret", "to", "own", "first", "files"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    wa = WhatsApp(
        phone_id=arguments.phone,
        token=arguments.token,
        session=httpx.Client(transport=SimulatedGraph(arguments.base), timeout=30, trust_env=False),
        waba_id=arguments.waba,
        app_id=arguments.app,
        app_secret=arguments.secret,
        verify_token=VERIFY,
    )
    ended = Event()
    hearing(wa, ended)
    address = callback(wa)
    wa.override_waba_callback_url(address, VERIFY)
    number = wa.get_business_phone_number()
    tell(callback=address, number=number.display_phone_number, name=number.verified_name, quality=number.quality_rating)
    tell(sent=send_everything(wa, arguments.to, Path(arguments.files), arguments.first))
    made = wa.create_template(order())
    tell(made=made.id, status=made.status.value, listed=[one.name for one in wa.get_templates()])
    # Whoever started this approves the template.
    input()
    values = [HeaderText.params("1592"), BodyText.params("Мария", "1592"), QuickReplyButton.params(callback_data="taken", index=0)]
    tell(template_sent=wa.send_template(arguments.to, "order_ready", TemplateLanguage.RUSSIAN, values).id)
    # Whoever started this lets the Graph refuse one message.
    input()
    tell(refusals=refusals(wa, arguments.to, arguments.own))
    ended.wait()


main()
