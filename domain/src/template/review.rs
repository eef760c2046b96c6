//! Handles a webhook about a review: requests the current state from amoCRM, and alerts people if they must act.

use std::sync::Arc;

use base::error::Error;
use serde_json::json;
use uuid::Uuid;

use super::alerts::REJECTED;
use super::view::{names, raw};
use super::{TemplateState, TemplateView, requested};
use crate::alert::{self, Alarm};
use crate::source::SourceContext;

/// Stores reviews that amoCRM waits for. Opens an alert about a rejected template, and closes it when the template is
/// no longer rejected. Templates of other integrations are ignored.
pub async fn look(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> anyhow::Result<()> {
    let object = id.to_string();
    let template = match raw(app, tenant_id, id).await {
        Ok(template) => template,
        Err(Error::NotFound) => {
            alert::end(app, app.store.write(), tenant_id, REJECTED, &object).await?;
            return Ok(());
        }
        Err(error) => anyhow::bail!("{}", error.text()),
    };
    requested(app, tenant_id, &template).await?;
    let template = TemplateView::of(template, &names(app, tenant_id).await?);
    if template.state == TemplateState::Rejected {
        let detail = json!({ "template": template.name, "reason": template.reason() });
        let alarm = Alarm { tenant_id, kind: REJECTED, object: &object, source_id: None, detail };
        alert::raise(app, app.store.write(), alarm).await?;
    } else {
        alert::resolve(app, app.store.write(), tenant_id, REJECTED, &object).await?;
    }
    Ok(())
}
