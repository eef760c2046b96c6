//! Selects the chats of a round: those with recent messages, the latest first.

use entity::{message, source};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, DbErr, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::delivery::read::first_id_at;
use crate::intake::IntakeContext;

/// A chat, and when its last message was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub(super) struct Active {
    pub conversation_id: Uuid,
    pub active_at: i64,
}

/// The next chats of a channel after the cursor, at most `most`. Message ids begin with their time, so this reads
/// only messages since then. Imported messages count by their own time.
pub(super) async fn next(
    app: &IntakeContext,
    (tenant_id, channel_id): (Uuid, Uuid),
    since: i64,
    (cursor_at, cursor_id): (i64, Uuid),
    most: u64,
) -> Result<Vec<Active>, DbErr> {
    use message::Column::{AcceptedAt, ConversationId, Id, SentAt, SourceId};
    let db = app.store.read();
    let sources: Vec<Uuid> = source::Entity::of_tenant(tenant_id)
        .filter(source::Column::ChannelId.eq(channel_id))
        .select_only()
        .column(source::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let active_at = || AcceptedAt.max();
    let same = Condition::all().add(active_at().eq(cursor_at)).add(ConversationId.lt(cursor_id));
    message::Entity::of_tenant(tenant_id)
        .filter(Id.gte(first_id_at(since)))
        .filter(SentAt.gte(since))
        .filter(SourceId.is_in(sources))
        .select_only()
        .column(ConversationId)
        .column_as(active_at(), "active_at")
        .group_by(ConversationId)
        .having(Condition::any().add(active_at().lt(cursor_at)).add(same))
        .order_by_desc(active_at())
        .order_by_desc(ConversationId)
        .limit(most)
        .into_model()
        .all(db)
        .await
}
