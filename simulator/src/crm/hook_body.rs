//! The bodies of hooks, as documented, and what a manager's action puts into them: files get links, quotes and forwards
//! are looked up.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::exchange::put;
use super::hook_message::{Author, HookMessage};
use super::state::{Account, Chat, Direction, Message, Person, State};
use super::{ids, media};

/// The chat a message is written in.
pub(crate) struct Place<'a> {
    pub(crate) host: &'a str,
    pub(crate) chat_id: &'a str,
    /// Our own address, for links to files.
    pub(crate) own_url: &'a str,
    pub(crate) now: DateTime<Utc>,
}

/// The author, as shown in hooks and the window.
pub(crate) struct Writer {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) is_bot: bool,
}

/// Finds the author; a user without an id in the Chats API cannot write.
pub(crate) fn writer(account: &Account, author: Author) -> Result<Writer> {
    let user = match author {
        Author::Salesbot => {
            let id = ids::amojo(&format!("salesbot.{}", account.amojo_id)).to_string();
            return Ok(Writer { id, name: "Salesbot".to_owned(), is_bot: true });
        }
        Author::Manager => account.manager().context("the account has no manager")?,
        Author::User(id) => account.user(id).context("no such user")?,
    };
    let id = user.amojo_id.clone().with_context(|| format!("{} has no id in the Chats API", user.name))?;
    Ok(Writer { id, name: user.name.clone(), is_bot: false })
}

/// The inner `message` object with its new id.
pub(crate) fn content(state: &mut State, place: &Place<'_>, message: HookMessage) -> Result<Value> {
    let account = state.accounts.get(place.host).context("no such account")?;
    let mut content = Value::Object(message.fields);
    put(&mut content, "id", json!(Uuid::new_v4()));
    if let Some(list) = message.list {
        let list = list.completed()?;
        if content.get("text").is_some_and(|text| text == "") {
            put(&mut content, "text", list.body.as_str());
        }
        put(&mut content, "markup", json!({"list_message": list}));
    }
    if let Some(id) = &message.quoted {
        let quoted = account.message(id).filter(|one| one.chat_id == place.chat_id);
        let quoted = quoted.context("the quoted message is not in this chat")?;
        put(&mut content, "reply_to", json!({"message": embedded(account, quoted)}));
    }
    if let Some(id) = &message.forwarded {
        let forwarded = account.message(id).context("the forwarded message is not there")?;
        let owner = |chat_id: &str| account.chat(chat_id).map(|chat| chat.client_id.as_str());
        if owner(&forwarded.chat_id) != owner(place.chat_id) {
            bail!("the forwarded message is in a chat of another integration");
        }
        let messages = [embedded(account, forwarded)];
        put(&mut content, "forwards", json!({"messages": messages, "conversation_ref_id": forwarded.chat_id}));
    }
    if let Some(id) = &message.comment {
        answer_comment(account, place, id, &mut content)?;
    }
    if let Some(attachment) = message.attachment {
        let (link, preview) = media::keep(state, place.own_url, &attachment, place.now)?;
        put(&mut content, "media", link);
        put(&mut content, "thumbnail", preview);
        put(&mut content, "file_name", attachment.name);
        put(&mut content, "file_size", attachment.bytes.len());
    }
    Ok(content)
}

/// A public answer: text only, with the post and the comment it answers.
fn answer_comment(account: &Account, place: &Place<'_>, id: &str, content: &mut Value) -> Result<()> {
    let comment = account.message(id).filter(|one| one.chat_id == place.chat_id);
    let comment = comment.context("the comment is not in this chat")?;
    let post = comment.post_id().context("the message is not a comment")?;
    if content.get("type").is_none_or(|kind| kind != "text") || content.get("markup").is_some() {
        bail!("a public answer to a comment can only be a text");
    }
    put(content, "markup", Value::Null);
    put(content, "post", json!({"id": post}));
    put(content, "reply_to", json!({"message": embedded(account, comment)}));
    Ok(())
}

