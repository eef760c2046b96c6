//! What people do on their phones, and the webhooks about it.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

use super::codes::in_message;
use super::coexistence::edited;
use super::media::RECEIVED;
use super::options::{HOUR, Options, Status, WhatsApp, body, digits};
use crate::kit::{Act, Author, Button, Content, Done, Event, Id, Message, Verb, Wire, extend, list, vcard, write};

/// Milliseconds for which free-form messages may follow a customer's message.
const WINDOW: i64 = 24 * HOUR;
/// The same after a message that came from an ad or a post.
const ENTRY: i64 = 72 * HOUR;

pub(super) fn place(state: &mut WhatsApp, act: &Act) -> Result<Id> {
    ensure!(state.lines.contains_key(&act.line), "there is no number {}", act.line);
    ensure!(state.people.contains_key(&act.who), "there is no person {}", act.who);
    Ok(state.dialog_of(&act.line, act.who))
}

pub(super) fn next_message(state: &mut WhatsApp, dialog: &Id) -> Id {
    let person = state.dialog(dialog).and_then(|dialog| dialog.person).unwrap_or_default();
    state.next_wamid(&state.phone_of(person))
}

/// Gives a message its body, and what stands beside it.
pub(super) fn compose(state: &mut WhatsApp, act: &Act, draft: &mut Message) -> Result<()> {
    let text = Content::text(&draft.text);
    let mut beside = json!({});
    write_body(state, act, act.contents.first().unwrap_or(&text), draft, &mut beside)?;
    let mut context = json!({});
    if let Some(id) = &act.reply_to {
        context = quoting(state, &act.line, id);
    }
    for (field, name) in [("forwarded", "forwarded"), ("forwarded_often", "frequently_forwarded")] {
        if act.more.get(field) == Some(&json!(true)) {
            context[name] = json!(true);
            draft.forward = Some(Id::from(name));
        }
    }
    if let Some(product) = act.more.get("product") {
        let from = state.number_of(&act.line);
        let id = state.next_wamid(&from);
        extend(&mut context, json!({"from": from, "id": id.as_str(), "referred_product": product}));
    }
    if context != json!({}) {
        beside["context"] = context;
    }
    for name in ["referral", "group_id"] {
        if let Some(value) = act.more.get(name) {
            beside[name] = value.clone();
        }
    }
    draft.more.insert("beside".to_owned(), beside);
    Ok(())
}

