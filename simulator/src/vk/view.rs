//! The views of the state that the library returns.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::state::{Comment, Community, Event, EventState, Message, Server, ServerStatus, State};

/// A community.
#[derive(Clone, Debug, Serialize)]
pub struct CommunityView {
    /// Its id, positive.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The end of its address.
    pub screen_name: String,
    /// Its newest valid token.
    pub token: String,
    /// The string that a new callback server must return.
    pub confirmation_code: String,
}

/// A message of a dialogue.
#[derive(Clone, Debug, Serialize)]
pub struct MessageView {
    /// The community's id of the message; 0 in group chats.
    pub id: i64,
    /// Its id in the dialogue.
    pub cmid: i64,
    /// Its author; communities are negative.
    pub from: i64,
    /// As typed, without entities.
    pub text: String,
    /// `random_id`.
    pub random_id: i64,
    /// As returned by the API.
    pub json: Value,
    /// Rows of its inline buttons.
    pub buttons: Vec<Vec<ButtonView>>,
    /// Reactions by author.
    pub reactions: Vec<(i64, i64)>,
    /// `cmid` of the message it answers.
    pub reply_to: Option<i64>,
    /// It was edited.
    pub is_edited: bool,
    /// It was deleted.
    pub is_deleted: bool,
    /// Its files: kind, name, content.
    #[serde(skip)]
    pub files: Vec<(String, String, Bytes)>,
}

/// A button of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ButtonView {
    /// `text`, `callback`, `open_link`, …
    pub action: String,
    /// Its label.
    pub label: String,
    /// `payload`.
    pub payload: Option<String>,
    /// The address it opens.
    pub link: Option<String>,
}

/// A comment.
#[derive(Clone, Debug, Serialize)]
pub struct CommentView {
    /// Its id.
    pub id: i64,
    /// `wall_reply`, `photo_comment`, `video_comment` or `market_comment`.
    pub of: &'static str,
    /// The post, photo, video or item.
    pub object: i64,
    /// Its author; communities are negative.
    pub from: i64,
    /// As typed.
    pub text: String,
    /// The comment it answers.
    pub reply_to: Option<i64>,
    /// It was deleted.
    pub is_deleted: bool,
}

/// A callback server.
#[derive(Clone, Debug, Serialize)]
pub struct ServerView {
    /// Its id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: String,
    /// Its secret.
    pub secret: String,
    /// Its state.
    pub status: ServerStatus,
    /// The API version of its events.
    pub api_version: String,
    /// Kinds of events that it receives.
    pub kinds: Vec<String>,
}

/// An event for a callback server, in any state.
#[derive(Clone, Debug, Serialize)]
pub struct EventView {
    /// Its server.
    pub server: i64,
    /// Its kind.
    pub kind: String,
    /// The complete event.
    pub body: Value,
    /// Number of attempts.
    pub attempts: u32,
    /// Its state.
    pub state: EventState,
    /// The server's last answer.
    pub last_answer: Option<(u16, String)>,
}

impl CommunityView {
    pub(crate) fn of(community: &Community) -> Self {
        let valid = community.tokens.iter().rfind(|token| !token.is_revoked);
        Self {
            id: community.id,
            name: community.name.clone(),
            screen_name: community.screen_name.clone(),
            token: valid.map(|token| token.value.clone()).unwrap_or_default(),
            confirmation_code: community.confirmation_code.clone(),
        }
    }
}

impl ServerView {
    pub(crate) fn of(server: &Server) -> Self {
        Self {
            id: server.id,
            title: server.title.clone(),
            url: server.url.clone(),
            secret: server.secret.clone(),
            status: server.status,
            api_version: server.api_version.clone(),
            kinds: server.kinds.iter().cloned().collect(),
        }
    }
}

impl EventView {
    pub(crate) fn of(event: &Event) -> Self {
        Self {
            server: event.server,
            kind: event.kind.clone(),
            body: event.body.clone(),
            attempts: event.attempts,
            state: event.state,
            last_answer: event.last_answer.clone(),
        }
    }
}

impl CommentView {
    pub(crate) fn of(comment: &Comment) -> Self {
        Self {
            id: comment.id,
            of: comment.of.event(),
            object: comment.object,
            from: comment.from_id,
            text: comment.text.clone(),
            reply_to: comment.reply_to,
            is_deleted: comment.is_deleted,
        }
    }
}

impl MessageView {
    pub(crate) fn of(state: &State, community: i64, peer: i64, message: &Message) -> Self {
        let stored = |one: &Value| {
            let kind = one["type"].as_str()?;
            let file = state.files.stored.get(super::show::key_of(one)?)?;
            Some((kind.to_owned(), file.name.clone(), file.bytes.clone()))
        };
        Self {
            id: message.id,
            cmid: message.cmid,
            from: message.from_id,
            text: message.text.clone(),
            random_id: message.random_id,
            json: state.message_json(community, peer, message),
            buttons: message.fields.get("keyboard").map(buttons).unwrap_or_default(),
            reactions: message.reactions.iter().map(|(who, what)| (*who, *what)).collect(),
            reply_to: message.reply_to,
            is_edited: message.update_time.is_some(),
            is_deleted: message.is_deleted,
            files: message.attachments.iter().filter_map(stored).collect(),
        }
    }
}

fn buttons(keyboard: &Value) -> Vec<Vec<ButtonView>> {
    let text = |action: &Value, key: &str| action[key].as_str().map(str::to_owned);
    let button = |one: &Value| ButtonView {
        action: text(&one["action"], "type").unwrap_or_default(),
        label: text(&one["action"], "label").unwrap_or_default(),
        payload: text(&one["action"], "payload"),
        link: text(&one["action"], "link"),
    };
    let row = |row: &Value| row.as_array().map_or_else(Vec::new, |row| row.iter().map(button).collect());
    keyboard["buttons"].as_array().map_or_else(Vec::new, |rows| rows.iter().map(row).collect())
}
