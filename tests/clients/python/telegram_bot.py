"""A bot written with aiogram, as its documentation shows it, whose Telegram is the simulated one.

    polling: sends every kind, changes, reacts, meets refusals; then hears the customer through getUpdates
    webhook: hears the customer through a webhook with a secret

Prints what it did and saw as lines of JSON.
"""

import argparse
import asyncio
import hashlib
import json
from pathlib import Path

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import (
    BufferedInputFile,
    BusinessConnection,
    BusinessMessagesDeleted,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    MessageReactionUpdated,
    ReactionTypeEmoji,
    ReplyParameters,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

SECRET = "s3cr3t_Token-1"
DOWNLOADED = ("photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker")


def tell(**what) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


class Files:
    """The sample files of the simulated Telegram."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def __call__(self, name: str) -> BufferedInputFile:
        return BufferedInputFile((self._folder / name).read_bytes(), name)


async def send_everything(bot: Bot, chat: int, files: Files) -> dict[str, Message]:
    yes = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="yes")]])
    sent = {
        "text": await bot.send_message(chat, "<b>Добрый</b> день & 👋", parse_mode=None),
        "html": await bot.send_message(chat, "<b>Добрый</b> день", parse_mode="HTML"),
        "buttons": await bot.send_message(chat, "Привезти?", reply_markup=yes),
        "photo": await bot.send_photo(chat, files("picture.png"), caption="Диван"),
        "video": await bot.send_video(chat, files("clip.mp4"), duration=2, width=640, height=360),
        "animation": await bot.send_animation(chat, files("clip.mp4")),
        "audio": await bot.send_audio(chat, files("melody.mp3"), performer="Acme", title="Тишина"),
        "voice": await bot.send_voice(chat, files("voice.ogg"), duration=3),
        "video_note": await bot.send_video_note(chat, files("clip.mp4"), length=240),
        "document": await bot.send_document(chat, files("offer.pdf"), disable_content_type_detection=True),
        "sticker": await bot.send_sticker(chat, files("sticker.webp")),
        "location": await bot.send_location(chat, 55.7558, 37.6173),
        "venue": await bot.send_venue(chat, 55.7522, 37.6156, "Acme", "Lenina 1"),
        "contact": await bot.send_contact(chat, "+79990001122", "Oleg", vcard="BEGIN:VCARD\nEND:VCARD"),
    }
    album = [InputMediaPhoto(media=files("picture.jpg"), caption="Два"), InputMediaVideo(media=files("clip.mp4"))]
    sent["album_1"], sent["album_2"] = await bot.send_media_group(chat, album)
    again = sent["photo"].photo[-1].file_id
    sent["again"] = await bot.send_photo(chat, again)
    sent["forward"] = await sent["photo"].forward(chat)
    quote = ReplyParameters(message_id=sent["text"].message_id, quote="день")
    sent["reply"] = await bot.send_message(chat, "Да", reply_parameters=quote)
    return sent


async def change(bot: Bot, chat: int, files: Files, sent: dict[str, Message]) -> None:
    await bot.send_chat_action(chat, "typing")
    await sent["text"].edit_text("Добрый вечер")
    await sent["photo"].edit_caption(caption="Диван, синий")
    await sent["video"].edit_media(InputMediaPhoto(media=files("picture.jpg"), caption="Теперь снимок"))
    no = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Нет", callback_data="no")]])
    await sent["buttons"].edit_reply_markup(reply_markup=no)
    await sent["voice"].delete()
    await bot.delete_messages(chat, [sent["contact"].message_id, sent["venue"].message_id])
    await bot.copy_message(chat, chat, sent["document"].message_id)
    await bot.set_message_reaction(chat, 1, [ReactionTypeEmoji(emoji="❤")])


async def refusals(bot: Bot, chat: int, stranger: int, text: int) -> dict:
    met = {}
    try:
        await bot.send_message(chat, "много")
    except TelegramRetryAfter as error:
        met["retry_after"] = error.retry_after
    for name, call in {
        "long": lambda: bot.send_message(chat, "я" * 4097),
        "stranger": lambda: bot.send_message(stranger, "Добрый день"),
        "same": lambda: bot.edit_message_text("Добрый вечер", chat_id=chat, message_id=text),
        "gone": lambda: bot.get_file("made-up"),
    }.items():
        try:
            await call()
        except (TelegramBadRequest, TelegramForbiddenError) as error:
            met[name] = f"{type(error).__name__}: {error.message}"
    return met


def hearing(dispatcher: Dispatcher, ended: asyncio.Event) -> None:
    """Prints every update; loads every file."""

    async def loaded(bot: Bot, message: Message) -> dict:
        kind = message.content_type
        if kind not in DOWNLOADED:
            return {}
        file = message.photo[-1] if kind == "photo" else getattr(message, kind)
        info = await bot.get_file(file.file_id)
        content = (await bot.download_file(info.file_path)).read()
        return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    @dispatcher.message()
    async def heard(message: Message, bot: Bot) -> None:
        said = {"kind": message.content_type.value, "id": message.message_id, "text": message.text or message.caption}
        if message.reply_to_message:
            said["reply_to"] = message.reply_to_message.message_id
        if message.forward_origin:
            said["origin"] = message.forward_origin.type
        tell(message=said | await loaded(bot, message), album=message.media_group_id)
        if message.text == "stop":
            ended.set()

    @dispatcher.edited_message()
    async def edited(message: Message) -> None:
        tell(edited=message.text or message.caption, id=message.message_id)

    @dispatcher.callback_query()
    async def pressed(query: CallbackQuery) -> None:
        await query.answer("Принято")
        tell(pressed=query.data)

    @dispatcher.message_reaction()
    async def reacted(reaction: MessageReactionUpdated) -> None:
        tell(reaction=[one.emoji for one in reaction.new_reaction], id=reaction.message_id)

    @dispatcher.my_chat_member()
    async def member(change: ChatMemberUpdated) -> None:
        tell(member=str(change.new_chat_member.status))


def representing(dispatcher: Dispatcher) -> None:
    """In the name of a person: prints what is heard, answers questions."""

    @dispatcher.business_connection()
    async def connected(connection: BusinessConnection) -> None:
        tell(connection=connection.is_enabled, owner=connection.user.id)

    @dispatcher.business_message()
    async def heard(message: Message, bot: Bot) -> None:
        is_echo = message.sender_business_bot is not None
        tell(business=message.text, sender=message.from_user.id, is_echo=is_echo)
        if message.text.endswith("?"):
            await bot.read_business_message(message.business_connection_id, message.chat.id, message.message_id)
            await message.answer("Да")

    @dispatcher.edited_business_message()
    async def edited(message: Message) -> None:
        tell(edited_business=message.text)

    @dispatcher.deleted_business_messages()
    async def deleted(messages: BusinessMessagesDeleted) -> None:
        tell(deleted=messages.message_ids)


async def until(dispatcher: Dispatcher, bot: Bot, ended: asyncio.Event) -> None:
    await ended.wait()
    await dispatcher.stop_polling()


async def polling(bot: Bot, arguments: argparse.Namespace) -> None:
    files = Files(arguments.files)
    me = await bot.get_me()
    sent = await send_everything(bot, arguments.chat, files)
    tell(me=me.username, sent={name: [one.content_type.value, one.message_id] for name, one in sent.items()})
    # Whoever started this looks at what was sent before it is changed.
    await asyncio.to_thread(input)
    await change(bot, arguments.chat, files, sent)
    tell(changed=True)
    # Whoever started this lets Telegram refuse the next message.
    await asyncio.to_thread(input)
    tell(refusals=await refusals(bot, arguments.chat, arguments.stranger, sent["text"].message_id))
    dispatcher, ended = Dispatcher(), asyncio.Event()
    hearing(dispatcher, ended)
    await asyncio.gather(
        dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False, polling_timeout=5),
        until(dispatcher, bot, ended),
    )


async def webhook(bot: Bot, arguments: argparse.Namespace) -> None:
    dispatcher, ended = Dispatcher(), asyncio.Event()
    hearing(dispatcher, ended)
    representing(dispatcher)
    application = web.Application()
    SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET).register(application, "/hook")
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await bot.set_webhook(address, secret_token=SECRET, allowed_updates=dispatcher.resolve_used_update_types())
    info = await bot.get_webhook_info()
    tell(webhook=info.url, is_ours=info.url == address, kinds=sorted(info.allowed_updates or []))
    await ended.wait()
    await bot.delete_webhook()
    await runner.cleanup()


async def main() -> None:
    parser = argparse.ArgumentParser()
    for name, kind in {"base": str, "token": str, "chat": int, "stranger": int, "files": str, "mode": str}.items():
        parser.add_argument(f"--{name}", type=kind, required=True)
    arguments = parser.parse_args()
    session = AiohttpSession(api=TelegramAPIServer.from_base(arguments.base))
    async with Bot(arguments.token, session=session) as bot:
        await {"polling": polling, "webhook": webhook}[arguments.mode](bot, arguments)


asyncio.run(main())
