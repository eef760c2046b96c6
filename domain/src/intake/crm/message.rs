//! Manager's messages for customers: determines conversation and source, and which messages cannot be sent.
//!
//! A message found in amoCRM's history without a hook is processed like a hook, under the same key, so that a hook arriving
//! later is recognised as a repeat.

use std::sync::Arc;

use amocrm::hooks::chats::{self, ChatPerson, HookMessage, MessageContent, PastMessage};
use anyhow::Context;
use base::i18n::Words;
use base::message::{
    Body, Button, Content, Direction, Failure, FailureCode, LetterKind, List, Marker, Markup, Media, Person, Post,
    Quote, Role, Row, Section, State, StatusReport, Template,
};
use base::phone::{Country, Phone, complete};
use chrono::TimeDelta;
use entity::source;
use queue::accept_batch::{
    AcceptBatch, AcceptItem, Alias, Begun, Conversation, DedupeKey, EventKind, HistoryMessage, ItemOutcome,
    NewConversation, NewLetter, NewMessage, Priority, Side,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::contact::phone_hash;
use crate::delivery::letters::{messenger_letter, status_letter};
use crate::intake::{IntakeContext, believed, clean};
use crate::lookup::{ConnectedScope, KnownConversation};
use crate::media::{self, FileOwner};
use crate::tenant;

/// Everything needed to store a manager's message. A message that cannot be sent is stored as failed, with a status
/// for the manager: never dropped.
pub(super) async fn entry_of(
    app: &IntakeContext,
    scope: &ConnectedScope,
    hook: HookMessage,
) -> anyhow::Result<AcceptItem> {
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let chat = HookChat { id: &hook.conversation_id, client_id: hook.conversation_client_id.as_deref() };
    let route = Route::find(app, scope, chat, hook.source_external_id.as_deref()).await?;
    let at = believed(hook.at_milliseconds(), now);
    let words = tenant::words(&app.integrations, &scope.tenant);
    let receiver = customer(&hook.receiver, tenant::country(&app.integrations, &scope.tenant));
    let contact = serde_json::to_string(&receiver).context("a person as JSON")?;
    let phone_hash = phone_hash(&receiver);
    let awaited = receiver.phone.as_deref().and_then(|phone| Phone::parse(phone, None));
    let awaited = awaited.map(|phone| phone.key().to_owned()).unwrap_or_default();
    let mut body = body_of(writer(app, scope, &hook.sender), receiver, &hook.message, words);
    let failure = failure(&route, &body, words);
    let source_id = route.source.as_ref().map_or(Uuid::nil(), |source| source.id);
    let whose =
        FileOwner { tenant_id: scope.tenant.tenant_id, source_id, direction: Direction::ToMessenger, message_id: id };
    let media = media::enclose(&app.files, &whose, &mut body.content);
    let learns = route.known.as_ref().is_some_and(|known| known.amocrm_chat_id.is_empty());
    if let (true, Some(ours)) = (learns, chat.ours(scope)) {
        app.lookup.forget_conversation(scope.tenant.tenant_id, ours).await;
    }
    let conversation = match &route.known {
        Some(known) => Conversation::Known(known.conversation_id),
        None => Conversation::Open(Box::new(NewConversation {
            id: app.clock.uuid_v7(),
            source_id,
            external_id: String::new(),
            amocrm_chat_id: clean(&hook.conversation_id),
            contact,
            phone_hash,
            is_held: false,
            aliases: vec![chat.theirs(scope)],
        })),
    };
    let letter = letter(app, scope, &route, id, failure.as_ref(), at)?;
    let amocrm_message_id = clean(&hook.message.id);
    let key = DedupeKey {
        origin: scope.channel.channel_id,
        external_id: amocrm_message_id.clone(),
        event: EventKind::Message,
    };
    // Without our ids, amoCRM means a chat started by a manager (chats-api §5.4).
    let begun = (route.known.is_none() && chat.client_id.is_none())
        .then(|| Begun { person_id: hook.receiver.id.as_deref().map(clean).unwrap_or_default(), phone: awaited });
    Ok(AcceptItem {
        begun,
        crm_chat: learns.then(|| chat.theirs(scope)),
        message: Some(NewMessage {
            source_id,
            direction: Direction::ToMessenger,
            state: if failure.is_some() { State::Failed } else { State::Queued },
            external_id: String::new(),
            amocrm_message_id,
            body: serde_json::to_string(&body).context("a message body as JSON")?,
            failure,
            sent_at: at,
        }),
        media,
        letters: vec![letter],
        ..AcceptItem::bare(key, id, now, conversation)
    })
}

/// Why this message cannot be sent, as far as it can be decided without asking its messenger; none if it can.
fn failure(route: &Route, body: &Body, words: Words) -> Option<Failure> {
    if !route.is_live() {
        return Some(Failure { code: FailureCode::SourceDisconnected, text: String::new() });
    }
    is_empty(body).then(|| Failure { code: FailureCode::Unsupported, text: words.text("failure-empty").to_string() })
}

/// The letter with the message, or with the report of its failure.
fn letter(
    app: &IntakeContext,
    scope: &ConnectedScope,
    route: &Route,
    id: Uuid,
    failure: Option<&Failure>,
    at: i64,
) -> anyhow::Result<NewLetter> {
    if let (None, Some(source)) = (failure, &route.source) {
        let letter = messenger_letter(&app.delivery, source, id, LetterKind::Message, String::new());
        return Ok(NewLetter { order_hint: Some(at), ..letter });
    }
    let source_id = route.source.as_ref().map_or(Uuid::nil(), |source| source.id);
    let report = StatusReport { state: State::Failed, failure: failure.cloned() };
    status_letter(&app.delivery, scope.channel.channel_id, source_id, id, &report)
}

/// A manager, or the channel's own bot.
fn writer(app: &IntakeContext, scope: &ConnectedScope, sender: &ChatPerson) -> Person {
    let id = clean(sender.id.as_deref().unwrap_or_default());
    let channel = app.integrations.channel(&scope.channel.channel_id.to_string());
    let bot = channel.and_then(|(_, channel)| channel.bot.clone());
    let role = if bot.is_some_and(|bot| bot.id == id) { Role::Bot } else { Role::Manager };
    Person { id, role, name: sender.name.as_deref().map(clean), ..Person::default() }
}

fn customer(receiver: &ChatPerson, country: Option<Country>) -> Person {
    Person {
        id: clean(receiver.client_id.as_deref().unwrap_or_default()),
        role: Role::Client,
        name: receiver.name.as_deref().map(clean),
        phone: receiver.phone.as_deref().map(|phone| complete(&clean(phone), country)),
        email: receiver.email.as_deref().map(clean),
        ..Person::default()
    }
}

/// Conversation and source.
pub(super) struct Route {
    pub known: Option<Arc<KnownConversation>>,
    pub source: Option<Arc<source::Model>>,
}

impl Route {
    /// The conversation's source; else the one that the hook names; else the default.
    pub async fn find(
        app: &IntakeContext,
        scope: &ConnectedScope,
        chat: HookChat<'_>,
        named: Option<&str>,
    ) -> anyhow::Result<Self> {
        let tenant_id = scope.tenant.tenant_id;
        let known = chat.find(app, scope).await?;
        let bound = bound(app, known.as_deref()).await?;
        if let (Some(bound), Some(named)) = (&bound, named)
            && bound.external_id != named
        {
            tracing::info!(
                tenant.id = %tenant_id, source.id = %bound.id, named,
                "amoCRM names another source than the conversation's; the conversation's is used"
            );
        }
        let source = match bound {
            Some(bound) => Some(bound),
            None => by_name_or_default(app, tenant_id, scope.channel.channel_id, named).await?,
        };
        // A source may have been deleted or created in amoCRM, which sends no notification (crm-api §4.4).
        if named.is_some_and(|named| source.as_ref().is_none_or(|source| source.external_id != named)) {
            crate::source::note_unknown(&app.sources, tenant_id);
        }
        Ok(Self { known, source })
    }

    /// Whether messages can be sent there.
    pub fn is_live(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.deleted_at.is_none() && !source.is_shadow())
    }
}

