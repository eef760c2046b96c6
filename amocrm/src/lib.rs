//! Typed client of amoCRM and Kommo for chat integrations.
//!
//! The crate speaks five dialects of the platform:
//!
//! * [`chats`]: the Chats API ("amojo"), signed with a channel secret;
//! * [`oauth`] and [`claims`]: getting, renewing and reading access tokens;
//! * [`rest`]: the calls of the CRM API v4 that a chat integration needs;
//! * [`hooks`]: what amoCRM sends to an integration, as data;
//! * [`disposable_token`]: how the widget shows who looks at it.
//!
//! It keeps no state, knows no table and reads no clock of its own. A client gets an HTTP client, a base address and,
//! where a date is signed, a clock ([`Now`]) at birth; secrets and tokens are arguments of each call and are never
//! stored, printed or put into an error.
//!
//! # The HTTP client is the caller's duty
//!
//! A `reqwest::Client` given to this crate must follow **no redirects** (the path is signed, and a redirect would carry
//! the client secret elsewhere), must use no proxy that was not meant (`no_proxy()`), must have a connect time limit
//! (a total limit that runs out while connecting is reported as [`Error::NoAnswer`], the careful reading), and should
//! carry a `User-Agent`. The crate adds a total time limit to each call and reads at most 1 MiB of an answer.
//!
//! # Where the facts come from
//!
//! "chats-api §3.5" and "crm-api §1.8" in the documentation name headings of `docs/protocol/chats-api.md` and
//! `docs/protocol/crm-api.md`; they say which public page or observation a fact rests on. The pages themselves:
//! <https://www.amocrm.ru/developers/content/chats/chat-api-reference>,
//! <https://www.amocrm.ru/developers/content/crm_platform/platform-abilities>,
//! <https://www.amocrm.ru/developers/content/oauth/oauth> and <https://developers.kommo.com>.

#![deny(missing_docs)]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod chats;
pub mod claims;
pub mod disposable_token;
pub mod error;
pub mod hooks;
pub mod host;
mod lenient;
pub mod oauth;
pub mod rest;
mod transport;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use error::Error;
pub use host::{Host, HostRefused, HostRules};
pub use transport::{ANSWER_LIMIT, RETRY_AFTER_LIMIT, TOTAL_TIME};

/// The clock a client signs with: asked once at each call.
///
/// It is a function so that tests may freeze it. amoCRM refuses a signature older than 15 minutes (chats-api §2.1).
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
