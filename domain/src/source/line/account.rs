//! Lines of one account at their messenger: a call of the vendor's app about the account is for all of them. A source
//! is among them once the messenger listed its line in the account to its own token; what the settings say is no proof.
//! A source whose settings only name the account is noted too, since its subscription ends with that of the account.

use base::error::Result;
use base::store::directory::{self, DirectoryEntry, IdKind};
use connectors::{Connector, Identity, LineAccount, Settings};
use entity::source;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::facts::known;
use crate::settings;
use crate::source::{SourceContext, find};

/// The note of a source that names the account without a proof.
const NAMED: &str = "named";

/// Enters a source among those of its account at the messenger, and takes it out of the account it had `before`.
pub async fn join(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    before: Option<&source::Model>,
) -> Result<(), DbErr> {
    let now = account_of(app, row);
    let then = account_of(app, before.unwrap_or(row)).filter(|then| now.as_ref().is_none_or(|now| now.key != then.key));
    if let Some(then) = then {
        directory::take(db, IdKind::LineAccount, &key(row, &then), app.clock.millis()).await?;
    }
    let Some(now) = now else { return Ok(()) };
    let note = if now.is_proved { "" } else { NAMED };
    let entry = DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: note.to_owned(), expires_at: None };
    let key = key(row, &now);
    match directory::find(db, IdKind::LineAccount, &key, app.clock.millis()).await? {
        Some(known) if known == entry => Ok(()),
        _ => directory::set(db, IdKind::LineAccount, &key, entry).await,
    }
}

/// Takes a source out.
pub async fn leave(app: &SourceContext, db: &impl ConnectionTrait, row: &source::Model) -> Result<(), DbErr> {
    if let Some(account) = account_of(app, row) {
        directory::take(db, IdKind::LineAccount, &key(row, &account), app.clock.millis()).await?;
    }
    Ok(())
}

/// The messenger refuses a source that it never proved to be of its account: no calls about the account reach it, even if
/// an earlier release let them.
pub(super) async fn unproved(app: &SourceContext, row: &source::Model) -> Result<(), DbErr> {
    match account_of(app, row) {
        Some(account) if !account.is_proved => join(app, app.store.write(), row, None).await,
        _ => Ok(()),
    }
}

/// Enters a source of which the messenger did not say before that its line is the account's: it did not answer, or the
/// source is older than the question. `identity`: a fresh answer.
pub(super) async fn prove(
    app: &SourceContext,
    source: &source::Model,
    connector: &dyn Connector,
    settings: &Settings,
    identity: &Identity,
) -> Result<()> {
    let Some(account) = connector.account(&settings.public) else { return Ok(()) };
    if !account.is_proved {
        known(app, source, identity).await?;
    }
    let asked = find(app, source.tenant_id, source.id).await?;
    Ok(join(app, app.store.write(), &asked, None).await?)
}

/// The sources of an account at the messenger, of all tenants.
pub async fn sources_of(app: &SourceContext, kind: &str, account: &str) -> Result<Vec<Uuid>, DbErr> {
    let beginning = format!("{kind}:{account}:");
    let found = directory::list(app.store.read(), IdKind::LineAccount, &beginning, app.clock.millis()).await?;
    Ok(found.into_iter().filter(|(_, entry)| entry.note.is_empty()).map(|(_, entry)| entry.id).collect())
}

fn account_of(app: &SourceContext, row: &source::Model) -> Option<LineAccount> {
    app.connectors.get(&row.kind)?.account(&settings::public(row).ok()?)
}

fn key(row: &source::Model, account: &LineAccount) -> String {
    format!("{}:{}:{}", row.kind, account.key, row.id)
}
