//! Tests of the crate from outside: published vectors, sample bodies, properties, and real bytes on a real socket.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod chats;
mod chats_actions;
mod chats_failing;
mod chats_history;
mod chats_statuses;
mod chats_vectors;
mod claims;
mod disposable_token;
mod hooks;
mod hooks_content;
mod hooks_crm;
mod hooks_damaged;
mod hooks_properties;
mod host;
mod messages;
mod messages_more;
mod oauth;
mod rest;
mod sign;
mod stub;
