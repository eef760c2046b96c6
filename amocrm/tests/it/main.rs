//! Tests of the crate from outside: published vectors, sample bodies, properties, and real bytes on a real socket.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod chats;
mod chats_failing;
mod disposable_token;
mod hooks;
mod hooks_crm;
mod hooks_properties;
mod host;
mod messages;
mod oauth;
mod recorded;
mod rest;
mod sign;
mod stub;
