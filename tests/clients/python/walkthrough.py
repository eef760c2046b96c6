"""Plays the walkthrough against a sandbox and prints a line of JSON for each thing the caller has to know:

    {"listening": "http://127.0.0.1:PORT"}    hooks are awaited there
    {"sent": {…}}                             everything was sent, the manager may answer
    {"received": {…}}                         the manager's answer as it arrived
"""

import argparse
import asyncio
import json

from amocrm.v2 import Contact, tokens
from amocrm.v2.interaction import BaseInteraction

from chats import Channel, Chats
from dialling import SandboxTransport, redirect_requests
from receiver import Receiver


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in (
        "sandbox subdomain client-id client-secret redirect-url code channel-id channel-secret bot-id bot-name".split()
    ):
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def say(**line) -> None:
    print(json.dumps(line), flush=True)


def sign_in(given: argparse.Namespace) -> None:
    storage = tokens.MemoryTokensStorage()
    tokens.default_token_manager(
        client_id=given.client_id,
        client_secret=given.client_secret,
        subdomain=given.subdomain,
        redirect_url=given.redirect_url,
        storage=storage,
    )
    tokens.default_token_manager.init(code=given.code)


def link(chat_id: str, contact_id: int) -> list[dict]:
    """Gives what the account says of the link afterwards."""
    payload = [{"contact_id": contact_id, "chat_id": chat_id}]
    headers = {"Content-Type": "application/json"}
    answer, status = BaseInteraction().request("post", "contacts/chats", data=payload, headers=headers)
    if status != 200:
        raise SystemExit(f"the chat could not be linked: {answer}")
    answer, _ = BaseInteraction().request("get", "contacts/chats", params={"chat_id": chat_id})
    return answer["_embedded"]["chats"]


async def play(given: argparse.Namespace, receiver: Receiver) -> None:
    channel = Channel(given.channel_id, given.channel_secret, given.bot_id, given.bot_name)
    chats = Chats(channel, SandboxTransport(given.sandbox))
    account, _ = BaseInteraction().request("get", "account?with=amojo_id")
    scope_id = await chats.connect(account["amojo_id"])
    made = Contact.objects.create(name="Иван Петров")
    contact = Contact.objects.get(object_id=made.id)
    conversation = "telegram-1"
    chat_id = await chats.create(scope_id, conversation, contact.id, str(contact.name))
    links = link(chat_id, contact.id)
    as_bot = await chats.as_bot(scope_id, conversation, "Здравствуйте! / \N{WAVING HAND SIGN}", contact.id, str(contact.name))
    as_user = await chats.as_user(scope_id, conversation, "Где мой заказ?", contact.id, str(contact.name))
    forged = await chats.post(f"/v2/origin/custom/{scope_id}", {"event_type": "new_message"}, {"X-Signature": "0" * 40})
    say(
        sent={
            "scope_id": scope_id,
            "contact": contact.id,
            "chat": chat_id,
            "links": links,
            "as_bot": as_bot["msgid"],
            "as_user": as_user["msgid"],
            "forged": forged.status_code,
        }
    )
    say(received=await asyncio.to_thread(receiver.wait, 30))


def main() -> None:
    given = arguments()
    redirect_requests(given.sandbox)
    receiver = Receiver(given.channel_secret)
    say(listening=receiver.url)
    sign_in(given)
    asyncio.run(play(given, receiver))
    receiver.close()


if __name__ == "__main__":
    main()
