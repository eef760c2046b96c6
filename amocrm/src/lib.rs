//! Typed client of amoCRM and Kommo for chat integrations.
//!
//! The crate covers five interfaces of the platform:
//!
//! * [`chats`]: the Chats API ("amojo"), signed with a channel secret;
//! * [`oauth`] and [`claims`]: getting, renewing and reading access tokens;
//! * [`rest`]: the calls of the CRM API v4 that a chat integration needs;
//! * [`hooks`]: what amoCRM sends to an integration, as data;
//! * [`disposable_token`]: identifies the user of the widget.
//!
//! It keeps no state, knows no tables and reads no clock of its own. A client is created with an HTTP client, a base
//! address and, if it signs dates, a clock ([`Now`]); secrets and tokens are arguments of each call and are never
//! stored, printed or put into an error.
//!
//! # Requirements for the HTTP client
//!
//! A `reqwest::Client` passed to this crate must follow **no redirects** (the path is signed, and a redirect would send
//! the client secret elsewhere), must use no unintended proxy (`no_proxy()`), must have a connect time limit (a total
//! limit that expires while connecting is reported as [`Error::NoAnswer`], the cautious interpretation), and should
//! send a `User-Agent`. The crate adds a total time limit to each call and reads at most 1 MiB of an answer.
//!
//! # Sources
//!
//! References such as "chats-api §3.5" and "crm-api §1.8" are headings of the pages in `protocol`, which name the public
//! page or observation behind each fact. The public pages:
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
#[cfg(doc)]
pub mod protocol;
pub mod rest;
mod transport;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use error::Error;
pub use host::{Host, HostRefused, HostRules};
pub use transport::{ANSWER_LIMIT, RETRY_AFTER_LIMIT, TOTAL_TIME};

/// The clock with which a client signs, called once per request.
///
/// It is a function so that tests can freeze it. amoCRM refuses a signature older than 15 minutes (chats-api §2.1).
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
