//! The amoCRM side of a source: REST calls on behalf of the account, and the errors that their failures become.

use std::sync::Arc;
use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::rest::{NewSource, Pipeline, SOURCES_BATCH, Source, SourceChange};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use uuid::Uuid;

use super::crm_copy;
use super::known_pipelines::KnownPipeline;
use crate::source::SourceContext;
use crate::tenant as tenants;
use crate::tenant::token::{CallError, TokenError, with_token};

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
}
