//! What is no message: connecting and disconnecting an account, chats made before their first message, delivery statuses,
//! typing, reactions, and reading a chat's history.

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::parties::{self, Party, Wanted};
use super::{LONGEST_ID, Outcome, Refusal, Scoped, ok};
use crate::crm::config::ChannelConfig;
use crate::crm::core::Core;
use crate::crm::exchange::{Answer, put};
use crate::crm::state::{Account, Connection, Direction, Message, Person, Status, Typing};
use crate::crm::strict::{Object, Wrong};

/// `POST {channel_id}/connect`; a second call for a connected account updates its settings.
pub(super) fn connect(core: &Core, body: &Value, channel: &ChannelConfig) -> Outcome {
    let fields = Object::whole(body)?;
    fields.only(&["account_id", "title", "hook_api_version", "is_time_window_disabled"])?;
    let amojo_id = fields.required_text("account_id")?;
    let title = fields.text("title")?.unwrap_or(&channel.title);
    let version = fields.text("hook_api_version")?.unwrap_or("v1");
    let is_time_window_disabled = fields.boolean("is_time_window_disabled")?.unwrap_or(false);
    if !matches!(version, "v1" | "v2") {
        return Err(Refusal::new(400, "hook_api_version must be v1 or v2"));
    }
    if version == "v1" {
        core.problem(format!("{title}: connected with hook_api_version v1, which is dead"));
    }
    let (host, id) = account(core, amojo_id)?;
    // A private channel has a list of approved accounts.
    if !core.read(|state| state.settings.private_channels.get(&channel.id).is_none_or(|list| list.contains(&id))) {
        return Err(Refusal::new(
            403,
            "the channel is private and this account is not in the list of approved accounts",
        ));
    }
    let scope_id = format!("{}_{amojo_id}", channel.id);
    let connection = Connection {
        scope_id: scope_id.clone(),
        title: title.to_owned(),
        hook_api_version: version.to_owned(),
        is_time_window_disabled,
    };
    let mut answer = json!(connection);
    put(&mut answer, "account_id", amojo_id);
    core.change(|state| state.connections.insert(scope_id, connection));
    Ok(ok(&answer).of_host(&host))
}

/// `DELETE {channel_id}/disconnect`; does nothing for an account that is not connected.
pub(super) fn disconnect(core: &Core, body: &Value, channel: &ChannelConfig) -> Outcome {
    let fields = Object::whole(body)?;
    fields.only(&["account_id"])?;
    let amojo_id = fields.required_text("account_id")?;
    let (host, _) = account(core, amojo_id)?;
    core.change(|state| state.connections.remove(&format!("{}_{amojo_id}", channel.id)));
    Ok(Answer::empty(200).of_host(&host))
}

/// Host and number of an account.
fn account(core: &Core, amojo_id: &str) -> Result<(String, i64), Refusal> {
    let found = core.read(|state| state.account_by_amojo(amojo_id).map(|account| (account.host.clone(), account.id)));
    found.ok_or_else(|| Refusal(400, format!("no account has the amojo id {amojo_id}")))
}

/// Milliseconds of typing if the request does not say.
const TYPING: i64 = 5000;

/// `POST {scope_id}/chats`; a known `conversation_id` returns the existing chat.
pub(super) fn create_chat(scoped: &Scoped<'_>) -> Outcome {
    let fields = scoped.body()?;
    // Official samples contain `account_id` here, so it is accepted.
    fields.only(&["conversation_id", "source", "user", "account_id"])?;
    let conversation_id = fields.short_text("conversation_id", LONGEST_ID)?;
    let source = parties::source(&fields)?;
    let user = Party::read(&fields.required_object("user")?)?;
    let (person, chat_id) = scoped.change(|account| {
        let person = parties::person(scoped, account, &user)?;
        let wanted = Wanted {
            conversation_id: Some(conversation_id),
            conversation_ref_id: None,
            names_person: false,
            person_id: &person.id,
            source,
        };
        let chat_id = parties::chat(scoped, account, &wanted)?;
        Ok((person, chat_id))
    })?;
    let mut shown = json!({"id": person.id});
    // For a person given by amojo's id only, nothing else is returned.
    if let Some(client_id) = &person.client_id {
        put(&mut shown, "client_id", client_id.as_str());
        put(&mut shown, "avatar", person.avatar.as_str());
    }
    for (key, value) in [("name", &person.name), ("phone", &person.phone), ("email", &person.email)] {
        if !value.is_empty() {
            put(&mut shown, key, value.as_str());
        }
    }
    Ok(ok(&json!({"id": chat_id, "user": shown})))
}

