//! The CRM contact to which a new chat is linked, by the rule of its source
//! (docs/decisions/0012-the-contact-of-a-chat.md).
//!
//! ```text
//! first message of a new chat ─▶ plan (durable) ─▶ create chat ─▶ find · make ─▶ link ─▶ the message goes on
//!                                  └─ not within three seconds: it goes on at once; retried until a person works
//!                                     on the lead that amoCRM made meanwhile
//! a group's new title ─▶ its contact is renamed, unless people renamed it
//! a number or address that comes later ─▶ plan again, for chats that were not linked by hand
//! a person joins or separates a chat ─▶ the same job ─▶ link · make, link; no rule changes it afterwards
//! ```
//!
//! Each link is an entry of the ledger (docs/customers.md).

mod decided;
mod find;
mod ledger;
mod task;

use base::message::Person;
use base::worded::worded;
use connectors::kinds::vouches_for_numbers;
use entity::{conversation, source};

pub use decided::{is_being_moved, join, link_later, separate};
pub use find::{
    ContactEvent, expected, incoming, is_incoming, look, of_chat, phone_hash, phone_hashes, searched_hashes, wake,
};
pub use ledger::{is_undoable, link, links};
pub use task::{BACK_OFF, KIND, before_first, know_group, plan, store_provided};

/// A source's rule for the contact of a new chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// amoCRM's own rules.
    Leave,
    /// Search by the customer's phone or e-mail.
    Link,
    /// The same; create a contact if none is found.
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

    /// The same where an import requires at least a link.
    fn wished(source: &source::Model, linking: bool) -> Self {
        match Self::of(source) {
            Self::Leave if linking => Self::Link,
            rule => rule,
        }
    }
}

worded! {
    /// Why a chat is linked to its contact, or to none. The word is in the table and the API, and ends its text key:
    /// `contact-why-…`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum LinkReason, word {
        /// It has the customer's phone number.
        Phone = "phone",
        /// It has the customer's e-mail address.
        Email = "email",
        /// Several have the number: the one changed last was chosen.
        PhoneSeveral = "phone_several",
        EmailSeveral = "email_several",
        /// A developer named it.
        Given = "given",
        /// A developer named one that amoCRM does not have: amoCRM chooses.
        GivenUnknown = "given_unknown",
        /// Parom created it.
        Made = "made",
        /// amoCRM chose it.
        Crm = "crm",
        /// Ours was merged into it there.
        Merged = "merged",
        /// A person moved the chat there.
        Moved = "moved",
        /// It was deleted there.
        Gone = "gone",
        /// No contact has the number or address.
        Nobody = "nobody",
        /// amoCRM had created one, and a person was already working on its lead.
        Late = "late",
        /// It is unknown whether creating one succeeded: no second one is created.
        Unclear = "unclear",
        /// The number seems to have passed to another person: it was silent for a year, and the name is another one.
        Recycled = "recycled",
        /// A person decided that it is this customer.
        Person = "person",
        /// A person undid a link: the contact was made for this chat.
        Separated = "separated",
    }
}

worded! {
    /// By which id a customer was recognised. The word ends its text key: `link-id-…`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum IdKind, word {
        Phone = "phone",
        Email = "email",
        /// The id of a contact, named by a developer or a person.
        Contact = "contact",
        /// The messenger's id of the customer.
        Messenger = "messenger",
        /// The site's id of a customer who signed in there.
        Login = "login",
    }
}

worded! {
    /// How sure a link is. The word ends its text key: `link-sureness-…`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Sureness, word {
        /// The messenger, or the site's signature, vouches for the id.
        Proved = "proved",
        /// The customer or a program typed the id, or several contacts have it.
        Likely = "likely",
        /// amoCRM, a developer or a person said so.
        Told = "told",
    }
}

/// Whether a customer's number is surely their own: the messenger or the site's signature vouches for it. A number that was typed
/// may be anybody's.
pub fn is_own_number(messenger: &str, person: &Person) -> bool {
    person.is_signed || vouches_for_numbers(messenger)
}

/// Whether a chat is linked to its contact only by a number or an address that anybody may have typed.
pub fn is_by_typed_id(messenger: &str, chat: &conversation::Model) -> bool {
    let person: Person = serde_json::from_str(&chat.contact).unwrap_or_default();
    match LinkReason::parse(&chat.contact_why) {
        Some(LinkReason::Phone | LinkReason::PhoneSeveral) => !is_own_number(messenger, &person),
        Some(LinkReason::Email | LinkReason::EmailSeveral) => !person.is_signed,
        _ => false,
    }
}

/// A contact by id and name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ContactCard {
    id: i64,
    name: String,
}

/// The new data about a chat's contact.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ContactOutcome {
    card: Option<ContactCard>,
    why: LinkReason,
}

/// The contact that a developer named for the customer of this conversation.
fn given(row: &conversation::Model) -> Option<i64> {
    serde_json::from_str::<Person>(&row.contact).ok()?.crm_contact_id
}

/// Whether the conversation is to be linked to a contact whatever its source's rule.
pub fn is_given(row: &conversation::Model) -> bool {
    given(row).is_some()
}

/// Whether the rule requires something before the first message of this conversation. `linking`: the message's import
/// requires a link whatever the source's rule.
pub fn is_wanted(source: &source::Model, row: &conversation::Model, linking: bool) -> bool {
    // A chat with an id there has had its first message, or was started from a contact's card.
    Rule::wished(source, linking) != Rule::Leave && row.amocrm_chat_id.is_empty() && row.contact_why.is_empty()
}
