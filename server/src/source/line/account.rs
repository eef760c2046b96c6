//! Lines of one account at their messenger: a call of the vendor's app about the account is for all of them.

use base::store::directory::{self, DirectoryEntry, IdKind};
use entity::source;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::source::SourceContext;

/// Enters a source among those of its account at the messenger, and takes it out of the account it had `before`.
pub async fn join(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    before: Option<&source::Model>,
) -> Result<(), DbErr> {
    let (now, then) = (key_of(app, row), before.and_then(|before| key_of(app, before)));
    if let Some(then) = then.filter(|then| now.as_ref() != Some(then)) {
        directory::take(db, IdKind::LineAccount, &then, app.clock.millis()).await?;
    }
    let Some(key) = now else { return Ok(()) };
    let entry = DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: String::new(), expires_at: None };
    directory::set(db, IdKind::LineAccount, &key, entry).await
}

/// Takes a source out.
pub async fn leave(app: &SourceContext, db: &impl ConnectionTrait, row: &source::Model) -> Result<(), DbErr> {
    if let Some(key) = key_of(app, row) {
        directory::take(db, IdKind::LineAccount, &key, app.clock.millis()).await?;
    }
    Ok(())
}

/// The sources of an account at the messenger, of all tenants.
pub async fn sources_of(app: &SourceContext, kind: &str, account: &str) -> Result<Vec<Uuid>, DbErr> {
    let beginning = format!("{kind}:{account}:");
    let found = directory::list(app.store.read(), IdKind::LineAccount, &beginning, app.clock.millis()).await?;
    Ok(found.into_iter().map(|(_, entry)| entry.id).collect())
}

fn key_of(app: &SourceContext, row: &source::Model) -> Option<String> {
    let settings = serde_json::from_str(&row.settings).ok()?;
    let account = app.connectors.get(&row.kind)?.account(&settings)?;
    Some(format!("{}:{account}:{}", row.kind, row.id))
}
