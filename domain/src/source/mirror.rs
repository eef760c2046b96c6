//! The amoCRM side of a source: REST calls on behalf of the account, and the errors that their failures become.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::rest::{NewSource, Pipeline, SOURCES_BATCH, Source, SourceChange};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use chrono::TimeDelta;
use entity::crm_copy as table;
use entity::source::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::crm_copy::{self, CrmItem};
use super::{SourceContext, not_deleted};
use crate::tenant::token::{CallError, TokenError, with_token};
use crate::tenant::{self as tenants, users};

/// Retry delay for the caller if amoCRM gave none.
const WAIT_SECONDS: u64 = 5;

/// The current pipelines of a tenant's account, without archived ones.
pub async fn pipelines(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Vec<Pipeline>> {
    let all = every_pipeline(app, tenant_id).await.map_err(as_error)?;
    Ok(all.into_iter().filter(|pipeline| !pipeline.is_archive).collect())
}

/// The same with archived ones. They are kept for pages.
pub(super) async fn every_pipeline(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Vec<Pipeline>, CallError> {
    let all = with_token(&app.tenants, tenant_id, |rest, token| async move { rest.pipelines(&token).await }).await?;
    let known: Vec<KnownPipeline> = all.iter().map(KnownPipeline::from).collect();
    crm_copy::keep(app, tenant_id, &known).await;
    Ok(all)
}

/// All sources of the integration in the account; at most 100 (crm-api §4.2).
pub(super) async fn all(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Vec<Source>, CallError> {
    named(app, tenant_id, &[]).await
}

/// Those with these external ids; all if none are given.
pub(super) async fn named(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    external_ids: &[&str],
) -> Result<Vec<Source>, CallError> {
    with_token(&app.tenants, tenant_id, |rest, token| async move { rest.sources(&token, external_ids).await }).await
}

/// The source with this amoCRM id, if it still exists.
pub(super) async fn by_id(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<Option<Source>, CallError> {
    with_token(&app.tenants, tenant_id, |rest, token| async move { rest.source(&token, id).await }).await
}

/// Creates any number of sources, in batches as large as amoCRM accepts. Not idempotent.
pub(super) async fn create_many(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    new: &[NewSource],
) -> Result<Vec<Source>, CallError> {
    let mut made = Vec::with_capacity(new.len());
    for batch in new.chunks(SOURCES_BATCH) {
        made.extend(
            with_token(&app.tenants, tenant_id, |rest, token| async move { rest.create_sources(&token, batch).await })
                .await?,
        );
    }
    Ok(made)
}

/// Deletes any number of sources that recently existed, in batches as large as amoCRM accepts.
pub(super) async fn delete_many(app: &Arc<SourceContext>, tenant_id: Uuid, ids: &[i64]) -> Result<(), CallError> {
    for batch in ids.chunks(SOURCES_BATCH) {
        with_token(&app.tenants, tenant_id, |rest, token| async move { rest.delete_sources(&token, batch).await })
            .await?;
    }
    Ok(())
}

/// Creates a source. Not idempotent.
pub(super) async fn create(app: &Arc<SourceContext>, tenant_id: Uuid, new: &NewSource) -> Result<Source, CallError> {
    with_token(&app.tenants, tenant_id, |rest, token| {
        let new = new.clone();
        async move { rest.create_source(&token, &new).await }
    })
    .await
}

/// The source with this external id, if amoCRM has it.
pub(super) async fn find(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    external_id: &str,
) -> Result<Option<Source>, CallError> {
    let found = named(app, tenant_id, &[external_id]).await?;
    Ok(found.into_iter().find(|source| source.external_id.as_deref() == Some(external_id)))
}

/// Changes a source.
pub(super) async fn update(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    amocrm_source_id: i64,
    change: &SourceChange,
) -> Result<Source, CallError> {
    with_token(&app.tenants, tenant_id, |rest, token| {
        let change = change.clone();
        async move { rest.update_source(&token, amocrm_source_id, &change).await }
    })
    .await
}

/// Deletes a source; succeeds if it is already gone.
pub(super) async fn delete(app: &Arc<SourceContext>, tenant_id: Uuid, amocrm_source_id: i64) -> Result<(), CallError> {
    let done =
        with_token(
            &app.tenants,
            tenant_id,
            |rest, token| async move { rest.delete_source(&token, amocrm_source_id).await },
        )
        .await;
    match done {
        Err(CallError::Crm(error)) if error.status() == Some(404) => Ok(()),
        other => other,
    }
}

/// The error for our caller after a failed call.
pub fn as_error(error: CallError) -> Error {
    match error {
        CallError::Token(token) => token_error(token),
        CallError::Crm(CrmError::Refused { status: 429 | 500..=599, retry_after, .. }) => {
            unreachable("said-crm-busy", retry_after)
        }
        CallError::Crm(error @ CrmError::Refused { .. }) => {
            Error::Conflict { problem: "crm_refused", detail: tenants::error_text(&error) }
        }
        CallError::Crm(error @ CrmError::Invalid { .. }) => Error::Internal(error.into()),
        CallError::Crm(
            error @ (CrmError::NotSent { .. }
            | CrmError::NoAnswer { .. }
            | CrmError::Gateway { .. }
            | CrmError::Unreadable { .. }),
        ) => {
            tracing::warn!(%error, "amoCRM did not answer a call made on behalf of an account");
            unreachable("said-crm-silent", None)
        }
    }
}

fn token_error(error: TokenError) -> Error {
    if let Some(detail) = error.text() {
        return Error::Conflict { problem: error.problem(), detail };
    }
    match error {
        TokenError::Unavailable { after, .. } => {
            tracing::warn!(%error, "there is no access token for a call on behalf of an account");
            unreachable("said-crm-silent", after)
        }
        other => Error::Internal(other.into()),
    }
}

fn unreachable(key: &'static str, after: Option<Duration>) -> Error {
    let seconds = after.map_or(WAIT_SECONDS, |after| after.as_secs().max(1));
    Error::Unavailable { detail: LocalizedText::new(key), retry_after: u32::try_from(seconds).unwrap_or(3600) }
}

// The pipelines of an account, as pages show them.

/// A pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPipeline {
    pub id: i64,
    pub name: String,
    /// In amoCRM's archive: not offered.
    pub archived: bool,
    /// Its stages in their order; empty as earlier versions kept it.
    #[serde(default)]
    pub stages: Vec<KnownStage>,
}

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStage {
    pub id: i64,
    pub name: String,
}

impl From<&Pipeline> for KnownPipeline {
    fn from(pipeline: &Pipeline) -> Self {
        let stages = pipeline.stages.iter().map(|stage| KnownStage { id: stage.id, name: stage.name.clone() });
        Self { id: pipeline.id, name: pipeline.name.clone(), archived: pipeline.is_archive, stages: stages.collect() }
    }
}

impl CrmItem for KnownPipeline {
    const NAME: &'static str = "pipelines";

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        // What was read is kept.
        every_pipeline(&app, tenant_id).await.map(|_| ()).map_err(as_error)
    }
}

// The users of an account, as pages name them: amoCRM's hooks contain only a manager's id. Users who left the account are
// kept, because their messages are.

/// A user of the account, present or past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownUser {
    /// amojo's id, by which hooks name the user. amoCRM gives some users none, and does not say why.
    pub amojo_id: Option<String>,
    /// amoCRM's id.
    pub id: i64,
    pub name: String,
    /// Dismissed, or listed no more.
    #[serde(default)]
    pub is_gone: bool,
}

impl CrmItem for KnownUser {
    const NAME: &'static str = "users";
    const FRESH: TimeDelta = TimeDelta::minutes(10);

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        let listed = users::read_all(&app.tenants, tenant_id).await.map_err(as_error)?;
        let kept = crm_copy::stored::<Self>(&app, tenant_id).await?.map(|known| known.items).unwrap_or_default();
        let present = listed.into_iter().map(|user| {
            let is_gone = !user.is_active;
            Self { amojo_id: user.amojo_id, id: user.id, name: user.name.unwrap_or_default(), is_gone }
        });
        crm_copy::keep(&app, tenant_id, &with_past(present.collect(), kept)).await;
        Ok(())
    }
}

