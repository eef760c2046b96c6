//! The contact of the CRM on which a new chat hangs, by the rule of its source
//! (docs/decisions/0012-the-contact-of-a-chat.md).
//!
//! ```text
//! first message of a new chat ─▶ plan (durable) ─▶ create chat ─▶ find · make ─▶ link ─▶ the message goes on
//!                                  └─ not within three seconds: it goes on at once; tried again while nobody works
//!                                     on the lead that amoCRM made meanwhile
//! a number or address that comes later (told.rs) ─▶ plan again, for the chats that nobody hung anywhere by hand
//! ```

mod find;
mod hang;
mod look;
mod row;
mod task;
mod told;
mod wake;

use entity::{conversation, source};

pub use look::look;
pub use task::{before_first, due_now, plan, run};
pub use told::told;
pub use wake::{Heard, wake};

/// What a source does about the contact of a new chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// amoCRM's own rules.
    Leave,
    /// Look for the customer's phone or e-mail.
    Link,
    /// The same; make a contact where there is none.
    Create,
}

impl Rule {
    fn of(source: &source::Model) -> Self {
        match source.contact_rule.as_str() {
            "link" => Self::Link,
            "create" => Self::Create,
            _ => Self::Leave,
        }
    }

    /// The same where an import wants at least a link.
    fn wished(source: &source::Model, linking: bool) -> Self {
        match Self::of(source) {
            Self::Leave if linking => Self::Link,
            rule => rule,
        }
    }
}

/// Why a chat hangs on its contact, or on none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// It has the customer's phone number.
    Phone,
    /// It has the customer's e-mail address.
    Email,
    /// Several have the number: the one that was changed last.
    PhoneSeveral,
    EmailSeveral,
    /// We made it.
    Made,
    /// amoCRM chose it.
    Crm,
    /// Ours was joined with it there.
    Merged,
    /// Somebody moved the chat there.
    Moved,
    /// It was deleted there.
    Gone,
    /// Nobody has the number or address.
    Nobody,
    /// amoCRM had made one, and somebody works on its lead, before we could ask.
    Late,
    /// Whether making one succeeded could not be found out: no second one is made.
    Unclear,
}

impl Why {
    /// Its word in the table and the API, and the end of its key in the words: `contact-why-…`.
    const fn word(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::PhoneSeveral => "phone_several",
            Self::EmailSeveral => "email_several",
            Self::Made => "made",
            Self::Crm => "crm",
            Self::Merged => "merged",
            Self::Moved => "moved",
            Self::Gone => "gone",
            Self::Nobody => "nobody",
            Self::Late => "late",
            Self::Unclear => "unclear",
        }
    }

    /// The reason of a word.
    fn of(word: &str) -> Option<Self> {
        let all = [
            Self::Phone,
            Self::Email,
            Self::PhoneSeveral,
            Self::EmailSeveral,
            Self::Made,
            Self::Crm,
            Self::Merged,
            Self::Moved,
            Self::Gone,
            Self::Nobody,
            Self::Late,
            Self::Unclear,
        ];
        all.into_iter().find(|why| why.word() == word)
    }
}

/// A contact by id and name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Card {
    id: i64,
    name: String,
}

/// What is known of a chat's contact from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    card: Option<Card>,
    why: Why,
}

/// Whether the rule has something to do before the first message of this conversation. `linking`: the message's import wants
/// a link whatever the source does.
pub fn is_wanted(source: &source::Model, row: &conversation::Model, linking: bool) -> bool {
    // A chat with an id there has had its first message, or was begun on a contact's card.
    Rule::wished(source, linking) != Rule::Leave && row.amocrm_chat_id.is_empty() && row.contact_why.is_empty()
}
