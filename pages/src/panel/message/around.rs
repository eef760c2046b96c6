//! The previous and the next message in the same chat.

use base::message::LetterKind;
use entity::{attempt, message};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::panel::PanelContext;

/// The neighbours of a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours {
    pub older: Option<Uuid>,
    pub newer: Option<Uuid>,
    /// When the previous message in the same direction had its last attempt; none if there was none. A chat's messages
    /// are sent in order, so this one waited for it.
    pub before_until: Option<i64>,
}

pub async fn of(app: &PanelContext, one: &message::Model) -> Result<Neighbours, DbErr> {
    let db = app.store.read();
    let in_chat =
        || message::Entity::of_tenant(one.tenant_id).filter(message::Column::ConversationId.eq(one.conversation_id));
    let older = in_chat().filter(message::Column::Id.lt(one.id)).order_by_desc(message::Column::Id);
    let newer = in_chat().filter(message::Column::Id.gt(one.id)).order_by_asc(message::Column::Id);
    let before = older.clone().filter(message::Column::Direction.eq(one.direction));
    let id = async |select: Select<message::Entity>| {
        select.select_only().column(message::Column::Id).limit(1).into_tuple::<Uuid>().one(db).await
    };
    let last = match id(before).await? {
        Some(before) => {
            attempt::Entity::of_tenant(one.tenant_id)
                .filter(attempt::Column::MessageId.eq(before))
                .filter(attempt::Column::Kind.eq(LetterKind::Message.number()))
                .order_by_desc(attempt::Column::At)
                .limit(1)
                .one(db)
                .await?
        }
        None => None,
    };
    Ok(Neighbours {
        older: id(older).await?,
        newer: id(newer).await?,
        before_until: last.map(|last| last.at + i64::from(last.ms)),
    })
}
