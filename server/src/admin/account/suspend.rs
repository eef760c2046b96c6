//! Suspends delivery for an account, with a reason that the account can read, and resumes it.

use actix_web::http::StatusCode;
use actix_web::web;
use entity::{source, tenant};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::reason::{ReasonForm, ReasonQuestion};
use super::{address, load};
use crate::admin::operator::{AdminVisitor, Operator};
use crate::identity::{EmptyForm, Form};
use crate::panel::{Answer, AppData, Notice, PanelContext, Tone, to as redirect};
use crate::tenant as tenants;

/// Asks for the reason.
pub async fn ask(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    if tenant.suspended {
        return Ok(redirect(&address(*id)));
    }
    answer(&app, &visitor, &tenant, StatusCode::OK).await
}

/// Suspends.
pub async fn begin(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<ReasonForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    let Some(reason) = form.text() else {
        return answer(&app, &visitor, &tenant, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    tenants::suspend(&app.tenants, *id, true).await?;
    visitor.note_both(&app, *id, "account.suspended", json!({ "reason": reason })).await?;
    let text = visitor.words.text("admin-suspended").with("account", tenant.host);
    visitor.see_other(&app, &address(*id), Notice::of(Tone::Warn, text)).await
}

/// Ends the suspension.
pub async fn end(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, _form: Form<EmptyForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    tenants::suspend(&app.tenants, *id, false).await?;
    visitor.note_both(&app, *id, "account.resumed", json!({})).await?;
    let text = visitor.words.text("admin-resumed").with("account", tenant.host);
    visitor.see_other(&app, &address(*id), Notice::done(text)).await
}

async fn answer(app: &PanelContext, visitor: &AdminVisitor, tenant: &tenant::Model, status: StatusCode) -> Answer {
    let words = visitor.words;
    let count = source::Entity::of_tenant(tenant.tenant_id).filter(source::Column::DeletedAt.is_null());
    let count = count.count(app.store.read()).await?;
    let question = ReasonQuestion {
        title: words.text("admin-suspend-question").with("account", tenant.host.as_str()),
        says: words.text("admin-suspend-confirm").with("sources", count).with("account", tenant.host.as_str()),
        label: words.text("admin-suspend-reason"),
        button: words.text("admin-suspend"),
        danger: true,
        deed: "suspend",
    };
    question.ask(visitor, tenant, status)
}
