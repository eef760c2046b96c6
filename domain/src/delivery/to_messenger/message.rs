//! Sends a manager's message.
//!
//! In a conversation started by a manager (chats-api §5.4) the messenger is asked to open a dialogue, unless the customer
//! already has one with this source.
//!
//! A message may take several requests: parts, and the requests of a part. Its progress is stored in the payload of its letter
//! between attempts, and kept when the letter dies and is sent again.

use std::cmp::Reverse;
use std::time::Duration;

use anyhow::Context;
use base::message::{Direction, FailureCode, Person, Reaction, Role, State, Typing};
use base::phone::{Phone, complete};
use base::verdict::{Report, Taken, Verdict};
use chrono::DateTime;
use connectors::fit::{Thing, fit, sign};
use connectors::storable::known;
use connectors::{AfterUnknown, Event, Message, MessageIds, PartNumber, Stand, Support};
use entity::{conversation, message};
use queue::{Claim, Letter};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::content::{self, Filed};
use super::window::{self, TemplateUse};
use super::{MessengerTarget, NextRequest, bury, bury_with, later};
use crate::delivery::letters::LetterContext;
use crate::delivery::read::find::with_phone;
use crate::platform::TypingSignal;
use crate::tenant::{self, users};

/// Sends a message in the form its messenger supports. Without a dialogue, the messenger is asked to open one.
pub(super) async fn attempt(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Report> {
    let abilities = line.connector.abilities();
    let into = match way(line, claim, context).await? {
        MessengerRoute::On => None,
        MessengerRoute::Into(dialogue) => Some(dialogue),
        MessengerRoute::Blocked(report) => return Ok(*report),
    };
    let resent_once = matches!(abilities.after_unknown, AfterUnknown::ResendOnce | AfterUnknown::AwaitStatus);
    if claim.letter.unknown && resent_once && claim.letter.resends > 0 && context.reported_as.is_none() {
        return Ok(bury(FailureCode::Internal, "whether the message arrived cannot be found out"));
    }
    let current = context.message()?;
    let progress = SendProgress::read(&claim.letter.payload);
    let template = window::template_of(line, &current.body).await?;
    if matches!(template, TemplateUse::Later) {
        return Ok(later(None, "the messenger does not say which templates it has"));
    }
    if !progress.is_begun()
        && let Some(refused) = window::refuse_if_stopped(line, claim, context, &template).await?
    {
        return Ok(refused);
    }
    // A message that was started in time is sent completely.
    if !progress.is_begun()
        && let Some(refused) = window::refuse_if_closed(line, claim, context, &current.body, &template).await?
    {
        return Ok(refused);
    }
    let content = if progress.is_begun() {
        content::as_begun(line, &current.body.content, progress.filed).await?
    } else {
        match content::lend(line, &current.body.content).await? {
            Filed::Content(content) => *content,
            Filed::Later(after) => return Ok(later(Some(after), "its file is being fetched")),
        }
    };
    let mut message = Message {
        id: current.message.id,
        external_id: None,
        part: PartNumber::WHOLE,
        sender: named(line, &current.body.sender).await,
        receiver: receiver(line, context),
        content,
        markup: current.body.markup.clone(),
        ask_phone: current.body.ask_phone.clone(),
        template: current.body.template.clone(),
        registered_template: match template {
            TemplateUse::Sendable(registered, _) => registered,
            TemplateUse::None | TemplateUse::AsText(_) | TemplateUse::Later => None,
        },
        reply_to: content::quote_of(line, current.body.reply_to.clone()).await?,
        forward: content::quote_of(line, current.body.forward.clone()).await?,
        post: current.body.post.clone(),
        sent_at: DateTime::from_timestamp_millis(current.message.sent_at).unwrap_or_default(),
    };
    let signature = if progress.is_begun() { progress.signature } else { signature(line, &current.body.sender).await };
    if let Some(name) = &signature {
        sign(&mut message, name, line.words);
    }
    let filed = progress.filed || message.content.media().is_some();
    let progress = SendProgress { filed, signature, ..progress };
    let messages = match fit(message, abilities, line.words) {
        Ok(messages) => messages,
        Err(refused) => {
            return Ok(bury_with(FailureCode::Unsupported, refusal(line, refused), "the messenger does not take this"));
        }
    };
    let repeat = claim.letter.unknown && abilities.after_unknown == AfterUnknown::RepeatMarked;
    // Split identically each time, so the parts already sent come first.
    let Some(next) = messages.into_iter().nth(progress.parts) else { return Ok(Report::done(0, Taken::default())) };
    let has_parts = next.part.number < next.part.of;
    let request = NextRequest { begun: progress.within.clone(), repeat };
    let mut report = match (into, &context.reported_as) {
        (_, Some(external_id)) => reported(line, claim, context, next, (external_id, request)).await,
        (Some(dialogue), None) => dialogue.send(line, claim, next, request).await,
        (None, None) => {
            let dialogue = context.conversation.goes_to();
            line.send(claim, dialogue, message_event(dialogue, next), request).await
        }
    };
    if let Some(within) = report.begun.take() {
        report.begun = Some(SendProgress { within, ..progress }.written());
    } else if let Verdict::Done(taken) = &mut report.verdict {
        let within = taken.onward.take();
        taken.onward = progress.after(within, has_parts).map(|progress| progress.written());
    }
    Ok(report)
}

/// Sends a message once more as the webhook that its receiver already got: with the old id, marked as a repeat. The
/// ids in the answer are already known.
pub(super) async fn resend(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Report> {
    let id = claim.letter.payload.parse().context("the letter names no webhook")?;
    let letter = Letter { id, payload: String::new(), unknown: true, ..claim.letter.clone() };
    let report = attempt(line, &Claim { letter, ..claim.clone() }, context).await?;
    Ok(match report.verdict {
        Verdict::Done(_) => Report { verdict: Verdict::Done(Taken::default()), ..report },
        _ => report,
    })
}

/// The customer. A number that was stored without its country gets it: the messenger knows no account's country.
fn receiver(line: &MessengerTarget<'_>, context: &LetterContext) -> Person {
    let country = tenant::country(&line.app.integrations, &context.tenant);
    let phone = context.contact.phone.as_deref().map(|phone| complete(phone, country));
    Person { phone, ..context.contact.clone() }
}

/// A part as an event; without a dialogue, it opens one.
fn message_event(dialogue: &str, part: Message) -> Event {
    let event = if dialogue.is_empty() { Event::Started } else { Event::Created };
    event(Box::new(part))
}

/// The outcome of a request whose answer was lost, and which the messenger has reported since.
async fn reported(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
    part: Message,
    (external_id, request): (&str, NextRequest),
) -> Report {
    let dialogue = context.conversation.goes_to();
    let outgoing = line.outgoing(claim, dialogue, message_event(dialogue, part), request).await;
    let onward = line.connector.onward(&line.settings, &outgoing);
    Report::done(0, Taken { external_id: Some(external_id.to_owned()), onward, ..Taken::default() })
}

/// The name that this source adds as a signature; none if it adds none or the author is not a user of the account.
/// Salesbots have a name of their own and are not users.
async fn signature(line: &MessengerTarget<'_>, sender: &Person) -> Option<String> {
    if sender.role != Role::Manager || sender.id.is_empty() || !line.connector.signs(&line.settings) {
        return None;
    }
    let user = users::by_amojo_id(&line.app.tenants, line.source.tenant_id, &sender.id).await;
    user.map(|user| user.name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// A manager with the name that amoCRM has for them.
pub(super) async fn named(line: &MessengerTarget<'_>, sender: &Person) -> Person {
    let mut sender = sender.clone();
    if sender.role == Role::Manager && sender.name.is_none() && !sender.id.is_empty() {
        let user = users::by_amojo_id(&line.app.tenants, line.source.tenant_id, &sender.id).await;
        sender.name = user.map(|user| user.name).filter(|name| !name.is_empty());
    }
    sender
}

/// Why a message is not accepted, as a text for the manager.
pub(super) fn refusal(line: &MessengerTarget<'_>, refused: Thing) -> String {
    let thing = refused.named(line.words).to_string();
    line.words.text("reason-kind_not_supported").with("kind", thing).to_string()
}

/// How often a later message waits for ids that the messenger may send with a status; a few seconds in total. After
/// that the messenger is asked by phone once more, so that no message waits for the customer's answer.
const LOOKS: i32 = 3;

/// Where a manager's message goes.
enum MessengerRoute {
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
async fn way(line: &MessengerTarget<'_>, claim: &Claim, context: &LetterContext) -> anyhow::Result<MessengerRoute> {
    if !context.conversation.external_id.is_empty() {
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
        return hindered(bury(FailureCode::WritingFirst, NOT_BEGUN));
    }
    let phone = context.contact.phone.as_deref().unwrap_or_default();
    if phone.is_empty() {
        let words = line.words.text("failure-no-phone").to_string();
        return hindered(bury_with(FailureCode::RecipientUnreachable, words, "amoCRM named no phone number"));
    }
    let country = tenant::country(&line.app.integrations, &context.tenant);
    if Phone::parse(phone, country).is_some_and(|phone| phone.reached_at().is_none()) {
        let words = line.words.text("failure-phone-ambiguous").with("phone", phone).to_string();
        return hindered(bury_with(FailureCode::RecipientUnreachable, words, "the number may be two people's"));
    }
    if support == Support::As(Stand::Known) {
        return into_known(line, phone).await;
    }
    if claim.letter.attempts < LOOKS && !claim.letter.unknown && was_asked(line, context).await? {
        return hindered(later(None, "the messenger has not named the chat yet"));
    }
    Ok(MessengerRoute::On)
}

/// For the log.
const NOT_BEGUN: &str = "writing first is not possible here";

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
    let failure = line.connector.not_begun(line.words);
    Ok(MessengerRoute::Blocked(Box::new(bury_with(failure.code, failure.text, NOT_BEGUN))))
}

fn dialogue(row: &conversation::Model) -> anyhow::Result<Dialogue> {
    let person: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    Ok(Dialogue { id: row.external_id.clone(), goes_to: row.goes_to().to_owned(), person_id: person.id })
}

/// Whether the messenger accepted an earlier message of this conversation without naming a dialogue.
async fn was_asked(line: &MessengerTarget<'_>, context: &LetterContext) -> anyhow::Result<bool> {
    let taken = [State::Sent, State::Delivered, State::Read].map(State::number);
    let earlier = message::Entity::of_tenant(line.source.tenant_id)
        .filter(message::Column::ConversationId.eq(context.conversation.id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::State.is_in(taken));
    Ok(earlier.count(line.app.store.read()).await? > 0)
}

/// What of a message was already sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct SendProgress {
    /// Number of whole parts.
    pub parts: usize,
    /// What was done of the part that follows them, as its connector wrote it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub within: String,
    /// The first part was its file, so later changes of the file no longer matter.
    pub filed: bool,
    /// The signature used: a different one would move every split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl SendProgress {
    /// Nothing sent yet, if the payload contains no progress.
    pub fn read(payload: &str) -> Self {
        serde_json::from_str(payload).unwrap_or_default()
    }

    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub fn is_begun(&self) -> bool {
        self.parts > 0 || !self.within.is_empty()
    }

    /// The progress after one more request; none if that was the last one. `within`: what its connector says if its
    /// part goes on; `has_parts`: whether parts follow.
    pub fn after(self, within: Option<String>, has_parts: bool) -> Option<Self> {
        match within {
            Some(within) => Some(Self { within, ..self }),
            None if has_parts => Some(Self { parts: self.parts + 1, within: String::new(), ..self }),
            None => None,
        }
    }
}

/// Shows that the manager is typing: one attempt while it is current, whose outcome is ignored.
pub(super) async fn typing(line: &MessengerTarget<'_>, claim: &Claim, context: &LetterContext) -> anyhow::Result<()> {
    let typing: Typing = serde_json::from_str(&claim.letter.payload)?;
    let left = u64::try_from(typing.until - line.app.clock.millis()).unwrap_or(0);
    let known = line.connector.abilities().features.typing == Support::Native;
    if left == 0 || !known || claim.letter.unknown || context.conversation.external_id.is_empty() {
        return Ok(());
    }
    let sender = named(line, &typing.sender).await;
    // An error only means that no page is listening.
    let _ = line.app.typing.send(TypingSignal {
        conversation_id: context.conversation.id,
        name: sender.name.clone(),
        until: typing.until,
    });
    let until = DateTime::from_timestamp_millis(typing.until).unwrap_or_default();
    let dialogue = context.conversation.goes_to();
    let sent = line.send(claim, dialogue, Event::Typing { sender, until }, NextRequest::default());
    let _ = tokio::time::timeout(Duration::from_millis(left), sent).await;
    Ok(())
}

/// Sets or clears a reaction; it waits for its message. None if the messenger never got the message or has no
/// reactions.
pub(super) async fn reaction(
    line: &MessengerTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Option<Report>> {
    let reaction: Reaction = serde_json::from_str(&claim.letter.payload)?;
    let message = &context.message()?.message;
    let abilities = line.connector.abilities();
    if abilities.features.reactions != Support::Native || context.conversation.external_id.is_empty() {
        return Ok(None);
    }
    if message.direction == Direction::ToMessenger.number() {
        if message.state == State::Failed.number() {
            return Ok(None);
        }
        if message.state == State::Queued.number() {
            return Ok(Some(later(None, "the message has not gone to the messenger yet")));
        }
    }
    note(line, message, reaction.emoji.as_deref()).await?;
    let named = MessageIds { id: message.id, external_id: known(message.external_id.clone()) };
    let event = Event::Reaction { message: named, sender: reaction.sender, emoji: reaction.emoji };
    let repeat = claim.letter.unknown && abilities.after_unknown == AfterUnknown::RepeatMarked;
    Ok(Some(
        line.send(claim, context.conversation.goes_to(), event, NextRequest { begun: String::new(), repeat }).await,
    ))
}

/// Stored for pages that show the message later: a conversation's reactions are sent in order, so the last one
/// remains.
async fn note(line: &MessengerTarget<'_>, message: &message::Model, emoji: Option<&str>) -> anyhow::Result<()> {
    message::Entity::update_by_id((message.tenant_id, message.id))
        .col_expr(message::Column::ManagerReaction, Expr::value(emoji.unwrap_or_default()))
        .col_expr(message::Column::ReactedAt, Expr::value(line.app.clock.millis()))
        .exec(line.app.store.write())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_as_it_is_written_and_nothing_is_the_beginning() {
        let progress =
            SendProgress { parts: 2, within: "[\"sent\"]".to_owned(), filed: true, signature: Some("Anna".to_owned()) };
        assert_eq!(SendProgress::read(&progress.written()), progress);
        assert_eq!(SendProgress::read(""), SendProgress::default());
        let older = SendProgress { parts: 1, ..SendProgress::default() };
        assert_eq!(SendProgress::read(r#"{"parts":1,"filed":false}"#), older, "of a version before");
    }

    #[test]
    fn requests_are_counted_within_a_part_and_parts_within_a_message() {
        let begun = SendProgress { parts: 1, within: "x".to_owned(), ..SendProgress::default() };
        let inside = begun.clone().after(Some("y".to_owned()), true);
        assert_eq!(inside, Some(SendProgress { within: "y".to_owned(), ..begun.clone() }));
        assert_eq!(begun.clone().after(None, true), Some(SendProgress { parts: 2, ..SendProgress::default() }));
        assert_eq!(begun.after(None, false), None);
    }
}
