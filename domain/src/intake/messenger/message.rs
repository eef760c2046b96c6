//! A customer's message for amoCRM, from any transport.
//!
//! Its content is stored without characters that a store or a wire format cannot carry, and with its files registered.
//!
//! The dialogue of a conversation started by a manager is named by the messenger in the first message or in a status. (The
//! answer to `conversation.started` is settled with the letter.)

use anyhow::Context;
use base::error::Result;
use base::message::{Body, Content, Direction, LetterKind, Media, Person, Quote, Role, State, crm_id, is_visible};
use base::phone::Phone;
use connectors::hours::WorkingHours;
use entity::{conversation, message, source};
use queue::accept_batch::{
    AcceptItem, Alias, Conversation, DedupeKey, EventKind, ItemOutcome, NewConversation, NewMedia, NewMessage,
    OpenedDialogue, RawHook, Side,
};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::automatic_answer::{self, Question};
use crate::contact::{self, phone_hash};
use crate::delivery::letters::crm_letter;
use crate::intake::block;
use crate::intake::crm::salesbot;
use crate::intake::door::{store, store_all};
use crate::intake::enquiry::{begins, is_written};
use crate::intake::fields::complete_phone;
use crate::intake::{IntakeContext, believed, clean};
use crate::lookup::MessageKey;
use crate::marketing;
use crate::media::{self, FileOrigin, FileOwner};
use crate::source::takeover::is_shared;

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
    /// Whether its customer gets the automatic answer outside of working hours: not in groups, nor where the place in which
    /// they write says the same already.
    pub wants_answer: bool,
}

impl Incoming {
    /// The customer of the conversation, or its group.
    pub(crate) fn customer(&self) -> &Person {
        if let Some(group) = &self.group {
            return group;
        }
        match self.body.sender.role {
            Role::Client => &self.body.sender,
            Role::Manager | Role::Bot => self.body.receiver.as_ref().unwrap_or(&self.body.sender),
        }
    }
}

/// Stores a customer's message, and the automatic answer to it outside of working hours. On return both are durable and will be
/// delivered or become visible dead letters; a message with a known id is reported as a duplicate and not stored again.
pub async fn accept(
    app: &IntakeContext,
    source: &source::Model,
    incoming: Incoming,
    raw: Option<RawHook>,
) -> Result<ItemOutcome> {
    let group = incoming.group.clone().map(|group| (incoming.conversation_id.clone(), group));
    let question = question_of(source, &incoming);
    let conversation_id = incoming.conversation_id.clone();
    // What an attempt may await is large: on the heap, so that callers fit on a thread's stack.
    let entry = Box::pin(entry_of(app, source, incoming, app.clock.uuid_v7())).await?;
    let is_passed_on = entry.message.as_ref().is_some_and(|message| message.state != State::Shadow);
    let answer = match question.filter(|_| is_passed_on) {
        Some(question) => Box::pin(automatic_answer::answer(app, source, question, &entry)).await?,
        None => Vec::new(),
    };
    let is_held = matches!(&entry.conversation, Conversation::Open(new) if new.is_held);
    let heard_in = match &entry.conversation {
        Conversation::Known(id) if entry.heard_at.is_some() && is_passed_on => Some(*id),
        _ => None,
    };
    let outcome = store_all(app, source, raw, entry, answer).await?;
    if let Some(conversation_id) = heard_in {
        salesbot::wake(app, source.tenant_id, conversation_id).await;
    }
    if is_held && !is_blocked(app, source, &conversation_id).await? {
        // Another message of the same customer has begun the chat meanwhile, within the limit.
        Box::pin(block::pass_on(app, source, outcome.message_id())).await?;
    }
    if let (Some((conversation_id, group)), ItemOutcome::New { .. }) = (group, &outcome) {
        set_group(app, source, &conversation_id, &group).await?;
    }
    Ok(outcome)
}

