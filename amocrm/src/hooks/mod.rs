//! Parses what amoCRM sends to an integration: hooks of the Chats API and the CRM, and the notice of revoked access.
//!
//! Input is not trusted: the caller verifies signatures first ([`verify_hook`](crate::chats::sign::verify_hook),
//! [`revoke::verify`]), and these parsers never panic, whatever the bytes.

pub mod chats;
mod content;
pub mod crm;
pub mod revoke;
pub mod salesbot;
