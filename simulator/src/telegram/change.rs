//! Editing, deleting, copying, forwarding, reacting.

use serde_json::{Value, json};

use super::give::Caller;
use super::markup;
use super::options::{Place, Role, Telegram, author_bot};
use super::params::{Answered, Params, Refusal, bad, ensure};
use super::send::{self, frame, json_of, post};
use super::target::{self, Target};
use super::text;
use crate::kit::{Author, Id, Message};

/// Age in milliseconds beyond which messages cannot be deleted, nor those of others be edited by a business bot.
const RECENT: i64 = 48 * 3_600_000;

const SAME: &str = "message is not modified: specified new message content and reply markup are exactly the same as a \
                    current content and reply markup of the message";

/// Kinds with a caption.
const CAPTIONED: [&str; 6] = ["photo", "video", "animation", "audio", "document", "voice"];

/// The emoji allowed as reactions, without U+FE0F.
const EMOJI: &str = "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u{200d}🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 \
                     😈 😴 😭 🤓 👻 👨\u{200d}💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u{200d}♂ 🤷 \
                     🤷\u{200d}♀ 😡";

fn found<'a>(state: &'a Telegram, target: &Target, id: i64, otherwise: &str) -> Result<&'a Message, Refusal> {
    let message = state.dialog(&target.dialog).and_then(|dialog| dialog.message(&id.into()));
    message.ok_or_else(|| bad(otherwise))
}

/// The message to edit.
fn editable(state: &Telegram, bot: &Id, params: &Params) -> Result<(Target, Message), Refusal> {
    let target = target::writable(state, bot, params)?;
    let message = found(state, &target, params.message()?, "message to edit not found")?;
    let is_recent = state.now - message.at < RECENT;
    let is_owners = target.owner.is_some_and(|owner| message.author == Author::Person(owner));
    let may = author_bot(message).as_ref() == Some(bot) || (is_owners && is_recent);
    ensure(may, || bad("message can't be edited"))?;
    Ok((target, message.clone()))
}

/// Replaces a message by its changed form with the buttons of the call, if anything differs.
fn change(state: &mut Telegram, bot: &Id, params: &Params, target: &Target, mut new: Message) -> Answered {
    let inline = markup::read(target.place, params)?.inline;
    new.buttons = markup::buttons(inline.as_ref());
    match inline {
        Some(inline) => drop(new.more.insert("reply_markup".to_owned(), inline)),
        None => drop(new.more.remove("reply_markup")),
    }
    let old = found(state, target, new.id.number(), "message to edit not found")?;
    let is_same = (&old.text, &old.parts, &old.more) == (&new.text, &new.parts, &new.more);
    ensure(!is_same, || bad(SAME))?;
    let id = new.id.clone();
    new.edited_at = Some(state.now);
    if let Some(message) = state.dialogs.get_mut(&target.dialog).and_then(|dialog| dialog.message_mut(&id)) {
        *message = new;
    }
    if matches!(target.place, Place::Personal(..)) {
        state.announce(&target.dialog, &id, true);
    }
    Ok(json_of(state, bot, &target.dialog, &id))
}

/// `editMessageText`.
pub(super) fn text(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let text = text::message(params)?;
    let (target, mut message) = editable(state, bot, params)?;
    ensure(message.kind == "text", || bad("there is no text in the message to edit"))?;
    send::put(&mut message, text);
    change(state, bot, params, &target, message)
}

/// `editMessageCaption`.
pub(super) fn caption(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let caption = text::caption(params)?;
    let (target, mut message) = editable(state, bot, params)?;
    let has_caption = CAPTIONED.contains(&message.kind.as_str());
    ensure(has_caption, || bad("there is no caption in the message to edit"))?;
    send::put(&mut message, caption);
    change(state, bot, params, &target, message)
}

/// `editMessageReplyMarkup`.
pub(super) fn buttons(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let (target, message) = editable(state, bot, params)?;
    change(state, bot, params, &target, message)
}

/// `editMessageMedia`.
pub(super) async fn media(caller: Caller<'_>) -> Answered {
    let Caller { core, bot, params } = caller;
    let media = params.json("media", "media")?.ok_or_else(|| bad("there is no media in the request"))?;
    let sort = send::sort_of_media(&media)?;
    let source = caller.named(media["media"].as_str().unwrap_or_default(), sort).await?;
    let caption = text::caption(&send::beside(&media))?;
    core.change(|state| {
        let (target, mut message) = editable(state, bot, params)?;
        ensure(!message.files.is_empty(), || bad("message can't be edited"))?;
        let draft = send::drafted(state, sort, source, &send::beside(&media))?;
        (message.kind, message.files, message.parts) = (draft.kind, draft.files, draft.parts);
        send::put(&mut message, caption);
        change(state, bot, params, &target, message)
    })
}