/// The present users, then those who are listed no more.
fn with_past(mut present: Vec<KnownUser>, kept: Vec<KnownUser>) -> Vec<KnownUser> {
    let listed: BTreeSet<i64> = present.iter().map(|user| user.id).collect();
    let gone = kept.into_iter().filter(|user| !listed.contains(&user.id));
    present.extend(gone.map(|user| KnownUser { is_gone: true, ..user }));
    present
}

impl KnownUser {
    fn is(&self, amojo_id: &str) -> bool {
        self.amojo_id.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(amojo_id))
    }
}

/// The users as they were last read; empty if amoCRM never listed them.
#[derive(Clone, Debug, Default)]
pub struct KnownUsers(Vec<KnownUser>);

impl KnownUsers {
    /// Reads what is kept: for lists, which read it with their other data.
    pub async fn of_tenant(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Self, DbErr> {
        let row = table::Entity::of_tenant(tenant_id).filter(table::Column::Name.eq(KnownUser::NAME)).one(db).await?;
        Ok(Self(row.and_then(|row| serde_json::from_str(&row.body).ok()).unwrap_or_default()))
    }

    /// The name of the user with this amojo id.
    pub fn name_of(&self, amojo_id: &str) -> Option<&str> {
        let user = self.of_amojo_id(amojo_id)?;
        Some(user.name.as_str()).filter(|name| !name.is_empty())
    }

    /// The user with this amojo id.
    pub fn of_amojo_id(&self, amojo_id: &str) -> Option<&KnownUser> {
        self.0.iter().find(|user| user.is(amojo_id))
    }

    /// amojo's ids of all of them.
    pub fn amojo_ids(&self) -> Vec<String> {
        self.0.iter().filter_map(|user| user.amojo_id.clone()).collect()
    }
}

/// Asks amoCRM for the users in the background, if it is time.
pub async fn refresh_users(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
    crm_copy::refresh::<KnownUser>(app, tenant_id).await
}

// Sources whose creation at amoCRM has an unknown outcome. Their rows stay as deleted ones with our external id, so
// that a later creation under the same id may adopt what exists there; and amoCRM is checked again for a while.

/// A creation not finished after this time was interrupted.
const ABANDONED: TimeDelta = TimeDelta::minutes(2);
/// Delays between checks whether amoCRM created the source after all.
const ASK_AFTER: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120), Duration::from_secs(600)];