/// None for what gets no automatic answer: messages to sources without hours, messages in groups, comments that everybody
/// reads, messages of earlier times, and those that no customer wrote.
fn question_of(source: &source::Model, incoming: &Incoming) -> Option<Question> {
    let body = &incoming.body;
    let is_alone = incoming.wants_answer && incoming.group.is_none();
    let hours = WorkingHours::stored(&source.settings).filter(|_| is_written(body) && is_alone)?;
    Some(Question {
        hours,
        sent_at: incoming.sent_at,
        conversation_id: incoming.conversation_id.clone(),
        customer: cleaned_person(Person { avatar_reference: None, ..body.sender.clone() }),
    })
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
    store(app, source, None, entry).await
}

async fn entry_of(app: &IntakeContext, source: &source::Model, mut incoming: Incoming, id: Uuid) -> Result<AcceptItem> {
    let now = app.clock.millis();
    for person in std::iter::once(&mut incoming.body.sender).chain(&mut incoming.body.receiver) {
        complete_phone(app, source.tenant_id, person).await?;
    }
    let fingerprint = fingerprint(&incoming);
    let Place { mut conversation, opened, is_blocked } = place_of(app, source, &incoming).await?;
    let is_stranger = incoming.body.sender.role == Role::Client && !incoming.body.silent && incoming.group.is_none();
    if let Conversation::Open(new) = &mut conversation
        && is_stranger
    {
        new.is_held = block::is_over_pace(app, source).await?;
    }
    let is_held = matches!(&conversation, Conversation::Open(new) if new.is_held);
    let whose =
        FileOwner { tenant_id: source.tenant_id, source_id: source.id, direction: Direction::ToCrm, message_id: id };
    let incoming_alone = incoming.group.is_none();
    let mut body = clean_body(incoming.body);
    body.blocked = body.sender.role == Role::Client && !body.silent && (is_held || is_blocked);
    let media = enclose(app, &whose, &mut body).await?;
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
    let letter = crm_letter(&app.delivery, source.channel_id, source.id, id, LetterKind::Message, String::new());
    let key = DedupeKey { origin: source.id, external_id: incoming.external_id, event: EventKind::Message };
    // From when it was written, because the messenger counts its time for free answers from then too: a webhook repeated
    // after an outage opens no window that the messenger has closed.
    let heard_at = (body.sender.role == Role::Client).then_some(message.sent_at);
    let enquiry_job = begins(app, source, &body, id, message.sent_at).await?;
    let consent = marketing::said(&body, &source.kind).filter(|_| heard_at.is_some() && incoming_alone);
    // The service that had the line may have it too: `takeover` looks, and sends it if not.
    let is_shared = !body.silent && is_shared(source, message.sent_at);
    let bare = AcceptItem::bare(key, id, now, conversation);
    let entry = AcceptItem {
        fingerprint,
        opened,
        heard_at,
        enquiry_job,
        consent,
        message: Some(message),
        media,
        letters: vec![letter],
        ..bare
    };
    Ok(if is_shared || body.blocked { entry.in_shadow() } else { entry })
}

/// Whether the customer of a conversation is blocked.
pub(super) async fn is_blocked(app: &IntakeContext, source: &source::Model, conversation_id: &str) -> Result<bool> {
    let alias = conversation_identity(source, conversation_id);
    Ok(app.lookup.conversation(source.tenant_id, alias).await?.is_some_and(|known| known.is_blocked))
}

/// Hash over what must be equal in a repeat under the same id: conversation, sender's role and id, content without
/// URLs (signed links may change).
fn fingerprint(incoming: &Incoming) -> i64 {
    let body = &incoming.body;
    let role = format!("{:?}", body.sender.role);
    hash(&[&incoming.conversation_id, &role, &body.sender.id, body.content.kind(), &canonical(&body.content)])
}

