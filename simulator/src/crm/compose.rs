//! Builds a message's content from a manager's action: files get links, quotes and forwards are looked up.

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::crm::{
    hook_body::{embedded, put},
    hook_message::{Author, HookMessage},
    ids, media,
    state::{Account, State},
};

/// The chat a message is written in.
pub(crate) struct Place<'a> {
    pub(crate) host: &'a str,
    pub(crate) chat_id: &'a str,
    pub(crate) scope_id: &'a str,
    /// Base URL of the sandbox, for links to files.
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
            let id = ids::amojo(&format!("salesbot.{}", account.amojo_id));
            return Ok(Writer { id: id.to_string(), name: "Salesbot".to_owned(), is_bot: true });
        }
        Author::Manager => account.manager().context("the account has no manager")?,
        Author::User(id) => account.users.iter().find(|user| user.id == id).context("no such user")?,
    };
    let id = user.amojo_id.clone().with_context(|| format!("{} has no id in the Chats API", user.name))?;
    Ok(Writer { id, name: user.name.clone(), is_bot: false })
}

/// The inner `message` object with its new id.
pub(crate) fn content(state: &mut State, place: &Place<'_>, message: HookMessage) -> Result<Value> {
    let abilities = state.abilities(place.scope_id);
    let account = state.accounts.get(place.host).context("no such account")?;
    let mut content = Value::Object(message.fields);
    put(&mut content, "id", json!(Uuid::new_v4()));
    if let Some(list) = message.list {
        let list = list.completed()?;
        if content.get("text").is_some_and(|text| text == "") {
            put(&mut content, "text", json!(list.body));
        }
        put(&mut content, "markup", json!({"list_message": list}));
    }
    if let Some(id) = &message.quoted {
        if !abilities.quotes {
            bail!("the channel was registered without quotes");
        }
        let quoted = account.message(id).filter(|one| one.chat_id == place.chat_id);
        let quoted = quoted.context("the quoted message is not in this chat")?;
        put(&mut content, "reply_to", json!({"message": embedded(account, quoted)}));
    }
    if let Some(id) = &message.forwarded {
        if !abilities.forwards {
            bail!("the channel was registered without forwarding");
        }
        put(&mut content, "forwards", forwards(account, place, id)?);
    }
    if let Some(id) = &message.comment {
        answer_comment(account, place, id, &mut content)?;
    }
    if let Some(attachment) = message.attachment {
        if attachment.kind == "voice" && !abilities.voice {
            bail!("the channel was registered without voice messages");
        }
        let kept = media::keep(state, place.own_url, &attachment, place.now)?;
        put(&mut content, "media", json!(kept.media));
        put(&mut content, "thumbnail", json!(kept.thumbnail));
        put(&mut content, "file_name", json!(attachment.name));
        put(&mut content, "file_size", json!(attachment.bytes.len()));
    }
    Ok(content)
}

fn forwards(account: &Account, place: &Place<'_>, id: &str) -> Result<Value> {
    let message = account.message(id).context("the forwarded message is not there")?;
    let owner = |chat_id: &str| account.chat(chat_id).map(|chat| chat.client_id.as_str());
    if owner(&message.chat_id) != owner(place.chat_id) {
        bail!("the forwarded message is in a chat of another integration");
    }
    Ok(json!({"messages": [embedded(account, message)], "conversation_ref_id": message.chat_id}))
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
