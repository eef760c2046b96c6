//! People's actions on their phones: as Rust, and as JSON for programs in any language.

mod answers;
mod changes;
mod compose;
mod content;
mod customer;
mod life;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use changes::edited;
pub(crate) use compose::sample;
pub use content::{Content, Dressing, Given};
pub use customer::Customer;

use super::{core::Core, whatsapp::WhatsApp};

/// An action. `who` is a person, `phone` the id of a business number, `message` a wamid.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "who, phone and message are explained above; the rest says itself")]
pub enum Act {
    /// A message to a business.
    Send {
        who: i64,
        phone: String,
        content: Content,
        #[serde(default)]
        with: Box<Dressing>,
    },
    /// Sets the reaction to a message; an empty one removes it.
    React { who: i64, phone: String, message: String, emoji: String },
    /// Presses a button of a message: a reply button, or a quick reply of a template.
    Press { who: i64, phone: String, message: String, button: usize },
    /// Chooses a row of a list.
    Choose { who: i64, phone: String, message: String, row: String },
    /// Submits the form of a Flow.
    Fill { who: i64, phone: String, message: String, values: Value },
    /// Shares the person's own phone number, as requested by `request_contact_info`.
    ShareContact { who: i64, phone: String },
    /// Edits an own text, or the caption of an own file.
    Edit { who: i64, phone: String, message: String, text: String },
    /// Deletes an own message for everyone.
    Revoke { who: i64, phone: String, message: String },
    /// Opens the chat: everything delivered there is read.
    Read { who: i64, phone: String },
    /// Plays a voice message.
    Play { who: i64, phone: String, message: String },
    /// Blocks a business, or unblocks it.
    Block { who: i64, phone: String, on: bool },
    /// Stops marketing messages of a business, or resumes them.
    StopMarketing { who: i64, phone: String, on: bool },
    /// Switches the phone off, so that messages wait, or on, so that they are delivered.
    SwitchOff { who: i64, on: bool },
    /// Changes the person's number; the business-scoped id changes too, if there is one.
    ChangeNumber {
        who: i64,
        number: String,
        #[serde(default)]
        user_id: Option<String>,
    },
    /// Sets or removes the username: while there is one, webhooks omit the phone, as documented.
    SetUsername { who: i64, username: Option<String> },
    /// Opens the chat for the first time, without writing.
    Open { who: i64, phone: String },
    /// The owner of a number writes in the phone app.
    OwnerSends { phone: String, to: i64, content: Content },
    /// The owner edits a message.
    OwnerEdits { phone: String, to: i64, message: String, text: String },
    /// The owner deletes a message.
    OwnerRevokes { phone: String, to: i64, message: String },
    /// The owner adds a person to the address book, or removes them.
    OwnerSaves { phone: String, who: i64, full_name: String, removed: bool },
    /// Sends a change unchanged.
    Raw { waba: String, field: String, value: Value },
}

/// The result of an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The wamid of the created message.
    pub id: String,
}

impl Done {
    fn message(id: String) -> Self {
        Self { id }
    }
}

impl WhatsApp {
    /// Performs an action; `POST /acts` does the same with JSON. The error explains why nothing was done.
    pub fn act(&self, act: Act) -> anyhow::Result<Done> {
        perform(&self.core, act)
    }
}

/// Performs an action.
pub(crate) fn perform(core: &Core, act: Act) -> anyhow::Result<Done> {
    core.change(|state| match act {
        Act::Send { who, phone, content, with } => state.send(who, &phone, &content, &with).map(Done::message),
        Act::React { who, phone, message, emoji } => state.react(who, &phone, &message, &emoji).map(Done::message),
        Act::Press { who, phone, message, button } => state.press(who, &phone, &message, button).map(Done::message),
        Act::Choose { who, phone, message, row } => state.choose(who, &phone, &message, &row).map(Done::message),
        Act::Fill { who, phone, message, values } => state.fill(who, &phone, &message, &values).map(Done::message),
        Act::ShareContact { who, phone } => state.share_contact(who, &phone).map(Done::message),
        Act::Edit { who, phone, message, text } => state.edit(who, &phone, &message, &text).map(Done::message),
        Act::Revoke { who, phone, message } => state.revoke(who, &phone, &message).map(Done::message),
        Act::Read { who, phone } => {
            state.read_by_customer(&phone, who);
            Ok(Done::default())
        }
        Act::Play { phone, message, .. } => {
            state.report(&phone, &message, super::state::Status::Played);
            Ok(Done::default())
        }
        Act::Block { who, phone, on } => {
            state.chat_mut(&phone, who).is_blocked = on;
            Ok(Done::default())
        }
        Act::StopMarketing { who, phone, on } => state.stop_marketing(who, &phone, on),
        Act::SwitchOff { who, on } => state.switch_off(who, on),
        Act::ChangeNumber { who, number, user_id } => state.change_number(who, &number, user_id),
        Act::SetUsername { who, username } => {
            state.person_mut(who)?.username = username;
            Ok(Done::default())
        }
        Act::Open { who, phone } => state.open(who, &phone).map(Done::message),
        Act::OwnerSends { phone, to, content } => state.owner_sends(&phone, to, &content).map(Done::message),
        Act::OwnerEdits { phone, to, message, text } => {
            state.owner_edits(&phone, to, &message, &text).map(Done::message)
        }
        Act::OwnerRevokes { phone, to, message } => state.owner_revokes(&phone, to, &message).map(Done::message),
        Act::OwnerSaves { phone, who, full_name, removed } => state.owner_saves(&phone, who, &full_name, removed),
        Act::Raw { waba, field, value } => {
            state.tell(&waba, None, &field, &value);
            Ok(Done::default())
        }
    })
}