/// A chat by the ids in a hook.
#[derive(Clone, Copy)]
pub(super) struct HookChat<'a> {
    /// amojo's.
    pub id: &'a str,
    /// Ours.
    pub client_id: Option<&'a str>,
}

impl HookChat<'_> {
    /// Our id of it as an alias.
    pub fn ours(&self, scope: &ConnectedScope) -> Option<Alias> {
        let external_id = clean(self.client_id?);
        Some(Alias { side: Side::OursAtCrm, origin: scope.channel.channel_id, external_id })
    }

    /// amojo's.
    pub fn theirs(&self, scope: &ConnectedScope) -> Alias {
        Alias { side: Side::Crm, origin: scope.channel.channel_id, external_id: clean(self.id) }
    }

    pub async fn find(
        &self,
        app: &IntakeContext,
        scope: &ConnectedScope,
    ) -> anyhow::Result<Option<Arc<KnownConversation>>> {
        let tenant_id = scope.tenant.tenant_id;
        if let Some(ours) = self.ours(scope)
            && let Some(known) = app.lookup.conversation(tenant_id, ours).await?
        {
            return Ok(Some(known));
        }
        Ok(app.lookup.conversation(tenant_id, self.theirs(scope)).await?)
    }
}

/// The source of a conversation.
pub(super) async fn bound(
    app: &IntakeContext,
    known: Option<&KnownConversation>,
) -> anyhow::Result<Option<Arc<source::Model>>> {
    match known.map(|known| known.source_id).filter(|id| !id.is_nil()) {
        Some(id) => Ok(app.lookup.source(id).await?),
        None => Ok(None),
    }
}

