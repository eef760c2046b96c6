//! Letters as everything here sees them: how long they wait, which slots they use, what is stored around them, and under
//! which ids both sides know their conversation.

use std::sync::Arc;

use amocrm::Error as CrmError;
use amocrm::chats::{Chats, HistoryPages, NewChat, PastMessage};
use anyhow::Context;
use base::message::{Body, CrmIds, Direction, LetterKind, Person, SharedDialogue, State, StatusReport, Stream, day_of};
use chrono::TimeDelta;
use connectors::Gaps;
use entity::{conversation, message, source, tenant, tenant_channel};
use futures_util::future::try_join_all;
use queue::accept_batch::{NewLetter, OpenedDialogue};
use queue::{Claim, Learned, STATUS_MILLIS, StoredContext, TargetRate};
use secrecy::SecretString;
use uuid::Uuid;

use super::DeliveryContext;
use crate::contact::phone_hash;
use crate::tenant::pool_of;

/// A letter to amoCRM waits this long (docs/operations.md#when-something-waits).
pub const TO_CRM_LIFE: TimeDelta = TimeDelta::days(7);
/// A letter to a messenger waits this long.
pub const TO_MESSENGER_LIFE: TimeDelta = TimeDelta::days(1);

/// The pool of call slots of one integration's amojo.
pub fn amojo_pool(app: &DeliveryContext, channel_id: Uuid) -> String {
    let found = app.integrations.channel(&channel_id.to_string());
    found.map_or_else(|| pool_of(""), |(integration, _)| pool_of(&integration.name))
}

/// Rate of requests to one scope of amojo. No limit is documented, so each scope's rate is found by experience.
pub fn amojo_rate(app: &DeliveryContext) -> TargetRate {
    let rates = &app.config.rates;
    TargetRate::adaptive(rates.chats_start, rates.chats_floor, rates.chats_ceiling)
}

/// The pool of call slots of a source's messenger.
pub fn messenger_pool(app: &DeliveryContext, source: &source::Model) -> String {
    app.connectors.get(&source.kind).map_or_else(|| source.kind.clone(), |connector| connector.pool().to_owned())
}

/// A letter to a source's messenger about a message; nil for none.
pub fn messenger_letter(
    app: &DeliveryContext,
    source: &source::Model,
    message_id: Uuid,
    kind: LetterKind,
    payload: String,
) -> NewLetter {
    let place = Destination { direction: Direction::ToMessenger, target: source.id, pool: messenger_pool(app, source) };
    letter(app, place, source.id, message_id, kind, payload)
}

/// A letter to amoCRM through a channel about a message of a source; nil for none.
pub fn crm_letter(
    app: &DeliveryContext,
    channel_id: Uuid,
    source_id: Uuid,
    message_id: Uuid,
    kind: LetterKind,
    payload: String,
) -> NewLetter {
    let place = Destination { direction: Direction::ToCrm, target: channel_id, pool: amojo_pool(app, channel_id) };
    letter(app, place, source_id, message_id, kind, payload)
}

/// A letter's destination.
struct Destination {
    direction: Direction,
    target: Uuid,
    pool: String,
}

fn letter(
    app: &DeliveryContext,
    place: Destination,
    source_id: Uuid,
    message_id: Uuid,
    kind: LetterKind,
    payload: String,
) -> NewLetter {
    let stream = match kind {
        LetterKind::Message | LetterKind::Edit | LetterKind::Import | LetterKind::Chat => Stream::Messages,
        LetterKind::Status | LetterKind::Typing | LetterKind::Reaction | LetterKind::Resend => Stream::Receipts,
    };
    let life = match (place.direction, stream) {
        (Direction::ToMessenger, _) => TO_MESSENGER_LIFE.num_milliseconds(),
        (Direction::ToCrm, Stream::Messages) => TO_CRM_LIFE.num_milliseconds(),
        (Direction::ToCrm, Stream::Receipts) => STATUS_MILLIS,
    };
    let now = app.clock.millis();
    NewLetter {
        id: app.clock.uuid_v7(),
        message_id,
        source_id,
        direction: place.direction,
        stream,
        target: place.target,
        pool: place.pool,
        kind,
        payload,
        // By arrival: a sender's own time never moves a message. Only amoCRM's hooks set another
        // (docs/reliability.md#what-is-promised).
        order_hint: None,
        expires_at: now + life,
        day: day_of(now),
        late: false,
    }
}

