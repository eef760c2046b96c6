//! The cached templates of an account, which pages show without waiting for amoCRM.

use std::sync::Arc;

use base::error::Result;
use uuid::Uuid;

use super::{TemplateView, find, list};
use crate::source::SourceContext;
use crate::source::crm_copy::{self, CrmItem, Known};

impl CrmItem for TemplateView {
    const NAME: &'static str = "templates";

    async fn ask(app: Arc<SourceContext>, tenant_id: Uuid) -> Result<()> {
        // Reading the list also stores it.
        list(&app, tenant_id).await.map(|_| ())
    }
}

/// The account's templates; `None` if amoCRM has never returned them. An old list is refreshed in the background.
pub async fn known(app: &Arc<SourceContext>, tenant_id: Uuid) -> Result<Option<Known<TemplateView>>> {
    crm_copy::known(app, tenant_id).await
}

/// One of them; requested from amoCRM if it is not cached.
pub async fn known_one(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<TemplateView> {
    let known = known(app, tenant_id).await?;
    match known.and_then(|known| known.items.into_iter().find(|one| one.id == id)) {
        Some(one) => Ok(one),
        None => find(app, tenant_id, id).await,
    }
}

/// Caches a template that amoCRM just returned, so that the next page shows it.
pub(super) async fn put(app: &Arc<SourceContext>, tenant_id: Uuid, one: TemplateView) -> Result<()> {
    patch(app, tenant_id, one.id, Some(one)).await
}

/// Removes a deleted template from the cache.
pub(super) async fn forget(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64) -> Result<()> {
    patch(app, tenant_id, id, None).await
}

async fn patch(app: &Arc<SourceContext>, tenant_id: Uuid, id: i64, one: Option<TemplateView>) -> Result<()> {
    // A list that was never cached is read completely when a page needs it.
    let Some(known) = crm_copy::stored::<TemplateView>(app, tenant_id).await? else { return Ok(()) };
    let others = known.items.into_iter().filter(|known| known.id != id);
    let mut all: Vec<TemplateView> = one.into_iter().chain(others).collect();
    all.sort_by_key(|template| (std::cmp::Reverse(template.changed_at), template.id));
    crm_copy::keep(app, tenant_id, &all).await;
    Ok(())
}
