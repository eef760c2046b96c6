//! The creation itself: a reservation, the call to amoCRM, the finished row.

use std::sync::Arc;

use amocrm::rest::{self, Source as Mirrored};
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::store::directory::{self, IdKind};
use base::store::finish_tx;
use entity::{source, tenant};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QuerySelect, SqlErr,
};
use serde_json::json;
use uuid::Uuid;

use super::{CreatePlan, Created, active};
use crate::source::SourceContext;
use crate::source::limit::{Usage, limit_of};
use crate::source::report::report;
use crate::source::{By, SourceStatus, leftover, line, mirror, not_deleted};
use crate::tenant::token::CallError;
use crate::vendor_events::VendorEventKind;

/// Runs to its end even if the caller goes away.
pub(super) async fn make(app: Arc<SourceContext>, tenant: tenant::Model, plan: CreatePlan, by: By) -> Result<Created> {
    let ours_before = reserve(&app, &tenant, &plan).await?;
    let mirrored = match mirror_it(&app, &plan, ours_before).await {
        Ok(mirrored) => mirrored,
        Err(CreateFailure { error, unknown: false }) => {
            give_back(&app, &plan).await;
            return Err(error);
        }
        Err(CreateFailure { error, unknown: true }) => {
            leftover::mark(app.store.write(), &plan.row, app.clock.millis()).await?;
            base::supervisor::detach(
                "source_leftover",
                leftover::clean_up(app.clone(), tenant.tenant_id, plan.row.external_id.clone()),
            );
            return Err(error);
        }
    };
    let source = settle(&app, &plan.row, &mirrored, &by).await?;
    app.lookup.forget();
    if let (Some(former), Some(identity)) = (&plan.from, &plan.identity) {
        line::lost(&app, former, &identity.name).await?;
    }
    // If the messenger refuses now, the watch retries; meanwhile the source's state shows it.
    let _ = line::connect(&app, &source).await?;
    tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, connector = source.kind, "a source was created");
    Ok(Created { source, webhook_secret: plan.webhook_secret })
}

/// Reserves a place below the limit and the external id, in one transaction under the tenant's lock. True if an
/// earlier source of ours had this external id.
async fn reserve(app: &SourceContext, tenant: &tenant::Model, plan: &CreatePlan) -> Result<bool> {
    let tx = app.store.write_tx().await?;
    let done = reserve_in(app, &tx, tenant, plan).await;
    finish_tx(tx, done).await
}

async fn reserve_in(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    tenant: &tenant::Model,
    plan: &CreatePlan,
) -> Result<bool> {
    let (tenant_id, row) = (tenant.tenant_id, &plan.row);
    // Only one creation per account at a time gets past this lock.
    let locked = tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await?.ok_or(Error::NotFound)?;
    active(&locked)?;
    leftover::mark_abandoned(tx, tenant_id, app.clock.millis()).await?;
    let taken =
        not_deleted(tenant_id).filter(source::Column::ExternalId.eq(row.external_id.as_str())).count(tx).await?;
    if taken > 0 {
        return Err(external_id_taken(&row.external_id));
    }
    let usage = Usage { used: not_deleted(tenant_id).count(tx).await?, limit: limit_of(app, &locked) };
    if usage.is_full() {
        return Err(Error::Conflict {
            problem: "source_limit",
            detail: LocalizedText::new("said-source-limit")
                .with("account", tenant.account_id.to_string())
                .with("used", usage.used)
                .with("limit", usage.limit),
        });
    }
    if let Some(identity) = &plan.identity {
        line::claim(app, tx, row, identity, plan.from.as_ref()).await?;
    }
    let ours_before = leftover::is_ours(tx, tenant_id, &row.external_id).await?;
    let inserted = source::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await;
    match inserted {
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Err(external_id_taken(&row.external_id))
        }
        other => {
            other?;
            Ok(ours_before)
        }
    }
}

fn external_id_taken(external_id: &str) -> Error {
    Error::Conflict {
        problem: "external_id_taken",
        detail: LocalizedText::new("said-external_id-taken").with("external_id", external_id),
    }
}

/// amoCRM allows 50 or 100 sources (its pages differ); a refusal with fewer has another cause.
const CRM_LIMIT: usize = 50;

fn crm_limit(there: usize, error: CallError) -> Error {
    let detail =
        LocalizedText::new("said-crm-limit").with("count", there).with("reason", mirror::as_error(error).text());
    Error::Conflict { problem: "crm_limit", detail }
}

/// Why amoCRM did not create the source; `unknown`: it may have.
struct CreateFailure {
    error: Error,
    unknown: bool,
}

impl CreateFailure {
    fn surely(error: CallError) -> Self {
        Self { error: mirror::as_error(error), unknown: false }
    }
}

