"""Does with amojowrapper what its README shows, against a sandbox, and prints what was answered as one line of JSON."""

import argparse
import json

from amojowrapper.actions import ChannelAction, ChatAction, HistoryAction, MessageAction, ReactAction, TypingAction
from amojowrapper.client import AmojoClient

from dialling import redirect_requests


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for name in "sandbox account-id channel-id channel-secret user-id".split():
        parser.add_argument(f"--{name}", required=True)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    redirect_requests(given.sandbox)
    client = AmojoClient(
        referer="amojo.amocrm.ru",
        amojo_account_token=given.account_id,
        channel_secret=given.channel_secret,
        channel_id=given.channel_id,
    )
    connected = ChannelAction(client).connect()
    chat = ChatAction(client).create(
        conversation_id="identify-8e3e7640", user_id="identify-1241", user_name="Some Name", user_profile_phone="2412512352"
    )
    chat_id, person_id = chat.id, chat.user.id
    message = MessageAction(client)
    # By amojo's ids alone, as the README has it.
    incoming = message.send(
        message_type="text", message_text="incoming chat message", conversation_ref_id=chat_id, sender_ref_id=person_id, silent=True
    ).new_message
    outgoing = message.send(
        message_type="text",
        message_text="outgoing chat message",
        conversation_ref_id=chat_id,
        sender_ref_id=given.user_id,
        receiver_ref_id=person_id,
        silent=True,
    ).new_message
    edited = message.edit(
        msgid=incoming.ref_id, message_type="text", message_text="1", conversation_ref_id=chat_id, sender_ref_id=person_id
    ).new_message
    TypingAction(client).send(conversation_id="identify-8e3e7640", sender_id="identify-1241")
    ReactAction(client).set(
        conversation_ref_id=chat_id, user_ref_id=given.user_id, id=incoming.msgid, type="react", emoji="👍"
    )
    history = HistoryAction(client).get(conversation_ref_id=chat_id)
    line = {
        "scope_id": connected.scope_id,
        "chat": chat_id,
        "person": person_id,
        "incoming": incoming.model_dump(),
        "outgoing": outgoing.model_dump(),
        "edited": edited.model_dump(),
        "history": [one.message.text for one in history.messages],
    }
    print(json.dumps(line), flush=True)


main()
