//! Identifies a line with its messenger, and claims it, because a messenger delivers a line's messages to one address
//! only.

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::directory::{self, DirectoryEntry, IdKind};
use chrono::TimeDelta;
use connectors::{Connector, Denied, Identity, Settings};
use entity::source;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use crate::source::SourceContext;

/// A claim not completed within this time expires.
const UNFINISHED: TimeDelta = TimeDelta::minutes(2);
/// Retry delay for the caller while the messenger does not answer.
const WAIT_SECONDS: u32 = 5;

/// The line is already in use.
struct LineTaken {
    /// Its public name.
    line: String,
    /// The name of its source if that is in the same account.
    source: Option<String>,
}

impl LineTaken {
    fn text(&self) -> LocalizedText {
        match &self.source {
            Some(source) => LocalizedText::new("said-line-taken-here").with("source", source.as_str()),
            None => LocalizedText::new("said-line-taken"),
        }
        .with("line", self.line.as_str())
    }
}

impl From<LineTaken> for Error {
    fn from(taken: LineTaken) -> Self {
        Self::Conflict { problem: "line_taken", detail: taken.text() }
    }
}

/// Asks the messenger for the identity behind new settings. None if the kind has none. Refusals are reported at the
/// credentials' field.
pub async fn ask(connector: &dyn Connector, settings: &Settings) -> Result<Option<Identity>> {
    connector.identity(settings).await.map_err(|denied| match denied {
        Denied::Access(text) | Denied::Refused(text) => Error::field(credentials_of(connector), text),
        Denied::Away(text) => {
            let detail = LocalizedText::new("said-messenger-away").with("reason", text);
            Error::Unavailable { detail, retry_after: WAIT_SECONDS }
        }
    })
}

fn credentials_of(connector: &dyn Connector) -> String {
    let field = connector.fields().iter().find(|field| field.secret).map_or("", |field| field.name);
    format!("/settings/{field}")
}

/// The current user of a line, as a text for this account; none if the line is free.
pub async fn is_taken(
    app: &SourceContext,
    tenant_id: Uuid,
    kind: &str,
    identity: &Identity,
) -> Result<Option<LocalizedText>> {
    let holder = holder(app, app.store.read(), tenant_id, kind, identity).await?;
    Ok(holder.map(|(_, taken)| taken.text()))
}

/// Claims a line for a source being created; the claim becomes permanent when the source exists.
pub async fn claim(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    row: &source::Model,
    identity: &Identity,
) -> Result<()> {
    let line = key(&row.kind, &identity.key);
    let entry = entry(row, &identity.name, Some(app.clock.millis() + UNFINISHED.num_milliseconds()));
    // Of two concurrent claims the second waits here for the first.
    if directory::enter(db, IdKind::Line, &line, entry.clone()).await? {
        return Ok(());
    }
    match holder(app, db, row.tenant_id, &row.kind, identity).await?.filter(|(id, _)| *id != row.id) {
        Some((_, taken)) => Err(taken.into()),
        None => Ok(directory::set(db, IdKind::Line, &line, entry).await?),
    }
}

/// Makes the claim permanent.
pub async fn keep(db: &impl ConnectionTrait, row: &source::Model) -> Result<(), DbErr> {
    match claimed(row) {
        Some((line, name)) => directory::set(db, IdKind::Line, &line, entry(row, &name, None)).await,
        None => Ok(()),
    }
}

/// Releases the claim of a source that was not created after all.
pub async fn give_back(app: &SourceContext, row: &source::Model) {
    if let Err(error) = release(app.store.write(), row, app.clock.millis()).await {
        tracing::warn!(source.id = %row.id, %error, "the claim of a connection check could not be released; it expires in two minutes");
    }
}

/// Releases a source's claim.
pub async fn release(db: &impl ConnectionTrait, row: &source::Model, now: i64) -> Result<(), DbErr> {
    let Some((line, _)) = claimed(row) else { return Ok(()) };
    let holder = directory::find(db, IdKind::Line, &line, now).await?;
    if holder.is_some_and(|entry| entry.id == row.id) {
        directory::take(db, IdKind::Line, &line, now).await?;
    }
    Ok(())
}

/// Refuses the credentials of another line for a source, because its conversations could not continue there. Returns
/// the line's current identity; none if the kind has no lines.
pub async fn require_same_line(
    app: &SourceContext,
    source: &source::Model,
    connector: &dyn Connector,
    settings: &Settings,
) -> Result<Option<Identity>> {
    let Some(identity) = ask(connector, settings).await? else { return Ok(None) };
    match claimed(source) {
        Some((line, name)) if line != key(&source.kind, &identity.key) => {
            let detail = LocalizedText::new("said-line-other").with("line", identity.name.as_str()).with("now", name);
            Err(Error::field(credentials_of(connector), detail))
        }
        _ => {
            // Its account may have left meanwhile, and another one claimed the line.
            claim(app, app.store.write(), source, &identity).await?;
            let line = key(&source.kind, &identity.key);
            directory::set(app.store.write(), IdKind::Line, &line, entry(source, &identity.name, None)).await?;
            Ok(Some(identity))
        }
    }
}

/// The source that has a line; none if the line is free, or its claim is not completed yet.
pub async fn source_of(app: &SourceContext, kind: &str, line: &str) -> Result<Option<Uuid>, DbErr> {
    let entry = directory::find(app.store.read(), IdKind::Line, &key(kind, line), app.clock.millis()).await?;
    Ok(entry.filter(|entry| entry.expires_at.is_none()).map(|entry| entry.id))
}

/// The source that has a line, and how to report it.
async fn holder(
    app: &SourceContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    identity: &Identity,
) -> Result<Option<(Uuid, LineTaken)>, DbErr> {
    let line = key(kind, &identity.key);
    let Some(entry) = directory::find(db, IdKind::Line, &line, app.clock.millis()).await? else { return Ok(None) };
    let source = source::Entity::of_tenant(entry.tenant_id)
        .filter(source::Column::Id.eq(entry.id))
        .filter(source::Column::DeletedAt.is_null())
        .filter(source::Column::Secrets.is_not_null())
        .one(db)
        .await?;
    // The source is gone without releasing its claim, or its credentials were erased: the line is free.
    let Some(source) = source else { return Ok(None) };
    let name = (entry.tenant_id == tenant_id).then_some(source.name);
    Ok(Some((source.id, LineTaken { line: identity.name.clone(), source: name })))
}

fn key(kind: &str, line: &str) -> String {
    format!("{kind}:{line}")
}

/// The key of a source's line, and its name.
fn claimed(row: &source::Model) -> Option<(String, String)> {
    let facts = crate::settings::facts(row);
    let line = facts.get("line")?;
    Some((line.get("key")?.as_str()?.to_owned(), line.get("name")?.as_str()?.to_owned()))
}

/// The facts of a line from a fresh answer.
pub fn facts_of(kind: &str, identity: &Identity) -> serde_json::Value {
    json!({ "line": { "key": key(kind, &identity.key), "name": identity.name }, "bot": identity.facts })
}

fn entry(row: &source::Model, name: &str, expires_at: Option<i64>) -> DirectoryEntry {
    DirectoryEntry { tenant_id: row.tenant_id, id: row.id, note: name.to_owned(), expires_at }
}
