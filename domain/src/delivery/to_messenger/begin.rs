//! Conversations started by a manager (chats-api §5.4): the messenger is asked to open one, or the customer already
//! has a dialogue with this source.

use std::cmp::Reverse;

use anyhow::Context;
use base::message::{Direction, FailureCode, Person, State};
use base::phone::Phone;
use base::verdict::{Report, Verdict};
use connectors::{Event, Message, Stand, Support};
use entity::{conversation, message};
use queue::Claim;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};

use super::{MessengerTarget, NextRequest, bury_with, later};
use crate::delivery::dialogue::goes_to;
use crate::delivery::letter_context::LetterContext;
use crate::delivery::read::find::with_phone;
use crate::tenant;

/// How often a later message waits for ids that the messenger may send with a status; a few seconds in total. After
/// that the messenger is asked by phone once more, so that no message waits for the customer's answer.
const LOOKS: i32 = 3;

/// Where a manager's message goes.
pub(super) enum MessengerRoute {
    /// Into the conversation's dialogue, or to the messenger to open one.
    On,
    /// Into a dialogue that the customer already has, which becomes this conversation's.
    Into(Dialogue),
    /// Nowhere, or not yet.
    Blocked(Box<Report>),
}

/// A dialogue by the messenger's ids.
pub(super) struct Dialogue {
    /// The id by which it is known.
    id: String,
    /// The id to send to now.
    goes_to: String,
    person_id: String,
}

impl Dialogue {
    /// Sends a message; if accepted, the report names the dialogue, like the answer of a messenger that opened one.
    pub async fn send(self, line: &MessengerTarget<'_>, claim: &Claim, part: Message, request: NextRequest) -> Report {
        let mut report = line.send(claim, &self.goes_to, Event::Created(Box::new(part)), request).await;
        if let Verdict::Done(taken) = &mut report.verdict {
            taken.conversation_id = Some(self.id);
            taken.receiver_id = Some(self.person_id);
        }
        report
    }
}

/// Decides where a message of this conversation can go.
pub(super) async fn way(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    parts: &LetterContext,
) -> anyhow::Result<MessengerRoute> {
    if !parts.conversation.external_id.is_empty() {
        return Ok(MessengerRoute::On);
    }
    let hindered = |report: Report| Ok(MessengerRoute::Blocked(Box::new(report)));
    let support = line.connector.abilities().features.write_first;
    let agreed = line
        .app
        .integrations
        .channel(&line.source.channel_id.to_string())
        .is_none_or(|(_, channel)| channel.write_first);
    if !agreed || support == Support::Refused {
        return hindered(not_begun(line));
    }
    let phone = parts.contact.phone.as_deref().unwrap_or_default();
    if phone.is_empty() {
        let words = line.words.text("failure-no-phone").to_string();
        return hindered(bury_with(FailureCode::RecipientUnreachable, words, "amoCRM named no phone number"));
    }
    let country = tenant::country(&line.app.integrations, &parts.tenant);
    if Phone::parse(phone, country).is_some_and(|phone| phone.reached_at().is_none()) {
        let words = line.words.text("failure-phone-ambiguous").with("phone", phone).to_string();
        return hindered(bury_with(FailureCode::RecipientUnreachable, words, "the number may be two people's"));
    }
    if support == Support::As(Stand::Known) {
        return into_known(line, phone).await;
    }
    if claim.letter.attempts < LOOKS && !claim.letter.unknown && was_asked(line, parts).await? {
        return hindered(later(None, "the messenger has not named the chat yet"));
    }
    Ok(MessengerRoute::On)
}

fn not_begun(line: &MessengerTarget<'_>) -> Report {
    let failure = line.connector.not_begun(line.words);
    bury_with(failure.code, failure.text, "writing first is not possible here")
}

/// The dialogue of the customer with this number: one that allows writing before one that does not, then the newest.
async fn into_known(line: &MessengerTarget<'_>, phone: &str) -> anyhow::Result<MessengerRoute> {
    let known = with_phone(&line.app.tenants, line.source.tenant_id, phone).await?;
    let named = || known.iter().filter(|row| !row.external_id.is_empty());
    let here = named().filter(|row| row.source_id == line.source.id);
    if let Some(row) = here.min_by_key(|row| (row.shut_at > 0, Reverse(row.id))) {
        return dialogue(row).map(MessengerRoute::Into);
    }
    for row in named() {
        let there = line.app.lookup.source(row.source_id).await?;
        if let Some(there) = there.filter(|there| there.kind == line.source.kind && there.deleted_at.is_none()) {
            let words = line.words.text("failure-writes-elsewhere").with("source", there.name.as_str()).to_string();
            let report =
                bury_with(FailureCode::RecipientUnreachable, words, "the customer has a chat in another source");
            return Ok(MessengerRoute::Blocked(Box::new(report)));
        }
    }
    Ok(MessengerRoute::Blocked(Box::new(not_begun(line))))
}

fn dialogue(row: &conversation::Model) -> anyhow::Result<Dialogue> {
    let person: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    Ok(Dialogue { id: row.external_id.clone(), goes_to: goes_to(row).to_owned(), person_id: person.id })
}

/// Whether the messenger accepted an earlier message of this conversation without naming a dialogue.
async fn was_asked(line: &MessengerTarget<'_>, parts: &LetterContext) -> anyhow::Result<bool> {
    let taken = [State::Sent, State::Delivered, State::Read].map(State::number);
    let earlier = message::Entity::of_tenant(line.source.tenant_id)
        .filter(message::Column::ConversationId.eq(parts.conversation.id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::State.is_in(taken));
    Ok(earlier.count(line.app.store.read()).await? > 0)
}
