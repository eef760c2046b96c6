//! The simulated messengers from outside: real HTTP, a caller and a webhook written for these tests.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failed unwrap is the test's answer, and the caller here must be the test alone"
)]

mod acts;
mod avito;
mod business;
mod edits;
mod faults;
mod files;
mod groups;
mod hook;
mod max;
mod meta;
mod polling;
mod receiver;
mod samples;
mod sender;
mod sending;
mod stage;
mod vk;
mod webhook;
mod whatsapp;
mod window;
mod world;
