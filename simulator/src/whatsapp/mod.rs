//! A small WhatsApp Business Platform: the Graph of the Cloud API, the webhook sender, Meta's review of templates, and
//! the phones of people who write to businesses.
//!
//! Written from <https://developers.facebook.com/documentation/business-messaging/whatsapp> and publications about it,
//! for any app.
//!
//! ```text
//! a person acts  ─▶ message ─▶ webhook of each subscribed app ─▶ the sender ─▶ the app's, account's or number's address
//! an app's call  ─▶ graph ──▶ message ─▶ the person's phone (pages), statuses ─▶ webhooks
//! ```

mod account;
mod act;
mod batch;
mod codes;
mod coexistence;
mod core;
mod faults;
mod graph;
mod history;
mod look;
mod newcomers;
mod options;
mod pages;
mod rates;
mod review;
mod sender;
mod state;
mod trouble;
mod view;
#[expect(clippy::module_inception, reason = "the handle bears the name of the whole")]
mod whatsapp;

pub use crate::old::{Gate, Now, system_clock};
pub use act::{Act, Content, Customer, Done, Dressing, Given};
pub use batch::Batch;
pub use faults::{Fault, Faults, WebhookFault};
pub use graph::sign;
pub use newcomers::{NewApp, NewPerson, NewPhone};
pub use options::Options;
pub use review::Review;
pub use state::{Status, WebhookState};
pub use view::{AppView, CallView, FileView, MessageView, TemplateView, WebhookView};
pub use whatsapp::WhatsApp;
