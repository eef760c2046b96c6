//! Calls of bots: who may write where, messages, comments, webhooks, chats.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use url::Url;

use super::answer::{Answered, Refusal, ensure, wrong};
use super::options::Max;
use super::{attachments, files, json};
use crate::kit::{Activity, Author, Call, Dialog, DialogKind, Id, Message, Notice, Subscription};

const TEXT: usize = 4000;
/// Milliseconds for which a message without buttons can be edited in a dialog.
const EDITABLE: i64 = 7 * 86_400_000;
/// What a bot can be shown to do.
const ACTIONS: [&str; 6] =
    ["typing_on", "sending_photo", "sending_video", "sending_audio", "sending_file", "mark_seen"];

/// The answer of methods without a result.
fn success() -> Value {
    json!({"success": true})
}

/// A failure reported with a success status.
fn not_success(message: &str) -> Value {
    json!({"success": false, "message": message})
}

/// The name of a call for faults and the log: `POST /messages`, with `{}` in place of ids.
pub(super) fn name(call: &Call) -> String {
    let path = match call.segments().as_slice() {
        ["messages", _] => "messages/{}".to_owned(),
        ["messages", _, "comments"] => "messages/{}/comments".to_owned(),
        ["messages", _, "comments", _] => "messages/{}/comments/{}".to_owned(),
        ["chats", _] => "chats/{}".to_owned(),
        ["chats", _, rest @ ..] => format!("chats/{{}}/{}", rest.join("/")),
        ["videos", _] => "videos/{}".to_owned(),
        _ => call.path.clone(),
    };
    format!("{} /{path}", call.method)
}

pub(super) fn call(state: &mut Max, bot: &Id, call: &Call) -> Answered {
    ensure(!call.is_garbled, || wrong("Failed to parse JSON"))?;
    match (call.method.as_str(), call.segments().as_slice()) {
        ("GET", ["me"]) => Ok(me(state, bot)),
        ("PATCH", ["me"] | ["me", "commands"]) => {
            if call.json["commands"].is_array() {
                state.own.commands.insert(bot.clone(), call.json["commands"].clone());
            }
            Ok(me(state, bot))
        }
        ("GET", ["subscriptions"]) => Ok(subscriptions(state, bot)),
        ("POST", ["subscriptions"]) => subscribe(state, bot, call),
        ("DELETE", ["subscriptions"]) => Ok(unsubscribe(state, bot, call)),
        ("POST", ["messages"]) => send(state, bot, call),
        ("PUT", ["messages"]) => edit(state, bot, call),
        ("DELETE", ["messages"]) => remove(state, bot, call),
        ("GET", ["messages"]) => list(state, bot, call),
        ("GET", ["messages", mid]) => one(state, bot, &Id::from(*mid)),
        ("GET", ["messages", post, "comments"]) => comments(state, bot, &Id::from(*post)),
        ("POST", ["messages", post, "comments"]) => comment(state, bot, &Id::from(*post), call),
        ("PUT", ["messages", post, "comments"]) => {
            let (text, now) = (text(&call.json)?, state.now);
            let comment = own_comment(state, bot, &Id::from(*post), call)?;
            (comment.text, comment.edited_at) = (text.unwrap_or_default(), Some(now));
            Ok(success())
        }
        ("DELETE", ["messages", post, "comments"]) => {
            own_comment(state, bot, &Id::from(*post), call)?.is_removed = true;
            Ok(success())
        }
        ("POST", ["answers"]) => answer(state, bot, call),
        ("POST", ["uploads"]) => files::upload(state, call),
        ("GET", ["videos", token]) => files::video(state, token),
        ("GET", ["chats", chat]) => room(state, bot, chat),
        (method, ["chats", chat, "pin"]) => pin(state, bot, method, chat, call),
        ("GET", ["chats", chat, "members", rest @ ..]) => members(state, bot, chat, rest),
        ("POST", ["chats", chat, "actions"]) => action(state, bot, chat, call),
        _ => Err(Refusal::new(405, "method.not.allowed", format!("{} /{}", call.method, call.path))),
    }
}