/// `conversation`; without `client_id` while a chat opened by a manager is not bound.
pub(crate) fn conversation(chat: &Chat) -> Value {
    with_client_id(json!({"id": chat.id}), chat.conversation_id.as_ref())
}

fn with_client_id(mut shown: Value, id: Option<&String>) -> Value {
    if let Some(id) = id {
        put(&mut shown, "client_id", id.as_str());
    }
    shown
}

/// The `message` object of a hook of the second version.
pub(crate) fn message(account: &Account, chat: &Chat, sender: &Value, msec: i64, inner: &Value) -> Value {
    let person = account.person(&chat.person_id);
    let text = |look: fn(&Person) -> &String| person.map(|one| look(one).as_str()).unwrap_or_default();
    let in_public = inner.get("post").is_some();
    let receiver = match in_public {
        // A public answer to a comment has a name and no profile.
        true => json!({"id": chat.person_id, "name": text(|one| &one.name)}),
        false => json!({"id": chat.person_id, "phone": text(|one| &one.phone), "email": text(|one| &one.email)}),
    };
    let mut message = json!({
        "receiver": with_client_id(receiver, person.and_then(|one| one.client_id.as_ref())),
        "sender": sender,
        "conversation": conversation(chat),
        "timestamp": msec.div_euclid(1000),
        "msec_timestamp": msec,
        "message": inner,
    });
    if let Some(source) = account.source_of(chat).filter(|_| !in_public) {
        put(&mut message, "source", json!({"external_id": source.external_id}));
    }
    message
}

/// A hook of the obsolete first version: flat, with the other side's ids only. `None` for a chat that has none.
pub(crate) fn first_version(chat: &Chat, person: Option<&Person>, msec: i64, inner: &Value) -> Option<Value> {
    let (receiver, conversation) = (person?.client_id.as_ref()?, chat.conversation_id.as_ref()?);
    let mut hook = json!({"receiver": receiver, "conversation_id": conversation, "msec_timestamp": msec});
    for key in ["type", "text", "media", "thumbnail", "file_name", "file_size"] {
        put(&mut hook, key, inner.get(key).cloned().unwrap_or_default());
    }
    Some(hook)
}

/// A participant inside a quoted or forwarded message: no phone, no e-mail.
fn participant(account: &Account, id: &str, name: &str) -> Value {
    let client_id = account.person(id).and_then(|person| person.client_id.as_ref());
    with_client_id(json!({"id": id, "name": name}), client_id)
}

/// A message within `reply_to` and `forwards`.
fn embedded(account: &Account, message: &Message) -> Value {
    let mut shown = json!({
        "id": message.id,
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
        "sender": participant(account, &message.sender_id, &message.sender_name),
        "file_size": message.content.get("file_size").cloned().unwrap_or_else(|| json!(0)),
    });
    for key in ["type", "text", "media", "thumbnail", "file_name"] {
        put(&mut shown, key, message.content.get(key).cloned().unwrap_or_else(|| json!("")));
    }
    for key in ["location", "contact"] {
        if let Some(value) = message.content.get(key) {
            put(&mut shown, key, value.clone());
        }
    }
    if let Some(msgid) = &message.msgid {
        put(&mut shown, "msgid", msgid.as_str());
    }
    if let Some(person) = message.receiver_id.as_ref().and_then(|id| account.person(id)) {
        put(&mut shown, "receiver", participant(account, &person.id, &person.name));
    }
    shown
}

/// `action.reaction.message`, the form of the table.
pub(crate) fn reacted(message: &Message, manager_id: &str) -> Value {
    let receiver = message.receiver_id.as_deref().unwrap_or(manager_id);
    let shown = json!({
        "id": message.id,
        "sender": {"id": message.sender_id},
        "receiver": {"id": receiver},
        "timestamp": message.msec_timestamp.div_euclid(1000),
        "msec_timestamp": message.msec_timestamp,
    });
    // A message created in amoCRM has no id of the other side.
    with_client_id(shown, message.msgid.as_ref().filter(|_| message.direction != Direction::Outgoing))
}
