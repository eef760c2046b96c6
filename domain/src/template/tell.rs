//! Calls to amoCRM during a review: reading the current template, and reporting the outcome.

use std::sync::Arc;

use amocrm::Error as CrmError;
use base::i18n::LocalizedText;
use entity::message_template::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::Stage;
use super::spec::Spec;
use crate::source::SourceContext;
use crate::tenant::token::{CallError, with_token};

/// The row with amoCRM's current template. A template that our token cannot read, such as a user's own, is submitted as
/// its webhook described it (crm-api §7.4). The error explains why amoCRM could not be called.
pub(super) async fn refreshed(
    app: &Arc<SourceContext>,
    row: message_template::Model,
) -> Result<message_template::Model, LocalizedText> {
    let id = row.crm_id;
    let asked = with_token(&app.tenants, row.tenant_id, |rest, token| async move { rest.template(&token, id).await });
    let Some(template) = asked.await.map_err(said)? else { return Ok(row) };
    let spec = Spec::of(&template);
    let title = template.name.replace('\0', "\u{fffd}");
    let waba = template.waba.unwrap_or_default();
    let row = message_template::Model {
        title,
        spec: serde_json::to_string(&spec).unwrap_or_default().replace('\0', "\u{fffd}"),
        language: waba.language,
        category: waba.category,
        ..row
    };
    let stored = message_template::Entity::update_many()
        .col_expr(Column::Title, Expr::value(row.title.as_str()))
        .col_expr(Column::Spec, Expr::value(row.spec.as_str()))
        .col_expr(Column::Language, Expr::value(row.language.as_str()))
        .col_expr(Column::Category, Expr::value(row.category.as_str()))
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
        .exec(app.store.write());
    match stored.await {
        Ok(_) => Ok(row),
        Err(error) => {
            tracing::warn!(tenant.id = %row.tenant_id, template.id = %row.id, %error, "a template could not be stored before its submission");
            Err(LocalizedText::new("said-not-stored"))
        }
    }
}

/// Reports the outcome to amoCRM. If amoCRM no longer has the review, this counts as success. The error explains why it
/// could not be reported.
pub(super) async fn tell(app: &Arc<SourceContext>, row: &message_template::Model) -> Result<(), LocalizedText> {
    let Some(outcome) = Stage::of(row).report(&row.reason) else { return Ok(()) };
    let (template_id, review_id) = (row.crm_id, row.review_id);
    let told = with_token(&app.tenants, row.tenant_id, |rest, token| {
        let outcome = outcome.clone();
        async move { rest.report_review(&token, template_id, review_id, &outcome).await }
    });
    match told.await {
        // An unreadable answer counts as success: the call could be repeated, but need not be.
        Ok(_) | Err(CallError::Crm(CrmError::Unreadable { .. })) => Ok(()),
        Err(CallError::Crm(CrmError::Refused { status: status @ (400 | 404), .. })) => {
            tracing::info!(tenant.id = %row.tenant_id, template.id = %row.id, status, "amoCRM does not have this review any more");
            Ok(())
        }
        Err(error) => Err(said(error)),
    }
}

/// Stores what was reported to amoCRM.
pub(super) async fn note(app: &SourceContext, row: &message_template::Model, told: &str) -> Result<(), DbErr> {
    message_template::Entity::update_many()
        .col_expr(Column::Told, Expr::value(told))
        .col_expr(Column::Trouble, Expr::value(""))
        .filter(Column::TenantId.eq(row.tenant_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::ReviewId.eq(row.review_id))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The reason of a failed call, as text.
pub(super) fn said(error: CallError) -> LocalizedText {
    crate::source::call_error(error).text()
}
