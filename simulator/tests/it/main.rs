//! The simulated messengers from outside: real HTTP, a caller and a webhook written for these tests.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests: a failed unwrap is the test's answer, and the caller here must be the test alone"
)]

mod around;
mod avito;
mod crm;
mod max;
mod meta;
mod stage;
mod telegram;
mod vk;
mod whatsapp;
mod window;
