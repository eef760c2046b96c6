//! Sends a message to amoCRM, with its chat and the people in it.
//!
//! A chat's contact is settled before the chat's first message would create one, and planned again when the customer
//! provides contact data.

use std::borrow::Cow;
use std::time::Duration;

use amocrm::Error as CrmError;
use amocrm::chats::{ChatUser, NewChat, NewMessage, PastMessage, SourceRef};
use anyhow::Context;
use base::http_client::record;
use base::message::{FailureCode, Person, Role};
use base::verdict::{Report, Taken, Verdict};
use entity::conversation::{self, Column};
use queue::Claim;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::content::{self, Fitted, fit, with_caption};
use super::judge::{bury, judge, judge_message, keep_unknown};
use super::{CrmTarget, ours};
use crate::delivery::DeliveryContext;
use crate::delivery::letters::{LetterContext, Scoped, crm_ids};
use crate::{contact, media, tenant};

/// Pages of history that are searched for a message whose outcome is unknown.
const HISTORY_PAGES: u32 = 20;

/// Sends a message. One that may have arrived is looked up first, so that amoCRM never gets a message twice.
pub(super) async fn attempt(line: &CrmTarget<'_>, claim: &Claim, context: &LetterContext) -> anyhow::Result<Report> {
    let message = match build(line, context).await? {
        Built::Message(message) => message,
        Built::Not(report) => return Ok(*report),
    };
    let chat_id = if claim.letter.unknown || claim.letter.late {
        match find_out(line, context, &message).await {
            Ok(HistoryMatch::Yes(taken)) => return Ok(Report::done(200, taken)),
            Ok(HistoryMatch::No(id)) => Some(id),
            Err(error) => return Ok(keep_unknown(claim.letter.attempts, &error)),
        }
    } else {
        settle_contact(line, context, &message).await
    };
    Ok(match line.chats.send_message(&line.channel.secret, &line.scope_id, &message).await {
        Ok(taken) => {
            let chat_id = chat_id.or_else(|| learned_chat(context, &message, taken.conversation_id));
            let message_id = Some(taken.amojo_message_id);
            let (status, text) = (taken.status, taken.text);
            let taken = Taken { amocrm_message_id: message_id, amocrm_chat_id: chat_id, ..Taken::default() };
            Report::done(status, taken).with_answer(status, &text)
        }
        // A used id is refused without a specific error (chats-api §3.4.5), so history is checked.
        // What the attempt sent stays the message, not this look-up.
        Err(error @ CrmError::Refused { status: 400 | 409 | 422, .. }) => {
            match record(None, Box::pin(find_out(line, context, &message))).await.0 {
                Ok(HistoryMatch::Yes(taken)) => Report::done(200, taken),
                Ok(HistoryMatch::No(_)) => judge_message(claim.letter.attempts, &error),
                Err(error) => keep_unknown(claim.letter.attempts, &error),
            }
        }
        Err(error) => judge_message(claim.letter.attempts, &error),
    })
}

enum Built {
    Message(Box<NewMessage>),
    /// It cannot be sent, or not yet.
    Not(Box<Report>),
}

async fn build(line: &CrmTarget<'_>, context: &LetterContext) -> anyhow::Result<Built> {
    let message = context.message()?;
    let Some(source) = context.source.as_ref() else {
        return Ok(Built::Not(Box::new(bury(FailureCode::SourceDisconnected, "the message has no source"))));
    };
    // The customer was erased while this came in, so the conversation can no longer be determined.
    if context.conversation.external_id.is_empty() {
        return Ok(Built::Not(Box::new(bury(FailureCode::Internal, "the customer was erased"))));
    }
    let content = match fit(line, context, &message.body.content).await? {
        Fitted::Content(content) => with_caption(content, message.body.caption.as_deref()),
        Fitted::Later(after) => {
            return Ok(Built::Not(Box::new(Report::not_done(
                Verdict::Wait { after: Some(after) },
                "its file is being fetched",
            ))));
        }
    };
    let (sender, receiver) = match person_of(line, context, source.id).await? {
        Some(people) => people,
        None => {
            return Ok(Built::Not(Box::new(bury(
                FailureCode::Unsupported,
                "no_bot: the channel has no bot to write as",
            ))));
        }
    };
    let body = &message.body;
    Ok(Built::Message(Box::new(NewMessage {
        message_id: ours(source.id, "message", &message.message.external_id),
        conversation_id: crm_ids(&context.conversation, source.id).conversation(),
        // In a chat that amoCRM does not know by our ids yet, the first message carries the ids of both sides
        // (chats-api §5.4).
        conversation_ref_id: context.conversation.crm_unbound.then(|| context.conversation.amocrm_chat_id.clone()),
        at_milliseconds: message.message.sent_at,
        sender,
        receiver,
        source: Some(SourceRef { external_id: source.external_id.clone() }),
        content,
        callback_data: body.callback_data.clone(),
        shared_post: body.shared_post.as_ref().map(super::content::shared_post),
        post: body.post.as_ref().map(super::content::post),
        reply_to: content::reply_to(line.app, context, source.id).await?,
        forwards: content::forwards(line.app, context, source.id).await?,
        silent: body.silent,
    })))
}