/// A letter that reports a message's status to amoCRM.
pub fn status_letter(
    app: &DeliveryContext,
    channel_id: Uuid,
    source_id: Uuid,
    message_id: Uuid,
    report: &StatusReport,
) -> anyhow::Result<NewLetter> {
    let payload = serde_json::to_string(report).context("a status report as JSON")?;
    Ok(crm_letter(app, channel_id, source_id, message_id, LetterKind::Status, payload))
}

/// A message with its body read.
pub struct MessageWithBody {
    pub message: message::Model,
    pub body: Body,
}

/// A leased letter's context.
pub struct LetterContext {
    /// The letter's message; none if it has none (typing).
    message: Option<MessageWithBody>,
    pub conversation: conversation::Model,
    pub contact: Person,
    /// None if the message never had a source.
    pub source: Option<Arc<source::Model>>,
    /// Whether a person has paused the source. Read with the letter: a cached source may be seconds old.
    pub is_paused: bool,
    pub tenant: Arc<tenant::Model>,
    /// The amoCRM side: the letter's own target, or the source's channel.
    pub channel: Option<tenant_channel::Model>,
    /// The messenger's id of a message whose answer was lost, if a report of the messenger named its letter meanwhile.
    pub reported_as: Option<String>,
}

impl LetterContext {
    /// Reads the contexts of these letters, in their order, with one statement. An error comes from the database or
    /// from a damaged row; the letter stays queued.
    pub async fn read(app: &DeliveryContext, claims: &[Claim]) -> anyhow::Result<Vec<anyhow::Result<Self>>> {
        let known = try_join_all(claims.iter().map(|claim| CachedContext::of(app, claim))).await?;
        let mut stored = StoredContext::read(app.store.by_keys(), &app.store, claims).await?;
        let each = claims.iter().zip(known).map(|(claim, known)| {
            let stored = stored.remove(&claim.letter.id).context("the letter's conversation is missing")?;
            Self::of(claim, known, stored)
        });
        Ok(each.collect())
    }

    /// The context of a letter whose stored part was read by the commit that leased it.
    pub async fn with(app: &DeliveryContext, claim: &Claim, stored: StoredContext) -> anyhow::Result<Self> {
        Self::of(claim, CachedContext::of(app, claim).await?, stored)
    }

    fn of(claim: &Claim, known: CachedContext, stored: StoredContext) -> anyhow::Result<Self> {
        let StoredContext { message, conversation, channel, is_paused } = stored;
        let message = if claim.letter.message_id.is_nil() { None } else { Some(MessageWithBody::of(message)?) };
        Ok(Self {
            contact: serde_json::from_str(&conversation.contact).context("the conversation's contact is damaged")?,
            message,
            conversation,
            source: known.source,
            is_paused,
            tenant: known.tenant.context("the letter's tenant is missing")?,
            channel,
            reported_as: None,
        })
    }

    /// What the messenger's call may have left out.
    pub fn gaps(&mut self) -> Gaps<'_> {
        Gaps { contact: &mut self.contact, body: self.message.as_mut().map(|message| &mut message.body) }
    }

    /// Whether the customer is blocked, or the letter is about a message that was not passed on.
    pub fn is_kept_back(&self) -> bool {
        let shadow = State::Shadow.number();
        self.conversation.blocked_at > 0 || self.message.as_ref().is_some_and(|one| one.message.state == shadow)
    }

    /// The letter's message; an error if it has none.
    pub fn message(&self) -> anyhow::Result<&MessageWithBody> {
        self.message.as_ref().context("the letter is about no message")
    }
}

impl MessageWithBody {
    fn of(message: Option<message::Model>) -> anyhow::Result<Self> {
        let message = message.context("the letter's message is missing")?;
        let body = serde_json::from_str(&message.body).context("the message's body is damaged")?;
        Ok(Self { message, body })
    }
}