/// Parses a status with old or new field names, or both.
pub(super) fn read_status(fields: &Object<'_>, now: DateTime<Utc>) -> Result<Status, Wrong> {
    let (new, old) = (fields.whole_number("status_code")?, fields.whole_number("delivery_status")?);
    if new.is_some() && old.is_some() && new != old {
        return Err("status_code and delivery_status differ".to_owned());
    }
    let code = new.or(old).ok_or("status_code is required")?;
    let error_code = fields.whole_number("error_code")?;
    let error = fields.text("error")?;
    match (code, error_code) {
        (1 | 2, _) => {}
        (-1, Some(905)) if error.is_none_or(str::is_empty) => {
            return Err("error is required with error_code 905".to_owned());
        }
        (-1, Some(901..=905)) => {}
        (-1, Some(other)) => return Err(format!("error_code {other} is not 901 to 905")),
        (-1, None) => return Err("error_code is required with status -1".to_owned()),
        (other, _) => return Err(format!("status_code {other} is not 1, 2 or -1")),
    }
    Ok(Status { code, error_code, error: error.map(str::to_owned), at: now })
}

/// `POST {scope_id}/{message_id}/delivery_status`.
pub(super) fn status(scoped: &Scoped<'_>, message_id: &str) -> Outcome {
    let fields = scoped.body()?;
    fields.only(&["msgid", "status_code", "delivery_status", "error_code", "error"])?;
    if fields.text("msgid")?.is_some_and(|msgid| msgid != message_id) {
        return Err(Refusal::new(400, "msgid differs from the id in the path"));
    }
    let status = read_status(&fields, scoped.core.now())?;
    let code = status.code;
    let mut doubts = Vec::new();
    if code > 0 && status.error_code.is_some() {
        doubts.push("error_code with a success");
    }
    scoped.change(|account| {
        let message = account.message_mut(message_id).filter(|message| message.scope_id == scoped.scope_id);
        let message = message.ok_or_else(|| Refusal::new(404, "no message has this id"))?;
        if message.direction != Direction::Outgoing {
            return Err(Refusal::new(400, "only messages sent from amoCRM have delivery statuses"));
        }
        if message.statuses.iter().any(|one| one.code > code) {
            doubts.push("lower than a status before");
        } else if message.statuses.iter().any(|one| one.code == code) {
            doubts.push("the same status again");
        }
        message.statuses.push(status);
        Ok(())
    })?;
    Ok(scoped.doubted(Answer::empty(200), &format!("status {code} of {message_id}"), &doubts))
}

/// `POST {scope_id}/typing`. The documents define no error for an unknown chat or person; it is treated as bad data.
pub(super) fn typing(scoped: &Scoped<'_>) -> Outcome {
    let fields = scoped.body()?;
    fields.only(&["conversation_id", "sender", "duration_ms"])?;
    let conversation_id = fields.required_text("conversation_id")?;
    let sender = fields.required_object("sender")?;
    sender.only(&["id"])?;
    let sender_id = sender.required_text("id")?;
    let duration = fields.whole_number("duration_ms")?.unwrap_or(TYPING);
    let duration = Some(duration).filter(|millis| *millis > 0).and_then(TimeDelta::try_milliseconds);
    let until =
        scoped.core.now().checked_add_signed(duration.ok_or_else(|| "duration_ms must be positive".to_owned())?);
    let until = until.ok_or_else(|| "duration_ms is too large".to_owned())?;
    scoped.change(|account| {
        let person = parties::known(scoped, account, sender_id);
        let name = person.map(|one| one.name.clone()).ok_or_else(|| "sender.id is not a known id".to_owned())?;
        let is_it = |id: &Option<String>| id.as_deref() == Some(conversation_id);
        let chat = account.chats.iter_mut().find(|chat| scoped.owns(chat) && is_it(&chat.conversation_id));
        let chat = chat.ok_or_else(|| "conversation_id is not a known chat".to_owned())?;
        chat.typing = Some(Typing { name, until });
        Ok(Answer::empty(204))
    })
}

/// `POST {scope_id}/react`: reactions of customers, and of managers who reacted in the messenger.
pub(super) fn react(scoped: &Scoped<'_>) -> Outcome {
    let fields = scoped.body()?;
    fields.only(&["conversation_id", "conversation_ref_id", "msgid", "id", "user", "type", "emoji"])?;
    let (conversation, conversation_ref) = (fields.text("conversation_id")?, fields.text("conversation_ref_id")?);
    if conversation.is_none() && conversation_ref.is_none() {
        return Err(Refusal::new(400, "conversation_id or conversation_ref_id is required"));
    }
    let (msgid, id) = (fields.text("msgid")?, fields.text("id")?);
    let user = fields.required_object("user")?;
    user.only(&["id", "ref_id"])?;
    let emoji = match fields.required_text("type")? {
        "react" => Some(fields.required_text("emoji")?),
        "unreact" => None,
        other => return Err(Refusal(400, format!("type {other:?} is not react or unreact"))),
    };
    let (own_id, ref_id) = (user.text("id")?, user.text("ref_id")?);
    scoped.change(|account| {
        let by = reactor(account, scoped, own_id, ref_id)?;
        if id.is_none() && msgid.is_none() {
            return Err(Refusal::new(400, "msgid or id is required"));
        }
        let missing = || Refusal::new(404, "no message has this id");
        let found = scoped.named(account, id, msgid).ok_or_else(missing)?;
        let chat = account.message(&found).and_then(|message| account.chat(&message.chat_id));
        let chat = chat.filter(|chat| scoped.owns(chat)).ok_or_else(missing)?;
        let is_right = conversation_ref.is_none_or(|id| chat.id == id)
            && conversation.is_none_or(|id| chat.conversation_id.as_deref() == Some(id));
        if !is_right {
            return Err(Refusal::new(404, "the message is in another conversation"));
        }
        account.message_mut(&found).ok_or_else(missing)?.react(&by, emoji);
        Ok(())
    })?;
    Ok(Answer::empty(200))
}

