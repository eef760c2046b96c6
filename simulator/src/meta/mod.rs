//! A small Meta: the Graph servers of Instagram (`graph.instagram.com`, with Instagram Login) and of Facebook pages
//! (`graph.facebook.com`) at one address, the webhook sender, and the phones of people who write to businesses.
//!
//! Written from <https://developers.facebook.com/documentation/instagram-platform> and
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform>, for any app.
//!
//! ```text
//! a person acts   ─▶ message, comment ─▶ hooks ─▶ signed POST to each subscribed app
//! an app's call   ─▶ api ──────────────▶ message ─▶ the person's phone (pages)
//! ```

mod act;
mod api;
mod core;
mod faults;
mod hooks;
mod look;
#[expect(clippy::module_inception, reason = "the handle bears the name of the whole")]
mod meta;
mod newcomers;
mod options;
mod pages;
mod state;
mod trouble;

pub use crate::old::Gate;
pub use act::{Act, Content, Customer, Done, Given};
pub use faults::{Fault, Faults, HookFault};
pub use look::{CallView, HookView, MessageView};
pub use meta::Meta;
pub use newcomers::{AccountView, AppView, NewAccount, NewApp, NewPerson};
pub use options::Options;
pub use state::{Author, HookState, Platform};
