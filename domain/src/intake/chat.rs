//! What a program does in a chat beyond a customer's messages: it starts one, and sends a template.

use anyhow::Context;
use base::error::{Error, Result};
use base::message::{Body, Content, Direction, LetterKind, Marker, Person, Role, State, Template};
use entity::{conversation, message_template, source};
use queue::accept_batch::{
    AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, ItemOutcome, NewMessage, Priority,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::door::store;
use super::fields::complete_phone;
use super::messenger::{cleaned_person, conversation_identity, new_conversation, of_content};
use super::{IntakeContext, clean};
use crate::contact;
use crate::delivery::letters::{crm_letter, messenger_letter};
use crate::media::FileOwner;
use crate::source::sends;
use crate::template::Spec;

/// Stores the chat, to be created in amoCRM. Returns our id of the conversation, and whether it was known: then only
/// new details of its customer are stored.
pub async fn start(
    app: &IntakeContext,
    source: &source::Model,
    conversation_id: &str,
    customer: Person,
) -> Result<(Uuid, bool)> {
    sends(source)?;
    let mut customer = cleaned_person(customer);
    complete_phone(app, source.tenant_id, &mut customer).await?;
    let alias = conversation_identity(source, conversation_id);
    let known = app.lookup.conversation(source.tenant_id, alias.clone()).await?;
    let conversation = match &known {
        Some(known) => {
            let row = read(app, source, known.conversation_id).await?;
            if let Some(row) = &row {
                contact::store_provided(&app.tenants, source, row, &customer).await?;
            }
            if row.is_none_or(|row| !row.amocrm_chat_id.is_empty()) {
                return Ok((known.conversation_id, true));
            }
            Conversation::Known(known.conversation_id)
        }
        None => Conversation::Open(Box::new(new_conversation(app, source, conversation_id, customer)?)),
    };
    let (id, now) = (app.clock.uuid_v7(), app.clock.millis());
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, Uuid::nil(), LetterKind::Chat, String::new());
    let external_id = format!("chat:{conversation_id}");
    let key = DedupeKey { origin: source.id, external_id, event: EventKind::Opened };
    let entry = AcceptItem { letters: vec![letter], ..AcceptItem::bare(key, id, now, conversation) };
    let outcome = store(app, source, None, entry).await?;
    let stored = app.lookup.conversation(source.tenant_id, alias).await?;
    let conversation_id =
        stored.map(|stored| stored.conversation_id).or(known.as_ref().map(|known| known.conversation_id));
    let duplicate = known.is_some() || matches!(outcome, ItemOutcome::Duplicate { .. });
    Ok((conversation_id.unwrap_or_else(|| outcome.message_id()), duplicate))
}

async fn read(app: &IntakeContext, source: &source::Model, id: Uuid) -> Result<Option<conversation::Model>> {
    let rows = conversation::Entity::of_tenant(source.tenant_id).filter(conversation::Column::Id.eq(id));
    Ok(rows.one(app.store.read()).await?)
}

/// Stores both messages in one commit; returns our id of the one to the customer. A channel without a bot shows nothing
/// in amoCRM. `params`: a value for each marker. `file`: what is above the text, for a template that has a file.
pub async fn send_template(
    app: &IntakeContext,
    source: &source::Model,
    row: &conversation::Model,
    template: &message_template::Model,
    params: Vec<Marker>,
    file: Option<Content>,
) -> Result<Uuid> {
    sends(source)?;
    let customer: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    let params: Vec<Marker> =
        params.into_iter().map(|param| Marker { key: clean(&param.key), value: clean(&param.value) }).collect();
    let content = Spec::stored(template).content;
    let text = params.iter().fold(content.clone(), |text, param| text.replace(&param.key, &param.value));
    let made_from =
        Template { id: template.crm_id.to_string(), external_id: Some(template.name.clone()), content, params };
    let bot = Person { id: format!("template:{}", template.id), role: Role::Bot, ..Person::default() };
    let (now, id, shown_id) = (app.clock.millis(), app.clock.uuid_v7(), app.clock.uuid_v7());
    let mut content = file.map_or_else(|| Content::Text { text: text.clone() }, |file| with_caption(file, &text));
    let (tenant_id, source_id) = (source.tenant_id, source.id);
    let whose = FileOwner { tenant_id, source_id, direction: Direction::ToMessenger, message_id: id };
    // amoCRM shows the same file.
    let media = of_content(app, &whose, &mut content).await?;
    let body = Body { receiver: Some(customer), ..Body::new(bot, content) };
    let to_customer = Item {
        id,
        direction: Direction::ToMessenger,
        body: Body { template: Some(made_from), ..body.clone() },
        event: EventKind::Sent,
    };
    let to_crm = Item { id: shown_id, direction: Direction::ToCrm, body, event: EventKind::Message };
    let letters = [
        messenger_letter(&app.delivery, source, id, LetterKind::Message, String::new()),
        crm_letter(&app.delivery, source.channel_id, source.id, shown_id, LetterKind::Message, String::new()),
    ];
    let mut entries = Vec::with_capacity(2);
    let has_bot =
        app.integrations.channel(&source.channel_id.to_string()).is_some_and(|(_, channel)| channel.bot.is_some());
    let shown = 1 + usize::from(has_bot);
    for (item, letter) in [to_customer, to_crm].into_iter().zip(letters).take(shown) {
        entries.push(AcceptItem { letters: vec![letter], ..item.entry(source, row, now)? });
    }
    if let Some(first) = entries.first_mut() {
        first.media = media;
    }
    let batch = AcceptBatch { tenant_id: source.tenant_id, priority: Priority::Normal, raw: None, entries };
    app.writer.accept(batch).await.map_err(Error::from)?;
    Ok(id)
}

fn with_caption(mut file: Content, text: &str) -> Content {
    if let Some(media) = file.media_mut() {
        media.text = Some(text.to_owned());
    }
    file
}

struct Item {
    id: Uuid,
    direction: Direction,
    body: Body,
    event: EventKind,
}

impl Item {
    fn entry(self, source: &source::Model, row: &conversation::Model, now: i64) -> Result<AcceptItem> {
        let message = NewMessage {
            source_id: source.id,
            direction: self.direction,
            state: State::Queued,
            // amoCRM's id of a message comes from it; the messenger reports its own.
            external_id: match self.direction {
                Direction::ToCrm => self.id.to_string(),
                Direction::ToMessenger => String::new(),
            },
            amocrm_message_id: String::new(),
            body: serde_json::to_string(&self.body).context("a message body as JSON")?,
            failure: None,
            sent_at: now,
        };
        let key = DedupeKey { origin: source.id, external_id: self.id.to_string(), event: self.event };
        let bare = AcceptItem::bare(key, self.id, now, Conversation::Known(row.id));
        Ok(AcceptItem { message: Some(message), ..bare })
    }
}
