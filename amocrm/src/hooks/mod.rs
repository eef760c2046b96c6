//! What amoCRM sends to an integration, turned into data: hooks of the Chats API and the notice of revoked access.
//!
//! Nothing here trusts its input: the caller verifies signatures first ([`verify_hook`](crate::chats::sign::verify_hook),
//! [`revoke::verify`]) and these readers never panic, whatever the bytes.

mod action;
pub mod chats;
mod content;
pub mod crm;
mod markup;
mod mend;
mod message;
mod person;
pub mod revoke;
mod template;
