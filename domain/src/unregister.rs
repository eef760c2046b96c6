//! Removes our webhook at the messenger of a source that loses its credentials: it was deleted, its account left a day ago,
//! or everything of the account is erased. Until then the messenger would go on sending customers' messages here.
//!
//! ```text
//! credentials erased ─▶ job with the credentials, sealed (same commit) ─▶ tried at once ─▶ removed: the job is gone
//!                                                                            └▶ retried for a week ─▶ given up
//! account forgotten ─▶ the proof names what is not removed, until it is
//! ```
//!
//! A source that has credentials again is left alone, and so is a subscription that another source here needs.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::i18n::Words;
use base::store::directory::{self, DirectoryEntry, IdKind};
use base::store::{VENDOR, in_transaction};
use base::vault::Place;
use chrono::TimeDelta;
use connectors::{Connector, Denied, Settings, kinds};
use entity::{erasure, job as jobs, source, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::job::{self, JobEnd, JobKind, NewJob, NextRun, Patience, Retry};
use crate::platform::PlatformContext;
use crate::settings;

/// The kind's name.
pub const KIND: &str = "unregister_line";
/// How long a person who erases an account waits for messengers.
const AT_MOST: Duration = Duration::from_secs(10);
const BACK_OFF: [TimeDelta; 6] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(6),
    TimeDelta::hours(12),
];
const PATIENCE: TimeDelta = TimeDelta::days(7);

/// What may be shown of a job.
#[derive(Serialize, Deserialize)]
struct Payload {
    /// The messenger.
    kind: String,
    /// The source's name.
    name: String,
    /// The line's public name and its key among all lines; empty if it is unknown.
    line: String,
    key: String,
    /// The server's public address when this was planned: the webhook is there, even if the server has moved since.
    server: String,
}

impl Payload {
    fn of(app: &PlatformContext, source: &source::Model) -> Self {
        let facts = Value::Object(settings::facts(source));
        let text = |at: &str| facts.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (line, key) = (text("/line/name"), text("/line/key"));
        let server = app.public_url().to_owned();
        Self { kind: source.kind.clone(), name: source.name.clone(), line, key, server }
    }
}

/// Plans the removal, in the commit that erases the source's credentials. Nothing to do for kinds without a webhook.
pub async fn plan(app: &PlatformContext, tx: &DatabaseTransaction, source: &source::Model) -> anyhow::Result<()> {
    let has_webhook = app.connectors.get(&source.kind).is_some_and(|connector| connector.has_webhook());
    if !has_webhook || source.secrets.is_none() {
        return Ok(());
    }
    let key = source.id.to_string();
    let row = job::place_of(KIND, &key);
    let sealed = settings::open(app, source)
        .and_then(|settings| settings::seal_whole(app, (source.tenant_id, Place::Job, &row), &settings));
    let sealed = sealed.inspect_err(|error| {
        tracing::error!(tenant.id = %source.tenant_id, source.id = %source.id, error = format!("{error:#}"), "the webhook of a source cannot be removed at its messenger: its credentials cannot be read");
    });
    let now = app.clock.millis();
    let new = NewJob {
        tenant_id: source.tenant_id,
        kind: KIND,
        key,
        payload: json!(Payload::of(app, source)),
        due: sealed.is_ok().then_some(now),
        sealed: sealed.ok(),
    };
    Ok(job::schedule(tx, now, new).await?)
}

/// Erases the messengers' credentials of all sources of an account, and plans the removal of their webhooks; returns how
/// many sources lost them. The signing secrets of its own messengers give no access to others and stay.
pub async fn all(app: &PlatformContext, tenant_id: Uuid) -> anyhow::Result<u64> {
    let erased = in_transaction(&app.store, async |tx| all_in(app, tx, tenant_id).await).await?;
    app.lookup.forget();
    Ok(erased)
}

async fn all_in(app: &PlatformContext, tx: &DatabaseTransaction, tenant_id: Uuid) -> anyhow::Result<u64> {
    use source::Column;
    let own: Vec<&str> = kinds::names(|kind| kind.own_server).collect();
    let with_credentials = source::Entity::of_tenant(tenant_id)
        .filter(Column::Kind.is_not_in(own.clone()))
        .filter(Column::Secrets.is_not_null())
        .lock_exclusive();
    for source in with_credentials.all(tx).await? {
        plan(app, tx, &source).await?;
    }
    let erased = source::Entity::update_of(tenant_id)
        .col_expr(Column::Secrets, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::Status, Expr::value("stopped"))
        .col_expr(Column::StatusReason, Expr::value("credentials_erased"))
        .col_expr(Column::StatusSince, Expr::value(app.clock.millis()))
        .filter(Column::Kind.is_not_in(own))
        .filter(Column::Secrets.is_not_null())
        .exec(tx)
        .await?;
    Ok(erased.rows_affected)
}

