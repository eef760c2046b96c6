//! Conversations themselves: started without a message, blocked and unblocked by the customer, moved. All operations
//! are idempotent.

use base::message::Person;
use base::store::finish_tx;
use entity::{conversation, conversation_alias};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, Side};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, UpdateMany};
use uuid::Uuid;

use super::route::{identity, new_conversation};
use super::source::CalledSource;
use crate::intake::door::{StoreError, store};
use crate::intake::{believed, clean};
use crate::lead_origin;

/// The longest referral mark that is stored.
const MARK_BYTES: usize = 1024;

/// Creates a conversation without messages, and stores where its customer came from. amoCRM learns of it with the
/// first message.
pub(super) async fn open(
    line: &CalledSource,
    id: &str,
    customer: &Person,
    mark: Option<&str>,
) -> Result<(), StoreError> {
    let known = match find(line, id).await? {
        Some(known) => known,
        None => {
            make(line, id, customer).await?;
            match find(line, id).await? {
                Some(known) => known,
                None => return Ok(()),
            }
        }
    };
    let Some(mark) = mark.map(clean).filter(|mark| !mark.is_empty() && mark.len() <= MARK_BYTES) else { return Ok(()) };
    let tx = line.app.store.write_tx().await?;
    let done = async {
        let changed = this(line, known)
            .col_expr(conversation::Column::Visit, Expr::value(mark.as_str()))
            .filter(conversation::Column::Visit.ne(mark.as_str()))
            .exec(&tx)
            .await?;
        if changed.rows_affected > 0 {
            lead_origin::plan(&tx, line.app.clock.millis(), &line.source, known).await?;
        }
        Ok::<_, DbErr>(())
    };
    let done = done.await;
    finish_tx(tx, done).await?;
    let _ = line.app.changes.send(known);
    Ok(())
}

async fn make(line: &CalledSource, id: &str, customer: &Person) -> Result<(), StoreError> {
    let source = &line.source;
    let customer = Person { avatar_reference: None, ..customer.clone() };
    let new = new_conversation(&line.app, source, id, customer)?;
    // Each start has its own key, so a conversation that was erased can start again.
    let key = DedupeKey { origin: source.id, external_id: new.id.to_string(), event: EventKind::Opened };
    let conversation = Conversation::Open(Box::new(new));
    let entry = AcceptItem::bare(key, line.app.clock.uuid_v7(), line.app.clock.millis(), conversation);
    store(&line.app, source.tenant_id, None, entry).await?;
    Ok(())
}

/// Records that the customer blocked or unblocked us. `at`: milliseconds since 1970.
pub(super) async fn reach(line: &CalledSource, id: &str, reachable: bool, at: i64) -> Result<(), StoreError> {
    let Some(known) = find(line, id).await? else { return Ok(()) };
    // Some messengers report no time: that of the arrival counts.
    let at = if at > 0 { at } else { line.app.clock.millis() };
    let (shut, before) = (conversation::Column::ShutAt, conversation::Column::ReachAt);
    let done = this(line, known)
        .col_expr(shut, Expr::value(if reachable { 0 } else { at }))
        .col_expr(before, Expr::value(at))
        // A late event does not undo a newer one.
        .filter(before.lte(at))
        .exec(line.app.store.write())
        .await?;
    if done.rows_affected > 0 {
        let _ = line.app.changes.send(known);
    }
    Ok(())
}

/// Records until when the messenger lets us write freely, in milliseconds since 1970. An earlier end shortens nothing.
pub(super) async fn free_until(line: &CalledSource, id: &str, until: i64) -> Result<(), StoreError> {
    let Some(known) = find(line, id).await? else { return Ok(()) };
    let column = conversation::Column::FreeUntil;
    this(line, known)
        .col_expr(column, Expr::value(until))
        .filter(column.lt(until))
        .exec(line.app.store.write())
        .await?;
    Ok(())
}

/// Records that a customer reacted, in the conversation that has their id. `at`: as reported, milliseconds since 1970.
pub(super) async fn heard(line: &CalledSource, id: &str, at: Option<i64>) -> Result<(), StoreError> {
    let Some(known) = find(line, id).await? else { return Ok(()) };
    let (column, at) = (conversation::Column::HeardAt, believed(at, line.app.clock.millis()));
    this(line, known).col_expr(column, Expr::value(at)).filter(column.lt(at)).exec(line.app.store.write()).await?;
    Ok(())
}

/// Adds another id of a conversation in the messenger. One that already belongs to a conversation keeps it. Messengers
/// that name people by two ids report both with every message, so what is known costs nothing.
pub(super) async fn also_known(line: &CalledSource, id: &str, also: &str) -> Result<(), StoreError> {
    if find(line, also).await?.is_some() {
        return Ok(());
    }
    let Some(known) = find(line, id).await? else { return Ok(()) };
    add_id(line, known, also).await
}

/// Adds a conversation's new id in the messenger, to which messages go from now on. The old one stays known, and those
/// at amoCRM do not change.
pub(super) async fn moved(line: &CalledSource, from: &str, to: &str) -> Result<(), StoreError> {
    let tenant_id = line.source.tenant_id;
    let Some(known) = line.app.lookup.conversation(tenant_id, identity(&line.source, from)).await? else {
        return Ok(());
    };
    // Reported again.
    if known.moved_to == to {
        return Ok(());
    }
    let known = known.conversation_id;
    add_id(line, known, to).await?;
    this(line, known).col_expr(conversation::Column::MovedTo, Expr::value(to)).exec(line.app.store.write()).await?;
    for id in [from, to] {
        line.app.lookup.forget_conversation(tenant_id, identity(&line.source, id)).await;
    }
    Ok(())
}

async fn add_id(line: &CalledSource, known: Uuid, id: &str) -> Result<(), StoreError> {
    let alias = conversation_alias::ActiveModel {
        tenant_id: Set(line.source.tenant_id),
        side: Set(Side::Messenger.number()),
        origin: Set(line.source.id),
        external_id: Set(id.to_owned()),
        conversation_id: Set(known),
    };
    use conversation_alias::Column::{ExternalId, Origin, Side as SideColumn, TenantId};
    conversation_alias::Entity::insert(alias)
        .on_conflict(OnConflict::columns([TenantId, SideColumn, Origin, ExternalId]).do_nothing().to_owned())
        .exec_without_returning(line.app.store.write())
        .await?;
    Ok(())
}

/// Our id of a conversation.
pub(super) async fn find(line: &CalledSource, id: &str) -> Result<Option<Uuid>, StoreError> {
    let known = line.app.lookup.conversation(line.source.tenant_id, identity(&line.source, id)).await?;
    Ok(known.map(|known| known.conversation_id))
}

fn this(line: &CalledSource, conversation_id: Uuid) -> UpdateMany<conversation::Entity> {
    conversation::Entity::update_many()
        .filter(conversation::Column::TenantId.eq(line.source.tenant_id))
        .filter(conversation::Column::Id.eq(conversation_id))
}