/// The part that usually comes from the in-memory cache.
struct CachedContext {
    tenant: Option<Arc<tenant::Model>>,
    source: Option<Arc<source::Model>>,
}

impl CachedContext {
    async fn of(app: &DeliveryContext, claim: &Claim) -> anyhow::Result<Self> {
        let source = if claim.source_id.is_nil() { None } else { app.lookup.source(claim.source_id).await? };
        Ok(Self { tenant: app.lookup.tenant(claim.tenant_id).await?, source })
    }
}

/// The ids under which amoCRM knows a conversation of a source and its participants.
pub fn crm_ids(row: &conversation::Model, source_id: Uuid) -> CrmIds<'_> {
    let apart = row.shared == SharedDialogue::Apart.number();
    CrmIds::new(source_id, &row.external_id, if apart { &row.amocrm_chat_id } else { "" })
}

/// The data about its dialogue that an accepted message provides. `conversation_id`, `receiver_id`: the messenger's
/// ids, if its answer contained them.
pub fn learned(
    claim: &Claim,
    context: &LetterContext,
    conversation_id: Option<String>,
    receiver_id: Option<String>,
) -> anyhow::Result<Learned> {
    let row = &context.conversation;
    if claim.letter.kind != LetterKind::Message {
        return Ok(Learned::default());
    }
    if claim.direction == Direction::ToCrm {
        return Ok(Learned { bound: row.crm_unbound, ..Learned::default() });
    }
    if !row.external_id.is_empty() {
        let shared = row.shared != SharedDialogue::Not.number();
        return Ok(Learned { used: shared.then(|| row.external_id.clone()), ..Learned::default() });
    }
    let (Some(external_id), Some(source), Some(channel)) = (conversation_id, &context.source, &context.channel) else {
        return Ok(Learned::default());
    };
    let contact = Person { id: receiver_id.unwrap_or_else(|| context.contact.id.clone()), ..context.contact.clone() };
    let opened = OpenedDialogue {
        source_id: source.id,
        channel_id: channel.channel_id,
        external_id,
        amocrm_chat_id: row.amocrm_chat_id.clone(),
        contact: serde_json::to_string(&contact).context("a person as JSON")?,
        phone_hash: phone_hash(&contact),
        message: None,
    };
    Ok(Learned { opened: Some(opened), ..Learned::default() })
}

/// One scope at amojo.
#[derive(Clone, Copy)]
pub struct Scoped<'a> {
    pub chats: &'a Chats,
    pub secret: &'a SecretString,
    pub scope_id: &'a str,
}

impl<'a> Scoped<'a> {
    /// amojo's id of a chat: the known one, or the one returned by creating the chat. Creating an existing chat makes
    /// no second chat and no lead (chats-api §3.3).
    pub async fn chat_id(&self, known: &str, chat: impl FnOnce() -> NewChat) -> Result<String, CrmError> {
        if known.is_empty() {
            return Ok(self.chats.create_chat(self.secret, self.scope_id, &chat()).await?.id);
        }
        Ok(known.to_owned())
    }

    /// The history of a chat, limited to `pages` pages.
    pub fn history(self, chat_id: &'a str, pages: u32) -> History<'a> {
        History { pages: self.chats.history_pages(self.secret, self.scope_id, chat_id), left: pages }
    }
}

/// Iterates over a chat's history, one request per page, each message once. New messages shift the pages during the
/// iteration: repeats are skipped, and no message is missed.
pub struct History<'a> {
    pages: HistoryPages<'a>,
    left: u32,
}

impl History<'_> {
    /// The next page, newest first as far as amojo orders it; none at the end or at the page limit.
    pub async fn next(&mut self) -> Result<Option<Vec<PastMessage>>, CrmError> {
        if self.left == 0 {
            return Ok(None);
        }
        let page = self.pages.next().await?;
        self.left -= 1;
        Ok(page)
    }

    /// The first message that matches; none if these pages have none.
    pub async fn find(mut self, wanted: impl Fn(&PastMessage) -> bool) -> Result<Option<PastMessage>, CrmError> {
        while let Some(page) = self.next().await? {
            if let Some(row) = page.into_iter().find(&wanted) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}