/// The author of the reaction: a manager by the amojo id, else the customer by the other side's id.
fn reactor(
    account: &Account,
    scoped: &Scoped<'_>,
    own_id: Option<&str>,
    ref_id: Option<&str>,
) -> Result<String, Refusal> {
    let Some(ref_id) = ref_id else {
        let own_id = own_id.filter(|id| !id.is_empty()).ok_or_else(|| "user.id is required".to_owned())?;
        let known = parties::known(scoped, account, own_id).map(|_| own_id.to_owned());
        return known.ok_or_else(|| Refusal::new(400, "user.id is not a known id"));
    };
    if parties::is_inside(scoped, account, ref_id) || account.person(ref_id).is_some() {
        Ok(ref_id.to_owned())
    } else {
        Err(Refusal(400, format!("user.ref_id {ref_id} is not a known id")))
    }
}

/// The answer about a message, new or edited.
pub(super) fn told(message: &Message) -> Value {
    let mut shown = json!({
        "conversation_id": message.chat_id, "sender_id": message.sender_id, "msgid": message.id,
        "ref_id": message.msgid,
    });
    // The sample has null without a receiver; recorded answers have no such field.
    if let Some(receiver_id) = &message.receiver_id {
        put(&mut shown, "receiver_id", receiver_id.as_str());
    }
    json!({"new_message": shown})
}

/// Messages on a page of history.
const PAGE: usize = 50;

/// `GET {scope_id}/chats/{chat_id}/history`.
pub(super) fn history(scoped: &Scoped<'_>, chat_id: &str) -> Outcome {
    let number = |name: &str, usual: usize| {
        let found = scoped.call.query.iter().find(|(key, _)| key == name);
        let parsed = found.map(|(_, text)| text.parse::<usize>()).transpose();
        parsed.map(|value| value.unwrap_or(usual)).map_err(|_| Refusal(400, format!("{name} must be an integer")))
    };
    let (offset, limit) = (number("offset", 0)?, number("limit", PAGE)?);
    if limit == 0 || limit > PAGE {
        return Err(Refusal(400, format!("limit must be 1 to {PAGE}")));
    }
    let page = scoped.read(|account| {
        let is_own = account.chat(chat_id).is_some_and(|chat| chat.client_id == scoped.integration.client_id);
        let mut found: Vec<(usize, &Message)> = account.messages_of(chat_id).filter(|_| is_own).enumerate().collect();
        found.sort_by_key(|(at, message)| Reverse((message.msec_timestamp, *at)));
        let page = found.into_iter().skip(offset).take(limit);
        page.map(|(_, message)| row(account, message)).collect::<Vec<Value>>()
    });
    match page.filter(|page| !page.is_empty()) {
        Some(page) => Ok(ok(&json!({"messages": page}))),
        None => Ok(Answer::empty(204)),
    }
}

fn row(account: &Account, message: &Message) -> Value {
    let mut inner = json!({
        "id": message.id, "file_size": message.content.get("file_size").cloned().unwrap_or_else(|| json!(0)),
    });
    for key in ["type", "text", "media", "thumbnail", "file_name"] {
        put(&mut inner, key, message.field(key));
    }
    if let Some(msgid) = &message.msgid {
        put(&mut inner, "client_id", msgid.as_str());
    }
    for key in ["media_group_id", "location", "contact"] {
        if let Some(value) = message.content.get(key) {
            put(&mut inner, key, value.clone());
        }
    }
    let sender = match account.person(&message.sender_id) {
        Some(person) => profile(person),
        None => json!({"id": message.sender_id, "name": message.sender_name}),
    };
    let mut row = json!({
        "timestamp": message.msec_timestamp.div_euclid(1000), "msec_timestamp": message.msec_timestamp,
        "sender": sender, "message": inner,
    });
    if let Some(person) = message.receiver_id.as_ref().and_then(|id| account.person(id)) {
        put(&mut row, "receiver", profile(person));
    }
    row
}

/// A person in the history, without empty values.
fn profile(person: &Person) -> Value {
    let client_id = person.client_id.clone().unwrap_or_default();
    let all = [
        ("id", &person.id),
        ("client_id", &client_id),
        ("avatar", &person.avatar),
        ("name", &person.name),
        ("phone", &person.phone),
        ("email", &person.email),
    ];
    let shown = all.into_iter().filter(|(_, value)| !value.is_empty());
    Value::Object(shown.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>())
}