enum HistoryMatch {
    Yes(Taken),
    /// Not there; the chat's id was learned.
    No(String),
}

/// Asks amojo whether it has the message: creating the chat (idempotent) returns amojo's id of it, and the chat's
/// history contains accepted messages.
async fn find_out(
    line: &CrmTarget<'_>,
    context: &LetterContext,
    message: &NewMessage,
) -> Result<HistoryMatch, CrmError> {
    let scoped = Scoped { chats: &line.chats, secret: &line.channel.secret, scope_id: &line.scope_id };
    let chat = new_chat(line, context, message).await;
    let chat_id = scoped.chat_id(&context.conversation.amocrm_chat_id, || chat).await?;
    let ours = |row: &PastMessage| row.message.client_id.as_deref() == Some(&message.message_id);
    let Some(row) = scoped.history(&chat_id, HISTORY_PAGES).find(ours).await? else {
        return Ok(HistoryMatch::No(chat_id));
    };
    Ok(HistoryMatch::Yes(Taken {
        amocrm_message_id: Some(row.message.id),
        amocrm_chat_id: Some(chat_id),
        ..Taken::default()
    }))
}

/// The request that creates a message's chat.
pub(super) async fn new_chat(line: &CrmTarget<'_>, context: &LetterContext, message: &NewMessage) -> NewChat {
    NewChat {
        conversation_id: message.conversation_id.clone(),
        source: message.source.clone(),
        user: person_of_chat(line, context, message).await,
    }
}

/// amojo's id of a chat, if it was not known yet. Answers contain either their id or ours (chats-api §3.4.5): an id
/// that is not ours is theirs.
fn learned_chat(context: &LetterContext, message: &NewMessage, current: Option<String>) -> Option<String> {
    let unknown = context.conversation.amocrm_chat_id.is_empty();
    current.filter(|id| unknown && *id != message.conversation_id && uuid::Uuid::parse_str(id).is_ok())
}

/// Creating a known chat again answers the same one, so an unknown outcome is simply repeated.
pub(super) async fn create_chat(
    line: &CrmTarget<'_>,
    claim: &Claim,
    context: &LetterContext,
) -> anyhow::Result<Report> {
    let Some(source) = context.source.as_deref().filter(|source| source.deleted_at.is_none()) else {
        return Ok(bury(FailureCode::SourceDisconnected, "the source was deleted"));
    };
    let known = &context.conversation;
    if known.external_id.is_empty() {
        return Ok(bury(FailureCode::Internal, "the customer was erased"));
    }
    let new = NewChat {
        conversation_id: crm_ids(known, source.id).conversation(),
        source: Some(SourceRef { external_id: source.external_id.clone() }),
        user: customer(line, context, source.id, &context.contact).await,
    };
    let chat = match line.chats.create_chat(&line.channel.secret, &line.scope_id, &new).await {
        Ok(chat) => chat,
        Err(error) => return Ok(judge(claim.letter.attempts, &error)),
    };
    let linking = contact::is_given(known);
    // Linking is retried by itself, so the letter is done when amoCRM has the chat.
    if contact::is_wanted(source, known, linking) && contact::plan(&line.app.tenants, known, linking).await? {
        contact::before_first(&line.app.tenants, source, known, linking, &chat.id).await;
    }
    Ok(Report::done(200, Taken { amocrm_chat_id: Some(chat.id), ..Taken::default() }))
}

