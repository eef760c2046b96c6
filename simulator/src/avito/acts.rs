//! Chats, what buyers and sellers send, and the webhooks about it.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::json;
use super::options::{Avito, Options};
use crate::kit::{Act, Author, Content, Dialog, Done, Event, File, Id, Message, Sample, Verb, write};

/// The chat of an act: one that it names, or one about an advert or with a seller, which is created on first use.
pub(super) fn place(state: &mut Avito, act: &Act) -> Result<Id> {
    let named = match &act.to {
        Some((word, id)) if word == "chat" => Id::of(id),
        _ => act.id("chat").ok(),
    };
    let id = if let Some(id) = named { id } else { open(state, act)? };
    let chat = state.dialog(&id).context("there is no such chat")?;
    ensure!(act.verb == Verb::Own || chat.person == Some(act.who), "the buyer is not in this chat");
    Ok(id)
}

/// The chat about an advert or with a seller; their numbers differ.
fn open(state: &mut Avito, act: &Act) -> Result<Id> {
    let place = act.to.as_ref().map_or_else(|| Some(act.line.clone()), |(_, id)| Id::of(id)).unwrap_or_default();
    ensure!(state.people.contains_key(&act.who), "there is no such buyer");
    let item = state.own.items.get(&place).map(|item| item.id);
    let line = state.own.items.get(&place).map_or(place, |item| item.seller.into());
    ensure!(state.lines.contains_key(&line), "there is no such advert or seller");
    if let Some(chat) = find(state, act.who, &line, item) {
        return Ok(chat.id.clone());
    }
    let (kind, tail) = (if item.is_some() { "u2i" } else { "u2u" }, state.next_hex(21));
    // Real ids are `u2i-` and 22 characters, which may include `~`.
    let id = Id::from(format!("{kind}-{}~{}", &tail[..11], &tail[11..]));
    let mut chat = Dialog { id: id.clone(), line, person: Some(act.who), ..Dialog::default() };
    for (name, value) in [("item", json!(item)), ("created", json!(state.date())), ("updated", json!(state.date()))] {
        chat.more.insert(name.to_owned(), value);
    }
    state.dialogs.insert(id.clone(), chat);
    Ok(id)
}

/// The chat of a buyer and a seller about this advert, or about none.
pub(super) fn find<'a>(state: &'a Avito, who: i64, line: &Id, item: Option<i64>) -> Option<&'a Dialog> {
    let mut chats = state.dialogs.values().filter(|chat| chat.person == Some(who) && chat.line == *line);
    chats.find(|chat| chat.more.get("item").and_then(Value::as_i64) == item)
}

/// A file with a new id.
pub(super) fn keep<'a>(state: &'a mut Avito, kind: &str) -> &'a mut File {
    let id = state.next_hex(32);
    let file = state.place(kind);
    // Those of pictures have the form `12345.…`.
    file.token = if kind == "image" { format!("{}.{}", 10_000 + file.serial, &id[..20]) } else { id };
    file
}

pub(super) fn compose(state: &mut Avito, act: &Act, draft: &mut Message) -> Result<()> {
    for content in &act.contents {
        let part = part(state, act, content, draft)?;
        draft.parts.extend(part);
    }
    Ok(())
}

