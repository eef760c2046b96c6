//! The sandbox from outside: real HTTP, a caller written for these tests, an in-test receiver of hooks.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failed unwrap is the test's answer, and the caller here must be the test alone"
)]

mod acts;
mod archive;
mod breakage;
mod browser;
mod caller;
mod chats;
mod crm;
mod faults;
mod hook_kinds;
mod hooks;
mod hosts;
mod media;
mod methods;
mod oauth;
mod others;
mod pages;
mod receiver;
mod sources;
mod strict;
mod switches;
mod widget;
mod window;
mod window_browser;