/// Canonical form of a content for the fingerprint.
pub(super) fn canonical(content: &Content) -> String {
    match content {
        Content::Text { text } => text.clone(),
        Content::Location { latitude, longitude } => format!("{latitude} {longitude}"),
        Content::Contact { name, phone } => format!("{name}\0{phone}"),
        file => file.media().map_or_else(String::new, |media| {
            format!("{}\0{}\0{}", media.file_name, media.file_size, media.text.as_deref().unwrap_or_default())
        }),
    }
}

/// The first 64 bits of a hash over the parts, each prefixed with its length.
pub(super) fn hash(parts: &[&str]) -> i64 {
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

/// Replaces every file address in the body by a media id. The files are registered for fetching in the same commit as
/// the message.
///
/// Errors: an upload that does not exist, with the pointer `/content/media_id`.
pub(super) async fn enclose(app: &IntakeContext, whose: &FileOwner, body: &mut Body) -> Result<Vec<NewMedia>> {
    let mut all = of_content(app, whose, &mut body.content).await?;
    let people = std::iter::once(&mut body.sender).chain(body.receiver.as_mut());
    all.extend(people.filter_map(|person| avatar_of(app, whose, person)));
    Ok(all)
}

/// The same for a content alone.
pub(in crate::intake) async fn of_content(
    app: &IntakeContext,
    whose: &FileOwner,
    content: &mut Content,
) -> Result<Vec<NewMedia>> {
    let Some(media_id) = content.media().and_then(|media| media.media_id) else {
        return Ok(media::enclose(&app.files, whose, content));
    };
    let uploaded = media::uploaded(&app.files, whose, media_id).await?;
    if let Some(file) = content.media_mut() {
        if file.file_name.is_empty() {
            file.file_name = uploaded.file_name;
        }
        file.file_size = uploaded.size;
        file.mime_type = Some(uploaded.mime_type);
    }
    Ok(vec![uploaded.media])
}

fn avatar_of(app: &IntakeContext, whose: &FileOwner, person: &mut Person) -> Option<NewMedia> {
    let origin = match person.avatar_reference.take() {
        Some(reference) => FileOrigin::Connector { source_id: whose.source_id, reference },
        None => FileOrigin::Url(person.avatar_url.take()?),
    };
    let avatar = media::avatar(&app.files, whose, origin);
    person.avatar_media_id = Some(avatar.id);
    Some(avatar)
}

/// Cleans every text of a body; texts that are empty afterwards are removed.
fn clean_body(mut body: Body) -> Body {
    body.sender = cleaned_person(body.sender);
    body.receiver = body.receiver.map(cleaned_person);
    body.content = cleaned_content(body.content);
    optional(&mut body.caption);
    optional(&mut body.callback_data);
    body.reply_to = body.reply_to.map(cleaned_quote);
    body.forward = body.forward.map(cleaned_quote);
    if let Some(post) = &mut body.post {
        for text in [&mut post.url, &mut post.preview_url, &mut post.permalink, &mut post.username, &mut post.caption] {
            optional(text);
        }
    }
    if let Some(post) = &mut body.shared_post {
        post.url = clean(&post.url);
        for text in [&mut post.site_name, &mut post.preview_url, &mut post.permalink] {
            optional(text);
        }
    }
    body
}

/// Cleans a participant. A name of invisible signs is none, so that the phone or the id takes its place.
pub fn cleaned_person(mut person: Person) -> Person {
    for text in
        [&mut person.name, &mut person.phone, &mut person.email, &mut person.avatar_url, &mut person.profile_url]
    {
        optional(text);
        *text = text.take().filter(|text| is_visible(text));
    }
    person
}

/// Cleans a content.
pub fn cleaned_content(mut content: Content) -> Content {
    match &mut content {
        Content::Text { text } => *text = clean(text),
        Content::Contact { name, phone } => {
            *name = clean(name);
            *phone = clean(phone);
        }
        other => {
            if let Some(media) = other.media_mut() {
                clean_media(media);
            }
        }
    }
    content
}

fn clean_media(media: &mut Media) {
    media.media_url = clean(&media.media_url);
    media.file_name = clean(&media.file_name);
    for text in
        [&mut media.text, &mut media.group_id, &mut media.mime_type, &mut media.sticker_id, &mut media.thumbnail_url]
    {
        optional(text);
    }
}

fn cleaned_quote(mut quote: Quote) -> Quote {
    quote.content = quote.content.map(cleaned_content);
    quote.sender = quote.sender.map(cleaned_person);
    quote
}

fn optional(text: &mut Option<String>) {
    *text = text.take().map(|text| clean(&text)).filter(|text| !text.is_empty());
}

/// The messenger's id of a conversation as an alias.
pub(in crate::intake) fn conversation_identity(source: &source::Model, conversation_id: &str) -> Alias {
    Alias { side: Side::Messenger, origin: source.id, external_id: conversation_id.to_owned() }
}

/// A conversation that Parom does not know yet, with the ids by which both sides will name it.
pub(in crate::intake) fn new_conversation(
    app: &IntakeContext,
    source: &source::Model,
    conversation_id: &str,
    customer: Person,
) -> anyhow::Result<NewConversation> {
    let ours = crm_id(source.id, "conversation", conversation_id).to_string();
    let customer = cleaned_person(customer);
    Ok(NewConversation {
        id: app.clock.uuid_v7(),
        source_id: source.id,
        external_id: conversation_id.to_owned(),
        amocrm_chat_id: String::new(),
        contact: serde_json::to_string(&customer).context("a person as JSON")?,
        phone_hash: phone_hash(&customer),
        is_held: false,
        aliases: vec![
            conversation_identity(source, conversation_id),
            Alias { side: Side::OursAtCrm, origin: source.channel_id, external_id: ours },
        ],
    })
}

/// Where a message belongs.
struct Place {
    conversation: Conversation,
    /// The ids of the dialogue, if a manager started it and this is the first answer.
    opened: Option<OpenedDialogue>,
    /// Its customer is blocked.
    is_blocked: bool,
}

async fn place_of(app: &IntakeContext, source: &source::Model, incoming: &Incoming) -> Result<Place> {
    let alias = conversation_identity(source, &incoming.conversation_id);
    if let Some(known) = app.lookup.conversation(source.tenant_id, alias).await? {
        let conversation = Conversation::Known(known.conversation_id);
        return Ok(Place { conversation, opened: None, is_blocked: known.is_blocked });
    }
    if let Some((id, opened)) = conversation_answered(app, source, incoming).await? {
        return Ok(Place { conversation: Conversation::Known(id), opened: Some(opened), is_blocked: false });
    }
    let new = new_conversation(app, source, &incoming.conversation_id, incoming.customer().clone())?;
    Ok(Place { conversation: Conversation::Open(Box::new(new)), opened: None, is_blocked: false })
}

/// Stores the current title and members of a group. Conversations with people are unchanged.
pub(super) async fn set_group(
    app: &IntakeContext,
    source: &source::Model,
    id: &str,
    group: &Person,
) -> anyhow::Result<()> {
    let Some(known) = app.lookup.conversation(source.tenant_id, conversation_identity(source, id)).await? else {
        return Ok(());
    };
    let row = conversation::Entity::find_by_id((source.tenant_id, known.conversation_id)).one(app.store.read()).await?;
    if let Some(row) = row
        && contact::know_group(&app.tenants, &row, &cleaned_person(group.clone())).await?
    {
        let _ = app.changes.send(row.id);
    }
    Ok(())
}

/// The messenger's ids for a conversation started by a manager.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialogueIds {
    /// Of the dialogue.
    pub conversation_id: String,
    /// Of the customer; none if not reported.
    pub receiver_id: Option<String>,
    /// Of the message that the status is about.
    pub message_id: Option<String>,
}

