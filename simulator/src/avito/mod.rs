//! A small Avito: the messenger's API with its OAuth server, the webhook sender, and the phones of buyers who look at
//! adverts.
//!
//! Written from Avito's published OpenAPI files (authorisation, user, messenger); comments mark what these files do not
//! define.
//!
//! ```text
//! a buyer acts    ─▶ message ─▶ posts ─▶ the sender ─▶ webhook
//! a seller's call ─▶ api ─────▶ message ─▶ the buyer's phone (pages), and posts again
//! ```

mod act;
mod api;
#[expect(clippy::module_inception, reason = "the handle bears the name of the whole")]
mod avito;
mod core;
mod customer;
mod faults;
mod json;
mod newcomers;
mod oauth;
mod options;
mod pages;
mod sender;
mod show;
mod state;
mod talk;

pub use act::{Act, Content, To};
pub use avito::Avito;
pub use customer::Customer;
pub use faults::{Fault, Faults, PostFault};
pub use newcomers::{NewApp, NewBuyer, NewItem, NewSeller};
pub use options::Options;
pub use show::{CallView, MessageView, PostView};
pub use state::PostState;
