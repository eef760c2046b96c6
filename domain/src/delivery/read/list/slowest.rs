//! The newest messages that match, the slowest first. How many are sorted is bounded, because each one's attempts are
//! looked up: an index of all durations would make every delivery write to it.

use entity::{attempt, message};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{Ground, MessageFilter, MessageSummary, cut, lines, newest};

/// Up to `rows` of the newest `most` matches after the message `after`, the slowest first; those that the other side has
/// not accepted come last, newest first. With the number of matches, at most `most`.
pub async fn slowest_page(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    wanted: &MessageFilter,
    ground: &Ground,
    (after, rows): (Option<Uuid>, u64),
    most: u64,
) -> anyhow::Result<(Vec<MessageSummary>, u64)> {
    let some = newest(db, tenant_id, wanted, ground, most).await?;
    let ids: Vec<Uuid> = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::Id.in_subquery(some.into_query()))
        .select_only()
        .column(message::Column::Id)
        .order_by_desc(took(tenant_id))
        .order_by_desc(message::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let begin = after.and_then(|after| ids.iter().position(|id| *id == after)).map_or(0, |place| place + 1);
    let (page, count) = cut(ids, begin, rows, most);
    let of_page = message::Entity::of_tenant(tenant_id).filter(message::Column::Id.is_in(page.iter().copied()));
    let mut lines = lines(db, tenant_id, ground, of_page.all(db).await?).await?;
    lines.sort_by_key(|line| page.iter().position(|id| *id == line.message.id));
    Ok((lines, count))
}

/// How long a message took, milliseconds; 0 if it was not accepted.
fn took(tenant_id: Uuid) -> Expr {
    let mut of_message = Query::select();
    of_message
        .expr(Expr::col((attempt::Entity, attempt::Column::Took)).max())
        .from(attempt::Entity)
        .and_where(Expr::col((attempt::Entity, attempt::Column::TenantId)).eq(tenant_id))
        .and_where(
            Expr::col((attempt::Entity, attempt::Column::MessageId)).equals((message::Entity, message::Column::Id)),
        );
    Func::coalesce([Expr::from(of_message), Expr::val(0)]).into()
}
