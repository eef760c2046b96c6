//! Actions of managers and bots in an account as JSON: for the window's script, tests, and programs in any language.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::core::Core;
use super::hook_message::{Attachment, Author, Button, HookMessage, ListMessage, album};
use super::hooks::{self, HookForm, Said, open_chat};
use super::log::HookAnswer;
use super::state::{Account, Card, DriveFile, LEADS, WON};

/// An action. Every id is amoCRM's.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    Send {
        chat: String,
        message: Content,
    },
    /// A message to a phone number, which opens a chat.
    WriteFirst {
        channel: String,
        /// External id of the source.
        #[serde(default)]
        source: Option<String>,
        phone: String,
        message: Content,
    },
    /// A reaction, or its removal without an emoji.
    React {
        message: String,
        #[serde(default)]
        emoji: Option<String>,
        /// CRM id of the user; `None`: the account's manager.
        #[serde(default)]
        user: Option<i64>,
    },
    /// A manager wins a lead for this price.
    Win {
        /// CRM id.
        lead: i64,
        price: i64,
    },
    /// An administrator adds a manager who answers in chats.
    AddManager {
        name: String,
    },
    /// An administrator removes a user.
    RemoveUser {
        /// CRM id.
        user: i64,
    },
    DeletePipeline {
        /// CRM id.
        pipeline: i64,
    },
    /// The manager is typing.
    Type {
        chat: String,
        /// The post whose comment is answered.
        #[serde(default)]
        post: Option<String>,
        /// CRM id of the user; `None`: the account's manager.
        #[serde(default)]
        user: Option<i64>,
    },
}

/// The content of a message. Several files become an album: a hook for each.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Content {
    /// Text, or the caption of the first file.
    pub text: String,
    pub files: Vec<Enclosed>,
    pub buttons: Vec<Vec<Button>>,
    /// A list instead of buttons.
    pub list: Option<ListMessage>,
    /// A template of the account, which provides the text.
    pub template: Option<Chosen>,
    /// The quoted message.
    pub quote: Option<String>,
    /// The message that is forwarded.
    pub forward: Option<String>,
    /// The comment that is answered in public.
    pub comment: Option<String>,
    /// Sent by the Salesbot.
    pub salesbot: bool,
    /// CRM id of the author; `None`: the account's manager.
    pub user: Option<i64>,
}

/// A file of a message.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Enclosed {
    /// The built-in file of a kind: `picture`, `second_picture`, `video`, `file`, `voice`, `audio`, `sticker`.
    Sample(String),
    /// An uploaded file, by its id.
    File(String),
}

/// A template with values for its placeholders.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Its id in amoCRM.
    pub id: i64,
    /// Values by placeholder, such as `{{contact.name}}`.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

/// The result of an action.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Done {
    /// The messages created, each with the answer to its hook.
    pub sent: Vec<Said>,
    /// The answer to the hook of a reaction or of typing; `None` if typing caused no hook yet.
    pub hook: Option<HookAnswer>,
}

pub(crate) async fn perform(core: &Core, host: &str, act: Act) -> Result<Done> {
    let by = |user: Option<i64>| user.map_or(Author::Manager, Author::User);
    let hook = match act {
        Act::Send { chat, message } => return send(core, host, &chat, message).await,
        Act::WriteFirst { channel, source, phone, message } => {
            let chat = open_chat(core, host, &channel, source.as_deref(), &phone)?;
            return send(core, host, &chat, message).await;
        }
        Act::React { message, emoji, user } => {
            Some(hooks::reaction(core, host, &message, by(user), emoji.as_deref(), HookForm::Table).await?)
        }
        Act::Win { lead, price } => {
            let now = core.now().timestamp();
            let win = |card: &mut Card| {
                card.set("price", price);
                card.set("status_id", WON);
            };
            let won = core.change(|state| {
                state.accounts.get_mut(host).is_some_and(|account| account.change_card(&LEADS, lead, now, win))
            });
            if !won {
                bail!("there is no such lead");
            }
            None
        }
        Act::AddManager { name } => settle(core, host, |account| {
            account.add_manager(&name);
        })?,
        Act::RemoveUser { user } => settle(core, host, |account| account.remove_user(user))?,
        Act::DeletePipeline { pipeline } => settle(core, host, |account| account.delete_pipeline(pipeline))?,
        Act::Type { chat, post, user } => {
            hooks::typing(core, host, &chat, by(user), post.as_deref(), HookForm::Sample).await?
        }
    };
    Ok(Done { hook, ..Done::default() })
}

