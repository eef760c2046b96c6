//! Conversations themselves: started without a message, blocked and unblocked by the customer, moved. All operations
//! are idempotent.
//!
//! Messengers report messages written in their own interface, and also those that Parom sent: echoes. A connector
//! recognises its own messages as long as its process remembers them; afterwards, or in another process, the reported
//! message is compared with the stored ones:
//!
//! ```text
//! the id of a message that was sent ────────────▶ an echo
//! the text of a letter whose delivery was started
//! and whose answer is not known ────────────────▶ an echo, and the answer: `delivery/late_report.rs`
//! anything else ────────────────────────────────▶ a manager's message from the messenger's own interface
//! ```

use anyhow::Context;
use base::message::{Body, Content, Direction, LetterKind, Person, Role, Stream, lane_id};
use base::store::in_transaction;
use chrono::TimeDelta;
use connectors::incoming::IncomingMessage;
use entity::{conversation, conversation_alias, lane, letter, message};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, Side};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, UpdateMany};
use uuid::Uuid;

use super::message::{conversation_identity, new_conversation};
use super::source::CalledSource;
use crate::delivery::late_report;
use crate::intake::door::{StoreError, store};
use crate::intake::{believed, clean};
use crate::lead_origin;
use crate::lookup::known_message;

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
    in_transaction(&line.app.store, async |tx| {
        let changed = this(line, known)
            .col_expr(conversation::Column::Visit, Expr::value(mark.as_str()))
            .filter(conversation::Column::Visit.ne(mark.as_str()))
            .exec(tx)
            .await?;
        if changed.rows_affected > 0 {
            lead_origin::plan(tx, line.app.clock.millis(), &line.source, known).await?;
        }
        Ok::<_, DbErr>(())
    })
    .await?;
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
    store(&line.app, source, None, entry).await?;
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
pub(super) async fn move_dialogue(line: &CalledSource, from: &str, to: &str) -> Result<(), StoreError> {
    let tenant_id = line.source.tenant_id;
    let Some(known) = line.app.lookup.conversation(tenant_id, conversation_identity(&line.source, from)).await? else {
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
        line.app.lookup.forget_conversation(tenant_id, conversation_identity(&line.source, id)).await;
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
    let known = line.app.lookup.conversation(line.source.tenant_id, conversation_identity(&line.source, id)).await?;
    Ok(known.map(|known| known.conversation_id))
}

fn this(line: &CalledSource, conversation_id: Uuid) -> UpdateMany<conversation::Entity> {
    conversation::Entity::update_by_id((line.source.tenant_id, conversation_id))
}

/// Whether this message, of the account and not of a customer, is one that Parom sent.
pub(super) async fn is_ours(line: &CalledSource, written: &IncomingMessage) -> Result<bool, StoreError> {
    if written.body.sender.role == Role::Client {
        return Ok(false);
    }
    let (source, store) = (&line.source, &line.app.store);
    let sent = known_message(store, source.tenant_id, source.id, &written.external_id, &[EventKind::Sent]).await?;
    if sent.is_some() {
        return Ok(true);
    }
    let Some(letter_id) = unanswered(line, written).await? else { return Ok(false) };
    late_report::record(&line.app.delivery, source, letter_id, &written.external_id).await?;
    Ok(true)
}

/// The letter at the head of the conversation's lane that has the same content, if its delivery was started and its
/// outcome is unknown.
async fn unanswered(line: &CalledSource, written: &IncomingMessage) -> Result<Option<uuid::Uuid>, StoreError> {
    let (source, db) = (&line.source, line.app.store.read());
    let alias = conversation_identity(source, &written.conversation_id);
    let Some(known) = line.app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(None) };
    let lane_id = lane_id(known.conversation_id, Direction::ToMessenger, Stream::Messages);
    let lane = lane::Entity::of_tenant(source.tenant_id).filter(lane::Column::LaneId.eq(lane_id)).one(db).await?;
    let Some(lane) = lane else { return Ok(None) };
    if lane.waiting == 0 {
        return Ok(None);
    }
    let head = letter::Entity::of_tenant(source.tenant_id)
        .filter(letter::Column::LaneId.eq(lane_id))
        .order_by_asc(letter::Column::OrderKey)
        .order_by_asc(letter::Column::Seq)
        .one(db)
        .await?;
    let is_begun = |one: &letter::Model| {
        one.kind == LetterKind::Message.number() && one.source_id == source.id && (one.unknown || lane.owner.is_some())
    };
    let Some(head) = head.filter(is_begun) else { return Ok(None) };
    let found = message::Entity::find_by_id((source.tenant_id, head.message_id)).one(db).await?;
    let Some(found) = found else { return Ok(None) };
    let body: Body = serde_json::from_str(&found.body).context("a message's body is damaged")?;
    Ok(says_the_same(&body.content, &written.body.content).then_some(head.id))
}