/// Marks interrupted creations (a crash, a lost database) as deleted, so that they block no name and do not count
/// towards the limit.
pub(super) async fn mark_abandoned(db: &impl ConnectionTrait, tenant_id: Uuid, now: i64) -> Result<(), DbErr> {
    source::Entity::update_of(tenant_id)
        .col_expr(Column::DeletedAt, Expr::value(Some(now)))
        .filter(Column::AmocrmSourceId.eq(0))
        .filter(Column::ShadowSince.is_null())
        .filter(Column::DeletedAt.is_null())
        .filter(Column::CreatedAt.lt(now - ABANDONED.num_milliseconds()))
        .exec(db)
        .await?;
    Ok(())
}

/// Marks the row of a creation with an unknown outcome as deleted.
pub(super) async fn mark_leftover(db: &impl ConnectionTrait, row: &source::Model, now: i64) -> Result<(), DbErr> {
    source::Entity::update_by_id((row.tenant_id, row.id))
        .col_expr(Column::DeletedAt, Expr::value(Some(now)))
        .col_expr(Column::Secrets, Expr::value(Option::<Vec<u8>>::None))
        .exec(db)
        .await?;
    Ok(())
}

/// Whether a source of amoCRM with this external id can only be an earlier one of ours.
pub(super) async fn is_leftover(db: &impl ConnectionTrait, tenant_id: Uuid, external_id: &str) -> Result<bool, DbErr> {
    let deleted = source::Entity::of_tenant(tenant_id)
        .filter(Column::ExternalId.eq(external_id))
        .filter(Column::DeletedAt.is_not_null());
    Ok(deleted.count(db).await? > 0)
}

