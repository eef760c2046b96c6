//! Lines of one account at their messenger: a call of the vendor's app about the account is for all of them. A source
//! is among them once the messenger listed its line in the account to its own token; what the settings say is no proof.

use base::error::Result;
use base::store::directory::{self, DirectoryEntry, IdKind};
use connectors::{Connector, Denied, LineAccount, Settings};
use entity::source;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::facts::known;
use crate::settings;
use crate::source::{SourceContext, find};

/// Enters a source among those of its account at the messenger, and takes it out of the account it had `before`.
pub async fn join(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    before: Option<&source::Model>,
) -> Result<(), DbErr> {
    let now = account_of(app, row).filter(|account| account.is_proved).map(|account| key(row, &account));
    let then = account_of(app, before.unwrap_or(row)).map(|account| key(row, &account));
    if let Some(then) = then.filter(|then| now.as_ref() != Some(then)) {
        directory::take(db, IdKind::LineAccount, &then, app.clock.millis()).await?;
    }
    let Some(key) = now else { return Ok(()) };
    let entry = DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: String::new(), expires_at: None };
    directory::set(db, IdKind::LineAccount, &key, entry).await
}

/// Takes a source out.
pub async fn leave(app: &SourceContext, db: &impl ConnectionTrait, row: &source::Model) -> Result<(), DbErr> {
    if let Some(account) = account_of(app, row) {
        directory::take(db, IdKind::LineAccount, &key(row, &account), app.clock.millis()).await?;
    }
    Ok(())
}

/// Takes out a source that only an earlier release entered, by its settings, and that cannot prove it now: the messenger
/// refuses it, or another source has its line.
pub(super) async fn leave_unproved(app: &SourceContext, row: &source::Model) -> Result<(), DbErr> {
    match account_of(app, row) {
        Some(account) if !account.is_proved => leave(app, app.store.write(), row).await,
        _ => Ok(()),
    }
}

/// Asks again about a source of which the messenger did not say yet that its line is the account's: it did not answer,
/// or the source is older than the question.
pub(super) async fn prove(
    app: &SourceContext,
    source: &source::Model,
    connector: &dyn Connector,
    settings: &Settings,
) -> Result<()> {
    let Some(account) = connector.account(&settings.public) else { return Ok(()) };
    let entered =
        directory::find(app.store.read(), IdKind::LineAccount, &key(source, &account), app.clock.millis()).await?;
    if account.is_proved && entered.is_some() {
        return Ok(());
    }
    if !account.is_proved {
        let identity = match connector.identity(settings).await {
            Ok(Some(identity)) => identity,
            Ok(None) | Err(Denied::Away(_)) => return Ok(()),
            Err(Denied::Access(_) | Denied::Refused(_)) => return Ok(leave_unproved(app, source).await?),
        };
        known(app, source, &identity).await?;
    }
    let asked = find(app, source.tenant_id, source.id).await?;
    Ok(join(app, app.store.write(), &asked, None).await?)
}

/// The sources of an account at the messenger, of all tenants.
pub async fn sources_of(app: &SourceContext, kind: &str, account: &str) -> Result<Vec<Uuid>, DbErr> {
    let beginning = format!("{kind}:{account}:");
    let found = directory::list(app.store.read(), IdKind::LineAccount, &beginning, app.clock.millis()).await?;
    Ok(found.into_iter().map(|(_, entry)| entry.id).collect())
}

fn account_of(app: &SourceContext, row: &source::Model) -> Option<LineAccount> {
    app.connectors.get(&row.kind)?.account(&settings::public(row).ok()?)
}

fn key(row: &source::Model, account: &LineAccount) -> String {
    format!("{}:{}:{}", row.kind, account.key, row.id)
}
