//! Lines of an erased account whose webhooks are still at their messengers: the proof of the erasure names them until they
//! are removed.

use base::i18n::Words;
use base::store::VENDOR;
use entity::job::{self, Column};
use entity::{erasure, tenant};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{KIND, Payload};
use crate::job::JobEnd;

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
    let rows = job::Entity::of_tenant(tenant_id).filter(Column::Kind.eq(KIND)).lock_exclusive().all(tx).await?;
    job::Entity::delete_many()
        .filter(Column::TenantId.eq(tenant_id))
        .filter(Column::Kind.eq(KIND))
        .filter(Column::NextTryAt.is_null())
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
pub(super) async fn ended(tx: &DatabaseTransaction, job: &job::Model, end: JobEnd) -> Result<(), DbErr> {
    if tenant::Entity::of_tenant(job.tenant_id).one(tx).await?.is_some() {
        return Ok(());
    }
    job::Entity::delete_many()
        .filter(Column::TenantId.eq(job.tenant_id))
        .filter(Column::Kind.eq(KIND))
        .filter(Column::Key.eq(job.key.as_str()))
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
        erasure::Entity::update_many()
            .col_expr(erasure::Column::Lines, Expr::value(LeftLine::to_store(&lines)))
            .filter(erasure::Column::TenantId.eq(VENDOR))
            .filter(erasure::Column::Id.eq(proof.id))
            .exec(tx)
            .await?;
    }
    Ok(())
}
