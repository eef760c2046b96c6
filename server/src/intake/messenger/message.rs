//! A customer's message for amoCRM, from any transport.

use anyhow::Context;
use base::error::Result;
use base::message::{Body, Content, Direction, LetterKind, Person, Role, State, Stream};
use entity::source;
use queue::accept_batch::{AcceptItem, DedupeKey, EventKind, ItemOutcome, NewMessage, RawHook};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::content::{cleaned, enclosed};
use super::groups;
use super::route::conversation_of;
use crate::delivery::letters::{TO_CRM_LIFE, crm_letter};
use crate::intake::door::store;
use crate::intake::phone::complete_person;
use crate::intake::{IntakeContext, believed};
use crate::media::FileOwner;

/// One message from a messenger or the API, already validated.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The messenger's id of the message; not empty, at most 255 bytes.
    pub external_id: String,
    /// The messenger's id of the conversation; as above.
    pub conversation_id: String,
    /// The group that the sender wrote in; none for a conversation with one customer.
    pub group: Option<Person>,
    /// Milliseconds since 1970 by the sender's clock.
    pub sent_at: Option<i64>,
    /// The customer is its sender, or its receiver if a manager or a bot wrote.
    pub body: Body,
}

impl Incoming {
    /// The customer of the conversation, or its group.
    pub(super) fn customer(&self) -> &Person {
        if let Some(group) = &self.group {
            return group;
        }
        match self.body.sender.role {
            Role::Client => &self.body.sender,
            Role::Manager | Role::Bot => self.body.receiver.as_ref().unwrap_or(&self.body.sender),
        }
    }
}

/// Stores a customer's message. On return it is durable and will be delivered or become a visible dead letter; a
/// message with a known id is reported as a duplicate and not stored again.
pub async fn accept(
    app: &IntakeContext,
    source: &source::Model,
    incoming: Incoming,
    raw: Option<RawHook>,
) -> Result<ItemOutcome> {
    let group = incoming.group.clone().map(|group| (incoming.conversation_id.clone(), group));
    let entry = entry_of(app, source, incoming, app.clock.uuid_v7()).await?;
    let outcome = store(app, source.tenant_id, raw, entry).await?;
    if let (Some((conversation_id, group)), ItemOutcome::New { .. }) = (group, &outcome) {
        groups::set(app, source, &conversation_id, &group).await?;
    }
    Ok(outcome)
}

/// The same under an id of ours generated earlier. A caller that may have to retry must first check whether a message
/// has this id.
pub async fn accept_as(
    app: &IntakeContext,
    source: &source::Model,
    incoming: Incoming,
    id: Uuid,
) -> Result<ItemOutcome> {
    let entry = entry_of(app, source, incoming, id).await?;
    store(app, source.tenant_id, None, entry).await
}

async fn entry_of(app: &IntakeContext, source: &source::Model, mut incoming: Incoming, id: Uuid) -> Result<AcceptItem> {
    let now = app.clock.millis();
    for person in std::iter::once(&mut incoming.body.sender).chain(&mut incoming.body.receiver) {
        complete_person(app, source.tenant_id, person).await?;
    }
    let fingerprint = fingerprint(&incoming);
    let (conversation, opened) = conversation_of(app, source, &incoming).await?;
    let whose =
        FileOwner { tenant_id: source.tenant_id, source_id: source.id, direction: Direction::ToCrm, message_id: id };
    let mut body = cleaned(incoming.body);
    let media = enclosed(app, &whose, &mut body).await?;
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
    let kind = (LetterKind::Message, Stream::Messages);
    let letter = crm_letter(
        &app.delivery,
        (source.channel_id, source.id),
        id,
        kind,
        String::new(),
        now + TO_CRM_LIFE.num_milliseconds(),
    );
    let key = DedupeKey { origin: source.id, external_id: incoming.external_id, event: EventKind::Message };
    // From when it was written, because the messenger counts its time for free answers from then too: a webhook repeated
    // after an outage opens no window that the messenger has closed.
    let heard_at = (body.sender.role == Role::Client).then_some(message.sent_at);
    let bare = AcceptItem::bare(key, id, now, conversation);
    Ok(AcceptItem { fingerprint, opened, heard_at, message: Some(message), media, letters: vec![letter], ..bare })
}

/// Hash over what must be equal in a repeat under the same id: conversation, sender's role and id, content without
/// URLs (signed links may change).
fn fingerprint(incoming: &Incoming) -> i64 {
    let body = &incoming.body;
    let role = format!("{:?}", body.sender.role);
    hashed(&[&incoming.conversation_id, &role, &body.sender.id, body.content.kind(), &canonical(&body.content)])
}

/// Canonical form of a content for the fingerprint.
pub(super) fn canonical(content: &Content) -> String {
    match content {
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
    }
}

/// The first 64 bits of a hash over the parts, each prefixed with its length.
pub(super) fn hashed(parts: &[&str]) -> i64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut first = [0_u8; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}