async fn mirror_it(app: &Arc<SourceContext>, plan: &CreatePlan, ours_before: bool) -> Result<Mirrored, CreateFailure> {
    let tenant_id = plan.row.tenant_id;
    let external_id = plan.row.external_id.as_str();
    let error = match mirror::create(app, tenant_id, &plan.mirror).await {
        Ok(made) => return Ok(made),
        Err(error) => error,
    };
    match &error {
        // It may exist: check.
        CallError::Crm(crm) if crm.outcome_unknown() => match mirror::find(app, tenant_id, external_id).await {
            Ok(Some(found)) => Ok(found),
            Ok(None) | Err(_) => Err(CreateFailure { error: mirror::as_error(error), unknown: true }),
        },
        // Perhaps because it exists.
        CallError::Crm(crm) if matches!(crm.status(), Some(400 | 409 | 422)) => {
            let all = mirror::all(app, tenant_id).await.unwrap_or_default();
            match all.iter().find(|source| source.external_id.as_deref() == Some(external_id)) {
                Some(found) if ours_before => adopt(app, plan, found.id).await,
                Some(_) => Err(CreateFailure { error: external_id_taken(external_id), unknown: false }),
                None if all.len() >= CRM_LIMIT => {
                    Err(CreateFailure { error: crm_limit(all.len(), error), unknown: false })
                }
                None => Err(CreateFailure::surely(error)),
            }
        }
        _ => Err(CreateFailure::surely(error)),
    }
}

/// Turns what an earlier creation left at amoCRM into the requested source.
async fn adopt(app: &Arc<SourceContext>, plan: &CreatePlan, amocrm_source_id: i64) -> Result<Mirrored, CreateFailure> {
    let change = rest::SourceChange {
        name: Some(plan.mirror.name.clone()),
        pipeline_id: plan.mirror.pipeline_id,
        default: plan.mirror.default,
        origin_code: plan.mirror.origin_code.clone(),
        services: Some(plan.mirror.services.clone().unwrap_or_default()),
    };
    mirror::update(app, plan.row.tenant_id, amocrm_source_id, &change).await.map_err(CreateFailure::surely)
}

/// Removes a reservation. If that fails too, the row counts as abandoned after two minutes.
async fn give_back(app: &SourceContext, plan: &CreatePlan) {
    let row = &plan.row;
    line::give_back(app, row, plan.from.as_ref()).await;
    let gone = source::Entity::delete_many()
        .filter(source::Column::TenantId.eq(row.tenant_id))
        .filter(source::Column::Id.eq(row.id))
        .exec(app.store.write())
        .await;
    if let Err(error) = gone {
        tracing::warn!(tenant.id = %row.tenant_id, %error, "a reserved source could not be removed; it blocks its external_id for two minutes");
    }
}

/// Completes the row with amoCRM's values, so that hooks find it.
async fn settle(app: &SourceContext, row: &source::Model, mirrored: &Mirrored, by: &By) -> Result<source::Model> {
    let now = app.clock.millis();
    let source = source::Model {
        amocrm_source_id: mirrored.id,
        pipeline_id: mirrored.pipeline_id.unwrap_or(0),
        is_default: mirrored.default,
        status: SourceStatus::Working.as_str().to_owned(),
        status_since: now,
        updated_at: now,
        ..row.clone()
    };
    let tx = app.store.write_tx().await?;
    let done = settle_in(app, &tx, &source, by).await;
    finish_tx(tx, done).await?;
    Ok(source)
}

async fn settle_in(
    app: &SourceContext,
    tx: &DatabaseTransaction,
    source: &source::Model,
    by: &By,
) -> Result<(), DbErr> {
    if source.is_default {
        clear_default(tx, source.tenant_id).await?;
    }
    source::Entity::update(source.clone().into_active_model().reset_all()).exec(tx).await?;
    let entry =
        directory::DirectoryEntry { tenant_id: source.tenant_id, id: source.id, note: String::new(), expires_at: None };
    let id = source.id.to_string();
    directory::set(tx, IdKind::Source, &id, entry).await?;
    line::keep(tx, source).await?;
    line::join(app, tx, source, None).await?;
    line::schedule::begin(app, tx, source).await?;
    let detail = json!({ "name": source.name, "kind": source.kind, "external_id": source.external_id, "default": source.is_default });
    by.did(app, tx, "source.created", (source.tenant_id, &id), detail).await?;
    report(app, tx, VendorEventKind::SourceCreated, source, None).await
}

/// An account has at most one default source, as at amoCRM. The source that loses the mark gets a new version. Under
/// the account's lock: of two transactions at once neither would see the mark that the other has just given.
pub(in crate::source) async fn clear_default(tx: &DatabaseTransaction, tenant_id: Uuid) -> Result<(), DbErr> {
    tenant::Entity::of_tenant(tenant_id).lock_exclusive().one(tx).await?;
    source::Entity::update_many()
        .col_expr(source::Column::IsDefault, Expr::value(false))
        .col_expr(source::Column::UpdatedAt, Expr::col(source::Column::UpdatedAt).add(1))
        .filter(source::Column::TenantId.eq(tenant_id))
        .filter(source::Column::IsDefault.eq(true))
        .exec(tx)
        .await?;
    Ok(())
}
