//! The automatic answer to customers who write outside of working hours.
//!
//! It is stored by the commit that stores the customer's message, under a key of the chat and the closed time: so it is neither
//! lost nor sent twice, whoever stores the messages of the chat. Then it is a message like any other. amoCRM gets a copy, as
//! written by the channel's bot, if it has one.
//!
//! A site's chat shows the text itself.

use anyhow::Context;
use base::error::Result;
use base::i18n::{When, Words};
use base::message::{Body, Content, Direction, LetterKind, Markup, Person, Role, State, Template};
use base::millis::MINUTE;
use connectors::hours::{ClosedTime, WorkingHours, fill};
use entity::{message, source, tenant as tenants};
use queue::accept_batch::{AcceptItem, Conversation, DedupeKey, EventKind, NewMessage};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::delivery::letters::{crm_letter, messenger_letter};
use crate::delivery::read::reason::HoldReasons;
use crate::intake::{IntakeContext, believed, clean};
use crate::lookup::known_message;
use crate::source::takeover::is_shared;
use crate::source::window::Window;
use crate::tenant::{self, TenantStatus};

/// Whoever got an answer from amoCRM so recently is still being served, though the hours are over.
const STILL_SERVED: i64 = 10 * MINUTE;

/// A customer's message that may be answered.
pub(super) struct Question {
    /// The source's.
    pub hours: WorkingHours,
    /// Milliseconds since 1970 by the sender's clock.
    pub sent_at: Option<i64>,
    /// The messenger's id.
    pub conversation_id: String,
    pub customer: Person,
}

/// The answer to a customer's message, to be stored with it: nothing within working hours, nor if the chat got it already since
/// they ended. `asked`: the customer's message as it will be stored.
pub(super) async fn answer(
    app: &IntakeContext,
    source: &source::Model,
    question: Question,
    asked: &AcceptItem,
) -> Result<Vec<AcceptItem>> {
    let hours = question.hours;
    let (now, sent_at) = (app.clock.millis(), believed(question.sent_at, app.clock.millis()));
    let Some(closed) = hours.closed_at(app.clock.now()) else { return Ok(Vec::new()) };
    if closed.since().is_some_and(|since| sent_at < since) || !may_send(app, source, sent_at).await? {
        return Ok(Vec::new());
    }
    // What is cached may be seconds old.
    let tenant = tenant::load(app.store.read(), source.tenant_id).await?;
    let is_served_by_us = |tenant: &tenants::Model| {
        matches!(TenantStatus::shown(tenant), TenantStatus::Active | TenantStatus::NeedsReauth)
    };
    let Some(tenant) = tenant.filter(is_served_by_us) else { return Ok(Vec::new()) };
    let words = tenant::words(&app.integrations, &tenant);
    let key = format!("hours:{}:{}", closed.since().unwrap_or_default(), question.conversation_id);
    if known_message(&app.store, source.tenant_id, source.id, &key, &[EventKind::Sent]).await?.is_some() {
        return Ok(Vec::new());
    }
    if let Conversation::Known(id) = asked.conversation
        && answers_since(source.tenant_id, id, now - STILL_SERVED + 1).count(app.store.read()).await? > 0
    {
        return Ok(Vec::new());
    }
    let customer = question.customer;
    let text = text_of(&hours, &closed, words, now, customer.name.as_deref());
    let answer = BotMessage {
        bot: "hours",
        key,
        text,
        markup: None,
        template: None,
        customer,
        answers: sent_at,
        true_until: closed.until(),
    };
    Ok(answer.items(app, source, &asked.conversation)?)
}

/// A message that Parom writes to a customer.
pub(crate) struct BotMessage {
    /// Who wrote it, as its id.
    pub bot: &'static str,
    /// By which a repeat is recognised.
    pub key: String,
    pub text: String,
    pub markup: Option<Markup>,
    /// With its values; the text is what messengers without templates get.
    pub template: Option<Template>,
    pub customer: Person,
    /// When the message that it answers was written, milliseconds since 1970.
    pub answers: i64,
    /// From when on it is no longer true.
    pub true_until: Option<i64>,
}