/// Stores the ids that a status reports for a manager's message. A conversation that already has its dialogue keeps
/// it.
pub async fn learn_dialogue(
    app: &IntakeContext,
    source: &source::Model,
    about: &MessageKey,
    named: DialogueIds,
) -> Result<()> {
    let Some(found) = about.find(&app.store, source).await? else { return Ok(()) };
    let Some(row) = unnamed(app, source, &found).await? else { return Ok(()) };
    let known: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    let person = Person { id: named.receiver_id.map_or(known.id.clone(), |id| clean(&id)), ..known };
    let given = named.message_id.map(|id| (found.id, clean(&id)));
    let opened = OpenedDialogue { message: given, ..opened(source, &row, &named.conversation_id, &person)? };
    let key = DedupeKey { origin: source.id, external_id: row.id.to_string(), event: EventKind::Opened };
    let entry = AcceptItem::bare(key, app.clock.uuid_v7(), app.clock.millis(), Conversation::Known(row.id));
    store(app, source, None, AcceptItem { opened: Some(opened), ..entry }).await?;
    Ok(())
}

/// The conversation, started by a manager, that this message of an unknown dialogue answers: the one whose message it
/// quotes, else the last one started to its customer's phone.
pub(super) async fn conversation_answered(
    app: &IntakeContext,
    source: &source::Model,
    incoming: &Incoming,
) -> Result<Option<(Uuid, OpenedDialogue)>> {
    let row = match quoted(app, source, incoming).await? {
        Some(row) => Some(row),
        None => by_phone(app, source, incoming.customer()).await?,
    };
    let Some(row) = row else { return Ok(None) };
    let known: Person = serde_json::from_str(&row.contact).context("a conversation's contact is damaged")?;
    let given = cleaned_person(incoming.customer().clone());
    let person = Person { phone: given.phone.or(known.phone), email: given.email.or(known.email), ..given };
    let opened = opened(source, &row, &incoming.conversation_id, &person)?;
    Ok(Some((row.id, opened)))
}

