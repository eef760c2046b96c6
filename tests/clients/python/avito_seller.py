"""A seller's program around avito-api, as its README shows it, whose Avito is the simulated one.

Reads the chat and its advert, answers with a text and a picture, marks as read, registers a webhook. Prints what it saw
as a line of JSON.
"""

import argparse
import json
import sys

# The library logs to the standard output, which is for the line of JSON.
out, sys.stdout = sys.stdout, sys.stderr

from avito_api.config import ApiConfig, ClientConfig  # noqa: E402
from avito_api.messenger import SyncMessengerClient  # noqa: E402
from pydantic import ValidationError  # noqa: E402

HOOK = "https://seller.example/avito"


def misses(call) -> list:
    """What the library misses in an answer. It wants the author of a message that was just sent, whom Avito's own sample
    does not name."""
    try:
        call()
        return []
    except ValidationError as error:
        return [".".join(str(part) for part in one["loc"]) for one in error.errors()]


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("base", "client-id", "client-secret", "seller", "chat", "picture"):
        arguments.add_argument(f"--{name}", required=True)
    given = arguments.parse_args()
    config = ClientConfig(api=ApiConfig(base_url=given.base))
    client = SyncMessengerClient(client_id=given.client_id, client_secret=given.client_secret, config=config)
    seller, chat = int(given.seller), given.chat
    chats = client.get_chats(user_id=seller).chats
    about = client.get_chat(seller, chat).context.value
    asked = client.get_messages(seller, chat).messages
    text = misses(lambda: client.send_message(user_id=seller, chat_id=chat, text="Да, продаём"))
    image = next(iter(client.upload_image(seller, given.picture)))
    pictured = misses(lambda: client.send_image_message(seller, chat, image))
    read = client.mark_chat_as_read(seller, chat)
    client.subscribe_webhook(HOOK)
    hooks = [one.url for one in client.get_webhook_subscriptions().subscriptions]
    client.unsubscribe_webhook(HOOK)
    saw = {
        "chats": [one.id for one in chats],
        "title": about.title,
        "price": about.price_string,
        "asked": [one.content.text for one in asked],
        "sent": [text, pictured],
        "read": read.ok,
        "hooks": hooks,
    }
    print(json.dumps(saw, ensure_ascii=False), file=out)


main()
