//! Actions of managers and bots in an account as JSON: for the window's script, tests, and programs in any language.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::crm::{
    attachment::Attachment,
    core::Core,
    hook_actions::{self, HookForm},
    hook_message::{Author, Button, HookMessage, album},
    hooks::{self, Said},
    list_message::ListMessage,
    log::HookAnswer,
    open_chat::open_chat,
    state::DriveFile,
};

/// An action. Every id is amoCRM's.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// A message in a chat.
    Send {
        /// The chat.
        chat: String,
        /// The content.
        message: Content,
    },
    /// A message to a phone number, which opens a chat.
    WriteFirst {
        /// Channel id.
        channel: String,
        /// External id of the source.
        #[serde(default)]
        source: Option<String>,
        /// The number.
        phone: String,
        /// The content.
        message: Content,
    },
    /// A reaction, or its removal without an emoji.
    React {
        /// The message.
        message: String,
        /// The emoji.
        #[serde(default)]
        emoji: Option<String>,
        /// The form of the hook.
        #[serde(default)]
        form: HookForm,
        /// CRM id of the user; `None`: the account's manager.
        #[serde(default)]
        user: Option<i64>,
    },
    /// The manager is typing.
    Type {
        /// The chat.
        chat: String,
        /// The post whose comment is answered.
        #[serde(default)]
        post: Option<String>,
        /// The form of the hook.
        #[serde(default = "sample")]
        form: HookForm,
        /// CRM id of the user; `None`: the account's manager.
        #[serde(default)]
        user: Option<i64>,
    },
}

fn sample() -> HookForm {
    HookForm::Sample
}

/// The content of a message. Several files become an album: a hook for each.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Content {
    /// Text, or the caption of the first file.
    pub text: String,
    /// Files.
    pub files: Vec<Enclosed>,
    /// Rows of buttons.
    pub buttons: Vec<Vec<Button>>,
    /// A list instead of buttons.
    pub list: Option<ListMessage>,
    /// A template of the account, which provides the text.
    pub template: Option<Chosen>,
    /// The quoted message.
    pub quote: Option<String>,
    /// The comment to answer in public.
    pub forward: Option<String>,
    /// The comment that is answered in public.
    pub comment: Option<String>,
    /// Sent by the Salesbot.
    pub salesbot: bool,
    /// CRM id of the author; `None`: the account's manager.
    pub user: Option<i64>,
    /// Time of the message in milliseconds; `None`: now.
    pub at: Option<i64>,
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

/// Performs the action.
pub(crate) async fn perform(core: &Core, host: &str, act: Act) -> Result<Done> {
    let by = |user: Option<i64>| user.map_or(Author::Manager, Author::User);
    match act {
        Act::Send { chat, message } => send(core, host, &chat, message).await,
        Act::WriteFirst { channel, source, phone, message } => {
            let chat = open_chat(core, host, &channel, source.as_deref(), &phone)?;
            send(core, host, &chat, message).await
        }
        Act::React { message, emoji, form, user } => {
            let answer = hook_actions::reaction(core, host, &message, (by(user), emoji.as_deref()), form).await?;
            Ok(Done { hook: Some(answer), ..Done::default() })
        }
        Act::Type { chat, post, form, user } => {
            let answer = hook_actions::typing(core, host, &chat, (by(user), post.as_deref()), form).await?;
            Ok(Done { hook: answer, ..Done::default() })
        }
    }
}

async fn send(core: &Core, host: &str, chat: &str, content: Content) -> Result<Done> {
    let mut done = Done::default();
    for message in messages(core, host, content)? {
        done.sent.push(hooks::send(core, host, chat, message).await?);
    }
    Ok(done)
}

