//! A small Avito: the messenger's API with its OAuth server, and what it tells webhooks about buyers who write about
//! adverts.
//!
//! Written from Avito's published OpenAPI files (authorisation, user, messenger); comments mark what these files do not
//! define.
//!
//! ```text
//! wire.rs     tables, and answers to the kit     acts.rs   chats, content, webhooks about messages
//! api.rs      operations, limits, files          json.rs   chats and messages as the API shows them
//! oauth.rs    tokens, and the page of consent    options.rs, sellers.rs   sellers, buyers, adverts, applications
//! ```

mod acts;
mod api;
mod json;
mod oauth;
mod options;
mod sellers;
mod wire;

pub use crate::kit::{Act, Content, Fault, Given, HookFault, HookState, MessageView, Verb};
pub use options::{NewApp, NewBuyer, NewItem, NewSeller, Options};

/// A running Avito. The consent page for applications is at `/oauth`, although the real one is on another host than the
/// API.
pub type Avito = crate::kit::Simulator<Options>;
/// A buyer at an advert, or on a seller's page.
pub type Customer<'a> = crate::kit::Customer<'a, Options>;
