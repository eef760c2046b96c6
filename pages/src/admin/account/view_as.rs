//! An operator views an account's panel: for half an hour, read-only, texts hidden, with a reason that the account can
//! read in its own log.

use actix_web::http::{StatusCode, header};
use actix_web::web;
use domain::identity::Form;
use domain::identity::realm::Realm;
use domain::identity::session as sessions;
use entity::tenant;
use serde_json::json;
use uuid::Uuid;

use super::load;
use super::reason::{ReasonForm, ReasonQuestion};
use crate::admin::operator::{AdminVisitor, Operator};
use crate::panel::{Answer, AppData, to as redirect};

/// Asks for the reason.
pub async fn ask(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>) -> Answer {
    let tenant = load(&app, *id).await?;
    answer(&visitor, &tenant, StatusCode::OK)
}

/// Opens the panel. Recorded in both logs in the same commit.
pub async fn begin(app: AppData, Operator(visitor): Operator, id: web::Path<Uuid>, form: Form<ReasonForm>) -> Answer {
    let tenant = load(&app, *id).await?;
    let Some(reason) = form.text() else {
        return answer(&visitor, &tenant, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let new = sessions::NewSession {
        tenant_id: tenant.tenant_id,
        kind: sessions::SessionKind::ViewAs,
        person_id: Some(visitor.person.id),
        crm_user_id: None,
        is_admin: false,
        via: "operator",
        language: visitor.words.language().code(),
        reason: &reason,
    };
    let tx = app.store.write_tx().await?;
    let opened = sessions::open(&app.identity, &tx, new).await?;
    visitor.note_both_in(&app, &tx, tenant.tenant_id, "account.looked_at", json!({ "reason": reason })).await?;
    tx.commit().await?;
    let mut answer = redirect("/panel");
    answer.headers_mut().append(header::SET_COOKIE, Realm::Panel.set(&app.identity, &opened.token, false));
    Ok(answer)
}

fn answer(visitor: &AdminVisitor, tenant: &tenant::Model, status: StatusCode) -> Answer {
    let words = visitor.words;
    let question = ReasonQuestion {
        title: words.text("admin-view-as-question").with("account", tenant.host.as_str()),
        says: words.text("admin-view-as-says"),
        label: words.text("admin-view-as-reason"),
        button: words.text("admin-view-as"),
        danger: false,
        deed: "view-as",
    };
    question.ask(visitor, tenant, status)
}