fn me(state: &Max, bot: &Id) -> Value {
    let mut me = json::bot(state, bot);
    (me["description"], me["commands"]) = (Value::Null, state.own.commands.get(bot).cloned().unwrap_or(json!([])));
    me
}

fn no_chat(chat: impl ToString) -> Refusal {
    Refusal::new(404, "chat.not.found", format!("Chat {} not found", chat.to_string()))
}

/// The chat of `chat_id` or `user_id`, if the bot may write there.
fn chat(state: &Max, bot: &Id, call: &Call) -> Result<Id, Refusal> {
    let denied = |message: String| Refusal::new(403, "chat.denied", message);
    let dialog = match (call.number("chat_id"), call.number("user_id")) {
        (Some(chat), _) => state.dialog(&chat.into()).ok_or_else(|| no_chat(chat))?,
        (None, Some(person)) => {
            let missing = || Refusal::new(404, "dialog.not.found", "Key: error.dialog.notfound");
            state.private(bot, person).ok_or_else(missing)?
        }
        (None, None) => return Err(wrong("Missing required parameter: chat_id or user_id")),
    };
    ensure(dialog.line == *bot, || denied("Key: error.chat.denied".to_owned()))?;
    if let Some(person) = dialog.person.filter(|_| !dialog.is_started) {
        return Err(denied(format!("Key: error.dialog.suspended, args: [{person},].")));
    }
    Ok(dialog.id.clone())
}

/// The text, checked against its limit.
fn text(body: &Value) -> Result<Option<String>, Refusal> {
    let text = body["text"].as_str().map(str::to_owned);
    let size = text.as_deref().map_or(0, |text| text.encode_utf16().count());
    ensure(size <= TEXT, || wrong(format!("Field 'text' size ({size}) must be at most {TEXT}")))?;
    Ok(text)
}

/// Reads the message that `link` refers to.
fn link(state: &Max, body: &Value, message: &mut Message) -> Result<(), Refusal> {
    let Some(link) = body["link"].as_object() else { return Ok(()) };
    let part = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or_default();
    let (kind, mid) = (part("type"), Id::from(part("mid")));
    ensure(kind == "reply" || kind == "forward", || wrong("Invalid link type"))?;
    ensure(state.message(&mid).is_some(), || wrong(format!("Invalid message_id: {mid}")))?;
    let is_bare = kind == "reply" || body["text"].as_str().unwrap_or_default().is_empty();
    ensure(is_bare, || wrong("errors.forward.text.not-empty"))?;
    if kind == "reply" {
        message.reply_to = Some(mid);
    } else {
        message.forward = Some(mid);
    }
    Ok(())
}

fn added(state: &mut Max, dialog: &Id, draft: Message) -> Answered {
    let id = json::next_mid(state, dialog);
    state.add(dialog, Message { id: id.clone(), author: Author::Line, ..draft });
    let found = state.dialog(dialog).and_then(|dialog| Some((dialog, dialog.message(&id)?)));
    Ok(json!({"message": found.map(|(dialog, message)| json::message(state, dialog, message))}))
}

/// `POST /messages`.
fn send(state: &mut Max, bot: &Id, call: &Call) -> Answered {
    let dialog = chat(state, bot, call)?;
    let mut draft = Message { text: text(&call.json)?.unwrap_or_default(), ..Message::default() };
    link(state, &call.json, &mut draft)?;
    attachments::read(state, &call.json["attachments"], &mut draft)?;
    let is_linked = draft.reply_to.is_some() || draft.forward.is_some();
    let is_empty = draft.text.is_empty() && draft.files.is_empty() && draft.parts.is_empty() && !is_linked;
    ensure(!is_empty, || wrong("Key: errors.required, args: [text]"))?;
    added(state, &dialog, draft)
}

