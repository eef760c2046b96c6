//! A small MAX: the Bot API's server with its file hosts, the webhook sender, and the phones of people who talk to
//! bots.
//!
//! Written from <https://dev.max.ru/docs-api>, its OpenAPI schema and recordings of other clients (listed in
//! `docs/protocol/max.md`), for any bot.
//!
//! ```text
//! a person acts  ─▶ act/ ─▶ message ─▶ updates ─▶ sender.rs ─▶ webhook
//! a bot's call   ─▶ api/ ─▶ message ─▶ the person's phone (pages/)
//! ```

mod act;
mod api;
mod core;
mod customer;
mod faults;
mod look;
#[expect(clippy::module_inception, reason = "the handle bears the name of the whole")]
mod max;
mod newcomers;
mod options;
mod pages;
mod sender;
mod state;
mod trouble;
mod view;

pub use act::{Act, Content, Done, File, Place};
pub use customer::Customer;
pub use faults::{Fault, Faults, UpdateFault};
pub use max::Max;
pub use newcomers::{NewBot, NewPerson};
pub use options::Options;
pub use state::CallView;
pub use view::{AnswerView, BotView, ButtonView, FileView, MessageView, SubscriptionView, UpdateView};
