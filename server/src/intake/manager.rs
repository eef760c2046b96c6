//! A manager's message on its way to the customer: which conversation, which source, and what cannot be carried.

use anyhow::Context;
use entity::source;
use sea_orm::{ColumnTrait, QueryFilter};
use std::sync::Arc;
use uuid::Uuid;

use amocrm::hooks::chats::{HookContent, HookMessage};

use super::{believed, clean};
use crate::app::App;
use crate::delivery::queue::letters::{TO_MESSENGER_MILLIS, messenger_pool, status_letter};
use crate::delivery::queue::parcel::{
    Alias, Conversation, DedupeKey, Entry, Event, NewConversation, NewLetter, NewMessage, Side,
};
use crate::lookup::{Known, Scope};
use crate::message::{
    Body, Content, Direction, Failure, FailureCode, LetterKind, Media, Person, Role, State, StatusReport, Stream,
    day_of,
};

/// Everything that storing a manager's message needs. A message that cannot be carried is stored all the same,
/// failed, with a status for the manager: never dropped.
pub(super) async fn entry_of(app: &App, scope: &Scope, hook: HookMessage) -> anyhow::Result<Entry> {
    let now = app.clock.millis();
    let id = app.clock.uuid_v7();
    let channel_id = scope.channel.channel_id;
    let route = Route::find(app, scope, &hook).await?;
    let at = believed(hook.at_milliseconds(), now);
    let content = content_of(&hook.message);
    let failure = route.failure(&hook, &content);
    let receiver = Person {
        id: clean(hook.receiver.client_id.as_deref().unwrap_or_default()),
        role: Role::Client,
        name: hook.receiver.name.as_deref().map(clean),
        phone: hook.receiver.phone.as_deref().map(clean),
        email: hook.receiver.email.as_deref().map(clean),
        ..Person::default()
    };
    let source_id = route.source.as_ref().map_or(Uuid::nil(), |source| source.id);
    let amojo_chat = Alias { side: Side::Crm, origin: channel_id, external_id: clean(&hook.conversation_id) };
    let learns = route.known.as_ref().is_some_and(|known| known.amocrm_chat_id.is_empty());
    let crm_chat = learns.then(|| amojo_chat.clone());
    if let (true, Some(ours)) = (learns, &hook.conversation_client_id) {
        let alias = Alias { side: Side::OursAtCrm, origin: channel_id, external_id: clean(ours) };
        app.lookup.forget_conversation(scope.tenant.tenant_id, alias).await;
    }
    let conversation = match &route.known {
        Some(known) => Conversation::Known(known.conversation_id),
        None => Conversation::Open(Box::new(NewConversation {
            id: app.clock.uuid_v7(),
            source_id,
            external_id: String::new(),
            amocrm_chat_id: clean(&hook.conversation_id),
            contact: serde_json::to_string(&receiver).context("a person as JSON")?,
            aliases: vec![amojo_chat],
        })),
    };
    let sender = Person {
        id: clean(hook.sender.id.as_deref().unwrap_or_default()),
        role: Role::Manager,
        name: hook.sender.name.as_deref().map(clean),
        ..Person::default()
    };
    let body = Body { receiver: Some(receiver), ..Body::new(sender, content) };
    let letter = match &failure {
        Some(failure) => {
            let report = StatusReport { state: State::Failed, failure: Some(failure.clone()) };
            status_letter(app, channel_id, source_id, id, &report)?
        }
        None => NewLetter {
            id: app.clock.uuid_v7(),
            message_id: id,
            source_id,
            direction: Direction::ToMessenger,
            stream: Stream::Messages,
            target: source_id,
            pool: route.source.as_ref().map(|source| messenger_pool(app, source)).unwrap_or_default(),
            kind: LetterKind::Message,
            payload: String::new(),
            order_hint: Some(at),
            expires_at: now + TO_MESSENGER_MILLIS,
            day: day_of(now),
            late: false,
        },
    };
    let amocrm_message_id = clean(&hook.message.id);
    Ok(Entry {
        key: DedupeKey { origin: channel_id, external_id: amocrm_message_id.clone(), event: Event::Message },
        fingerprint: 0,
        id,
        accepted_at: now,
        conversation,
        crm_chat,
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
        change: None,
        letters: vec![letter],
    })
}

