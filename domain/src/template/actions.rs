//! People's actions on templates.

use std::sync::Arc;

use amocrm::rest;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use entity::message_template;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::call::call;
use super::view::{names, raw};
use super::{TemplateDraft, TemplateView, find, known, requested};
use crate::settings;
use crate::source::SourceContext;

/// Creates a template. `key` is our id for it: a form that was sent twice returns the first one. 409 `crm_refused` with
/// amoCRM's text if amoCRM refuses.
pub async fn create(
    app: &Arc<SourceContext>,
    tenant_id: Uuid,
    key: &str,
    draft: &TemplateDraft,
) -> Result<TemplateView> {
    let names = names(app, tenant_id).await?;
    let made = call(app, tenant_id, |rest, token| async move { rest.templates(&token, &[key], 1).await }).await?;
    if let Some(made) = made.items.into_iter().find(|one| one.external_id.as_deref() == Some(key)) {
        return taken_over(app, tenant_id, TemplateView::of(made, &names)).await;
    }
    let new = draft.as_new(key);
    let made = call(app, tenant_id, |rest, token| {
        let new = new.clone();
        async move { rest.create_templates(&token, &[new]).await }
    });
    let made = made.await?.into_iter().next();
    let made = made.ok_or_else(|| anyhow::anyhow!("amoCRM told no template that was made"))?;
    taken_over(app, tenant_id, TemplateView::of(made, &names)).await
}

/// Stores the template in the cache, so that the next page shows it as amoCRM returned it.
async fn taken_over(app: &Arc<SourceContext>, tenant_id: Uuid, view: TemplateView) -> Result<TemplateView> {
    known::put(app, tenant_id, view.clone()).await?;
    Ok(view)
}

/// Changes a template. 409 `template_locked` during and after WhatsApp's review.
pub async fn change(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64, draft: &TemplateDraft) -> Result<TemplateView> {
    let known = find(app, tenant_id, id).await?;
    if !known.state.is_open() {
        return Err(Error::Conflict { problem: "template_locked", detail: LocalizedText::new("said-template-locked") });
    }
    // Its kind cannot change.
    let change = TemplateDraft { is_waba: known.is_waba(), ..draft.clone() }.as_change();
    let changed = call(app, tenant_id, |rest, token| {
        let change = change.clone();
        async move { rest.update_template(&token, id, &change).await }
    });
    let changed = changed.await?;
    taken_over(app, tenant_id, TemplateView::of(changed, &names(app, tenant_id).await?)).await
}

/// Deletes a template at amoCRM and, if they answer, at the messengers that reviewed it.
pub async fn remove(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<()> {
    call(app, tenant_id, |rest, token| async move { rest.delete_templates(&token, &[id]).await }).await?;
    known::forget(app, tenant_id, id).await?;
    let rows = message_template::Entity::of_tenant(tenant_id).filter(message_template::Column::CrmId.eq(id));
    for row in rows.all(app.store.read()).await? {
        if let Ok(source) = crate::source::find(app, tenant_id, row.source_id).await
            && let Some(connector) = app.connectors.get(&source.kind)
            && let Err(denied) =
                connector.delete_template(&settings::open(app, &source)?, &row.name, &row.external_id).await
        {
            tracing::warn!(tenant.id = %tenant_id, source.id = %source.id, template = row.name, reason = %denied.text(), "a deleted template stays at its messenger");
        }
        message_template::Entity::delete_many()
            .filter(message_template::Column::TenantId.eq(tenant_id))
            .filter(message_template::Column::Id.eq(row.id))
            .exec(app.store.write())
            .await?;
    }
    Ok(())
}

/// Requests WhatsApp's review for every source with official WhatsApp; returns their number. 409 `template_no_source`
/// if there is none, `template_locked` if it was already requested.
pub async fn for_review(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<usize> {
    let template = raw(app, tenant_id, id).await?;
    let known = TemplateView::of(template.clone(), &names(app, tenant_id).await?);
    if !known.is_waba() || !known.state.is_open() {
        return Err(Error::Conflict { problem: "template_locked", detail: LocalizedText::new("said-template-locked") });
    }
    if super::sources(app, tenant_id).await?.is_empty() {
        return Err(Error::Conflict {
            problem: "template_no_source",
            detail: LocalizedText::new("said-template-no-source"),
        });
    }
    let reviews = call(app, tenant_id, |rest, token| async move { rest.request_review(&token, id).await }).await?;
    let count = reviews.len();
    // amoCRM's webhook reports the same, if the account's plan includes webhooks.
    let template = rest::Template { reviews, ..template };
    requested(app, tenant_id, &template).await?;
    known::put(app, tenant_id, TemplateView::of(template, &names(app, tenant_id).await?)).await?;
    Ok(count)
}
