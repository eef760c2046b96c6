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
use base::phone::{Phone, spellings, with_plus};
use base::store::in_transaction;
use chrono::TimeDelta;
use connectors::incoming::IncomingMessage;
use entity::{conversation, conversation_alias, lane, letter, message, source};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, Side};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, UpdateMany,
};
use uuid::Uuid;

use super::edit;
use super::message::{conversation_identity, new_conversation};
use super::source::CalledSource;
use crate::contact::phone_hashes;
use crate::delivery::late_report;
use crate::intake::clean;
use crate::intake::door::{StoreError, store};
use crate::lead_origin;
use crate::lookup::known_message;
use crate::source::window;

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

/// Records until when the messenger lets us write freely, in milliseconds since 1970.
pub(super) async fn free_until(line: &CalledSource, id: &str, until: i64) -> Result<(), StoreError> {
    let Some(known) = find(line, id).await? else { return Ok(()) };
    Ok(window::grant(&line.app.sources, (line.source.tenant_id, known), until).await?)
}

/// Records that a customer reacted, in the conversation that has their id. `at`: as reported, milliseconds since 1970.
pub(super) async fn reacted(line: &CalledSource, id: &str, at: Option<i64>) -> Result<(), StoreError> {
    let Some(known) = find(line, id).await? else { return Ok(()) };
    Ok(edit::opens_window(&line.app, &line.source, known, at).await?)
}

/// Adds another id of a conversation in the messenger. One that already belongs to a conversation keeps it, and a number's
/// conversation with the id of one person gets none of another. Messengers that name people by two ids report both with
/// every message, so what is known costs nothing.
pub(super) async fn also_known(line: &CalledSource, id: &str, also: &str) -> Result<(), StoreError> {
    if find(line, also).await?.is_some() {
        return Ok(());
    }
    let Some(known) = find(line, id).await? else { return Ok(()) };
    if !is_number(id) || is_number(also) {
        return add_id(line, known, also).await;
    }
    // Read from the database: the cache may not know yet that another instance gave the number to another conversation.
    let holders = Holders::of(line.app.store.write(), &line.source, id).await?;
    match holders.aliases.iter().find(|alias| alias.external_id == id) {
        Some(alias) if holders.own_id(Uuid::nil()).is_none() => add_id(line, alias.conversation_id, also).await,
        _ => Ok(()),
    }
}

/// Gives a number to a person's conversation, and takes the one before from it. The conversations of a former owner go to
/// that person's own id from now on; where only the number is known, nothing tells whose it was, and they keep it.
pub(super) async fn has_number(
    line: &CalledSource,
    id: &str,
    number: &str,
    before: Option<&str>,
) -> Result<(), StoreError> {
    let (app, source) = (&line.app, &line.source);
    let found = app.lookup.conversation(source.tenant_id, conversation_identity(source, id)).await?;
    let Some(known) = found.filter(|known| known.moved_to != number || before.is_some()) else { return Ok(()) };
    let (known, left) = (known.conversation_id, before.map(spellings).unwrap_or_default());
    let changed = in_transaction(&app.store, async |tx| {
        use conversation_alias::Column::{ConversationId, ExternalId};
        conversation_alias::Entity::delete_of(source.tenant_id)
            .filter(of_messenger(source))
            .filter(ConversationId.eq(known))
            .filter(ExternalId.is_in(left.iter().map(String::as_str)))
            .exec(tx)
            .await?;
        let holders = Holders::of(tx, source, number).await?;
        if let Some(own_id) = holders.own_id(known) {
            conversation_alias::Entity::update_of(source.tenant_id)
                .col_expr(ConversationId, Expr::value(known))
                .filter(of_messenger(source))
                .filter(ExternalId.is_in(spellings(number)))
                .exec(tx)
                .await?;
            let reached = holders.rows.iter().filter(|row| row.id != known && reaches(row, number)).map(|row| row.id);
            conversation::Entity::update_of(source.tenant_id)
                .col_expr(conversation::Column::MovedTo, Expr::value(own_id))
                .filter(conversation::Column::Id.is_in(reached))
                .exec(tx)
                .await?;
        }
        insert_id(tx, source, known, number).await?;
        this(line, known).col_expr(conversation::Column::MovedTo, Expr::value(number)).exec(tx).await?;
        Ok::<_, DbErr>(holders.aliases)
    });
    let changed = changed.await?;
    let changed = changed.iter().map(|alias| alias.external_id.as_str());
    for id in changed.chain([id, number]).chain(left.iter().map(String::as_str)) {
        app.lookup.forget_conversation(source.tenant_id, conversation_identity(source, id)).await;
    }
    Ok(())
}