/// Messengers trim texts and rename files; a signature may precede a text.
fn says_the_same(ours: &Content, theirs: &Content) -> bool {
    match (ours, theirs) {
        (Content::Text { text: ours }, Content::Text { text: theirs }) => {
            let (ours, theirs) = (squeezed(ours), squeezed(theirs));
            !ours.is_empty() && theirs.strip_suffix(&ours).is_some_and(|above| above.is_empty() || above.ends_with(' '))
        }
        (Content::Text { .. }, _) | (_, Content::Text { .. }) => false,
        _ => ours.kind() == theirs.kind(),
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How long a question waits for its answer.
const WITHIN: TimeDelta = TimeDelta::days(1);
/// More digits are no answer to a question.
const DIGITS: usize = 3;

/// The message with the button's text in the place of its number, if the last message to the customer had such a
/// button.
pub(super) async fn resolve_number(
    line: &CalledSource,
    mut written: IncomingMessage,
) -> Result<IncomingMessage, StoreError> {
    let (Some(button), Some(number)) = (line.connector.numbered_buttons(), number(&written.body)) else {
        return Ok(written);
    };
    let (source, db) = (&line.source, line.app.store.read());
    let alias = conversation_identity(source, &written.conversation_id);
    let Some(known) = line.app.lookup.conversation(source.tenant_id, alias).await? else { return Ok(written) };
    let last = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(known.conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .order_by_desc(message::Column::Id)
        .one(db)
        .await?;
    let now = line.app.clock.millis();
    let last = last.filter(|last| last.source_id == source.id && now - last.accepted_at < WITHIN.num_milliseconds());
    let asked = last.and_then(|last| serde_json::from_str::<Body>(&last.body).ok());
    // A template has buttons of its own.
    let markup = asked.filter(|asked| asked.template.is_none()).and_then(|asked| asked.markup);
    if let Some(chosen) = markup.and_then(|markup| button(&markup, number)) {
        written.body.content = Content::Text { text: chosen.text };
        written.body.callback_data = chosen.callback_data;
    }
    Ok(written)
}

/// The number that is all of a customer's text: `2`, `2.`, `2)`.
fn number(body: &Body) -> Option<usize> {
    let Content::Text { text } = &body.content else { return None };
    let typed = text.trim();
    let digits = typed.strip_suffix(['.', ')']).unwrap_or(typed);
    let plain = (1..=DIGITS).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    let answers = body.sender.role == Role::Client && !body.silent && plain;
    digits.parse().ok().filter(|number| answers && *number > 0)
}

#[cfg(test)]
mod tests {
    use base::message::Person;

    use super::*;

    fn text(text: &str) -> Content {
        Content::Text { text: text.to_owned() }
    }

    #[test]
    fn texts_are_compared_without_white_space_and_signature() {
        assert!(says_the_same(&text(" Good\n morning "), &text("Good morning")));
        assert!(says_the_same(&text("Good morning"), &text("Anna:\nGood morning")));
        for other in ["Good", "morning", "Good morning!", "aGood morning", ""] {
            assert!(!says_the_same(&text("Good morning"), &text(other)), "{other}");
        }
        assert!(!says_the_same(&text(""), &text("Good morning")));
        assert!(says_the_same(&Content::Picture(Default::default()), &Content::Picture(Default::default())));
        assert!(!says_the_same(&Content::Picture(Default::default()), &text("")));
    }

    #[test]
    fn only_a_lone_number_is_an_answer() {
        let written = |text: &str| Body::new(Person::default(), Content::Text { text: text.to_owned() });
        for (text, expected) in [("2", 2), (" 11 ", 11), ("3.", 3), ("4)", 4)] {
            assert_eq!(number(&written(text)), Some(expected), "{text}");
        }
        for text in ["", "0", "two", "2 pieces", "-2", "+2", "2.5", "1592", "٢", "2 3", "."] {
            assert_eq!(number(&written(text)), None, "{text}");
        }
        let manager = Person { role: Role::Manager, ..Person::default() };
        assert_eq!(number(&Body { sender: manager, ..written("2") }), None);
        assert_eq!(number(&Body { silent: true, ..written("2") }), None, "history stays as it was");
    }
}