async fn by_name_or_default(
    app: &IntakeContext,
    tenant_id: Uuid,
    channel_id: Uuid,
    named: Option<&str>,
) -> anyhow::Result<Option<Arc<source::Model>>> {
    let all = source::Entity::of_tenant(tenant_id)
        .filter(source::Column::ChannelId.eq(channel_id))
        .filter(source::Column::DeletedAt.is_null())
        .all(app.store.read())
        .await;
    let all = all?;
    let found = named
        .and_then(|named| all.iter().find(|source| source.external_id == named))
        .or_else(|| all.iter().find(|source| source.is_default));
    Ok(found.cloned().map(Arc::new))
}

/// Older messages are not sent automatically, because the conversation has moved on.
const LATE: TimeDelta = TimeDelta::minutes(15);

/// A chat by its ids at amoCRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryChat {
    /// amojo's.
    pub id: String,
    /// Ours; none if amoCRM does not know it.
    pub client_id: Option<String>,
}

/// The result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Messages that are sent.
    pub sent: i64,
    /// Messages that wait for a person.
    pub held: i64,
}

/// Stores messages of one chat, oldest first. Durable on return; those already known are not counted.
pub async fn take_in(
    app: &IntakeContext,
    scope: &ConnectedScope,
    chat: &HistoryChat,
    messages: Vec<PastMessage>,
) -> anyhow::Result<TakenIn> {
    let words = tenant::words(&app.integrations, &scope.tenant);
    let now = app.clock.millis();
    let mut entries = Vec::with_capacity(messages.len());
    for past in messages {
        let late = past.at_milliseconds().is_none_or(|at| now - at >= LATE.num_milliseconds());
        let entry = entry_of(app, scope, as_hook(chat, past)).await?;
        entries.push(if late {
            hold(entry, words)?
        } else {
            AcceptItem { found: Some(HistoryMessage { held: None }), ..entry }
        });
    }
    let holds: Vec<bool> =
        entries.iter().map(|entry| entry.found.as_ref().is_some_and(|found| found.held.is_some())).collect();
    let batch = AcceptBatch { tenant_id: scope.tenant.tenant_id, priority: Priority::Normal, raw: None, entries };
    let outcomes = app.writer.accept(batch).await?;
    let mut taken = TakenIn::default();
    for (outcome, held) in outcomes.into_iter().zip(holds) {
        let new = i64::from(matches!(outcome, ItemOutcome::New { .. }));
        if held {
            taken.held += new;
        } else {
            taken.sent += new;
        }
    }
    Ok(taken)
}