impl BotMessage {
    /// What stores it: for the customer, and a copy for amoCRM as written by the channel's bot, if it has one.
    pub fn items(
        self,
        app: &IntakeContext,
        source: &source::Model,
        conversation: &Conversation,
    ) -> anyhow::Result<Vec<AcceptItem>> {
        let now = app.clock.millis();
        let bot = Person { id: self.bot.to_owned(), role: Role::Bot, ..Person::default() };
        let content = Content::Text { text: clean(&self.text) };
        let body = Body {
            receiver: Some(self.customer),
            markup: self.markup,
            template: self.template,
            true_until: self.true_until,
            ..Body::new(bot, content)
        };
        let body = serde_json::to_string(&body).context("a message body as JSON")?;
        let item = |direction: Direction| {
            let (id, to_messenger) = (app.clock.uuid_v7(), direction == Direction::ToMessenger);
            let letter = match direction {
                Direction::ToMessenger => {
                    messenger_letter(&app.delivery, source, id, LetterKind::Message, String::new())
                }
                Direction::ToCrm => {
                    crm_letter(&app.delivery, source.channel_id, source.id, id, LetterKind::Message, String::new())
                }
            };
            let message = NewMessage {
                source_id: source.id,
                direction,
                state: State::Queued,
                external_id: if to_messenger { String::new() } else { self.key.clone() },
                amocrm_message_id: String::new(),
                body: body.clone(),
                failure: None,
                // Below the message that it answers.
                sent_at: now.max(self.answers + 1),
            };
            let event = if to_messenger { EventKind::Sent } else { EventKind::Message };
            let key = DedupeKey { origin: source.id, external_id: self.key.clone(), event };
            let bare = AcceptItem::bare(key, id, now, conversation.clone());
            AcceptItem { message: Some(message), letters: vec![letter], ..bare }
        };
        let has_bot =
            app.integrations.channel(&source.channel_id.to_string()).is_some_and(|(_, channel)| channel.bot.is_some());
        let copy = has_bot.then(|| item(Direction::ToCrm));
        Ok(std::iter::once(item(Direction::ToMessenger)).chain(copy).collect())
    }
}

/// What the customer reads. Customers get plain spaces.
fn text_of(hours: &WorkingHours, closed: &ClosedTime, words: Words, now: i64, name: Option<&str>) -> String {
    let opens = closed.until().map(|until| When::new(until, now, closed.zone(), words).adverb());
    let values = [("name", name), ("opens", opens.as_deref()), ("holiday", closed.holiday)];
    let own = hours.text.as_deref().map(|text| fill(text, &values)).filter(|text| !text.is_empty());
    let text = own.unwrap_or_else(|| fill(&words.text("hours-answer").to_string(), &values));
    text.replace('\u{a0}', " ")
}

/// Whether it would arrive at once: not what waits until it is no longer true, or what the messenger would refuse.
pub(crate) async fn may_send(app: &IntakeContext, source: &source::Model, sent_at: i64) -> Result<bool> {
    if source.is_shadow() || is_shared(source, sent_at) {
        return Ok(false);
    }
    let Some(connector) = app.connectors.get(&source.kind) else { return Ok(false) };
    let window = Window::of(connector.as_ref(), source);
    if window.is_some_and(|window| sent_at + window.bots <= app.clock.millis()) {
        return Ok(false);
    }
    // Also whether it is paused: the source may have been read seconds ago.
    Ok(HoldReasons::of(app.store.read(), source).await?.to_messenger.is_none())
}

/// What came from amoCRM into this chat since this time (milliseconds since 1970): of managers and of bots.
pub fn answers_since(tenant_id: Uuid, conversation_id: Uuid, since: i64) -> Select<message::Entity> {
    message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::AmocrmMessageId.ne(""))
        .filter(message::Column::AcceptedAt.gte(since))
}
