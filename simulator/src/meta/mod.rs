//! A small Meta: the Graph servers of Instagram (`graph.instagram.com`, with Instagram Login) and of Facebook pages
//! (`graph.facebook.com`) at one address, their webhooks, and the phones of people who write to businesses.
//!
//! Written from <https://developers.facebook.com/documentation/instagram-platform> and
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform>, for any app.
//!
//! ```text
//! wire.rs      tables, and answers to the kit         acts.rs    places and content of acts, events about them
//! api.rs       calls by node and edge                 hooks.rs   recipients, and the signed body
//! send.rs      messages of apps, within the window    json.rs    messages, comments and people as Meta shows them
//! tokens.rs    whose tokens are, and for how long     ../graph   what every Graph server has: errors, parameters
//! apps.rs      where events go                        options.rs state
//! consent.rs   how apps get tokens
//! datasets.rs  events of the Conversions API
//! accounts.rs  new apps, accounts and posts, and troubles
//! ```

mod accounts;
mod acts;
mod api;
mod apps;
mod consent;
mod datasets;
mod hooks;
mod json;
mod options;
mod send;
mod tokens;
mod wire;

pub use crate::graph::AppView;
pub use crate::kit::{Act, Author, Content, Fault, Given, HookFault, HookState, MessageView, NewPerson, Verb};
pub use accounts::{AccountView, NewAccount, NewApp};
pub use options::{Options, Platform};

pub type Meta = crate::kit::Simulator<Options>;
/// A person in the chat with an account.
pub type Customer<'a> = crate::kit::Customer<'a, Options>;