/// Stores the customer's data from the message. Creates the chat and links it to its contact, where the source or the
/// message's import wants that; returns amojo's id of a created chat. Failures are retried separately and do not stop
/// the message.
async fn settle_contact(line: &CrmTarget<'_>, context: &LetterContext, message: &NewMessage) -> Option<String> {
    let (source, body) = (context.source.as_ref()?, &context.message().ok()?.body);
    let known = match contact::store_provided(&line.app.tenants, source, &context.conversation, &body.sender).await {
        Ok(given) => given.map_or(Cow::Borrowed(&context.conversation), Cow::Owned),
        Err(error) => {
            tracing::error!(tenant.id = %source.tenant_id, error = format!("{error:#}"), "a customer's own details could not be stored");
            Cow::Borrowed(&context.conversation)
        }
    };
    let linking = body.link_contact || contact::is_given(&known);
    if !contact::is_wanted(source, &known, linking) {
        return group_chat(line, context, message).await;
    }
    match contact::plan(&line.app.tenants, &known, linking).await {
        Ok(true) => {}
        Ok(false) => return None,
        Err(error) => {
            tracing::error!(tenant.id = %source.tenant_id, %error, "that a chat needs a contact could not be stored; amoCRM chooses one");
            return None;
        }
    }
    match line.chats.create_chat(&line.channel.secret, &line.scope_id, &new_chat(line, context, message).await).await {
        Ok(chat) => {
            contact::before_first(&line.app.tenants, source, &known, linking, &chat.id).await;
            Some(chat.id)
        }
        Err(error) => {
            tracing::info!(tenant.id = %source.tenant_id, %error, "a chat could not be created ahead of its first message");
            None
        }
    }
}

/// Creates the chat of a group before its first message, which would name it after the member who wrote.
async fn group_chat(line: &CrmTarget<'_>, context: &LetterContext, message: &NewMessage) -> Option<String> {
    if !context.conversation.amocrm_chat_id.is_empty() || !is_in_group(context) {
        return None;
    }
    match line.chats.create_chat(&line.channel.secret, &line.scope_id, &new_chat(line, context, message).await).await {
        Ok(chat) => Some(chat.id),
        Err(error) => {
            tracing::info!(conversation.id = %context.conversation.id, %error, "a group's chat could not be created ahead of its first message");
            None
        }
    }
}

/// Time limit of what is asked for a letter: longer than a connector takes for two requests without an answer, because a
/// comment needs the address that it then guesses for its post.
const COMPLETED_WITHIN: Duration = Duration::from_secs(10);

/// Asks the messenger for what its calls leave out, and stores the customer's name for pages and for later letters. No
/// trouble with it holds the letter back.
pub(super) async fn complete_person(app: &DeliveryContext, context: &mut LetterContext) {
    let Some(source) = context.source.clone() else { return };
    let Some(connector) = app.connectors.get(&source.kind) else { return };
    if !context.gaps().is_any() {
        return;
    }
    let is_new = context.contact.name.is_none();
    let words = tenant::words(&app.integrations, &context.tenant);
    let completed = async {
        let settings = crate::settings::open(app, &source)?;
        let pace = app.pace(source.id, connector.as_ref());
        let asked = record(Some(pace), connector.complete(&settings, words, context.gaps()));
        // What is known when the time is over is used.
        let _ = tokio::time::timeout(COMPLETED_WITHIN, asked).await;
        if is_new && context.contact.name.is_some() {
            know(app, context).await?;
        }
        anyhow::Ok(())
    };
    if let Err(error) = completed.await {
        tracing::warn!(tenant.id = %source.tenant_id, source.id = %source.id, error = format!("{error:#}"), "the name of a customer could not be asked for or stored; the message goes on without");
    }
}

