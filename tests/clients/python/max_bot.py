"""A bot written with maxapi, as its documentation shows it, whose MAX is the simulated one.

Subscribes and says so; parses the updates that it gets as a line of JSON on its input; then sends a text, buttons, a
picture, edits, types, reads back, meets a refusal. Prints what it saw as a line of JSON.
"""

import argparse
import asyncio
import json
import sys

from maxapi import Bot
from maxapi.exceptions.max import MaxApiError
from maxapi.methods.types.getted_updates import process_update_webhook
from maxapi.types.attachments.buttons.callback_button import CallbackButton
from maxapi.types.input_media import InputMedia
from maxapi.utils.inline_keyboard import InlineKeyboardBuilder

async def talk(given: argparse.Namespace) -> dict:
    bot, chat = Bot(given.token), int(given.chat)
    bot.set_api_url(given.base)
    me = await bot.get_me()
    await bot.subscribe_webhook(url=given.hook, secret="s3cr3t_of_maxapi")
    listed = await bot.get_subscriptions()
    print(json.dumps({"hooks": [one.url for one in listed.subscriptions]}), flush=True)
    updates = []
    for body in json.loads(sys.stdin.readline()):
        update = await process_update_webhook(body, bot)
        updates.append(None if update is None else str(getattr(update.update_type, "value", update.update_type)))
    sent = await bot.send_message(chat_id=chat, text="Привет")
    await bot.edit_message(message_id=sent.message.body.mid, text="Привет!")
    await bot.send_action(chat_id=chat, action="typing_on")
    keyboard = InlineKeyboardBuilder().row(CallbackButton(text="Да", payload="yes"))
    await bot.send_message(chat_id=chat, text="Везём?", attachments=[keyboard.as_markup()])
    pictured = await bot.send_message(chat_id=chat, text="Вот", attachments=[InputMedia(given.picture)])
    await bot.unsubscribe_webhook(given.hook)
    history = await bot.get_messages(chat_id=chat)
    try:
        await bot.send_message(chat_id=1, text="x")
        refused = 0
    except MaxApiError as error:
        refused = error.code
    await bot.close_session()
    return {
        "me": me.user_id,
        "picture": [one.type for one in pictured.message.body.attachments],
        "history": len(history.messages),
        "refused": refused,
        "updates": updates,
    }


def main() -> None:
    arguments = argparse.ArgumentParser()
    for name in ("base", "token", "chat", "picture", "hook"):
        arguments.add_argument(f"--{name}", required=True)
    saw = asyncio.run(talk(arguments.parse_args()))
    print(json.dumps(saw, ensure_ascii=False))


main()
