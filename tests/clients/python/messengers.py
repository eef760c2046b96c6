"""Drives one client of a messenger, as published, against the simulated one: its README's first example, and what chats
need of it. Prints lines of JSON: what it sent, what it heard by polling or through a webhook, what was pressed. What
fails is named by the rule of the protocol that it needs.

All say the same: a text that becomes "Добрый вечер", buttons, a picture, a text that is deleted.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path

from dialling import redirect_requests
from receiver import Listener
from rules import check, rule


def tell(**what) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


@contextlib.contextmanager
def hooks(give=lambda address: None):
    """Where a messenger may post: `give` tells the messenger, or whoever reads its address."""
    listener = Listener("ok")
    give(listener.url)
    tell(webhook=listener.url)
    yield listener
    listener.close()


async def _python_telegram_bot(given) -> None:
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
    from telegram.error import BadRequest
    from telegram.ext import ApplicationBuilder, CallbackQueryHandler, MessageHandler, filters

    builder = ApplicationBuilder().token(given.token).base_url(f"{given.base}/bot").base_file_url(f"{given.base}/file/bot")
    application, chat, ended = builder.build(), int(given.chat), asyncio.Event()
    bot = application.bot
    await application.initialize()
    with rule("telegram 7.1, MarkdownV2"):
        first = await bot.send_message(chat, "*Добрый* _день\\!_", parse_mode="MarkdownV2")
        check([one.type for one in first.entities] == ["bold", "italic"], first.entities)
        with contextlib.suppress(BadRequest):
            await bot.send_message(chat, "5.0", parse_mode="MarkdownV2")
            check(False, "5.0 was taken")
    with rule("telegram 7, buttons, files, edits and deletes"):
        yes = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="yes")]])
        await bot.send_message(chat, "Привезти?", reply_markup=yes)
        await bot.send_photo(chat, Path(given.picture), caption="Диван")
        await first.edit_text("Добрый вечер")
        await (await bot.send_message(chat, "Лишнее")).delete()
    with rule("telegram 7, polls and dice"):
        poll = (await bot.send_poll(chat, "Когда?", ["Утром", "Днём"])).poll
        check([one.text for one in poll.options] == ["Утром", "Днём"], poll)
        check(1 <= (await bot.send_dice(chat)).dice.value <= 6, "dice")
    with rule("telegram 2, a webhook has https"):
        with contextlib.suppress(BadRequest):
            await bot.set_webhook("http://shop.example/hook")
            check(False, "plain HTTP was taken")
    tell(sent=True)

    async def heard(update: Update, _) -> None:
        tell(heard=update.message.text)
        if update.message.text == "stop":
            ended.set()

    async def pressed(update: Update, _) -> None:
        await update.callback_query.answer()
        tell(pressed=update.callback_query.data)

    application.add_handler(MessageHandler(filters.TEXT, heard))
    application.add_handler(CallbackQueryHandler(pressed))
    await application.start()
    await application.updater.start_polling(timeout=5)
    await ended.wait()
    await application.updater.stop()
    with hooks() as listener:
        await bot.set_webhook(listener.url)
        body = json.loads(await asyncio.to_thread(listener.wait))
        tell(heard=Update.de_json(body, bot).message.text)
    await bot.delete_webhook()
    await application.stop()
    await application.shutdown()


def python_telegram_bot(given) -> None:
    asyncio.run(_python_telegram_bot(given))


def pytelegrambotapi(given) -> None:
    import telebot

    telebot.apihelper.API_URL = given.base + "/bot{0}/{1}"
    telebot.apihelper.FILE_URL = given.base + "/file/bot{0}/{1}"
    bot, chat = telebot.TeleBot(given.token, threaded=False), int(given.chat)
    with rule("telegram 7.1, Markdown"):
        first = bot.send_message(chat, "*Добрый* день!", parse_mode="Markdown")
        check([one.type for one in first.entities] == ["bold"], first.entities)
    with rule("telegram 7, buttons, files, edits and deletes"):
        yes = telebot.types.InlineKeyboardMarkup()
        yes.add(telebot.types.InlineKeyboardButton("Да", callback_data="yes"))
        bot.send_message(chat, "Привезти?", reply_markup=yes)
        with open(given.picture, "rb") as picture:
            bot.send_photo(chat, picture, caption="Диван")
        bot.edit_message_text("Добрый вечер", chat, first.message_id)
        bot.delete_message(chat, bot.send_message(chat, "Лишнее").message_id)
    with rule("telegram 7, polls and dice"):
        check(len(bot.send_poll(chat, "Когда?", ["Утром", "Днём"]).poll.options) == 2, "poll")
        check(bot.send_dice(chat, "🎯").dice.emoji == "🎯", "dice")
    tell(sent=True)

    @bot.message_handler(content_types=["text"])
    def heard(message) -> None:
        tell(heard=message.text)
        if message.text == "stop":
            bot.stop_polling()

    @bot.callback_query_handler(func=lambda query: True)
    def pressed(query) -> None:
        bot.answer_callback_query(query.id)
        tell(pressed=query.data)

    bot.polling(timeout=5, long_polling_timeout=5)
    with hooks(lambda url: bot.set_webhook(url, drop_pending_updates=True)) as listener:
        bot.process_new_updates([telebot.types.Update.de_json(listener.wait())])
    bot.delete_webhook()


async def _vkbottle(given) -> None:
    # It writes the state of its polling beside itself.
    os.chdir(tempfile.mkdtemp())
    from loguru import logger
    from vkbottle import API, Callback, GroupEventType, GroupTypes, Keyboard, PhotoMessageUploader
    from vkbottle.bot import Bot, Message

    logger.remove()
    API.API_URL = f"{given.base}/method/"
    bot = Bot(given.token, skip_old_events=False)
    peer, group = int(given.chat), int(given.line)
    api = bot.api
    with rule("vk 6, texts, buttons, files, edits and deletes"):
        first = await api.messages.send(peer_id=peer, random_id=1, message="Добрый день")
        yes = Keyboard(inline=True).add(Callback("Да", payload={"answer": "yes"})).get_json()
        await api.messages.send(peer_id=peer, random_id=2, message="Привезти?", keyboard=yes)
        photo = await PhotoMessageUploader(api).upload(given.picture, peer_id=peer)
        await api.messages.send(peer_id=peer, random_id=3, message="Диван", attachment=photo)
        await api.messages.edit(peer_id=peer, message_id=first, message="Добрый вечер")
        more = await api.messages.send(peer_id=peer, random_id=4, message="Лишнее")
        await api.request("messages.delete", {"message_ids": more, "delete_for_all": 1})
    with rule("vk 12, a conversation has all members"):
        [item] = (await api.messages.get_conversations()).items
        check(item.conversation.out_read >= 0 and item.conversation.peer.id == peer, item)
    with rule("vk 9, a payload is text"):
        history = (await api.messages.get_history(peer_id=peer)).items
        [keyboard] = [one.keyboard for one in history if one.keyboard]
        check(json.loads(keyboard.buttons[0][0].action.payload) == {"answer": "yes"}, keyboard)
    with rule("vk 1, execute"):
        code = 'return [API.users.get({"user_ids":"%d"}),API.groups.getById({})];' % peer
        answer = (await api.request("execute", {"code": code}))["response"]
        check(answer[0][0]["id"] == peer and len(answer) == 2, answer)

    @bot.on.message()
    async def heard(message: Message) -> None:
        tell(heard=message.text)
        if message.text == "stop":
            bot.polling.stop()

    @bot.on.raw_event(GroupEventType.MESSAGE_EVENT, dataclass=GroupTypes.MessageEvent)
    async def pressed(event: GroupTypes.MessageEvent) -> None:
        press = event.object
        await api.messages.send_message_event_answer(event_id=press.event_id, user_id=press.user_id, peer_id=press.peer_id)
        tell(pressed=press.payload["answer"])

    with rule("vk 3.1, long poll"):
        await api.request("groups.setLongPollSettings", {"group_id": group, "enabled": 1, "api_version": "5.199", "message_new": 1, "message_event": 1})
        server = await api.groups.get_long_poll_server(group_id=group)
    # It goes on where it stopped, instead of passing over what happened before it started.
    saved = Path(".vkbottle/bot-polling")
    saved.mkdir(parents=True)
    (saved / f"{group}.json").write_text(json.dumps({"ts": server.ts}))
    tell(sent=True)
    await bot.run_polling()


def vkbottle(given) -> None:
    asyncio.run(_vkbottle(given))


async def _aiomax(given) -> None:
    import aiohttp
    import aiomax

    bot, chat = aiomax.Bot(given.token, api_url=f"{given.base}/"), int(given.chat)

    @bot.on_ready()
    async def ready() -> None:
        with rule("max 6, texts, buttons, files, edits and deletes"):
            first = await bot.send_message("Добрый день", chat)
            keyboard = aiomax.buttons.KeyboardBuilder().row(aiomax.buttons.CallbackButton("Да", "yes"))
            await bot.send_message("Привезти?", chat, keyboard=keyboard)
            await bot.send_message("Диван", chat, attachments=await bot.upload_image(given.picture))
            await bot.edit_message(first.id, "Добрый вечер")
            await bot.delete_message((await bot.send_message("Лишнее", chat)).id)
            await bot.post_action(chat, "typing_on")
        with rule("max 1, commands"):
            me = await bot.patch_me(commands=[aiomax.BotCommand("help", "Помощь")])
            check([one.name for one in me.commands] == ["help"], me)
        with rule("max 8, members"):
            members = [one.user_id async for one in bot.get_members(-int(given.group))]
            check(members == [(await bot.my_membership(-int(given.group))).user_id], members)
        tell(sent=True)

    @bot.on_message()
    async def heard(message: aiomax.Message) -> None:
        tell(heard=message.content)
        if message.content == "stop":
            bot.polling = False

    @bot.on_button_callback()
    async def pressed(callback: aiomax.Callback) -> None:
        # Its own `answer` asks MAX itself, whatever the address.
        await bot.post("answers", params={"callback_id": callback.callback_id}, json={"notification": "Принято"})
        tell(pressed=callback.payload)

    await bot.start_polling()


def aiomax(given) -> None:
    asyncio.run(_aiomax(given))


def heyoo(given) -> None:
    from heyoo import WhatsApp

    redirect_requests(given.base)
    messenger, to = WhatsApp(given.token, given.line), given.chat
    with rule("whatsapp 6, texts, buttons and files"):
        check(messenger.send_message("Добрый вечер", to)["messages"][0]["id"].startswith("wamid."), "text")
        button = {"type": "button", "body": {"text": "Привезти?"}}
        button["action"] = {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Да"}}]}
        messenger.send_reply_button(button, to)
        media = messenger.upload_media(given.picture)["id"]
        check(messenger.query_media_url(media).startswith("http"), media)
        messenger.send_image(media, to, caption="Диван", link=False)
    tell(sent=True)
    with hooks() as listener, rule("whatsapp 2, webhooks"):
        for text in ("Здравствуйте", "yes", "stop"):
            data = json.loads(listener.wait())
            is_press = messenger.get_message_type(data) == "interactive"
            if is_press:
                tell(pressed=messenger.get_interactive_response(data)["button_reply"]["id"])
            else:
                tell(heard=messenger.get_message(data))
            messenger.mark_as_read(messenger.get_message_id(data))


def fbmessenger(given) -> None:
    import fbmessenger
    from fbmessenger import elements, quick_replies
    from fbmessenger.thread_settings import GetStartedButton, MessengerProfile, PersistentMenu, PersistentMenuItem

    redirect_requests(given.base)

    class Messenger(fbmessenger.BaseMessenger):
        def message(self, message):
            reply = message["message"].get("quick_reply")
            tell(pressed=reply["payload"]) if reply else tell(heard=message["message"]["text"])

        def delivery(self, message):
            pass

        read = postback = optin = account_linking = delivery

    messenger = Messenger(given.token)
    messenger.last_message = {"sender": {"id": given.chat}}
    with rule("instagram-and-facebook 9, texts and quick replies"):
        check("message_id" in messenger.send(elements.Text("Добрый вечер").to_dict()), "text")
        yes = quick_replies.QuickReplies(quick_replies=[quick_replies.QuickReply(title="Да", payload="yes")])
        messenger.send(elements.Text("Привезти?", quick_replies=yes).to_dict())
        messenger.send_action("typing_on")
    with rule("instagram-and-facebook 3, subscriptions"):
        fields = {"access_token": given.token, "subscribed_fields": "messages"}
        check(messenger.client.session.post(f"{messenger.client.graph_url}/me/subscribed_apps", params=fields).ok, fields)
    with rule("instagram-and-facebook 9.1, the profile"):
        menu = PersistentMenu([PersistentMenuItem(item_type="postback", title="Помощь", payload="help")])
        profile = MessengerProfile(persistent_menus=[menu], get_started=GetStartedButton("start")).to_dict()
        check(messenger.set_messenger_profile(profile) == {"result": "success"}, profile)
        messenger.add_whitelisted_domains("https://shop.example/")
        messenger.client.delete_persistent_menu()
    tell(sent=True)
    with hooks() as listener:
        for _ in range(3):
            messenger.handle(json.loads(listener.wait()))


async def _pyavitoapi(given) -> None:
    from pyavitoapi import AvitoAsyncClient

    async with AvitoAsyncClient(client_id=given.line, client_secret=given.secret, base_url=given.base) as client:
        with rule("avito 2, a token by the application's credentials"):
            headers = await client.auth.auth_header()
            me = (await client.user.get_user_info_self(path_params={}, headers=headers)).id
        account = {"user_id": me, "chat_id": given.chat}
        with rule("avito 6, texts and deletes"):
            text = {"type": "text", "message": {"text": "Добрый вечер"}}
            await client.messenger.post_send_message(path_params=account, json_body=text, headers=headers)
            more = {"type": "text", "message": {"text": "Лишнее"}}
            sent = await client.messenger.post_send_message(path_params=account, json_body=more, headers=headers)
            await client.messenger.delete_message(path_params=account | {"message_id": sent.id}, headers=headers)
        with rule("avito 7, chats"):
            chats = await client.messenger.get_chats_v2(path_params={"user_id": me}, headers=headers)
            check([one.id for one in chats.chats] == [given.chat], chats)
        tell(sent=True)
        with hooks() as listener, rule("avito 5, the webhook"):
            await client.messenger.post_webhook_v3(json_body={"url": listener.url}, headers=headers)
            tell(ready=True)
            for _ in range(2):
                body = json.loads(await asyncio.to_thread(listener.wait))
                tell(heard=body["payload"]["value"]["content"]["text"])
            await client.messenger.chat_read(path_params=account, headers=headers)
            await client.messenger.post_webhook_unsubscribe(json_body={"url": listener.url}, headers=headers)


def pyavitoapi(given) -> None:
    asyncio.run(_pyavitoapi(given))


CLIENTS = [python_telegram_bot, pytelegrambotapi, vkbottle, aiomax, heyoo, fbmessenger, pyavitoapi]


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in "client base token line chat group picture secret".split():
        parser.add_argument(f"--{name}", default="")
    given = parser.parse_args()
    [client] = [one for one in CLIENTS if one.__name__ == given.client]
    client(given)


main()