/// Stores the customer as they are known now, unless another process did so meanwhile.
async fn know(app: &DeliveryContext, context: &LetterContext) -> anyhow::Result<()> {
    let contact = serde_json::to_string(&context.contact).context("a person as JSON")?;
    conversation::Entity::update_by_id((context.conversation.tenant_id, context.conversation.id))
        .col_expr(Column::Contact, Expr::value(contact))
        .filter(Column::Contact.eq(context.conversation.contact.as_str()))
        .exec(app.store.write())
        .await?;
    Ok(())
}

/// The sender and, for what a manager or a bot wrote outside amoCRM, the receiver (chats-api §3.4.1). None if the
/// channel's bot would be the sender and the channel has none.
pub(super) async fn person_of(
    line: &CrmTarget<'_>,
    context: &LetterContext,
    source_id: Uuid,
) -> anyhow::Result<Option<(ChatUser, Option<ChatUser>)>> {
    let body = &context.message()?.body;
    if body.sender.role == Role::Client {
        return Ok(Some((customer(line, context, source_id, &body.sender).await, None)));
    }
    let receiver = customer(line, context, source_id, body.receiver.as_ref().unwrap_or(&context.contact)).await;
    let Some(sender) = staff(line, context, source_id, &body.sender).await else { return Ok(None) };
    Ok(Some((sender, Some(receiver))))
}

/// Whose chat a message is written in: the customer's, or a group's when one of its members writes.
async fn person_of_chat(line: &CrmTarget<'_>, context: &LetterContext, message: &NewMessage) -> ChatUser {
    match (is_in_group(context), &context.source) {
        (true, Some(source)) => customer(line, context, source.id, &context.contact).await,
        _ => message.receiver.as_ref().unwrap_or(&message.sender).clone(),
    }
}

/// Whether the letter's message was written by a member of a group.
fn is_in_group(context: &LetterContext) -> bool {
    let (Ok(message), group) = (context.message(), &context.contact) else { return false };
    let sender = &message.body.sender;
    sender.role == Role::Client && sender.id != group.id && group.name.is_some() && !context.conversation.crm_unbound
}

/// A customer, or a group, in amoCRM's format.
pub(super) async fn customer(
    line: &CrmTarget<'_>,
    context: &LetterContext,
    source_id: Uuid,
    person: &Person,
) -> ChatUser {
    // Of typing and reactions only the id is known.
    let contact =
        Some(&context.contact).filter(|contact| contact.id == person.id).and_then(|contact| contact.name.as_ref());
    let known =
        [person.name.as_ref(), contact, person.phone.as_ref(), person.email.as_ref()].into_iter().flatten().next();
    let avatar = match person.avatar_media_id {
        Some(id) => media::avatar_link(&line.app.files, context.tenant.tenant_id, id).await.map(|url| url.to_string()),
        None => person.avatar_url.clone(),
    };
    let row = &context.conversation;
    let ref_id = Some(row.crm_person_id.clone()).filter(|id| row.crm_unbound && !id.is_empty());
    ChatUser {
        id: crm_ids(row, source_id).person(&person.id),
        ref_id,
        name: known.cloned().unwrap_or_else(|| person.id.clone()),
        avatar,
        phone: person.phone.clone(),
        email: person.email.clone(),
        profile_link: person.profile_url.clone(),
    }
}

/// The user named by `user_id` if amoCRM has one with an id at amojo, else the channel's bot.
async fn staff(line: &CrmTarget<'_>, context: &LetterContext, source_id: Uuid, person: &Person) -> Option<ChatUser> {
    if let Some(user) = manager(line, context, person).await {
        let id = ours(source_id, "person", &person.id);
        return Some(ChatUser { id, ref_id: Some(user.amojo_id), name: user.name, ..ChatUser::default() });
    }
    let bot = line.channel.bot.as_ref()?;
    Some(ChatUser {
        id: bot.client_id.clone(),
        ref_id: Some(bot.id.clone()),
        name: bot.name.clone(),
        ..ChatUser::default()
    })
}

async fn manager(
    line: &CrmTarget<'_>,
    context: &LetterContext,
    person: &Person,
) -> Option<crate::tenant::users::ChatsUser> {
    let user_id = person.user_id.as_deref()?.parse().ok()?;
    crate::tenant::users::by_id(&line.app.tenants, &context.tenant, user_id).await
}