/// Tries the planned removals of an account, or of one of its sources, in the background, whenever they are due.
pub fn at_once(app: &Arc<PlatformContext>, tenant_id: Uuid, source_id: Option<Uuid>) -> tokio::task::JoinHandle<()> {
    let app = app.clone();
    base::supervisor::detach("unregister", async move {
        let planned = jobs::Entity::of_tenant(tenant_id)
            .filter(jobs::Column::Kind.eq(KIND))
            .filter(jobs::Column::NextTryAt.is_not_null());
        let planned = match source_id {
            Some(source_id) => planned.filter(jobs::Column::Key.eq(source_id.to_string())),
            None => planned,
        };
        let kind: Arc<dyn JobKind> = Arc::new(UnregisterLine { platform: app.clone() });
        match planned.all(app.store.write()).await {
            Ok(planned) => {
                let each = planned.into_iter().map(|planned| job::now(&app, &kind, planned));
                futures_util::future::join_all(each).await;
            }
            Err(error) => {
                tracing::warn!(tenant.id = %tenant_id, %error, "webhooks to be removed at messengers could not be read; it is tried when they are due");
            }
        }
    })
}

/// Waits for the first attempts, but not for a messenger that does not answer.
pub async fn first_attempts(trying: tokio::task::JoinHandle<()>) {
    // A panic was logged where it happened, and what it left undone is retried.
    drop(tokio::time::timeout(AT_MOST, trying).await);
}

/// The kind of job.
pub struct UnregisterLine {
    pub platform: Arc<PlatformContext>,
}

#[async_trait]
impl JobKind for UnregisterLine {
    fn name(&self) -> &'static str {
        KIND
    }

    fn retry(&self) -> Retry {
        Retry { waits: &BACK_OFF, patience: Patience::For(PATIENCE) }
    }

    /// The panel names it.
    fn keeps_given_up(&self) -> bool {
        true
    }

    async fn attempt(&self, job: &jobs::Model) -> anyhow::Result<NextRun> {
        let app = &self.platform;
        let (source_id, line): (Uuid, Payload) = (job.key.parse()?, serde_json::from_str(&job.payload)?);
        if has_credentials(app, job.tenant_id, source_id).await? {
            tracing::info!(tenant.id = %job.tenant_id, source.id = %source_id, "a source has credentials again; its webhook stays");
            return Ok(NextRun::Never);
        }
        let connector = app.connectors.get(&line.kind).cloned();
        let (Some(connector), Some(sealed)) = (connector, &job.sealed) else {
            anyhow::bail!("this server has no connector of the kind {}, or no credentials of the line", line.kind);
        };
        let row = job::place_of(KIND, &job.key);
        let settings = settings::open_whole(app, (job.tenant_id, Place::Job, &row), sealed)?;
        let place = (line.kind.as_str(), source_id);
        let Some(hook) = settings::hook_at(app, &line.server, place, &settings) else { return Ok(NextRun::Never) };
        connector.remove_webhook(&settings, &hook).await.map_err(as_error)?;
        if !is_shared(app, connector.as_ref(), &settings, &line, source_id).await? {
            connector.unsubscribe(&settings).await.map_err(as_error)?;
        }
        tracing::info!(tenant.id = %job.tenant_id, source.id = %source_id, connector = line.kind, "the webhook of a source that is gone was removed at its messenger");
        Ok(NextRun::Never)
    }

    async fn ended(&self, tx: &DatabaseTransaction, job: &jobs::Model, end: JobEnd) -> Result<(), DbErr> {
        note_end(tx, job, end).await
    }
}

fn as_error(denied: Denied) -> anyhow::Error {
    anyhow::anyhow!("{}", denied.text())
}

