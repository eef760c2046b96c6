//! Operations of the OpenAPI file: who may call them, their limits and answers; and the hosts of files.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};
use url::Url;

use super::options::{Avito, GrantKind};
use super::{acts, json};
use crate::kit::{Answer, Author, Call, Dialog, Id, Message, Named, Subscription};

/// The longest text, in characters.
const LONGEST: usize = 1000;
/// The largest picture in bytes.
const LARGEST: usize = 24 * 1024 * 1024;
/// How long the link to a voice message is valid, in milliseconds.
const HOUR: i64 = 3_600_000;

const READ: &str = "messenger:read";
const WRITE: &str = "messenger:write";

/// `operationId`, method and path, and the scope that an application needs.
const OPERATIONS: [(&str, &str, &str); 13] = [
    ("getUserInfoSelf", "GET core/v1/accounts/self", "user:read"),
    ("getChatsV2", "GET messenger/v2/accounts/{}/chats", READ),
    ("getChatByIdV2", "GET messenger/v2/accounts/{}/chats/{}", READ),
    ("getMessagesV3", "GET messenger/v3/accounts/{}/chats/{}/messages", READ),
    ("postSendMessage", "POST messenger/v1/accounts/{}/chats/{}/messages", WRITE),
    ("postSendImageMessage", "POST messenger/v1/accounts/{}/chats/{}/messages/image", WRITE),
    ("deleteMessage", "POST messenger/v1/accounts/{}/chats/{}/messages/{}", WRITE),
    ("chatRead", "POST messenger/v1/accounts/{}/chats/{}/read", READ),
    ("getVoiceFiles", "GET messenger/v1/accounts/{}/getVoiceFiles", READ),
    ("uploadImages", "POST messenger/v1/accounts/{}/uploadImages", WRITE),
    ("postWebhookV3", "POST messenger/v3/webhook", READ),
    ("postWebhookUnsubscribe", "POST messenger/v1/webhook/unsubscribe", READ),
    ("getSubscriptions", "POST messenger/v1/subscriptions", READ),
];

pub(super) type Answered = Result<Value, Answer>;

pub(super) fn answer(status: u16, body: &Value) -> Answer {
    Answer::new(status, "application/json", body.to_string())
}

/// The error format of all of Avito's files.
pub(super) fn refusal(status: u16, message: &str) -> Answer {
    answer(status, &json!({"error": {"code": status, "message": message}}))
}

pub(super) fn too_many(seconds: Option<i64>) -> Answer {
    seconds.iter().fold(refusal(429, "Too Many Requests"), |answer, seconds| answer.with("retry-after", seconds))
}

fn bad(message: &str) -> Answer {
    refusal(400, message)
}

fn missing() -> Answer {
    refusal(404, "Not found")
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), Answer> {
    if holds { Ok(()) } else { Err(bad(otherwise)) }
}

/// The call's name; empty for pages and files.
pub(super) fn named(state: &Avito, call: &Call) -> Named {
    let path = call.path.trim_matches('/');
    let fits = |known: &str| {
        let (known, asked) = (known.split(['/', ' ']), std::iter::once(call.method.as_str()).chain(path.split('/')));
        known.clone().count() == asked.clone().count()
            && known.zip(asked).all(|(one, other)| one == "{}" || one == other)
    };
    let name = |line, call: &str| Named { line, call: call.to_owned(), to: None };
    match (call.method.as_str(), path.split('/').next()) {
        ("POST", Some("token")) if path == "token" => name(Id::default(), "getAccessToken"),
        (_, Some("core" | "messenger")) => match OPERATIONS.iter().find(|(_, known, _)| fits(known)) {
            Some((id, _, scope)) => name(caller(state, call, scope).unwrap_or_default(), id),
            None => name(Id::default(), "unknown"),
        },
        _ => Named::default(),
    }
}

/// The seller who owns a token. 401 without a token; 403 for an unknown or expired one, or one without the scope, as
/// the OAuth page and the user file define.
fn caller(state: &Avito, call: &Call, scope: &str) -> Result<Id, Answer> {
    let token = call.bearer().ok_or_else(|| refusal(401, "Unauthorized"))?;
    let grant = state.own.grants.get(token).filter(|grant| {
        let is_scoped = grant.app.is_none() || grant.scope.iter().any(|one| one == scope);
        grant.kind == GrantKind::Access && grant.expires_at > state.now && is_scoped
    });
    grant.map(|grant| grant.seller.clone()).ok_or_else(|| refusal(403, "Forbidden"))
}

pub(super) fn call(state: &mut Avito, name: &str, call: &Call) -> Answer {
    let Some((id, _, scope)) = OPERATIONS.iter().find(|(id, ..)| *id == name) else { return missing() };
    let seller = match caller(state, call, scope) {
        Ok(seller) => seller,
        Err(refusal) => return refusal,
    };
    let answered = allowed(state, &seller, id, call).and_then(|()| perform(state, &seller, id, call));
    answered.map_or_else(|refusal| refusal, |json| answer(200, &json))
}