/// External ids and amoCRM's ids (0 if unknown) of the tenant's deleted sources.
pub(super) async fn deleted_ids(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<(String, i64)>, DbErr> {
    let deleted = source::Entity::of_tenant(tenant_id).filter(Column::DeletedAt.is_not_null());
    let rows = deleted.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.external_id, row.amocrm_source_id)).collect())
}

/// Removes from amoCRM what a creation with an unknown outcome may have left there, unless it was adopted meanwhile.
pub(super) async fn clean_up_leftovers(app: Arc<SourceContext>, tenant_id: Uuid, external_id: String) {
    for pause in ASK_AFTER {
        tokio::time::sleep(pause).await;
        match clean_once(&app, tenant_id, &external_id).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                tracing::info!(tenant.id = %tenant_id, error = format!("{error:#}"), "it is not known yet whether amoCRM created a source")
            }
        }
    }
}

/// True if nothing more is to be done.
async fn clean_once(app: &Arc<SourceContext>, tenant_id: Uuid, external_id: &str) -> anyhow::Result<bool> {
    let adopted = not_deleted(tenant_id).filter(Column::ExternalId.eq(external_id)).count(app.store.read()).await?;
    if adopted > 0 {
        return Ok(true);
    }
    let Some(found) = find(app, tenant_id, external_id).await? else { return Ok(false) };
    delete(app, tenant_id, found.id).await?;
    tracing::info!(tenant.id = %tenant_id, "a source that amoCRM had created despite an error was removed there");
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, retry_after: Option<Duration>) -> Error {
        as_error(
            CrmError::Refused { call: "x", address: String::new(), status, retry_after, text: "why".into() }.into(),
        )
    }

    #[test]
    fn a_refusal_is_a_conflict_with_amocrms_words_and_trouble_is_not() {
        match refused(400, None) {
            Error::Conflict { problem: "crm_refused", detail } => assert!(detail.to_string().contains("400: why")),
            other => panic!("{other:?}"),
        }
        assert!(matches!(refused(503, None), Error::Unavailable { retry_after: 5, .. }));
        assert!(matches!(refused(429, Some(Duration::from_secs(30))), Error::Unavailable { retry_after: 30, .. }));
        let lost = as_error(CrmError::NoAnswer { call: "x", address: String::new(), reason: "reset".into() }.into());
        assert!(matches!(lost, Error::Unavailable { .. }));
        let dead = as_error(TokenError::NeedsReauth.into());
        assert!(matches!(dead, Error::Conflict { problem: "tenant_inactive", .. }));
        let unpaid = as_error(TokenError::Unpaid.into());
        assert!(matches!(unpaid, Error::Conflict { problem: "crm_unpaid", .. }));
    }

    fn user(id: i64, amojo_id: &str, name: &str) -> KnownUser {
        KnownUser { amojo_id: Some(amojo_id.to_owned()), id, name: name.to_owned(), is_gone: false }
    }

    #[test]
    fn a_removed_user_is_still_named() {
        let kept = vec![user(1, "a", "Anna"), user(2, "b", "Boris")];
        let known = KnownUsers(with_past(vec![user(2, "B", "Boris P."), user(3, "c", "Carl")], kept));
        let names = ["a", "b", "c", "d"].map(|id| known.name_of(id).map(str::to_owned));
        assert_eq!(names, [Some("Anna".to_owned()), Some("Boris P.".to_owned()), Some("Carl".to_owned()), None]);
        assert_eq!(known.amojo_ids(), ["B", "c", "a"]);
    }
}