/// A message of the bot by `message_id`.
fn own(state: &Max, bot: &Id, call: &Call) -> Result<(DialogKind, Message), Refusal> {
    let mid = Id::from(call.query("message_id").unwrap_or_default());
    let dialog = state.dialog_with(&mid).filter(|dialog| dialog.line == *bot);
    let found = dialog.and_then(|dialog| Some((dialog.kind, dialog.message(&mid)?)));
    let found = found.filter(|(_, message)| message.author == Author::Line && message.post.is_none());
    found.map(|(kind, message)| (kind, message.clone())).ok_or_else(|| wrong(format!("Invalid message_id: {mid}")))
}

/// `PUT /messages`.
fn edit(state: &mut Max, bot: &Id, call: &Call) -> Answered {
    let (kind, mut message) = own(state, bot, call)?;
    let is_old = state.now - message.at > EDITABLE && message.parts.is_empty();
    if is_old && kind == DialogKind::Private {
        return Ok(not_success("Message is too old to be edited"));
    }
    if let Some(text) = text(&call.json)? {
        message.text = text;
    }
    if !call.json["attachments"].is_null() {
        attachments::read(state, &call.json["attachments"], &mut message)?;
    }
    message.edited_at = Some(state.now);
    let id = message.id.clone();
    if let Some(known) = state.message_mut(&id) {
        *known = message;
    }
    Ok(success())
}

/// `DELETE /messages`.
fn remove(state: &mut Max, bot: &Id, call: &Call) -> Answered {
    let (_, message) = own(state, bot, call)?;
    if let Some(message) = state.message_mut(&message.id) {
        message.is_removed = true;
    }
    Ok(success())
}

/// `GET /messages`: of a chat, newest first, or by ids.
fn list(state: &Max, bot: &Id, call: &Call) -> Answered {
    let count = call.number("count").and_then(|count| usize::try_from(count).ok()).unwrap_or(50);
    let ids: Vec<&str> = call.query("message_ids").map(|ids| ids.split(',').collect()).unwrap_or_default();
    let chat = call.number("chat_id").map(Id::from);
    let all = state.messages_of(bot).into_iter().rev().filter(|(dialog, message)| {
        let is_asked = chat.as_ref() == Some(&dialog.id) || ids.contains(&message.id.as_str());
        is_asked && !message.is_removed && message.post.is_none()
    });
    let found: Vec<Value> = all.take(count).map(|(dialog, one)| json::message(state, dialog, one)).collect();
    Ok(json!({"messages": found}))
}

fn no_message(id: &Id) -> Refusal {
    Refusal::new(404, "not.found", format!("Message {id} not found"))
}

/// `GET /messages/{mid}`.
fn one(state: &Max, bot: &Id, mid: &Id) -> Answered {
    let dialog = state.dialog_with(mid).filter(|dialog| dialog.line == *bot).ok_or_else(|| no_message(mid))?;
    dialog.message(mid).map(|message| json::message(state, dialog, message)).ok_or_else(|| no_message(mid))
}

fn channel(state: &Max, bot: &Id, post: &Id) -> Result<Id, Refusal> {
    let dialog = state.dialog_with(post).filter(|dialog| dialog.line == *bot && dialog.person.is_none());
    let found = dialog.filter(|dialog| dialog.message(post).is_some_and(|one| one.post.is_none()));
    found.map(|dialog| dialog.id.clone()).ok_or_else(|| no_message(post))
}

/// `GET /messages/{post}/comments`.
fn comments(state: &Max, bot: &Id, post: &Id) -> Answered {
    let channel = channel(state, bot, post)?;
    let Some(dialog) = state.dialog(&channel) else { return Err(no_message(post)) };
    let of_post = dialog.messages.iter().filter(|one| one.post.as_ref() == Some(post) && !one.is_removed);
    Ok(json!({"messages": of_post.map(|one| json::message(state, dialog, one)).collect::<Vec<Value>>()}))
}

