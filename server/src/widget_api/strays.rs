//! Sources in amoCRM under our integration that Parom does not know: adopted or removed in one click.

use actix_web::{HttpResponse, web};
use base::error::Error;
use domain::source::{self, By};
use entity::stray_source;
use serde::Serialize;

use super::caller::Caller;
use super::refusal::{Result, WidgetReader};
use super::source_out;
use super::sources::changed;
use crate::api::body::RequestBody;
use crate::widget_api::{Answer, AppData};

/// One such source.
#[derive(Debug, Serialize)]
pub(super) struct WidgetStrayOut {
    amocrm_source_id: String,
    name: String,
    /// Why it exists and what to do.
    hint: String,
}

impl WidgetStrayOut {
    pub fn of(row: stray_source::Model, reader: &WidgetReader) -> Self {
        let say =
            |key: String| reader.words.text(key).with("crm", reader.crm).with("name", row.name.as_str()).to_string();
        let (why, fix) = (say(format!("stray-{}", row.reason)), say(format!("stray-{}-fix", row.reason)));
        Self { amocrm_source_id: row.amocrm_source_id.to_string(), hint: format!("{why} {fix}"), name: row.name }
    }
}

/// Moves its pipeline and default mark to one of the account's sources; returns that source.
pub(super) async fn adopt(app: AppData, caller: Caller, id: web::Path<String>, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let (id, asked) = (numeric(&id)?, body.ignore()?);
    let work = async |by: By| {
        let source = source::adopt(&app.sources, caller.tenant.tenant_id, id, None, &by).await?;
        source_out::answer(&app, &caller, &source).await
    };
    changed(&app, &caller, asked, work).await
}

/// Deletes it in amoCRM.
pub(super) async fn remove(app: AppData, caller: Caller, id: web::Path<String>, body: RequestBody) -> Answer {
    let app = app.into_inner();
    caller.needs_admin()?;
    let (id, asked) = (numeric(&id)?, body.ignore()?);
    let work = async |by: By| {
        source::remove_stray(&app.sources, caller.tenant.tenant_id, id, &by).await?;
        Ok(HttpResponse::NoContent().finish())
    };
    changed(&app, &caller, asked, work).await
}

fn numeric(id: &str) -> Result<i64> {
    Ok(id.parse().ok().filter(|id| *id > 0).ok_or(Error::NotFound)?)
}