fn write_body(
    state: &mut WhatsApp,
    act: &Act,
    content: &Content,
    draft: &mut Message,
    beside: &mut Value,
) -> Result<()> {
    let field = |name: &str| content.more.get(name).cloned().unwrap_or_default();
    let body = match content.kind.as_str() {
        "text" => json!({"body": draft.text}),
        "location" => {
            content.field("name").clone_into(&mut draft.text);
            let named = content.more.iter().filter(|(_, value)| value.as_str() != Some(""));
            Value::Object(named.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        "contacts" => {
            let contacts = field("contacts");
            let names = list(&contacts).iter().filter_map(|one| one["name"]["formatted_name"].as_str());
            draft.text = names.collect::<Vec<_>>().join(", ");
            contacts
        }
        "order" => {
            let (catalog, items) = (field("catalog_id"), field("items"));
            json!({"catalog_id": catalog, "text": draft.text, "product_items": items})
        }
        "unsupported" => {
            beside["errors"] = json!([in_message(131_051, None)]);
            content.field("what").clone_into(&mut draft.text);
            json!({"type": draft.text})
        }
        "unavailable" => {
            beside["errors"] = json!([in_message(131_060, None)]);
            "unsupported".clone_into(&mut draft.kind);
            Value::Null
        }
        "raw" => {
            content.field("name").clone_into(&mut draft.kind);
            field("body")
        }
        kind => {
            let upload = content.resolve(state, Options::KINDS)?.into_iter().next().context("there is no file")?;
            let mut more = match kind {
                "audio" | "voice" => json!({"voice": kind == "voice"}),
                "sticker" => json!({"animated": field("animated") == true}),
                "document" => json!({"filename": upload.name}),
                _ => json!({}),
            };
            if !draft.text.is_empty() {
                more["caption"] = json!(draft.text);
            }
            (if kind == "voice" { "audio" } else { kind }).clone_into(&mut draft.kind);
            let id = state.keep(&act.line, RECEIVED, upload);
            draft.files = vec![id.clone()];
            state.media_object(&id, more)
        }
    };
    draft.parts = vec![body];
    Ok(())
}

/// `context` of an answer to a message, known or not.
fn quoting(state: &WhatsApp, phone: &Id, id: &Id) -> Value {
    let found = state.found(phone, id.as_str());
    let author = found.and_then(|(person, one)| (one.author == Author::Person(person)).then_some(person));
    let mut context = json!({"id": id.as_str()});
    match author {
        Some(person) => state.put_ids(phone, person, ["from", "from_user_id", ""], &mut context),
        None => context["from"] = json!(state.number_of(phone)),
    }
    context
}

/// What a webhook tells of a customer.
struct Heard<'a> {
    id: Option<Id>,
    kind: &'a str,
    body: Value,
    beside: Value,
}

impl<'a> Heard<'a> {
    /// What is not shown in the chat: reactions, edits, system messages.
    fn of(kind: &'a str, body: Value) -> Self {
        Self { id: None, kind, body, beside: Value::Null }
    }
}

/// Opens the window and queues the webhook; returns the message in it.
fn hear(state: &mut WhatsApp, phone: &Id, who: i64, heard: Heard) -> Value {
    let Heard { id, kind, body, beside } = heard;
    let id = id.unwrap_or_else(|| state.next_wamid(&state.phone_of(who)));
    let mut json = json!({"id": id.as_str(), "timestamp": state.date().to_string(), "type": kind});
    state.put_from(phone, who, &mut json);
    if !body.is_null() {
        json[kind] = body;
    }
    let is_entry = beside.get("referral").is_some();
    extend(&mut json, beside);
    let contact = state.contact(phone, who);
    let now = state.now;
    let chat = state.chat_mut(phone, who);
    if kind != "system" && kind != "request_welcome" {
        chat.open_until = chat.open_until.max(now + WINDOW);
    }
    if is_entry {
        chat.entry_until = now + ENTRY;
        chat.open_until = chat.open_until.max(chat.entry_until);
    }
    // A system message has no `contacts`.
    let value = match kind {
        "system" => json!({"messages": [json]}),
        _ => json!({"contacts": [contact], "messages": [json]}),
    };
    state.tell_phone(phone, "messages", value);
    json
}

fn heard_id(json: &Value) -> Id {
    Id::of(&json["id"]).unwrap_or_default()
}

/// Queues the webhooks about what happened; returns the id of what is reported.
pub(super) fn report(state: &mut WhatsApp, event: &Event<'_>) -> Id {
    let (act, phone, id) = (event.act, &event.act.line, event.message);
    let tell = |state: &mut WhatsApp, kind, body| heard_id(&hear(state, phone, act.who, Heard::of(kind, body)));
    match act.verb {
        Verb::Send => sent(state, event.dialog, id),
        Verb::Edit => {
            let Some(message) = state.message(id) else { return Id::default() };
            let change = json!({"original_message_id": id.as_str(), "message": edited(message, &message.text)});
            return tell(state, "edit", change);
        }
        Verb::Remove => return tell(state, "revoke", json!({"original_message_id": id.as_str()})),
        Verb::React => {
            let mut reaction = json!({"message_id": id.as_str()});
            let emoji = state.message(id).and_then(|one| one.reactions.get(&Author::Person(act.who))?.first());
            if let Some(emoji) = emoji {
                reaction["emoji"] = json!(emoji);
            }
            return tell(state, "reaction", reaction);
        }
        Verb::Press => return pressed(state, event),
        Verb::Read => state.tell_read(phone, act.who),
        // WhatsApp reports none of these.
        Verb::Start | Verb::Stop | Verb::Block | Verb::Unblock | Verb::Type | Verb::Own => {}
    }
    Id::default()
}

/// Reports a message that has just been written, and keeps its object.
fn sent(state: &mut WhatsApp, dialog: &Id, id: &Id) {
    let Some(known) = state.dialog(dialog) else { return };
    let (phone, person) = (known.line.clone(), known.person.unwrap_or_default());
    let Some(message) = known.message(id).cloned() else { return };
    let (kind, body) = (message.kind.as_str(), body(&message).clone());
    let json = if message.author == Author::Owner {
        state.echo(&phone, person, id, kind, &body)
    } else {
        let beside = message.more.get("beside").cloned().unwrap_or_default();
        hear(state, &phone, person, Heard { id: Some(id.clone()), kind, body, beside })
    };
    if let Some(message) = state.message_mut(id) {
        message.more.insert("json".to_owned(), json);
    }
}

/// Adds a message of the person that answers something, and reports it.
fn said(state: &mut WhatsApp, act: &Act, message: Message) -> Id {
    let dialog = state.dialog_of(&act.line, act.who);
    let id = state.next_wamid(&state.phone_of(act.who));
    state.add(&dialog, Message { id: id.clone(), author: Author::Person(act.who), ..message });
    sent(state, &dialog, &id);
    id
}

/// An answer to a message with buttons, a list or a form.
fn answer(state: &mut WhatsApp, act: &Act, quoted: &Id, kind: &str, body: Value, text: &str) -> Id {
    let (kind, text, reply_to) = (kind.to_owned(), text.to_owned(), Some(quoted.clone()));
    let mut message = Message { kind, text, parts: vec![body], reply_to, ..Message::default() };
    let beside = json!({"context": quoting(state, &act.line, quoted)});
    message.more.insert("beside".to_owned(), beside);
    said(state, act, message)
}

fn pressed(state: &mut WhatsApp, event: &Event<'_>) -> Id {
    let (act, id) = (event.act, event.message);
    let Some((_, _, Button { kind, text, payload, .. })) = event.press.clone() else { return Id::default() };
    let reply = json!({"id": payload, "title": text});
    match kind.as_str() {
        "share" => share_contact(state, act),
        "row" => {
            let action = state.message(id).map(|message| body(message)["action"].clone()).unwrap_or_default();
            let mut rows = list(&action["sections"]).iter().flat_map(|section| list(&section["rows"]));
            let row = rows.find(|row| row["id"].as_str() == payload.as_deref());
            let mut reply = reply;
            if let Some(text) = row.and_then(|row| row["description"].as_str()).filter(|text| !text.is_empty()) {
                reply["description"] = json!(text);
            }
            answer(state, act, id, "interactive", json!({"type": "list_reply", "list_reply": reply}), &text)
        }
        "QUICK_REPLY" => answer(state, act, id, "button", json!({"payload": payload, "text": text}), &text),
        _ => answer(state, act, id, "interactive", json!({"type": "button_reply", "button_reply": reply}), &text),
    }
}

/// Shares the person's own number.
fn share_contact(state: &mut WhatsApp, act: &Act) -> Id {
    let digits = state.phone_of(act.who);
    let number = format!("+{digits}");
    let phones = json!([{"phone": number, "wa_id": digits, "type": "CELL"}]);
    let body = json!([{"vcard": vcard(&number, &number), "origin": "contact_request", "phones": phones}]);
    said(state, act, Message { kind: "contacts".to_owned(), text: number, parts: vec![body], ..Message::default() })
}

pub(super) fn own(state: &mut WhatsApp, act: &Act) -> Result<Done> {
    let text = act.text.as_deref();
    let on = act.more.get("on").and_then(Value::as_bool);
    let id = match act.name.as_str() {
        "fill" => {
            place(state, act)?;
            let values = act.more.get("values").context("values are missing")?;
            let reply = json!({"name": "flow", "body": "Sent", "response_json": values.to_string()});
            let body = json!({"type": "nfm_reply", "nfm_reply": reply});
            answer(state, act, act.first()?, "interactive", body, "Sent")
        }
        "share_contact" => {
            place(state, act)?;
            share_contact(state, act)
        }
        "play" => {
            state.tell_status(&act.line, act.first()?, Status::Played);
            Id::default()
        }
        "stop_marketing" => stop_marketing(state, act, on)?,
        "change_number" => change_number(state, act)?,
        "set_username" => {
            let person = state.people.get_mut(&act.who).context("there is no such person")?;
            person.username = act.more.get("username").and_then(Value::as_str).map(str::to_owned);
            Id::default()
        }
        "open" => {
            place(state, act)?;
            heard_id(&hear(state, &act.line, act.who, Heard::of("request_welcome", Value::Null)))
        }
        "owner_sends" => {
            let said = Act { verb: Verb::Send, who: receiver(act), ..act.clone() };
            let dialog = place(state, &said)?;
            write::<Options>(state, &said, &dialog, Author::Owner)?
        }
        "owner_edits" => state.owner_changes(&act.line, receiver(act), act.first()?, Some(text.unwrap_or_default()))?,
        "owner_revokes" => state.owner_changes(&act.line, receiver(act), act.first()?, None)?,
        "owner_saves" => {
            let is_removed = act.more.get("removed") == Some(&json!(true));
            state.owner_saves(&act.line, act.who, act.field("full_name"), is_removed)?;
            Id::default()
        }
        "raw" => {
            let value = act.more.get("value").context("value is missing")?;
            state.tell_waba(act.field("waba"), act.field("field"), value);
            Id::default()
        }
        other => bail!("WhatsApp has no act {other}"),
    };
    Ok(Done { id, ..Done::default() })
}

/// To whom the owner writes; on the phone's page, to the person whose page it is.
fn receiver(act: &Act) -> i64 {
    act.more.get("to").and_then(Value::as_i64).unwrap_or(act.who)
}

/// Stops marketing messages of a number, or resumes them; the other one of both if it is not said which.
fn stop_marketing(state: &mut WhatsApp, act: &Act, on: Option<bool>) -> Result<Id> {
    place(state, act)?;
    let phone = &act.line;
    let chat = state.chat_mut(phone, act.who);
    chat.is_stopped = on.unwrap_or(!chat.is_stopped);
    let verb = if chat.is_stopped { "stop" } else { "resume" };
    let mut preference = json!({
        "detail": format!("User requested to {verb} marketing messages"),
        "category": "marketing_messages",
        "value": verb,
        "timestamp": state.date(),
    });
    state.put_ids(phone, act.who, ["wa_id", "user_id", ""], &mut preference);
    let contacts = [state.contact(phone, act.who)];
    state.tell_phone(phone, "user_preferences", json!({"contacts": contacts, "user_preferences": [preference]}));
    Ok(Id::default())
}

/// Changes the person's number: queues a system message in each chat and, if the business-scoped id changes, two more
/// reports.
fn change_number(state: &mut WhatsApp, act: &Act) -> Result<Id> {
    let who = act.who;
    let person = state.people.get(&who).cloned().context("there is no such person")?;
    let (name, new) = (&person.first_name, digits(act.field("number")));
    let of_person = state.dialogs.values().filter(|dialog| dialog.person == Some(who));
    let phones: Vec<Id> = of_person.map(|dialog| dialog.line.clone()).collect();
    for phone in &phones {
        let told = format!("User {name} changed from {} to {new}", person.phone);
        let system = json!({"body": told, "wa_id": new, "type": "user_changed_number"});
        // The sender is still the old number.
        hear(state, phone, who, Heard::of("system", system));
    }
    state.people.entry(who).and_modify(|person| person.phone.clone_from(&new));
    let user = state.own.users.get(&who).cloned().unwrap_or_default();
    let current = act.more.get("user_id").and_then(Value::as_str);
    let (Some(current), Some(previous)) = (current, user.user_id) else { return Ok(Id::default()) };
    for phone in &phones {
        let told = format!("User {name} changed to a new business-scoped ID");
        let mut system = json!({"body": told, "user_id": current, "type": "user_changed_user_id"});
        if let Some(parent) = &user.parent_user_id {
            system["parent_user_id"] = json!(parent);
        }
        hear(state, phone, who, Heard::of("system", system));
        let profile: Map<String, Value> =
            (!name.is_empty()).then(|| ("name".to_owned(), json!(name))).into_iter().collect();
        let update = json!({
            "detail": "User id has been updated.",
            "user_id": {"previous": previous, "current": current},
            "timestamp": state.date().to_string(),
        });
        let more = json!({"contacts": [{"profile": profile}], "user_id_update": [update]});
        state.tell_phone(phone, "user_id_update", more);
    }
    state.own.users.entry(who).and_modify(|user| user.user_id = Some(current.to_owned()));
    Ok(Id::default())
}
