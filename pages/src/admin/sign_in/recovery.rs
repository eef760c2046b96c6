//! Recovery codes of an operator: shown once after the authenticator was connected, used in place of one of its codes,
//! replaced on request.

use askama::Template;
use base::error::Result;
use domain::identity::{Form, credentials, second_step, session as sessions};
use entity::session;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::own;
use crate::admin::operator::{AdminVisitor, Operator};
use crate::panel::{Answer, AppData, Notice, PageContext, PanelContext, html, to as redirect};

/// Where they are shown.
pub const HERE: &str = "/admin/own/recovery-codes";
/// The session key that stores them, encrypted, until they are shown.
const DATA: &str = "recovery_codes";

#[derive(Template)]
#[template(path = "admin/recovery_codes.html")]
struct RecoveryCodesPage {
    page: PageContext,
    codes: Vec<String>,
}

/// The current password, or a code of the authenticator. Absent in the first minutes after a one-time link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryForm {
    current: Option<SecretString>,
}

/// Stores new codes until the session shows them.
pub(super) async fn keep(app: &PanelContext, row: &session::Model, codes: &[String]) -> Result<()> {
    sessions::set_data(&app.identity, row, DATA, Some(&codes)).await
}

/// Shows new codes once.
pub async fn show(app: AppData, Operator(visitor): Operator) -> Answer {
    let Some(codes) = visitor.data::<Vec<String>>(&app, DATA) else {
        return Ok(redirect(own::HERE));
    };
    visitor.set_data::<Vec<String>>(&app, DATA, None).await?;
    let page = visitor.page("admin-recovery-title", "");
    html(&page, &RecoveryCodesPage { page: page.clone(), codes })
}

/// Makes new codes; the earlier ones are no longer valid.
pub async fn renew(app: AppData, Operator(visitor): Operator, form: Form<RecoveryForm>) -> Answer {
    let asked = own::Asked { field: "recovery-current", action: "operator.recovery_codes_made" };
    if let Some(refused) = own::prove(&app, &visitor, form.current.as_ref(), asked).await? {
        return Ok(refused);
    }
    let tx = app.store.write_tx().await?;
    let holds = credentials::hold_in(&app.identity, &tx, &visitor.person, &visitor.session).await?;
    let codes = if holds { second_step::renew_recovery_codes(&tx, &visitor.person).await? } else { None };
    let Some(codes) = codes else {
        tx.rollback().await?;
        let changed = visitor.words.text("me-changed-meanwhile");
        return visitor.see_other(&app, own::HERE, Notice::failed(changed)).await;
    };
    let object = visitor.person.id.to_string();
    visitor.audit(&app, &tx, "operator.recovery_codes_made", &object, json!({ "count": codes.len() })).await?;
    tx.commit().await?;
    keep(&app, &visitor.session, &codes).await?;
    Ok(redirect(HERE))
}

/// Uses up a code between the two steps of a sign-in; false if it is none.
pub(super) async fn take(app: &PanelContext, visitor: &AdminVisitor, typed: &str) -> Result<bool> {
    let tx = app.store.write_tx().await?;
    let Some(left) = second_step::take_recovery_code(&tx, &visitor.person, typed).await? else {
        tx.rollback().await?;
        return Ok(false);
    };
    let object = visitor.person.id.to_string();
    visitor.audit(app, &tx, "operator.recovery_code_used", &object, json!({ "left": left })).await?;
    tx.commit().await?;
    Ok(true)
}
