//! The Bot API, and its file hosts.
//!
//! ```text
//! wire.rs   token, faults, log ─▶ table.rs ─▶ me, subscriptions, messages, comments, chats, uploads
//! hosts.rs  where files are uploaded and downloaded, without a token
//! ```

mod answer;
mod attachments;
mod chats;
mod comments;
mod hosts;
mod keyboard;
mod messages;
mod subscriptions;
mod table;
mod uploads;
mod wire;

pub(crate) use wire::routes;