/// Whether another source here receives by the same subscription: one of the line, or of its account at the messenger,
/// also if it only names the account.
async fn is_shared(
    app: &PlatformContext,
    connector: &dyn Connector,
    settings: &Settings,
    line: &Payload,
    source_id: Uuid,
) -> Result<bool, DbErr> {
    let (db, now) = (app.store.read(), app.clock.millis());
    let mut others: Vec<DirectoryEntry> =
        directory::find(db, IdKind::Line, &line.key, now).await?.into_iter().collect();
    if let Some(account) = connector.account(&settings.public) {
        let beginning = format!("{}:{}:", line.kind, account.key);
        let lines = directory::list(db, IdKind::LineAccount, &beginning, now).await?;
        others.extend(lines.into_iter().map(|(_, entry)| entry));
    }
    for other in others.into_iter().filter(|other| other.id != source_id) {
        if has_credentials(app, other.tenant_id, other.id).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn has_credentials(app: &PlatformContext, tenant_id: Uuid, source_id: Uuid) -> Result<bool, DbErr> {
    let source = source::Entity::of_tenant(tenant_id)
        .filter(source::Column::Id.eq(source_id))
        .filter(source::Column::DeletedAt.is_null())
        .filter(source::Column::Secrets.is_not_null())
        .one(app.store.read())
        .await?;
    Ok(source.is_some())
}

// Lines of an erased account whose webhooks are still at their messengers: the proof of the erasure names them until they
// are removed.

/// What a proof calls the erasure of a whole account.
pub const WHOLE_ACCOUNT: &str = "account";

/// A line whose webhook was not removed when its account was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftLine {
    pub source_id: Uuid,
    /// The messenger.
    pub kind: String,
    /// The source's name.
    pub name: String,
    /// The line's public name: `@acme_support_bot`; empty if it is unknown.
    pub line: String,
    pub state: LineState,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineState {
    /// Parom goes on trying.
    Retried,
    /// Only the line's owner can remove it, at the messenger.
    GivenUp,
}

impl LeftLine {
    /// Those that a proof names.
    pub fn stored(proof: &erasure::Model) -> Vec<Self> {
        proof.lines.as_deref().and_then(|lines| serde_json::from_str(lines).ok()).unwrap_or_default()
    }

    /// As a proof stores them; none if all webhooks are removed.
    pub fn to_store(lines: &[Self]) -> Option<String> {
        if lines.is_empty() { None } else { serde_json::to_string(lines).ok() }
    }

    /// The line in words: `Telegram bot: Support, @acme_support_bot`.
    pub fn named(&self, words: Words) -> String {
        let messenger = words.text_of("connector-", &self.kind);
        let names = [self.name.as_str(), self.line.as_str()];
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        format!("{messenger}: {}", names.join(", "))
    }

    /// What its owner can do at the messenger.
    pub fn what_to_do(&self, words: Words) -> String {
        let key = format!("left-line-{}", self.kind);
        if words.has(&key) { words.text(key).to_string() } else { words.text("left-line-other").to_string() }
    }
}

/// The lines of an account that is being erased, as they are in the commit that stores the proof. Those that were given up
/// lose their rows: the proof has them.
pub async fn of_account(tx: &DatabaseTransaction, tenant_id: Uuid) -> Result<Vec<LeftLine>, DbErr> {
    // A job that ends meanwhile waits for this commit and then finds the proof.
    let rows = jobs::Entity::of_tenant(tenant_id).filter(jobs::Column::Kind.eq(KIND)).lock_exclusive().all(tx).await?;
    jobs::Entity::delete_of(tenant_id)
        .filter(jobs::Column::Kind.eq(KIND))
        .filter(jobs::Column::NextTryAt.is_null())
        .exec(tx)
        .await?;
    let lines = rows.into_iter().filter_map(|row| {
        let Payload { kind, name, line, .. } = serde_json::from_str(&row.payload).ok()?;
        let state = if row.next_try_at.is_some() { LineState::Retried } else { LineState::GivenUp };
        Some(LeftLine { source_id: row.key.parse().ok()?, kind, name, line, state })
    });
    Ok(lines.collect())
}

/// A job ended. If its account was erased meanwhile, only the proof stays, which then names what is still not removed.
async fn note_end(tx: &DatabaseTransaction, job: &jobs::Model, end: JobEnd) -> Result<(), DbErr> {
    if tenant::Entity::of_tenant(job.tenant_id).one(tx).await?.is_some() {
        return Ok(());
    }
    jobs::Entity::delete_of(job.tenant_id)
        .filter(jobs::Column::Kind.eq(KIND))
        .filter(jobs::Column::Key.eq(job.key.as_str()))
        .exec(tx)
        .await?;
    let proofs = erasure::Entity::of_tenant(VENDOR)
        .filter(erasure::Column::What.eq(WHOLE_ACCOUNT))
        .filter(erasure::Column::Lines.contains(job.key.as_str()))
        .all(tx)
        .await?;
    for proof in proofs {
        let mut lines = LeftLine::stored(&proof);
        match end {
            JobEnd::Done => lines.retain(|line| line.source_id.to_string() != job.key),
            JobEnd::GivenUp => {
                let own = lines.iter_mut().filter(|line| line.source_id.to_string() == job.key);
                own.for_each(|line| line.state = LineState::GivenUp);
            }
        }
        erasure::Entity::update_of(VENDOR)
            .col_expr(erasure::Column::Lines, Expr::value(LeftLine::to_store(&lines)))
            .filter(erasure::Column::Id.eq(proof.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_messenger_that_hangs_delays_no_erasure() {
        let begun = tokio::time::Instant::now();
        first_attempts(tokio::spawn(std::future::pending())).await;
        assert_eq!(begun.elapsed(), AT_MOST);
    }
}
