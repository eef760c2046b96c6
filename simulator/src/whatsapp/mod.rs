//! A small WhatsApp Business Platform: the Graph of the Cloud API, its webhooks, Meta's review of templates, and the phones
//! of people who write to businesses.
//!
//! Written from <https://developers.facebook.com/documentation/business-messaging/whatsapp> and publications about it,
//! for any app.
//!
//! ```text
//! wire.rs      tables, and answers to the kit         acts.rs           what people do, and webhooks about it
//! api.rs       calls by node and edge                 hooks.rs          recipients, and the signed body
//! send.rs      to whom a number may write, and when   statuses.rs       what becomes of messages
//! content.rs   messages, validated as documented      media.rs          files, their limits and addresses
//! templates.rs create, list, edit; template_rules.rs what is accepted; template_send.rs the values of a message;
//! review.rs    what Meta decides about them           coexistence.rs    the phone app beside the API
//! tokens.rs    whose tokens are, and for how long     signup.rs         the dialog of Embedded Signup
//! numbers.rs   fields and registration of numbers     subscriptions.rs  where webhooks go
//! codes.rs     documented errors                      options.rs        state
//! world.rs     new apps, accounts, numbers, and troubles
//! ```

mod acts;
mod api;
mod codes;
mod coexistence;
mod content;
mod hooks;
mod media;
mod numbers;
mod options;
mod review;
mod send;
mod signup;
mod statuses;
mod subscriptions;
mod template_rules;
mod template_send;
mod templates;
mod tokens;
mod wire;
mod world;

pub use crate::graph::AppView;
pub use crate::kit::{Act, Author, Content, Fault, Given, HookFault, HookState, MessageView, Verb};
pub use options::{Batch, NewPhone, Options, Status};
pub use review::Review;
pub use templates::TemplateView;
pub use wire::refusal;
pub use world::{NewApp, NewPerson};

pub type WhatsApp = crate::kit::Simulator<Options>;
/// A person in the chat with a number.
pub type Customer<'a> = crate::kit::Customer<'a, Options>;