/// Content that is neither a text nor a file; files are added to the draft.
fn part(state: &mut Avito, act: &Act, content: &Content, draft: &mut Message) -> Result<Option<Value>> {
    let more = |name: &str| content.more.get(name).with_context(|| format!("{name} is missing"));
    let text = content.field("text");
    Ok(Some(match content.kind.as_str() {
        "text" => return Ok(None),
        "image" | "voice" => {
            let sample = if content.kind == "image" { Sample::PICTURE } else { Sample::VOICE_MP4 };
            let given = content.files.first().cloned().unwrap_or_default();
            let (name, mime, bytes) = given.resolve(state, sample)?;
            let file = keep(state, &content.kind);
            (file.name, file.mime, file.bytes) = (name, mime, Some(bytes));
            draft.files.push(file.id.clone());
            return Ok(None);
        }
        "link" => {
            let url = content.field("url");
            let domain = url.split('/').nth(2).unwrap_or_default();
            let preview = json!({"title": text, "description": "", "domain": domain, "url": url, "images": null});
            json!({"link": {"url": url, "text": text, "preview": preview}})
        }
        "item" => {
            // The phone sends the advert that is talked about.
            let item = content.more.get("item").or_else(|| act.to.as_ref().map(|(_, id)| id));
            let item =
                item.and_then(Id::of).and_then(|id| state.own.items.get(&id)).context("there is no such advert")?;
            let (url, picture) = (item.url(), json::picture(state));
            json!({"item": {"title": item.title, "price_string": item.price, "item_url": url, "image_url": picture}})
        }
        "location" => {
            let (lat, lon) = (more("lat")?, more("lon")?);
            json!({"location": {"lat": lat, "lon": lon, "text": text, "title": text, "kind": "house"}})
        }
        // `missed` is the only documented status.
        "call" => json!({"call": {"status": content.more.get("status").unwrap_or(&json!("missed"))}}),
        "app_call" => {
            draft.kind = "appCall".to_owned();
            json!({})
        }
        // A type that the OpenAPI file does not contain.
        "raw" => {
            draft.kind = content.field("type").to_owned();
            more("content")?.clone()
        }
        _ => json!({}),
    }))
}

/// Queues the webhooks about what happened; what was read is not reported.
pub(super) fn report(state: &mut Avito, event: &Event<'_>) -> Id {
    if event.act.verb != Verb::Read {
        announce(state, event.dialog, event.message);
    }
    Id::default()
}

/// Queues the webhooks about a message that was written or deleted. Own messages are reported too, as the documentation
/// of `user_id` and `author_id` says.
pub(super) fn announce(state: &mut Avito, chat: &Id, message: &Id) {
    let date = state.date();
    if let Some(chat) = state.dialogs.get_mut(chat) {
        chat.more.insert("updated".to_owned(), json!(date));
    }
    let Some(known) = state.dialog(chat) else { return };
    let Some(message) = known.messages.iter().find(|one| one.id == *message) else { return };
    let (seller, body) = (known.line.clone(), json::webhook(state, known, message));
    queue(state, &seller, chat.as_str(), body);
}

/// Queues a body for all webhooks of a seller.
fn queue(state: &mut Avito, seller: &Id, lane: &str, mut body: Value) {
    let id = state.next_hex(32);
    if let Some(body) = body.as_object_mut() {
        body.entry("id").or_insert_with(|| json!(id));
    }
    // Avito does not document whether webhooks continue after the subscription level was lost; here they stop.
    if state.own.sellers.get(seller).is_some_and(|seller| seller.has_level) {
        state.notify(seller, "message", lane, &body);
    }
}

pub(super) fn own(state: &mut Avito, act: &Act) -> Result<Done> {
    if act.name == "raw" {
        queue(state, &act.line, "", act.more.get("body").cloned().context("body is missing")?);
        return Ok(Done::default());
    }
    let dialog = place(state, act)?;
    let message = match act.name.as_str() {
        "send_as_seller" => write::<Options>(state, act, &dialog, Author::Owner)?,
        "system" => {
            let flow = act.more.get("flow_id").cloned().unwrap_or_else(|| json!("seller_audience_discount"));
            let text = act.text.clone().unwrap_or_else(|| "Предложите покупателю скидку".to_owned());
            let (id, parts) = (Id::from(state.next_hex(32)), vec![json!({"flow_id": flow, "text": text})]);
            let (author, kind) = (Author::Anonymous, "system".to_owned());
            state.add(&dialog, Message { id: id.clone(), author, kind, text, parts, ..Message::default() });
            announce(state, &dialog, &id);
            id
        }
        other => bail!("Avito has no act {other}"),
    };
    Ok(Done { messages: vec![message], dialog, ..Done::default() })
}