/// `POST /messages/{post}/comments`.
fn comment(state: &mut Max, bot: &Id, post: &Id, call: &Call) -> Answered {
    let channel = channel(state, bot, post)?;
    let text = text(&call.json)?.filter(|text| !text.is_empty()).ok_or_else(|| wrong("text is required"))?;
    let mut draft = Message { text, post: Some(post.clone()), ..Message::default() };
    link(state, &call.json, &mut draft)?;
    let is_plain = draft.forward.is_none() && call.json.get("attachments").is_none();
    ensure(is_plain, || wrong("Comments have a text and a reply only"))?;
    added(state, &channel, draft)
}

/// A comment of the bot by `comment_id`.
fn own_comment<'a>(state: &'a mut Max, bot: &Id, post: &Id, call: &Call) -> Result<&'a mut Message, Refusal> {
    channel(state, bot, post)?;
    let mid = Id::from(call.query("comment_id").unwrap_or_default());
    let is_own = |one: &&mut Message| one.post.as_ref() == Some(post) && one.author == Author::Line;
    state.message_mut(&mid).filter(is_own).ok_or_else(|| wrong(format!("Invalid comment_id: {mid}")))
}

/// `POST /answers?callback_id=`.
fn answer(state: &mut Max, bot: &Id, call: &Call) -> Answered {
    let press = Id::from(call.query("callback_id").unwrap_or_default());
    let is_known = press.as_str().starts_with("f9LHodD0cOI");
    ensure(is_known, || wrong("callback_id: Callback identifier is invalid"))?;
    let notification = call.json["notification"].as_str();
    let has_any = notification.is_some() || call.json["message"].is_object();
    ensure(has_any, || wrong("Invalid request. `message` or `notification` required"))?;
    if let Some(line) = state.lines.get_mut(bot) {
        line.notices.push(Notice { press, text: notification.unwrap_or_default().to_owned() });
    }
    Ok(success())
}

/// `GET /subscriptions`.
fn subscriptions(state: &Max, bot: &Id) -> Value {
    let all = state.lines.get(bot).map(|line| line.subscriptions.as_slice()).unwrap_or_default();
    let one = |one: &Subscription| json!({"url": one.url, "time": one.since, "update_types": one.kinds});
    json!({"subscriptions": all.iter().map(one).collect::<Vec<_>>()})
}

/// `POST /subscriptions`. The same address replaces its earlier subscription.
fn subscribe(state: &mut Max, bot: &Id, call: &Call) -> Answered {
    let url = call.json["url"].as_str().ok_or_else(|| wrong("Missing required parameter: url"))?.to_owned();
    // Plain HTTP and other ports are allowed, for tests on one machine.
    Url::parse(&url).map_err(|_| wrong("Invalid url"))?;
    let secret = call.json["secret"].as_str().map(str::to_owned);
    let sign = |sign: u8| sign.is_ascii_alphanumeric() || b"_-".contains(&sign);
    let fits = |secret: &String| (5..=256).contains(&secret.len()) && secret.bytes().all(sign);
    ensure(secret.as_ref().is_none_or(fits), || wrong("Field 'secret' must match ^[a-zA-Z0-9_-]{5,256}$"))?;
    let kinds = call.json["update_types"].as_array();
    let kinds = kinds.map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    let since = state.now;
    if let Some(line) = state.lines.get_mut(bot) {
        line.subscriptions.retain(|one| one.url != url);
        line.subscriptions.push(Subscription { url, secret, kinds, since, failing_since: None });
    }
    Ok(success())
}

/// `DELETE /subscriptions?url=`.
fn unsubscribe(state: &mut Max, bot: &Id, call: &Call) -> Value {
    let url = call.query("url").unwrap_or_default();
    let Some(line) = state.lines.get_mut(bot) else { return success() };
    let before = line.subscriptions.len();
    line.subscriptions.retain(|one| one.url != url);
    if line.subscriptions.len() < before { success() } else { not_success("Subscription not found") }
}

