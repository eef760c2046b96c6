//! A customer's message on its way into amoCRM, from whatever door.

use anyhow::Context;
use entity::source;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{believed, clean};
use crate::app::App;
use crate::delivery::queue::letters::{TO_CRM_MILLIS, amojo_pool};
use crate::delivery::queue::parcel::{
    Alias, Conversation, DedupeKey, Entry, Event, Hurry, NewConversation, NewLetter, NewMessage, Outcome, Parcel,
    RawHook, Side,
};
use crate::error::Result;
use crate::message::{Body, Content, Direction, LetterKind, Person, State, Stream, crm_id, day_of};

/// One message as a messenger or the API told it, checked at the door.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The messenger's id of the message; not empty, at most 255 bytes.
    pub external_id: String,
    /// The messenger's id of the conversation; as above.
    pub conversation_id: String,
    pub sender: Person,
    /// Milliseconds since 1970 by the sender's clock.
    pub sent_at: Option<i64>,
    pub content: Content,
    /// No lead, no notification.
    pub silent: bool,
}

/// Stores a customer's message. When this returns it is durable and will be delivered or become a visible dead
/// letter; a message whose id came before is told as a duplicate and not stored again.
pub async fn accept(app: &App, source: &source::Model, incoming: Incoming, raw: Option<RawHook>) -> Result<Outcome> {
    let entry = entry_of(app, source, incoming).await?;
    let parcel = Parcel { tenant_id: source.tenant_id, hurry: Hurry::Other, raw, entries: vec![entry] };
    let receipt = app.writer.accept(parcel).await?;
    Ok(receipt.into_iter().next().context("a parcel of one entry has one outcome")?)
}

async fn entry_of(app: &App, source: &source::Model, incoming: Incoming) -> Result<Entry> {
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let fingerprint = fingerprint(&incoming);
    let conversation = conversation_of(app, source, &incoming).await?;
    let body = Body {
        silent: incoming.silent,
        ..Body::new(cleaned(incoming.sender), cleaned_content(incoming.content))
    };
    let message = NewMessage {
        source_id: source.id,
        direction: Direction::ToCrm,
        state: State::Queued,
        external_id: incoming.external_id.clone(),
        amocrm_message_id: String::new(),
        body: serde_json::to_string(&body).context("a message body as JSON")?,
        failure: None,
        sent_at: believed(incoming.sent_at, now),
    };
    let letter = NewLetter {
        id: app.clock.uuid_v7(),
        message_id: id,
        source_id: source.id,
        direction: Direction::ToCrm,
        stream: Stream::Messages,
        target: source.channel_id,
        pool: amojo_pool(app, source.channel_id),
        kind: LetterKind::Message,
        payload: String::new(),
        // By arrival: a sender's own time never moves a message (product.md §7.2).
        order_hint: None,
        expires_at: now + TO_CRM_MILLIS,
        day: day_of(now),
        late: false,
    };
    Ok(Entry {
        key: DedupeKey { origin: source.id, external_id: incoming.external_id, event: Event::Message },
        fingerprint,
        id,
        accepted_at: now,
        conversation,
        crm_chat: None,
        message: Some(message),
        change: None,
        letters: vec![letter],
    })
}

async fn conversation_of(app: &App, source: &source::Model, incoming: &Incoming) -> Result<Conversation> {
    let identity = Alias { side: Side::Messenger, origin: source.id, external_id: incoming.conversation_id.clone() };
    if let Some(known) = app.lookup.conversation(source.tenant_id, identity.clone()).await? {
        return Ok(Conversation::Known(known.conversation_id));
    }
    let ours = crm_id(source.id, "conversation", &incoming.conversation_id).to_string();
    Ok(Conversation::Open(Box::new(NewConversation {
        id: app.clock.uuid_v7(),
        source_id: source.id,
        external_id: incoming.conversation_id.clone(),
        amocrm_chat_id: String::new(),
        contact: serde_json::to_string(&cleaned(incoming.sender.clone())).context("a person as JSON")?,
        aliases: vec![identity, Alias { side: Side::OursAtCrm, origin: source.channel_id, external_id: ours }],
    })))
}

/// What a repeat under the same id must have equal: conversation, sender's role and id, content without URLs
/// (signed links may change).
fn fingerprint(incoming: &Incoming) -> i64 {
    let content = match &incoming.content {
        Content::Text { text } => text.clone(),
        Content::Location { latitude, longitude } => format!("{latitude} {longitude}"),
        Content::Contact { name, phone } => format!("{name}\0{phone}"),
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => {
            format!("{}\0{}\0{}", media.file_name, media.file_size, media.text.as_deref().unwrap_or_default())
        }
    };
    let mut hash = Sha256::new();
    let role = format!("{:?}", incoming.sender.role);
    let parts: [&str; 5] = [&incoming.conversation_id, &role, &incoming.sender.id, incoming.content.kind(), &content];
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0_u8; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

fn cleaned(mut person: Person) -> Person {
    for text in
        [&mut person.name, &mut person.phone, &mut person.email, &mut person.avatar_url, &mut person.profile_url]
    {
        *text = text.take().map(|text| clean(&text)).filter(|text| !text.is_empty());
    }
    person
}

fn cleaned_content(content: Content) -> Content {
    match content {
        Content::Text { text } => Content::Text { text: clean(&text) },
        Content::Contact { name, phone } => Content::Contact { name: clean(&name), phone: clean(&phone) },
        other => other,
    }
}

/// A key's external id as a UUID of ours, when it has that form.
pub fn as_ours(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}
