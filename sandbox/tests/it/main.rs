//! The sandbox from outside: real HTTP, a caller written for these tests, an in-test receiver of hooks.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failed unwrap is the test's answer, and the caller here must be nobody else's"
)]

mod archive;
mod browser;
mod caller;
mod chats;
mod faults;
mod hooks;
mod oauth;
mod pages;
mod sources;
mod switches;
mod widget;
