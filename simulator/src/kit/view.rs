//! Views of the state that programs and tests read.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::id::Id;
use super::model::{Author, Button, Dialog, File, Line, Message, State};
use super::wire::Wire;

#[derive(Clone, Debug)]
pub struct MessageView {
    pub dialog: Id,
    pub id: Id,
    pub author: Author,
    pub kind: String,
    pub text: String,
    /// As the messenger's API shows it.
    pub json: Value,
    pub buttons: Vec<Vec<Button>>,
    pub reactions: BTreeMap<Author, Vec<String>>,
    pub reply_to: Option<Id>,
    pub forward: Option<Id>,
    pub post: Option<Id>,
    pub is_removed: bool,
    pub is_read: bool,
    pub files: Vec<FileView>,
    /// What only this messenger knows about it.
    pub more: Map<String, Value>,
}

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
#[derive(Clone, Debug)]
pub struct LineView {
    pub id: i64,
    pub token: String,
    pub name: String,
    /// Without `@`.
    pub username: String,
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