/// The hook that was missing.
fn as_hook(chat: &HistoryChat, message: PastMessage) -> HookMessage {
    HookMessage {
        conversation_id: chat.id.clone(),
        conversation_client_id: chat.client_id.clone(),
        source_external_id: None,
        sender: message.sender.unwrap_or_default(),
        receiver: message.receiver.unwrap_or_default(),
        timestamp: message.timestamp,
        msec_timestamp: message.msec_timestamp,
        message: message.message,
    }
}

/// The same, but held for a person. A message that cannot be sent at all is reported to its manager as usual.
fn hold(mut entry: AcceptItem, words: Words) -> anyhow::Result<AcceptItem> {
    let is_message = |letter: &NewLetter| letter.kind == LetterKind::Message;
    let held = entry.letters.iter().position(is_message).map(|at| entry.letters.remove(at));
    if held.is_some() {
        let message = entry.message.as_mut().context("a manager's message is there")?;
        message.state = State::Failed;
        let text = words.text("failure-found-late").to_string();
        message.failure = Some(Failure { code: FailureCode::Other, text });
    }
    entry.found = Some(HistoryMessage { held });
    Ok(entry)
}

/// The body of a manager's message. An unknown kind becomes a text that names it; the hook's bytes are stored as well.
pub(super) fn body_of(sender: Person, receiver: Person, message: &MessageContent, words: Words) -> Body {
    let body = Body {
        receiver: Some(receiver),
        markup: message.markup.as_ref().and_then(markup_of),
        template: message.template.as_ref().map(template_of),
        reply_to: message.reply_to.as_deref().map(|quoted| quote_of(quoted, words)),
        forward: message
            .forwards
            .as_ref()
            .and_then(|forwards| forwards.messages.first())
            .map(|one| quote_of(one, words)),
        post: message.post.as_ref().map(|post| Post { id: optional(&post.id).unwrap_or_default(), ..Post::default() }),
        ..Body::new(sender, content_of(message, words))
    };
    filled(body)
}

/// Fills in a template that came without its final text, because messengers without templates of their own need it.
fn filled(mut body: Body) -> Body {
    if let (Content::Text { text }, Some(template)) = (&mut body.content, &body.template)
        && text.trim().is_empty()
    {
        *text = template.params.iter().fold(template.content.clone(), |text, marker| {
            if marker.key.is_empty() { text } else { text.replace(&marker.key, &marker.value) }
        });
    }
    body
}

/// Whether the body has nothing to show.
pub(super) fn is_empty(body: &Body) -> bool {
    let mute = matches!(&body.content, Content::Text { text } if text.trim().is_empty());
    mute && body.markup.is_none() && body.forward.is_none()
}

