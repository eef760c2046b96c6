//! Writes an origin into a lead.

use std::sync::Arc;

use amocrm::rest::{CustomField, Entity, Field, Lead, Note};
use base::i18n::Words;
use uuid::Uuid;

use super::Origin;
use super::task::OriginTask;
use crate::tenant::TenantContext;
use crate::tenant::token::{CallError, with_token};

/// The pages of fields and of notes that are read, of 250 each.
const PAGES: u32 = 4;

/// Fills the empty tracking fields, then adds one note with what has no field. Safe to repeat.
pub(super) async fn write(
    app: &Arc<TenantContext>,
    task: &OriginTask<'_>,
    lead: &Lead,
    origin: &Origin,
    words: Words,
) -> anyhow::Result<()> {
    let tenant_id = task.tenant_id();
    let plan = origin.plan(&fields(app, tenant_id).await?, lead);
    if !plan.fields.is_empty() {
        set(app, tenant_id, lead.id, &plan.fields).await?;
    }
    let Some(note) = origin.note(&plan.rest, words) else { return Ok(()) };
    // An earlier attempt may have written it without getting the answer.
    if task.noting && has_note(app, tenant_id, lead.id, &note).await? {
        return Ok(());
    }
    task.note_noting(app).await?;
    let vendor = &app.config.vendor.name;
    let service = if vendor.is_empty() { words.text("install-product").to_string() } else { vendor.clone() };
    let add = |rest: amocrm::rest::Rest, token| {
        let note = Note::Service { service: service.clone(), text: note.clone() };
        async move { rest.add_notes(&token, Entity::Lead, lead.id, &[note]).await }
    };
    with_token(app, tenant_id, add).await?;
    Ok(())
}

/// The custom fields of the account's leads.
async fn fields(app: &Arc<TenantContext>, tenant_id: Uuid) -> Result<Vec<CustomField>, CallError> {
    let mut all = Vec::new();
    for number in 1..=PAGES {
        let ask =
            |rest: amocrm::rest::Rest, token| async move { rest.custom_fields(&token, Entity::Lead, number).await };
        let page = with_token(app, tenant_id, ask).await?;
        all.extend(page.items);
        if !page.has_more {
            break;
        }
    }
    Ok(all)
}

async fn set(app: &Arc<TenantContext>, tenant_id: Uuid, lead_id: i64, fields: &[Field]) -> Result<(), CallError> {
    let set = |rest: amocrm::rest::Rest, token| {
        let fields = fields.to_vec();
        async move { rest.set_lead_fields(&token, lead_id, &fields).await }
    };
    with_token(app, tenant_id, set).await
}

async fn has_note(app: &Arc<TenantContext>, tenant_id: Uuid, lead_id: i64, text: &str) -> Result<bool, CallError> {
    for number in 1..=PAGES {
        let ask =
            |rest: amocrm::rest::Rest, token| async move { rest.notes(&token, Entity::Lead, lead_id, number).await };
        let page = with_token(app, tenant_id, ask).await?;
        if page.items.iter().any(|note| note.text.as_deref() == Some(text)) {
            return Ok(true);
        }
        if !page.has_more {
            break;
        }
    }
    Ok(false)
}
