//! A small Telegram: the Bot API's server, the webhook sender, and the phones of people who talk to bots.
//!
//! Written from <https://core.telegram.org/bots/api> and publications about its server, for any bot.
//!
//! ```text
//! a person acts  ─▶ message ─▶ updates ─▶ getUpdates, or the sender ─▶ webhook
//! a bot's call   ─▶ api ─────▶ message ─▶ the person's phone (pages)
//! ```

mod act;
mod api;
mod core;
mod customer;
mod detect;
mod faults;
mod image;
mod look;
mod media;
mod newcomers;
mod options;
mod pages;
mod publish;
mod rates;
mod sender;
mod show;
mod state;
#[expect(clippy::module_inception, reason = "the handle bears the name of the whole")]
mod telegram;
mod trouble;
mod view;

pub use crate::old::{Gate, Now, system_clock};
pub use act::{Act, Chat, ChatCard, Content, Done, Dressing, External, Forward, Given, Quote, StickerForm};
pub use customer::Customer;
pub use faults::{Fault, Faults, UpdateFault};
pub use newcomers::{NewBot, NewGroup, NewPerson};
pub use options::Options;
pub use state::{CallView, GroupKind, UpdateState};
pub use telegram::Telegram;
pub use view::{AnswerView, BotView, ButtonView, FileView, MessageView, UpdateView, WebhookView};