async fn quoted(
    app: &IntakeContext,
    source: &source::Model,
    incoming: &Incoming,
) -> Result<Option<conversation::Model>, DbErr> {
    let Some(about) = incoming.body.reply_to.as_ref().and_then(MessageKey::of_quote) else { return Ok(None) };
    match about.find(&app.store, source).await? {
        Some(found) => unnamed(app, source, &found).await,
        None => Ok(None),
    }
}

async fn by_phone(
    app: &IntakeContext,
    source: &source::Model,
    customer: &Person,
) -> Result<Option<conversation::Model>, DbErr> {
    let Some(phone) = customer.phone.as_deref().and_then(|phone| Phone::parse(phone, None)) else { return Ok(None) };
    conversation::Entity::of_tenant(source.tenant_id)
        .filter(conversation::Column::SourceId.eq(source.id))
        .filter(conversation::Column::Awaited.is_in(phone.keys()))
        .filter(conversation::Column::Awaited.ne(""))
        .order_by_desc(conversation::Column::Id)
        .one(app.store.read())
        .await
}

/// The conversation of a manager's message, if the messenger has not named it.
async fn unnamed(
    app: &IntakeContext,
    source: &source::Model,
    found: &message::Model,
) -> Result<Option<conversation::Model>, DbErr> {
    if found.direction != Direction::ToMessenger.number() {
        return Ok(None);
    }
    conversation::Entity::find_by_id((source.tenant_id, found.conversation_id))
        .filter(conversation::Column::ExternalId.eq(""))
        .filter(conversation::Column::AmocrmChatId.ne(""))
        .one(app.store.read())
        .await
}

fn opened(
    source: &source::Model,
    row: &conversation::Model,
    conversation_id: &str,
    person: &Person,
) -> anyhow::Result<OpenedDialogue> {
    Ok(OpenedDialogue {
        source_id: source.id,
        channel_id: source.channel_id,
        external_id: clean(conversation_id),
        amocrm_chat_id: row.amocrm_chat_id.clone(),
        contact: serde_json::to_string(person).context("a person as JSON")?,
        phone_hash: phone_hash(person),
        message: None,
    })
}
