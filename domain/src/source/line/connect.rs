//! Registers our webhook at a messenger; [`crate::unregister`] removes it.

use std::sync::Arc;

use base::error::{Error, Result};
use base::i18n::LocalizedText;
use connectors::Denied;
use entity::source;
use serde_json::json;
use uuid::Uuid;

use super::claim::away;
use super::facts::{WebhookCheck, saw};
use super::hook_of;
use crate::alert;
use crate::settings;
use crate::source::SourceContext;
use crate::source::{By, find};

/// Kind of the alert about a line that another service has taken.
pub const MOVED: &str = "source_moved";

/// Registers our address with the messenger of a source. A refusal is stored and retried by the watch: the source
/// exists, and its state shows what it lacks.
pub async fn connect(app: &Arc<SourceContext>, source: &source::Model) -> Result<Result<(), Denied>> {
    let Some(connector) = app.connectors.get(&source.kind).filter(|connector| connector.has_webhook()) else {
        return Ok(Ok(()));
    };
    let settings = settings::open(app, source)?;
    let Some(hook) = hook_of(app, source, &settings) else { return Ok(Ok(())) };
    match connector.connect_webhook(&settings, &hook).await {
        Ok(()) => {
            saw(app, source, WebhookCheck::Fine).await?;
            alert::resolve(app, app.store.write(), source.tenant_id, MOVED, &source.id.to_string()).await?;
            tracing::info!(tenant.id = %source.tenant_id, source.id = %source.id, "the messenger's webhook is registered");
            Ok(Ok(()))
        }
        Err(denied) => {
            let detail = denied.text().to_string();
            tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, reason = %detail, "the messenger's webhook could not be registered");
            if let Denied::Access(_) = denied {
                crate::source::stopped(app, source.tenant_id, source.id, &detail).await?;
            } else {
                saw(app, source, WebhookCheck::NotSet { words: detail, since: app.clock.millis() }).await?;
            }
            Ok(Err(denied))
        }
    }
}

/// Why a webhook was not registered, as an answer: a conflict with the messenger's text, unless it does not answer.
pub fn not_connected(denied: Denied) -> Error {
    match denied {
        Denied::Away(said) => away(said),
        denied => Error::Conflict {
            problem: "messenger_refused",
            detail: LocalizedText::new("said-messenger-refused").with("reason", denied.into_text()),
        },
    }
}

/// Takes a line back from the service that has it now. Conflict if the messenger refuses, with its text.
pub async fn take_back(app: &Arc<SourceContext>, tenant_id: Uuid, source_id: Uuid, by: &By) -> Result<source::Model> {
    let source = find(app, tenant_id, source_id).await?;
    match connect(app, &source).await? {
        Ok(()) => {
            let object = (tenant_id, source_id.to_string());
            by.did(app, app.store.write(), "source.taken_back", (object.0, &object.1), json!({})).await?;
            find(app, tenant_id, source_id).await
        }
        Err(denied) => Err(not_connected(denied)),
    }
}
