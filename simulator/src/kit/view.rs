//! Views of the state that programs and tests read.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use super::id::Id;
use super::model::{Author, Button, Dialog, File, Line, Message, State};
use super::outbox::{Hook, HookState};
use super::wire::Wire;

/// A message.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    pub dialog: Id,
    pub id: Id,
    #[serde(skip)]
    pub author: Author,
    pub kind: String,
    pub text: String,
    /// As the messenger's API shows it.
    pub json: Value,
    pub buttons: Vec<Vec<Button>>,
    #[serde(skip)]
    pub reactions: BTreeMap<Author, Vec<String>>,
    pub reply_to: Option<Id>,
    pub forward: Option<Id>,
    /// The post that it comments on.
    pub post: Option<Id>,
    pub is_edited: bool,
    pub is_removed: bool,
    pub is_read: bool,
    #[serde(skip)]
    pub files: Vec<FileView>,
    /// What only this messenger knows about it.
    #[serde(skip)]
    pub more: Map<String, Value>,
}

/// A file of a message.
#[derive(Clone, Debug)]
pub struct FileView {
    pub id: Id,
    pub kind: String,
    pub token: String,
    pub name: String,
    pub mime: String,
    pub bytes: Bytes,
}

/// A line whose id is a number, such as a bot.
#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    pub id: i64,
    /// Its current token.
    pub token: String,
    pub name: String,
    /// Without `@`.
    pub username: String,
}

/// A webhook in any state.
#[derive(Clone, Debug, Serialize)]
pub struct HookView {
    pub line: Id,
    pub target: String,
    pub kind: String,
    pub body: Value,
    pub attempts: u32,
    pub state: HookState,
    pub last_status: Option<u16>,
}

impl MessageView {
    pub(crate) fn of<W: Wire>(state: &State<W::Own>, dialog: &Dialog, message: &Message) -> Self {
        Self {
            dialog: dialog.id.clone(),
            id: message.id.clone(),
            author: message.author,
            kind: message.kind.clone(),
            text: message.text.clone(),
            json: (W::HANDLERS.json)(state, dialog, message),
            buttons: message.buttons.clone(),
            reactions: message.reactions.clone(),
            reply_to: message.reply_to.clone(),
            forward: message.forward.clone(),
            post: message.post.clone(),
            is_edited: message.edited_at.is_some(),
            is_removed: message.is_removed,
            is_read: message.read_at.is_some(),
            files: message.files.iter().filter_map(|id| state.files.get(id)).map(FileView::of).collect(),
            more: message.more.clone(),
        }
    }
}

impl LineView {
    pub(crate) fn of(line: &Line) -> Self {
        let Line { id, token, name, username, .. } = line.clone();
        Self { id: id.number(), token, name, username }
    }
}

impl FileView {
    fn of(file: &File) -> Self {
        Self {
            id: file.id.clone(),
            kind: file.kind.clone(),
            token: file.token.clone(),
            name: file.name.clone(),
            mime: file.mime.clone(),
            bytes: file.bytes.clone().unwrap_or_default(),
        }
    }
}

impl HookView {
    pub(crate) fn of(hook: &Hook) -> Self {
        let Hook { line, target, kind, body, attempts, state, last_status, .. } = hook.clone();
        Self { line, target, kind, body, attempts, state, last_status }
    }
}