/// Where a manager's message goes (product.md §7.6).
struct Route {
    known: Option<Arc<Known>>,
    source: Option<Arc<source::Model>>,
}

impl Route {
    async fn find(app: &App, scope: &Scope, hook: &HookMessage) -> anyhow::Result<Self> {
        let tenant_id = scope.tenant.tenant_id;
        let channel_id = scope.channel.channel_id;
        let mut known = None;
        if let Some(ours) = &hook.conversation_client_id {
            let alias = Alias { side: Side::OursAtCrm, origin: channel_id, external_id: clean(ours) };
            known = app.lookup.conversation(tenant_id, alias).await?;
        }
        if known.is_none() {
            let alias = Alias { side: Side::Crm, origin: channel_id, external_id: clean(&hook.conversation_id) };
            known = app.lookup.conversation(tenant_id, alias).await?;
        }
        let named = hook.source_external_id.as_deref();
        let bound = match &known {
            Some(known) if !known.source_id.is_nil() => app.lookup.source(known.source_id).await?,
            _ => None,
        };
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
            None => by_name_or_default(app, tenant_id, channel_id, named).await?,
        };
        // Perhaps somebody deleted or made a source there; nobody would tell us (crm-api §4.4).
        if named.is_some_and(|named| source.as_ref().is_none_or(|source| source.external_id != named)) {
            crate::source::note_unknown(app, tenant_id);
        }
        Ok(Self { known, source })
    }

    /// Why this message cannot be carried; none: it can.
    fn failure(&self, hook: &HookMessage, content: &Content) -> Option<Failure> {
        let failure = |code: FailureCode, text: &str| Some(Failure { code, text: text.to_owned() });
        let live = self.source.as_ref().is_some_and(|source| source.deleted_at.is_none());
        if !live {
            return failure(
                FailureCode::SourceDisconnected,
                "The source of this conversation is not connected any more.",
            );
        }
        // A conversation that has no dialogue in the messenger behind it: writing first follows.
        let dialogue = self.known.as_ref().is_some_and(|known| !known.external_id.is_empty());
        if !dialogue {
            return failure(FailureCode::Unsupported, "Writing first is not supported for this source.");
        }
        if !matches!(content, Content::Text { .. }) || hook.message.kind != "text" {
            let text = format!("Messages of the kind \"{}\" are not supported by this source.", hook.message.kind);
            return failure(FailureCode::Unsupported, &text);
        }
        if hook.message.text.is_empty() {
            return failure(FailureCode::Unsupported, "The message has no text.");
        }
        None
    }
}

async fn by_name_or_default(
    app: &App,
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

/// The content in our terms; a kind we do not know is kept as a file with its words.
fn content_of(message: &HookContent) -> Content {
    let text = clean(&message.text);
    let media = || Media {
        media_url: clean(message.media.as_deref().unwrap_or_default()),
        file_name: clean(message.file_name.as_deref().unwrap_or_default()),
        file_size: message.file_size.unwrap_or_default(),
        text: Some(text.clone()).filter(|text| !text.is_empty()),
        group_id: message.media_group_id.as_deref().map(clean),
        ..Media::default()
    };
    match message.kind.as_str() {
        "picture" => Content::Picture(media()),
        "video" => Content::Video(media()),
        "file" => Content::File(media()),
        "voice" => Content::Voice(media()),
        "audio" => Content::Audio(media()),
        "sticker" => Content::Sticker(media()),
        _ => Content::Text { text },
    }
}
