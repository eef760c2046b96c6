//! `POST /widget/v1/consent`: an administrator agrees to the vendor's data processing agreement.

use actix_web::HttpResponse;
use base::error::{Error, FieldError};
use base::i18n::LocalizedText;
use base::json::Moment;
use base::store::finish_tx;
use entity::tenant;
use pages::legal::{self, Agreement, ConsentGiver};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::caller::Caller;
use super::refusal::{Result, WidgetReader};
use super::tenant_out::WidgetTenantOut;
use crate::api::body::RequestBody;
use crate::widget_api::{Answer, AppData, WidgetContext};

/// What an administrator is asked to agree to.
#[derive(Debug, Serialize)]
pub(super) struct WidgetConsentOut {
    /// `gdpr` or `152-fz`.
    document: &'static str,
    /// Names the text.
    version: String,
    /// The page with the text.
    url: String,
    /// When an administrator agreed last, to whatever version; null: never.
    given_at: Option<Moment>,
}

impl WidgetConsentOut {
    /// None if the vendor has no agreement.
    pub async fn of(app: &WidgetContext, tenant: &tenant::Model, reader: &WidgetReader) -> Result<Option<Self>, DbErr> {
        let Some(agreement) = agreement(app, tenant, reader) else { return Ok(None) };
        let last = legal::last_consent(app.store.read(), tenant.tenant_id).await?;
        Ok(Some(Self {
            document: agreement.document,
            version: agreement.version(),
            url: agreement.address(app),
            given_at: last.map(|row| Moment(row.created_at)),
        }))
    }
}

fn agreement(app: &WidgetContext, tenant: &tenant::Model, reader: &WidgetReader) -> Option<Agreement> {
    let integration = app.integrations.named(&tenant.integration);
    Agreement::of(app, integration.as_deref(), reader.words.language())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentIn {
    document: String,
    version: String,
}

/// Stores the consent to the text that the reader was shown. 404 without an agreement, 422 if its text has changed since.
pub(super) async fn give(app: AppData, caller: Caller, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let (asked, _) = body.read::<ConsentIn>().await?;
    let agreement = agreement(&app, &caller.tenant, &caller.reader).ok_or(Error::NotFound)?;
    if asked.document != agreement.document || asked.version != agreement.version() {
        let changed = LocalizedText::new("said-agreement-changed");
        return Err(Error::Invalid(vec![FieldError::new("/version", changed)]).into());
    }
    let by = caller.by(&app).await?;
    let tenant_id = caller.tenant.tenant_id;
    let tx = app.store.write_tx().await?;
    let done = async {
        let name = by.actor.name().to_owned();
        let giver = ConsentGiver { user_id: caller.user_id, name, address: by.address };
        if legal::give_consent(&app, &tx, tenant_id, &agreement, giver).await? {
            let detail = json!({ "document": asked.document, "version": asked.version });
            by.did(&app, &tx, "account.consented", (tenant_id, &caller.tenant.host), detail).await?;
        }
        Ok(())
    };
    let done: Result<(), DbErr> = done.await;
    finish_tx(tx, done).await?;
    Ok(HttpResponse::Ok().json(WidgetTenantOut::of(&app, &caller.tenant, &caller.reader).await?))
}