/// Checks the subscription level, the account and the chat in the path, and the body.
fn allowed(state: &Avito, seller: &Id, id: &str, call: &Call) -> Result<(), Answer> {
    let has_level = state.own.sellers.get(seller).is_some_and(|seller| seller.has_level);
    if id != "getUserInfoSelf" && !has_level {
        return Err(refusal(402, "Payment required"));
    }
    if let ["messenger", _, "accounts", account, rest @ ..] =
        call.path.trim_matches('/').split('/').collect::<Vec<_>>().as_slice()
    {
        if *seller != *account {
            return Err(refusal(403, "Forbidden"));
        }
        if let ["chats", chat, ..] = rest {
            state.dialog(&Id::from(*chat)).filter(|chat| chat.line == *seller).ok_or_else(missing)?;
        }
    }
    if call.is_too_large {
        return Err(refusal(413, "Request Entity Too Large"));
    }
    ensure(!call.is_garbled, "can't parse the body")
}

fn perform(state: &mut Avito, seller: &Id, id: &str, call: &Call) -> Answered {
    let segment = |at| Id::from(call.path.trim_matches('/').split('/').nth(at).unwrap_or_default());
    let chat = segment(5);
    match id {
        "getUserInfoSelf" => Ok(myself(state, seller)),
        "getChatsV2" => chats(state, seller, call),
        "getChatByIdV2" => state.dialog(&chat).map(|chat| json::chat(state, chat)).ok_or_else(missing),
        "getMessagesV3" => messages(state, &chat, call),
        "postSendMessage" => send(state, &chat, call),
        "postSendImageMessage" => send_image(state, seller, &chat, call),
        "deleteMessage" => {
            let (now, chat) = (state.now, state.dialogs.get_mut(&chat).ok_or_else(missing)?);
            let message = chat.message_mut(&segment(7)).filter(|one| json::is_sellers(one)).ok_or_else(missing)?;
            ensure(now - message.at <= HOUR, "the message is older than an hour")?;
            message.is_removed = true;
            Ok(json!({}))
        }
        "chatRead" => {
            let (now, chat) = (state.now, state.dialogs.get_mut(&chat).ok_or_else(missing)?);
            for message in chat.messages.iter_mut().filter(|one| !json::is_sellers(one) && one.read_at.is_none()) {
                message.read_at = Some(now);
            }
            Ok(json!({"ok": true}))
        }
        "getVoiceFiles" => voices(state, seller, call),
        "uploadImages" => upload(state, seller, call),
        "postWebhookV3" | "postWebhookUnsubscribe" => {
            let url = call.json["url"].as_str().ok_or_else(|| bad("url is required"))?.to_owned();
            let is_web = Url::parse(&url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()));
            ensure(is_web, "url is not an address")?;
            let webhooks = &mut state.lines.get_mut(seller).ok_or_else(missing)?.subscriptions;
            webhooks.retain(|known| known.url != url || id == "postWebhookV3");
            if id == "postWebhookV3" && webhooks.iter().all(|known| known.url != url) {
                webhooks.push(Subscription { url, ..Subscription::default() });
            }
            Ok(json!({"ok": true}))
        }
        "getSubscriptions" => {
            let webhooks = state.lines.get(seller).map(|line| line.subscriptions.as_slice()).unwrap_or_default();
            let all: Vec<Value> = webhooks.iter().map(|one| json!({"url": one.url, "version": "3"})).collect();
            Ok(json!({"subscriptions": all}))
        }
        _ => Err(missing()),
    }
}

fn myself(state: &Avito, seller: &Id) -> Value {
    let name = state.lines.get(seller).map(|line| line.name.as_str());
    json!({
        "id": seller.number(), "name": name, "email": "seller@acme.test", "phone": "79990001122",
        "phones": ["79990001122"], "profile_url": json::profile(seller.number()),
    })
}

/// All values of a list parameter, repeated or separated by commas; `voice_ids[]` is the notation of other programs.
fn all<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    let given = call.query.iter().filter(|(key, _)| key.trim_end_matches("[]") == name);
    given.flat_map(|(_, value)| value.split(',')).filter(|one| !one.is_empty()).collect()
}

/// `limit` and `offset`, within the bounds of the OpenAPI file.
fn window(call: &Call) -> Result<(usize, usize), Answer> {
    let number = |name: &str, usual: usize| call.query(name).map_or(Ok(usual), str::parse);
    match (number("limit", 100), number("offset", 0)) {
        (Ok(limit @ 1..=100), Ok(offset @ 0..=1000)) => Ok((limit, offset)),
        _ => Err(bad("limit or offset is out of bounds")),
    }
}

/// The latest first.
fn chats(state: &Avito, seller: &Id, call: &Call) -> Answered {
    let (limit, offset) = window(call)?;
    let kinds = all(call, "chat_types");
    ensure(kinds.iter().all(|kind| ["u2i", "u2u", "a2u"].contains(kind)), "unknown chat type")?;
    let kinds = if kinds.is_empty() { vec!["u2i"] } else { kinds };
    let is_wanted =
        |chat: &&Dialog| chat.line == *seller && kinds.contains(&json::chat_type(chat)) && !chat.messages.is_empty();
    let mut found: Vec<&Dialog> = state.dialogs.values().filter(is_wanted).collect();
    found.sort_by_key(|chat| Reverse(chat.more.get("updated").and_then(Value::as_i64)));
    let page = found.into_iter().skip(offset).take(limit);
    Ok(json!({"chats": page.map(|chat| json::chat(state, chat)).collect::<Vec<_>>()}))
}

