//! People's actions on their phones: as Rust, and as JSON for programs in any language.

mod chat;
mod content;
mod customer;
mod posts;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use content::{Content, Given};
pub use customer::Customer;

use super::{core::Core, meta::Meta, state::State};

/// An action. `who` is a person's number, `account` an account's id.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "who: the person who acts; account: where; message: a mid; the rest says itself")]
pub enum Act {
    /// A message.
    Send {
        who: i64,
        account: String,
        content: Content,
        #[serde(default)]
        reply_to: Option<String>,
    },
    /// Edits an own message.
    Edit { who: i64, account: String, message: String, text: String },
    /// Deletes an own message for both sides. Only Instagram reports it.
    Unsend { who: i64, account: String, message: String },
    /// Reacts to a message of either side; none removes the reaction.
    React { who: i64, account: String, message: String, emoji: Option<String> },
    /// Presses a quick reply, a button, or Get started: `title` on `message`.
    Press { who: i64, account: String, message: String, title: String },
    /// Opens a chat through a link with `?ref=`, or through an advertisement.
    Open {
        who: i64,
        account: String,
        mark: String,
        #[serde(default)]
        ad: Option<String>,
    },
    /// Reads all messages.
    Read { who: i64, account: String },
    /// The phone is switched on: all messages are delivered. Only Messenger reports it.
    Receive { who: i64, account: String },
    /// Blocks or unblocks the account. This is not reported.
    Block { who: i64, account: String, blocked: bool },
    /// Deletes the person's profile.
    DeleteProfile { who: i64 },
    /// Comments on a post, or answers a comment.
    Comment {
        who: i64,
        post: String,
        text: String,
        #[serde(default)]
        parent: Option<String>,
    },
    /// Edits or deletes an own comment. Only Facebook reports it.
    ChangeComment { comment: String, text: Option<String> },
    /// A person of the business writes in its own inbox.
    Staff { account: String, who: i64, text: String },
    /// A person of the business comments in the app.
    StaffComment { post: String, text: String, parent: Option<String> },
    /// Sends an event unchanged.
    Raw { account: String, field: String, event: Value },
}

/// The result of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The id of the message or comment created or changed.
    pub id: String,
}

impl Meta {
    /// Performs an action; `POST /acts` does the same with JSON. The error explains why nothing was done.
    pub fn act(&self, act: Act) -> anyhow::Result<Done> {
        perform(&self.core, act)
    }
}

/// Performs an action.
pub(crate) fn perform(core: &Core, act: Act) -> anyhow::Result<Done> {
    let id = core.change(|state| run(state, act))?;
    Ok(Done { id })
}

fn run(state: &mut State, act: Act) -> anyhow::Result<String> {
    match act {
        Act::Send { who, account, content, reply_to } => state.write(who, &account, &content, reply_to.as_deref()),
        Act::Edit { who, account, message, text } => state.edit(who, &account, &message, &text),
        Act::Unsend { who, account, message } => state.unsend(who, &account, &message),
        Act::React { who, account, message, emoji } => state.react(who, &account, &message, emoji.as_deref()),
        Act::Press { who, account, message, title } => state.press(who, &account, &message, &title),
        Act::Open { who, account, mark, ad } => state.open(who, &account, &mark, ad.as_deref()),
        Act::Read { who, account } => state.read_all(who, &account),
        Act::Receive { who, account } => state.receive_all(who, &account),
        Act::Block { who, account, blocked } => {
            state.known(who, &account)?;
            state.chat(&account, who).is_blocked = blocked;
            Ok(String::new())
        }
        Act::DeleteProfile { who } => {
            let person = state.people.get_mut(&who).ok_or_else(|| anyhow::anyhow!("there is no person {who}"))?;
            person.is_deleted = true;
            Ok(String::new())
        }
        Act::Comment { who, post, text, parent } => state.write_comment(Some(who), &post, parent, &text),
        Act::ChangeComment { comment, text } => state.change_comment(&comment, text.as_deref()),
        Act::Staff { account, who, text } => state.staff(&account, who, &text),
        Act::StaffComment { post, text, parent } => state.write_comment(None, &post, parent, &text),
        Act::Raw { account, field, event } => {
            state.tell(&account, &field, event);
            Ok(String::new())
        }
    }
}
