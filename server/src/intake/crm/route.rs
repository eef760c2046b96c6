//! Routing of managers' actions (docs/architecture.md#walk-two-a-manager-answers).

use std::sync::Arc;

use entity::source;
use queue::accept_batch::{Alias, Side};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::intake::IntakeContext;
use crate::intake::clean;
use crate::lookup::{ConnectedScope, KnownConversation};

/// Conversation and source.
pub(super) struct Route {
    pub known: Option<Arc<KnownConversation>>,
    pub source: Option<Arc<source::Model>>,
}

impl Route {
    /// The conversation's source; else the one that the hook names; else the default.
    pub async fn find(
        app: &IntakeContext,
        scope: &ConnectedScope,
        chat: HookChat<'_>,
        named: Option<&str>,
    ) -> anyhow::Result<Self> {
        let tenant_id = scope.tenant.tenant_id;
        let known = chat.find(app, scope).await?;
        let bound = bound(app, known.as_deref()).await?;
        if let (Some(bound), Some(named)) = (&bound, named)
            && bound.external_id != named
        {
            tracing::info!(
                tenant.id = %tenant_id, source.id = %bound.id, named,
                "amoCRM names another source than the conversation's; the conversation's is used"
            );
        }
        let source = match bound {
            Some(bound) => Some(bound),
            None => by_name_or_default(app, tenant_id, scope.channel.channel_id, named).await?,
        };
        // A source may have been deleted or created in amoCRM, which sends no notification (crm-api §4.4).
        if named.is_some_and(|named| source.as_ref().is_none_or(|source| source.external_id != named)) {
            crate::source::note_unknown(&app.sources, tenant_id);
        }
        Ok(Self { known, source })
    }

    /// Whether messages can be sent there.
    pub fn is_live(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.deleted_at.is_none())
    }
}

/// A chat by the ids in a hook.
#[derive(Clone, Copy)]
pub(super) struct HookChat<'a> {
    /// amojo's.
    pub id: &'a str,
    /// Ours.
    pub client_id: Option<&'a str>,
}

impl HookChat<'_> {
    /// Our id of it as an alias.
    pub fn ours(&self, scope: &ConnectedScope) -> Option<Alias> {
        let external_id = clean(self.client_id?);
        Some(Alias { side: Side::OursAtCrm, origin: scope.channel.channel_id, external_id })
    }

    /// amojo's.
    pub fn theirs(&self, scope: &ConnectedScope) -> Alias {
        Alias { side: Side::Crm, origin: scope.channel.channel_id, external_id: clean(self.id) }
    }

    pub async fn find(
        &self,
        app: &IntakeContext,
        scope: &ConnectedScope,
    ) -> anyhow::Result<Option<Arc<KnownConversation>>> {
        let tenant_id = scope.tenant.tenant_id;
        if let Some(ours) = self.ours(scope)
            && let Some(known) = app.lookup.conversation(tenant_id, ours).await?
        {
            return Ok(Some(known));
        }
        Ok(app.lookup.conversation(tenant_id, self.theirs(scope)).await?)
    }
}

/// The source of a conversation.
pub(super) async fn bound(
    app: &IntakeContext,
    known: Option<&KnownConversation>,
) -> anyhow::Result<Option<Arc<source::Model>>> {
    match known.map(|known| known.source_id).filter(|id| !id.is_nil()) {
        Some(id) => Ok(app.lookup.source(id).await?),
        None => Ok(None),
    }
}

async fn by_name_or_default(
    app: &IntakeContext,
    tenant_id: Uuid,
    channel_id: Uuid,
    named: Option<&str>,
) -> anyhow::Result<Option<Arc<source::Model>>> {
    let all = source::Entity::of_tenant(tenant_id)
        .filter(source::Column::ChannelId.eq(channel_id))
        .filter(source::Column::DeletedAt.is_null())
        .all(app.store.read())
        .await;
    let all = all?;
    let found = named
        .and_then(|named| all.iter().find(|source| source.external_id == named))
        .or_else(|| all.iter().find(|source| source.is_default));
    Ok(found.cloned().map(Arc::new))
}