/// The latest first. The file defines a bare list; the real server wraps it as in version 2.
fn messages(state: &Avito, chat: &Id, call: &Call) -> Answered {
    let (limit, offset) = window(call)?;
    let chat = state.dialog(chat).ok_or_else(missing)?;
    let page = chat.messages.iter().rev().skip(offset).take(limit);
    let page: Vec<Value> = page.map(|message| json::message(state, chat, message)).collect();
    let has_more = chat.messages.len() > offset + page.len();
    Ok(json!({"messages": page, "meta": {"has_more": has_more}}))
}

fn send(state: &mut Avito, chat: &Id, call: &Call) -> Answered {
    let text = call.json.pointer("/message/text").and_then(Value::as_str).unwrap_or_default();
    ensure(call.json["type"] == "text", "type must be text")?;
    let fits = !text.trim().is_empty() && text.chars().count() <= LONGEST;
    ensure(fits, "text must have 1 to 1000 characters")?;
    let draft = Message { kind: "text".to_owned(), text: text.to_owned(), ..Message::default() };
    let mut sent = post(state, chat, draft)?;
    sent.as_object_mut().map(|sent| sent.remove("author_id"));
    Ok(sent)
}

fn send_image(state: &mut Avito, seller: &Id, chat: &Id, call: &Call) -> Answered {
    let picture = state.file_by_token(call.json["image_id"].as_str().unwrap_or_default());
    let own = picture.filter(|picture| picture.more.get("seller") == Some(&seller.json()));
    let files = vec![own.ok_or_else(|| bad("there is no such image"))?.id.clone()];
    post(state, chat, Message { kind: "image".to_owned(), files, ..Message::default() })
}

fn post(state: &mut Avito, chat: &Id, draft: Message) -> Answered {
    let id = Id::from(state.next_hex(32));
    state.add(chat, Message { id: id.clone(), author: Author::Line, ..draft });
    acts::announce(state, chat, &id);
    let chat = state.dialog(chat).ok_or_else(missing)?;
    let mut sent = json::brief(state, chat, chat.message(&id).ok_or_else(missing)?);
    sent["direction"] = json!("out");
    Ok(sent)
}

/// Links that are valid for an hour, for the seller's own chats.
fn voices(state: &Avito, seller: &Id, call: &Call) -> Answered {
    let ids = all(call, "voice_ids");
    ensure(!ids.is_empty(), "voice_ids is required")?;
    let (own, until) = (state.messages_of(seller), state.now + HOUR);
    let files = own.into_iter().flat_map(|(_, message)| &message.files).filter_map(|id| state.files.get(id));
    let asked = files.filter(|file| file.kind == "voice" && ids.contains(&file.token.as_str()));
    let links: Map<String, Value> = asked
        .map(|file| (file.token.clone(), json!(format!("{}/files/voices/{}?until={until}", state.base, file.token))))
        .collect();
    Ok(json!({"voices_urls": links}))
}

/// The media type of a picture in one of the five formats.
fn format(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'B', b'M', ..] => Some("image/bmp"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i', ..] => Some("image/heic"),
        _ => None,
    }
}

/// One picture per call.
fn upload(state: &mut Avito, seller: &Id, call: &Call) -> Answered {
    let [part] = call.parts.as_slice() else { return Err(bad("one image is wanted")) };
    ensure(part.name == "uploadfile[]", "uploadfile[] is required")?;
    ensure(part.bytes.len() <= LARGEST, "the image has more than 24 MB")?;
    let mime = format(&part.bytes).ok_or_else(|| bad("unknown format of image"))?;
    let file = acts::keep(state, "image");
    (file.mime, file.bytes) = (mime.to_owned(), Some(part.bytes.clone()));
    file.more.insert("seller".to_owned(), seller.json());
    let file = file.clone();
    Ok(json!({(file.token.as_str()): json::sizes(state, &file)}))
}

pub(super) fn host(state: &Avito, call: &Call) -> Answer {
    let file = |token: &str| {
        let file = state.file_by_token(token)?;
        Some(Answer::new(200, &file.mime, file.bytes.clone()?))
    };
    let found = match (call.method.as_str(), call.segments().as_slice()) {
        // All sizes are the original.
        ("GET", ["files", "images", _, name]) => file(name.strip_suffix(".jpg").unwrap_or(name)),
        ("GET", ["files", "voices", id]) => {
            let is_valid = call.number("until").is_some_and(|until| until >= state.now);
            file(id).filter(|_| is_valid).or_else(|| Some(Answer::empty(403)))
        }
        _ => None,
    };
    found.unwrap_or_else(|| Answer::empty(404))
}