/// The messages of an action: one per file, at least one.
fn messages(core: &Core, host: &str, content: Content) -> Result<Vec<HookMessage>> {
    let files = content.files.iter().map(|file| enclosed(core, file)).collect::<Result<Vec<Attachment>>>()?;
    let empty = content.text.is_empty() && files.is_empty() && content.list.is_none();
    if empty && content.template.is_none() && content.forward.is_none() {
        bail!("there is nothing to send");
    }
    // A template's own file goes with it, as if the user had attached it.
    let own = content.template.as_ref().filter(|_| files.is_empty()).and_then(|chosen| file_of(core, host, chosen));
    let mut all: Vec<HookMessage> = files.into_iter().chain(own).map(HookMessage::attachment).collect();
    if all.is_empty() {
        all.push(HookMessage::text(""));
    }
    let rest = all.split_off(1);
    let first = all.pop().context("there is nothing to send")?.caption(&content.text);
    let first = dressed(core, host, first, &content)?;
    let written = |message: HookMessage| {
        let message = match (content.salesbot, content.user) {
            (true, _) => message.by_salesbot(),
            (false, Some(user)) => message.by_user(user),
            (false, None) => message,
        };
        match content.at {
            Some(at) => message.at(at),
            None => message,
        }
    };
    Ok(album(std::iter::once(first).chain(rest).map(written).collect()))
}

fn enclosed(core: &Core, file: &Enclosed) -> Result<Attachment> {
    match file {
        Enclosed::Sample(kind) if kind == "second_picture" => Ok(Attachment::second_picture()),
        Enclosed::Sample(kind) => Ok(Attachment::sample(kind)),
        Enclosed::File(id) => core.read(|state| state.files.uploads.get(id).cloned()).context("no such upload"),
    }
}

/// Adds to the first message the parts that occur once per action.
fn dressed(core: &Core, host: &str, message: HookMessage, content: &Content) -> Result<HookMessage> {
    let mut message = message;
    if !content.buttons.is_empty() {
        message = message.buttons(&content.buttons);
    }
    if let Some(list) = &content.list {
        message = message.list(list.clone());
    }
    if let Some(chosen) = &content.template {
        message = from_template(core, host, message, chosen)?;
    }
    if let Some(id) = &content.quote {
        message = message.quoting(id);
    }
    if let Some(id) = &content.forward {
        message = message.forwarding(id);
    }
    if let Some(id) = &content.comment {
        message = message.answering_comment(id);
    }
    Ok(message)
}

/// A template's text with its placeholders filled, and its own buttons.
fn from_template(core: &Core, host: &str, message: HookMessage, chosen: &Chosen) -> Result<HookMessage> {
    let fields = core.read(|state| {
        let account = state.accounts.get(host)?;
        Some(account.crm.templates.iter().find(|one| one.id == chosen.id)?.fields.clone())
    });
    let fields = fields.context("no such template")?;
    let text = |key: &str| fields.get(key).and_then(|value| value.as_str());
    let content = text("content").unwrap_or_default();
    let params: Vec<(&str, &str)> = chosen.params.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let mut params: Vec<(&str, &str)> = params.into_iter().filter(|(key, _)| content.contains(key)).collect();
    // In the order of the placeholders in the text: WhatsApp's templates rely on it.
    params.sort_by_key(|(key, _)| content.find(key));
    let message = message.template(chosen.id, text("external_id"), content, &params);
    let buttons = fields.get("buttons").and_then(|value| value.as_array()).filter(|list| !list.is_empty());
    Ok(match buttons {
        None => message,
        Some(list) => {
            let row = |one: &serde_json::Value| vec![button(one)];
            message.buttons(&list.iter().map(row).collect::<Vec<_>>())
        }
    })
}

/// The file of a template, if it has one and the files host still has it.
fn file_of(core: &Core, host: &str, chosen: &Chosen) -> Option<Attachment> {
    core.read(|state| {
        let account = state.accounts.get(host)?;
        let template = account.crm.templates.iter().find(|one| one.id == chosen.id)?;
        let given = template.fields.get("attachment")?;
        let uuid = given.get("id")?.as_str()?;
        let is_it = |one: &&DriveFile| one.uuid == uuid && one.account_id == account.id && !one.is_trashed;
        let file = state.drive.files.iter().find(is_it)?;
        let kind = given.get("type").and_then(|kind| kind.as_str());
        let kind = kind.filter(|kind| matches!(*kind, "picture" | "video")).unwrap_or("file");
        Some(Attachment::new(kind, &file.name, &file.content_type, file.bytes.clone()))
    })
}

/// A button of a template, `{"type": "inline"|"url", "text", "url"}`.
fn button(one: &serde_json::Value) -> Button {
    let text = |key: &str| one.get(key).unwrap_or(&json!("")).as_str().unwrap_or_default().to_owned();
    let url = Some(text("url")).filter(|url| !url.is_empty());
    Button { text: text("text"), url }
}