/// A message may have text, file and buttons at once, whatever its kind, so a file takes precedence.
fn content_of(message: &MessageContent, words: Words) -> Content {
    let text = clean(&message.text);
    if let Some(place) = message.location.filter(|place| place.latitude.is_finite() && place.longitude.is_finite()) {
        return Content::Location { latitude: place.latitude, longitude: place.longitude };
    }
    if let Some(card) = &message.contact {
        let (name, phone) = (optional(&card.name), optional(&card.phone));
        return Content::Contact { name: name.unwrap_or_default(), phone: phone.unwrap_or_default() };
    }
    let kind = message.kind.as_str();
    let Some(media) = media_of(message) else {
        let known = kind == "text" || (kind.is_empty() && !text.is_empty());
        return Content::Text { text: if known { text } else { placeholder(kind, &text, words) } };
    };
    match kind {
        "picture" => Content::Picture(media),
        "video" => Content::Video(media),
        "voice" => Content::Voice(media),
        "audio" => Content::Audio(media),
        "sticker" => Content::Sticker(media),
        "file" | "text" | "" => Content::File(media),
        _ => Content::File(Media { text: Some(placeholder(kind, &text, words)), ..media }),
    }
}

fn placeholder(kind: &str, text: &str, words: Words) -> String {
    let detail = words.text("carried-unknown").with("kind", clean(kind)).to_string();
    if text.is_empty() { detail } else { format!("{detail}\n{text}") }
}

fn media_of(message: &MessageContent) -> Option<Media> {
    Some(Media {
        media_url: optional(&message.media)?,
        file_name: optional(&message.file_name).unwrap_or_default(),
        file_size: message.file_size.unwrap_or_default(),
        text: Some(clean(&message.text)).filter(|text| !text.is_empty()),
        group_id: optional(&message.media_group_id),
        thumbnail_url: optional(&message.thumbnail),
        ..Media::default()
    })
}

fn markup_of(markup: &chats::Markup) -> Option<Markup> {
    match markup {
        chats::Markup::Buttons { rows, .. } => {
            let button = |button: &chats::Button| Button { text: clean(&button.text), url: optional(&button.url) };
            let rows: Vec<Vec<Button>> = rows.iter().map(|row| row.iter().map(button).collect()).collect();
            (!rows.is_empty()).then_some(Markup::Buttons(rows))
        }
        chats::Markup::List(list) => Some(Markup::List(list_of(list))),
        chats::Markup::Other(_) => None,
    }
}

fn list_of(list: &chats::ListMessage) -> List {
    let text = |text: &Option<String>| optional(text).unwrap_or_default();
    let row = |row: &chats::ListRow| Row {
        id: clean(&row.callback_data),
        title: clean(&row.title),
        description: text(&row.description),
    };
    let section = |section: &chats::ListSection| Section {
        title: text(&section.title),
        rows: section.rows.iter().map(row).collect(),
    };
    List {
        header: text(&list.header),
        body: text(&list.body),
        footer: text(&list.footer),
        button: text(&list.button),
        sections: list.sections.iter().map(section).collect(),
    }
}

fn template_of(template: &chats::Template) -> Template {
    let marker = |param: &chats::TemplateParam| Marker { key: clean(&param.key), value: clean(&param.value) };
    Template {
        id: template.id.map(|id| id.to_string()).unwrap_or_default(),
        external_id: optional(&template.external_id),
        content: optional(&template.content).unwrap_or_default(),
        params: template.params.iter().map(marker).collect(),
    }
}

/// A quoted message; which of ours it is is determined when it is sent. Files in quotes are named without their
/// addresses.
fn quote_of(quoted: &PastMessage, words: Words) -> Quote {
    let mut content = content_of(&quoted.message, words);
    if let Some(media) = content.media_mut() {
        (media.media_url, media.thumbnail_url) = (String::new(), None);
    }
    let sender = quoted.sender.as_ref().map(|sender| Person {
        id: optional(&sender.id).unwrap_or_default(),
        role: if sender.client_id.is_some() { Role::Client } else { Role::Manager },
        name: optional(&sender.name),
        ..Person::default()
    });
    Quote {
        amocrm_message_id: Some(clean(&quoted.message.id)).filter(|id| !id.is_empty()),
        content: Some(content),
        sender,
        sent_at: quoted.at_milliseconds(),
        ..Quote::default()
    }
}

fn optional(text: &Option<String>) -> Option<String> {
    text.as_deref().map(clean).filter(|text| !text.is_empty())
}
