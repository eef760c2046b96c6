//! A source's line, its account at the messenger: its identity, where the messenger delivers customers' messages, and
//! what is known about both.
//!
//! ```text
//! create ─▶ identity (live) ─▶ claimed for all accounts ─▶ … the source is created … ─▶ our address is registered
//! change ─▶ identity: unchanged ─▶ … ─▶ registered again     delete ─▶ the claim ends, the address is removed
//! watch (every five minutes) ─▶ ours · failing · taken by another service · to be registered again · access refused
//!                            └▶ identity: another line's ─▶ the claim ends
//! ```
//!
//! Facts are stored in `source.facts` and passed to the connector in its public settings as `facts`.

mod claim;
pub mod watch;

use base::error::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connectors::kinds::deep_link;
use connectors::{HookTarget, Settings, WebhookToEnter};
use entity::source;
use secrecy::SecretString;

use crate::platform::PlatformContext;
use crate::source::SourceContext;

pub use claim::{FailedTest, failed_test, is_taken, learned, reported_trouble, source_of, sources_of, trouble};
pub(super) use claim::{
    ask, claim, facts_of, give_back, join, keep, known, leave, lost, refused, release, require_same_line, tested,
    yielding,
};
pub(super) use watch::connect;
pub use watch::{MOVED, check, not_connected, take_back};

pub use crate::settings::{facts as of, hook_url};

/// A new secret with which a messenger authenticates its calls: 64 characters of `A-Za-z0-9_-`.
pub(super) fn new_secret() -> SecretString {
    let random: [u8; 48] = rand::random();
    SecretString::from(URL_SAFE_NO_PAD.encode(random))
}

/// The public name of a source's line: `@acme_support_bot`; none if it has none.
pub fn name_of(source: &source::Model) -> Option<String> {
    let facts = of(source);
    let name = facts.get("line")?.get("name")?.as_str()?;
    Some(name.to_owned()).filter(|name| name.len() > 1)
}

/// The address that opens a chat with a source's line, for everyone: without the parameter for the origin.
pub fn link_of(app: &PlatformContext, source: &source::Model) -> Option<String> {
    let name = name_of(source)?;
    match app.config.simulated.get(&source.kind) {
        Some(phones) => Some(phones.to_string()),
        None => public_link(&source.kind, &name),
    }
}

fn public_link(kind: &str, name: &str) -> Option<String> {
    let link = deep_link(kind, name)?;
    link.split('?').next().map(str::to_owned)
}

/// The values that an administrator enters at the messenger so that its calls come to this source; none if there is
/// nothing to enter.
pub fn webhook_to_enter(app: &SourceContext, source: &source::Model) -> Result<Option<WebhookToEnter>> {
    let Some(connector) = app.connectors.get(&source.kind) else { return Ok(None) };
    let settings = crate::settings::open(app, source)?;
    let hook = hook_of(app, source, &settings);
    Ok(hook.and_then(|hook| connector.webhook_to_enter(&settings, &hook)))
}

fn hook_of(app: &SourceContext, source: &source::Model, settings: &Settings) -> Option<HookTarget> {
    crate::settings::hook_of(app, &source.kind, source.id, settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_of_a_line_says_nothing_of_where_it_was_found() {
        assert_eq!(public_link("telegram", "@acme_bot").as_deref(), Some("https://t.me/acme_bot"));
        assert_eq!(public_link("max", "@acme_bot").as_deref(), Some("https://max.ru/acme_bot"));
        assert_eq!(public_link("webchat", "@acme_bot"), None);
    }
}
