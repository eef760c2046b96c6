//! A template message that a program sends to a customer: to the messenger, and to amoCRM as a message of the
//! channel's bot, which shows it in the chat.

use anyhow::Context;
use base::error::{Error, Result};
use base::message::{Body, Content, Direction, LetterKind, Marker, Person, Role, State, Stream, Template};
use entity::{conversation, message_template, source};
use queue::accept_batch::{AcceptBatch, AcceptItem, Conversation, DedupeKey, EventKind, NewMessage, Priority};
use uuid::Uuid;

use crate::delivery::letters::{TO_CRM_LIFE, TO_MESSENGER_LIFE, crm_letter, messenger_letter};
use crate::intake::messenger::of_content;
use crate::intake::{IntakeContext, clean};
use crate::media::FileOwner;
use crate::template::Spec;

/// Stores both messages in one commit; returns our id of the one to the customer. A channel without a bot shows nothing
/// in amoCRM. `params`: a value for each marker. `file`: what is above the text, for a template that has a file.
pub async fn send(
    app: &IntakeContext,
    source: &source::Model,
    row: &conversation::Model,
    template: &message_template::Model,
    params: Vec<Marker>,
    file: Option<Content>,
) -> Result<Uuid> {
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
    let kind = (LetterKind::Message, Stream::Messages);
    let to_customer = Item {
        id,
        direction: Direction::ToMessenger,
        body: Body { template: Some(made_from), ..body.clone() },
        event: EventKind::Sent,
    };
    let to_crm = Item { id: shown_id, direction: Direction::ToCrm, body, event: EventKind::Message };
    let letters = [
        messenger_letter(&app.delivery, source, id, kind, String::new(), now + TO_MESSENGER_LIFE.num_milliseconds()),
        crm_letter(
            &app.delivery,
            (source.channel_id, source.id),
            shown_id,
            kind,
            String::new(),
            now + TO_CRM_LIFE.num_milliseconds(),
        ),
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