/// The conversations that a number leads to.
struct Holders {
    rows: Vec<conversation::Model>,
    /// All their ids in the messenger.
    aliases: Vec<conversation_alias::Model>,
}

impl Holders {
    /// Those known by the number, in either spelling, and those that messages reach by it: a dialogue that a manager began
    /// beside another one has its number (docs/decisions/0011-write-first.md).
    async fn of(db: &impl ConnectionTrait, source: &source::Model, number: &str) -> Result<Self, DbErr> {
        use conversation_alias::Column::{ConversationId, ExternalId};
        let aliases = || conversation_alias::Entity::of_tenant(source.tenant_id).filter(of_messenger(source));
        let named = aliases().filter(ExternalId.is_in(spellings(number))).all(db).await?;
        let named: Vec<Uuid> = named.into_iter().map(|alias| alias.conversation_id).collect();
        let hashes = Phone::parse(&with_plus(number), None).map(|phone| phone_hashes(&phone)).unwrap_or_default();
        // Without the last condition the partial index is not used.
        let of_number = conversation::Column::PhoneHash.is_in(hashes).and(conversation::Column::PhoneHash.ne(""));
        let mut rows = conversation::Entity::of_tenant(source.tenant_id)
            .filter(conversation::Column::SourceId.eq(source.id))
            .filter(conversation::Column::Id.is_in(named.iter().copied()).or(of_number))
            .all(db)
            .await?;
        rows.retain(|row| named.contains(&row.id) || reaches(row, number));
        let aliases = aliases().filter(ConversationId.is_in(rows.iter().map(|row| row.id))).all(db).await?;
        Ok(Self { rows, aliases })
    }

    /// The id, other than a number, of the person whose conversations these are, without this conversation: the newest that
    /// is known.
    fn own_id(&self, without: Uuid) -> Option<&str> {
        let is_first = |id: &str| self.rows.iter().any(|row| row.external_id == id);
        let others = self.aliases.iter().filter(|alias| alias.conversation_id != without);
        let ids = others.map(|alias| alias.external_id.as_str()).filter(|id| !is_number(id));
        ids.max_by_key(|id| !is_first(id))
    }
}

/// Whether messages of a conversation go to this number.
fn reaches(row: &conversation::Model, number: &str) -> bool {
    spellings(number).iter().any(|one| one == row.goes_to())
}

/// Whether an id of a person is their phone number.
fn is_number(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Ids in the source's messenger.
fn of_messenger(source: &source::Model) -> Condition {
    use conversation_alias::Column::{Origin, Side as SideColumn};
    Condition::all().add(SideColumn.eq(Side::Messenger.number())).add(Origin.eq(source.id))
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
    Ok(insert_id(line.app.store.write(), &line.source, known, id).await?)
}

async fn insert_id(db: &impl ConnectionTrait, source: &source::Model, known: Uuid, id: &str) -> Result<(), DbErr> {
    let alias = conversation_alias::ActiveModel {
        tenant_id: Set(source.tenant_id),
        side: Set(Side::Messenger.number()),
        origin: Set(source.id),
        external_id: Set(id.to_owned()),
        conversation_id: Set(known),
    };
    use conversation_alias::Column::{ExternalId, Origin, Side as SideColumn, TenantId};
    conversation_alias::Entity::insert(alias)
        .on_conflict(OnConflict::columns([TenantId, SideColumn, Origin, ExternalId]).do_nothing().to_owned())
        .exec_without_returning(db)
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