/// Changes an account, which causes no hook.
fn settle(core: &Core, host: &str, change: impl FnOnce(&mut Account)) -> Result<Option<HookAnswer>> {
    core.change(|state| state.accounts.get_mut(host).map(change)).context("no such account")?;
    Ok(None)
}

async fn send(core: &Core, host: &str, chat: &str, content: Content) -> Result<Done> {
    let mut done = Done::default();
    for message in messages(core, host, content)? {
        done.sent.push(hooks::send(core, host, chat, message).await?);
    }
    Ok(done)
}

/// The messages of an action: one per file, at least one. What occurs once per action is in the first.
fn messages(core: &Core, host: &str, content: Content) -> Result<Vec<HookMessage>> {
    let files = content.files.iter().map(|file| enclosed(core, file)).collect::<Result<Vec<Attachment>>>()?;
    let empty = content.text.is_empty() && files.is_empty() && content.list.is_none();
    if empty && content.template.is_none() && content.forward.is_none() {
        bail!("there is nothing to send");
    }
    // A template's own file goes with it, as if the user had attached it.
    let own = content.template.as_ref().filter(|_| files.is_empty()).and_then(|chosen| file_of(core, host, chosen));
    let mut files = files.into_iter().chain(own).map(HookMessage::attachment);
    let mut first = files.next().unwrap_or_else(|| HookMessage::text("")).caption(&content.text);
    if !content.buttons.is_empty() {
        first = first.buttons(&content.buttons);
    }
    if let Some(list) = content.list {
        first = first.list(list);
    }
    if let Some(chosen) = &content.template {
        first = from_template(core, host, first, chosen)?;
    }
    (first.quoted, first.forwarded, first.comment) = (content.quote, content.forward, content.comment);
    let written = |message: HookMessage| HookMessage {
        author: match content.user {
            _ if content.salesbot => Author::Salesbot,
            user => user.map_or(Author::Manager, Author::User),
        },
        ..message
    };
    Ok(album(std::iter::once(first).chain(files).map(written).collect()))
}

fn enclosed(core: &Core, file: &Enclosed) -> Result<Attachment> {
    match file {
        Enclosed::Sample(kind) if kind == "second_picture" => Ok(Attachment::second_picture()),
        Enclosed::Sample(kind) => Ok(Attachment::sample(kind)),
        Enclosed::File(id) => core.read(|state| state.files.uploads.get(id).cloned()).context("no such upload"),
    }
}

/// A template's text with its placeholders filled, and its own buttons.
fn from_template(core: &Core, host: &str, message: HookMessage, chosen: &Chosen) -> Result<HookMessage> {
    let template = core.read(|state| state.accounts.get(host)?.template(chosen.id).cloned());
    let template = template.context("no such template")?;
    let content = template.text("content");
    let params = chosen.params.iter().filter(|(key, _)| content.contains(key.as_str()));
    let mut params: Vec<(&str, &str)> = params.map(|(key, value)| (key.as_str(), value.as_str())).collect();
    // In the order of the placeholders in the text: WhatsApp's templates rely on it.
    params.sort_by_key(|(key, _)| content.find(key));
    let external_id = Some(template.text("external_id")).filter(|id| !id.is_empty());
    let message = message.template(chosen.id, external_id, content, &params);
    // `{"type": "inline"|"url", "text", "url"}`, each in a row of its own.
    let text = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let row = |one: &Value| {
        let url = Some(text(one, "url")).filter(|url| !url.is_empty());
        vec![Button { text: text(one, "text"), url }]
    };
    let buttons = template.fields.get("buttons").and_then(Value::as_array).filter(|list| !list.is_empty());
    Ok(match buttons {
        None => message,
        Some(list) => message.buttons(&list.iter().map(row).collect::<Vec<_>>()),
    })
}

/// The file of a template, if it has one and the files host still has it.
fn file_of(core: &Core, host: &str, chosen: &Chosen) -> Option<Attachment> {
    core.read(|state| {
        let account = state.accounts.get(host)?;
        let given = account.template(chosen.id)?.fields.get("attachment")?;
        let uuid = given.get("id")?.as_str()?;
        let is_it = |one: &&DriveFile| one.uuid == uuid && one.account_id == account.id && !one.is_trashed;
        let file = state.drive.files.iter().find(is_it)?;
        let kind = given.get("type").and_then(Value::as_str);
        let kind = kind.filter(|kind| matches!(*kind, "picture" | "video")).unwrap_or("file");
        Some(Attachment::new(kind, &file.name, &file.content_type, file.bytes.clone()))
    })
}