fn number(chat: &str) -> Result<Id, Refusal> {
    let number = chat.parse::<i64>().map_err(|_| wrong(format!("Invalid chat_id: {chat}")))?;
    Ok(number.into())
}

/// A group or a channel of the bot.
fn place<'a>(state: &'a Max, bot: &Id, chat: &str) -> Result<&'a Dialog, Refusal> {
    let found = state.dialog(&number(chat)?).filter(|dialog| dialog.line == *bot && dialog.person.is_none());
    found.ok_or_else(|| no_chat(chat))
}

/// `GET /chats/{chat_id}`.
fn room(state: &Max, bot: &Id, chat: &str) -> Answered {
    let dialog = place(state, bot, chat)?;
    let kind = if dialog.kind == DialogKind::Group { "chat" } else { "channel" };
    Ok(json!({
        "chat_id": dialog.id.number(), "type": kind, "status": "active", "title": dialog.title, "icon": null,
        "last_event_time": state.now, "participants_count": 2, "is_public": false, "link": null, "description": null,
    }))
}

/// `GET /chats/{chat_id}/members`, `…/members/me`, `…/members/admins`: the bot, and who wrote there.
fn members(state: &Max, bot: &Id, chat: &str, rest: &[&str]) -> Answered {
    let dialog = place(state, bot, chat)?;
    let member = |user: Value, is_admin: bool| {
        let mut member = json!({"last_access_time": state.now, "is_owner": false, "is_admin": is_admin, "join_time": state.now,
            "permissions": is_admin.then(|| json!(["read_all_messages", "write", "pin_message"]))});
        crate::kit::extend(&mut member, user);
        member
    };
    let own = member(json::bot(state, bot), true);
    let people: BTreeSet<i64> = dialog
        .messages
        .iter()
        .filter_map(|one| match one.author {
            Author::Person(id) => Some(id),
            _ => None,
        })
        .collect();
    match rest {
        ["me"] => Ok(own),
        ["admins"] => Ok(json!({"members": [own], "marker": null})),
        [] => {
            let people = people.into_iter().map(|id| member(json::user(state, id), false));
            Ok(json!({"members": std::iter::once(own.clone()).chain(people).collect::<Vec<_>>(), "marker": null}))
        }
        _ => Err(Refusal::new(404, "not.found", "Not found")),
    }
}

/// `PUT`, `GET` and `DELETE /chats/{chat_id}/pin`.
fn pin(state: &mut Max, bot: &Id, method: &str, chat: &str, call: &Call) -> Answered {
    let dialog = place(state, bot, chat)?;
    let id = dialog.id.clone();
    match method {
        "PUT" => {
            let mid = Id::from(call.json["message_id"].as_str().unwrap_or_default());
            ensure(dialog.message(&mid).is_some(), || wrong(format!("Invalid message_id: {mid}")))?;
            state.own.pins.insert(id, mid);
        }
        "DELETE" => drop(state.own.pins.remove(&id)),
        _ => {
            let pinned = state.own.pins.get(&id).and_then(|mid| dialog.message(mid));
            return Ok(json!({"message": pinned.map(|one| json::message(state, dialog, one))}));
        }
    }
    Ok(success())
}

/// `POST /chats/{chat_id}/actions`.
fn action(state: &mut Max, bot: &Id, chat: &str, call: &Call) -> Answered {
    let id = number(chat)?;
    let name = call.json["action"].as_str().unwrap_or_default().to_owned();
    ensure(ACTIONS.contains(&name.as_str()), || wrong(format!("Unknown action: {name}")))?;
    let at = state.now;
    let dialog = state.dialogs.get_mut(&id).filter(|dialog| dialog.line == *bot).ok_or_else(|| no_chat(chat))?;
    dialog.activities.push(Activity { name, at });
    Ok(success())
}
