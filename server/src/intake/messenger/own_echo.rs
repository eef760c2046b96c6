//! Recognises echoes: messengers report messages written in their own interface, and also those that Parom sent.
//! A connector recognises its own messages as long as its process remembers them; afterwards, or in another process,
//! the reported message is compared with the stored ones:
//!
//! ```text
//! the id of a message that was sent ────────────▶ an echo
//! the text of a letter whose delivery was started
//! and whose answer is not known ────────────────▶ an echo, and the answer: `delivery/await_status.rs`
//! anything else ────────────────────────────────▶ a manager's message from the messenger's own interface
//! ```

use anyhow::Context;
use base::message::{Body, Content, Direction, LetterKind, Role, Stream, lane_id};
use connectors::incoming::IncomingMessage;
use entity::{lane, letter, message};
use queue::accept_batch::EventKind;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::route::identity;
use super::source::CalledSource;
use crate::delivery::await_status;
use crate::intake::door::StoreError;
use crate::lookup::known_message;

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
    await_status::reported(&line.app.delivery, source, letter_id, &written.external_id).await?;
    Ok(true)
}

/// The letter at the head of the conversation's lane that has the same content, if its delivery was started and its
/// outcome is unknown.
async fn unanswered(line: &CalledSource, written: &IncomingMessage) -> Result<Option<uuid::Uuid>, StoreError> {
    let (source, db) = (&line.source, line.app.store.read());
    let alias = identity(source, &written.conversation_id);
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
    let found =
        message::Entity::of_tenant(source.tenant_id).filter(message::Column::Id.eq(head.message_id)).one(db).await?;
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

#[cfg(test)]
mod tests {
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
}
