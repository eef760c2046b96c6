//! A source's line at its messenger: who it is there, where the messenger brings customers' messages, and what is known of
//! both.
//!
//! ```text
//! create ─▶ identity (live) ─▶ claimed for all accounts ─▶ … the source is made … ─▶ the messenger is told our address
//! change ─▶ identity: the same one ─▶ … ─▶ told again        delete ─▶ the claim ends, the messenger is told to stop
//! watch (every five minutes) ─▶ ours · failing · taken by another service · to be told again · access refused
//! ```
//!
//! Facts are kept in `source.facts` and handed to the connector in its public settings as `facts`.

mod claim;
mod connect;
mod facts;
mod watch;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::source;
use secrecy::SecretString;
use uuid::Uuid;

use crate::app::App;
use crate::connector::{HOOK_SECRET, Hook, Settings};

pub use claim::is_taken;
pub(super) use claim::{ask, claim, facts_of, give_back, keep, known_again, release};
pub use connect::{MOVED, take_back};
pub(super) use connect::{connect, disconnect};
pub(super) use facts::known;
pub use facts::{learned, of, trouble};
pub use watch::{due_now, run};

/// A new secret for a messenger to prove itself with: 64 characters of `A-Za-z0-9_-`.
pub(super) fn new_secret() -> SecretString {
    let random: [u8; 48] = rand::random();
    SecretString::from(URL_SAFE_NO_PAD.encode(random))
}

/// The address to which a source's messenger brings customers' messages.
pub fn hook_url(app: &App, kind: &str, source_id: Uuid) -> String {
    format!("{}/hooks/{kind}/{source_id}", app.public_url())
}

/// The name by which people know the line of a source: `@acme_support_bot`; none: it has none.
pub fn name_of(source: &source::Model) -> Option<String> {
    let facts = of(source);
    let name = facts.get("line")?.get("name")?.as_str()?;
    Some(name.to_owned()).filter(|name| name.len() > 1)
}

/// The address with its secret; none: the source has none yet, or none any more.
fn hook_of(app: &App, source: &source::Model, settings: &Settings) -> Option<Hook> {
    let secret = settings.secrets.get(HOOK_SECRET)?.clone();
    Some(Hook { url: hook_url(app, &source.kind, source.id), secret })
}
