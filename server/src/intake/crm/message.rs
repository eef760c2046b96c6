//! Manager's messages for customers: determines conversation and source, and which messages cannot be sent.

use amocrm::hooks::chats::{ChatPerson, HookMessage};
use anyhow::Context;
use base::i18n::Words;
use base::message::{Body, Direction, Failure, FailureCode, LetterKind, Person, Role, State, StatusReport, Stream};
use base::phone::{Country, Phone, complete};
use queue::accept_batch::{
    AcceptItem, Begun, Conversation, DedupeKey, EventKind, NewConversation, NewLetter, NewMessage,
};
use uuid::Uuid;

use super::content;
use super::route::{HookChat, Route};
use crate::contact::phone_hash;
use crate::delivery::letters::{TO_MESSENGER_LIFE, messenger_letter, status_letter};
use crate::intake::{IntakeContext, believed, clean};
use crate::lookup::ConnectedScope;
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
    let mut body = content::body_of(writer(app, scope, &hook.sender), receiver, &hook.message, words);
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
    content::is_empty(body)
        .then(|| Failure { code: FailureCode::Unsupported, text: words.text("failure-empty").to_string() })
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
        let kind = (LetterKind::Message, Stream::Messages);
        let expires_at = app.clock.millis() + TO_MESSENGER_LIFE.num_milliseconds();
        let letter = messenger_letter(&app.delivery, source, id, kind, String::new(), expires_at);
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