fn remove(state: &mut Telegram, bot: &Id, target: &Target, id: i64) -> Result<(), Refusal> {
    let message = found(state, target, id, "message to delete not found")?;
    ensure(state.now - message.at < RECENT, || bad("message can't be deleted for everyone"))?;
    let role = state.own.groups.get(&target.dialog).and_then(|group| group.bots.get(bot));
    let is_own = author_bot(message).as_ref() == Some(bot);
    let may = !matches!(target.place, Place::Group(_)) || is_own || role == Some(&Role::Administrator);
    ensure(may, || bad("message can't be deleted"))?;
    if let Some(message) = state.dialogs.get_mut(&target.dialog).and_then(|one| one.message_mut(&id.into())) {
        message.is_removed = true;
    }
    Ok(())
}

/// `deleteMessage`.
pub(super) fn delete(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    remove(state, bot, &target, params.message()?)?;
    Ok(json!(true))
}

/// `deleteMessages`: up to 100; missing ones are skipped.
pub(super) fn delete_many(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let given = params.json("message_ids", "message identifiers")?.unwrap_or_default();
    let ids: Vec<i64> = given.as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
    ensure(!ids.is_empty(), || bad("message identifiers are not specified"))?;
    ensure(ids.len() <= 100, || bad("too many message identifiers specified"))?;
    for id in ids {
        match remove(state, bot, &target, id) {
            Err(refusal) if !refusal.description.contains("not found") => return Err(refusal),
            _ => {}
        }
    }
    Ok(json!(true))
}

/// `setMessageReaction`: one of the standard emoji, or none.
pub(super) fn react(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    let id = params.message()?;
    let given = params.json("reaction", "reaction types")?.unwrap_or_else(|| json!([]));
    let set = given.as_array().ok_or_else(|| bad("can't parse reaction types: expected an Array"))?;
    // A bot has no Premium, so at most one reaction is allowed.
    ensure(set.len() <= 1, || bad("REACTIONS_TOO_MANY"))?;
    let emoji = |one: &Value| one["emoji"].as_str().filter(|_| one["type"] == "emoji").map(str::to_owned);
    let set: Option<Vec<String>> = set.iter().map(emoji).collect();
    let is_known = |one: &String| EMOJI.split(' ').any(|known| known == one);
    let set = set.filter(|set| set.iter().all(is_known)).ok_or_else(|| bad("REACTION_INVALID"))?;
    let message = state.dialogs.get_mut(&target.dialog).and_then(|dialog| dialog.message_mut(&id.into()));
    let message = message.ok_or_else(|| bad("message to react not found"))?;
    message.reactions.insert(Author::Line, set);
    message.reactions.retain(|_, set| !set.is_empty());
    Ok(json!(true))
}

/// The message that `from_chat_id` and `message_id` refer to, and its content without its references to that chat.
fn source(state: &Telegram, bot: &Id, params: &Params, verb: [&str; 2]) -> Result<(Message, Message), Refusal> {
    let from = params.needed("from_chat_id", "chat_id is empty")?;
    let there = target::find(state, bot, &Params::of([("chat_id".to_owned(), json!(from))].into_iter().collect()))?;
    let message = found(state, &there, params.message()?, &format!("message to {} not found", verb[0]))?;
    ensure(message.kind != "service", || bad(&format!("message can't be {}", verb[1])))?;
    let Message { kind, text, files, parts, .. } = message.clone();
    Ok((message.clone(), Message { kind, text, files, parts, ..Message::default() }))
}

/// `copyMessage`.
pub(super) fn copy(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let (_, mut draft) = source(state, bot, params, ["copy", "copied"])?;
    if params.values.contains_key("caption") && draft.kind != "text" {
        send::put(&mut draft, text::caption(params)?);
    }
    let frame = frame(state, bot, params)?;
    let sent = post(state, bot, &frame, draft);
    Ok(json!({"message_id": sent["message_id"]}))
}

/// `forwardMessage`.
pub(super) fn forward(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let (message, mut draft) = source(state, bot, params, ["forward", "forwarded"])?;
    let date = message.at.div_euclid(1000);
    let more = |key: &str| message.more.get(key).cloned();
    let origin = more("forward_origin").unwrap_or_else(|| match (more("sender_chat"), message.author) {
        (Some(chat), _) => json!({"type": "chat", "sender_chat": chat, "date": date}),
        (None, Author::Person(id)) => json!({"type": "user", "sender_user": state.user(id), "date": date}),
        (None, _) => json!({"type": "user", "sender_user": more("from"), "date": date}),
    });
    draft.more.insert("forward_origin".to_owned(), origin);
    draft.forward = Some(message.id);
    let frame = frame(state, bot, params)?;
    Ok(post(state, bot, &frame, draft))
}

/// `readBusinessMessage`: requires the right, and a message of the last day.
pub(super) fn read(state: &mut Telegram, bot: &Id, params: &Params) -> Answered {
    let target = target::writable(state, bot, params)?;
    ensure(target.owner.is_some(), || bad("business connection not found"))?;
    let id = params.message()?;
    found(state, &target, id, "MESSAGE_ID_INVALID")?;
    if let Some(bot) = state.own.bots.get_mut(bot) {
        bot.read_marks.push((target.chat, id));
    }
    Ok(json!(true))
}
