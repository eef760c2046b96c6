//! The conversation as its customer sees it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use anyhow::Context;
use base::error::Result;
use base::i18n::{Words, Zone};
use base::message::{Body, Content, Direction, List, Markup, Quote, Role, State, Visits};
use chrono::{DateTime, SecondsFormat, Utc};
use connectors::fit::lines;
use domain::media::{self, LinkRecipient};
use domain::tenant::users;
use entity::{conversation, message, source};
use queue::accept_batch::{Alias, Side};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use super::access::{ChatAccess, Guest};
use super::emails;
use super::visitor::Visitor;
use crate::webchat::{Answer, AppData, WebchatContext};

/// Messages of each side on the page.
const SHOWN: u64 = 200;
/// Messages by which a person recognises their conversation.
const FIRST: u64 = 3;
/// Answers read at once for a stream.
pub const BATCH: u64 = 100;
/// Time limit for fetching managers' names.
const NAMES_WITHIN: Duration = Duration::from_secs(1);

/// The visitor's conversation; `None` before their first message.
pub async fn conversation_of(
    app: &WebchatContext,
    source: &source::Model,
    visitor: &Visitor,
) -> Result<Option<Uuid>, DbErr> {
    let identity = Alias { side: Side::Messenger, origin: source.id, external_id: visitor.id.clone() };
    let known = app.lookup.conversation(source.tenant_id, identity).await?;
    Ok(known.map(|known| known.conversation_id))
}

/// The conversation when the page opens.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ChatHistory {
    pub lines: Vec<MessageView>,
    /// The stream continues after this position.
    pub after: i64,
    /// There are messages.
    pub started: bool,
    /// Answers by e-mail can be asked for: the address that the visitor gave before, or an empty text.
    pub mail: Option<String>,
    /// Answers go to an address that its reader has confirmed: it can get the conversation too.
    pub by_email: bool,
    /// When the visitor rated a talk, in milliseconds since 1970; 0: never.
    pub rated_at: i64,
}

/// `GET /chat/{source_id}/history`: the conversation so far, for another site's page.
pub async fn get(app: AppData, guest: Guest) -> Answer {
    let history = load(&app, &guest.place, Some(&guest.visitor)).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(history))
}

/// The visitor's conversation so far; empty for an unknown visitor.
pub async fn load(app: &Arc<WebchatContext>, place: &ChatAccess, visitor: Option<&Visitor>) -> Result<ChatHistory> {
    let mail = emails::after(app, &place.settings).map(|_| String::new());
    let nothing = ChatHistory { mail: mail.clone(), ..ChatHistory::default() };
    let Some(visitor) = visitor else { return Ok(nothing) };
    let Some(conversation_id) = conversation_of(app, &place.source, visitor).await? else { return Ok(nothing) };
    let tenant_id = place.source.tenant_id;
    let is_mailed = mail.is_some();
    let mail = if is_mailed { emails::offered(app, tenant_id, conversation_id).await? } else { None };
    let by_email = is_mailed && mail.is_none();
    let (lines, after) = read(app, place.words, tenant_id, conversation_id).await?;
    let rated_at = if place.settings.rating { rated_at(app, tenant_id, conversation_id).await? } else { 0 };
    Ok(ChatHistory { lines, after, started: true, mail, by_email, rated_at })
}

async fn rated_at(app: &WebchatContext, tenant_id: Uuid, conversation_id: Uuid) -> Result<i64, DbErr> {
    let row = conversation::Entity::find_by_id((tenant_id, conversation_id)).one(app.store.read()).await?;
    Ok(row.and_then(|row| Visits::stored(&row.visit)?.rating).map_or(0, |rating| rating.at))
}

/// The conversation so far, oldest first, and the position up to which it contains every answer.
pub async fn read(
    app: &Arc<WebchatContext>,
    words: Words,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<(Vec<MessageView>, i64)> {
    let mut answers = carried(tenant_id, conversation_id)
        .order_by_desc(message::Column::Position)
        .limit(SHOWN)
        .all(app.store.read())
        .await?;
    answers.reverse();
    let mut own = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .order_by_desc(message::Column::Id)
        .limit(SHOWN)
        .all(app.store.read())
        .await?;
    own.reverse();
    let position = answers.last().map_or(0, |last| last.position);
    Ok((all_shown(app, words, tenant_id, &merged(own, answers)).await?, position))
}

/// How the conversation began: the customer's first messages.
pub async fn first(
    app: &Arc<WebchatContext>,
    words: Words,
    tenant_id: Uuid,
    conversation_id: Uuid,
) -> Result<Vec<MessageView>> {
    let messages = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToCrm.number()))
        .order_by_asc(message::Column::Id)
        .limit(FIRST)
        .all(app.store.read())
        .await?;
    Ok(all_shown(app, words, tenant_id, &messages).await?)
}

/// Answers after a position with their positions, in order of delivery, at most [`BATCH`].
pub async fn after(
    app: &Arc<WebchatContext>,
    words: Words,
    tenant_id: Uuid,
    conversation_id: Uuid,
    position: i64,
) -> anyhow::Result<Vec<(i64, MessageView)>> {
    let messages = carried(tenant_id, conversation_id)
        .filter(message::Column::Position.gt(position))
        .order_by_asc(message::Column::Position)
        .limit(BATCH)
        .all(app.store.read())
        .await?;
    let shown = all_shown(app, words, tenant_id, &messages).await?;
    Ok(messages.iter().map(|message| message.position).zip(shown).collect())
}

/// Answers after a position that the visitor has not read, in order of delivery, at most [`BATCH`].
pub async fn unread(
    app: &WebchatContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    position: i64,
) -> Result<Vec<message::Model>, DbErr> {
    carried(tenant_id, conversation_id)
        .filter(message::Column::Position.gt(position))
        .filter(message::Column::State.ne(State::Read.number()))
        .order_by_asc(message::Column::Position)
        .limit(BATCH)
        .all(app.store.read())
        .await
}

/// The position of the last answer; 0 if there is none.
pub async fn last_position(app: &WebchatContext, tenant_id: Uuid, conversation_id: Uuid) -> Result<i64, DbErr> {
    let last = carried(tenant_id, conversation_id).order_by_desc(message::Column::Position).limit(1);
    Ok(last.one(app.store.read()).await?.map_or(0, |last| last.position))
}

/// Messages whose reaction was set or removed since a time, by the page's ids; and the latest such time.
pub async fn reacted(
    app: &WebchatContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    since: i64,
) -> Result<(Vec<(String, MessageReactions)>, i64), DbErr> {
    let messages = message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::ReactedAt.gte(since.max(1)))
        .order_by_desc(message::Column::Id)
        .limit(SHOWN)
        .all(app.store.read())
        .await?;
    let last = messages.iter().map(|message| message.reacted_at).max().unwrap_or(since);
    Ok((messages.iter().map(|message| (page_id(message), MessageReactions::of(message))).collect(), last))
}

/// Messages as their customer sees them.
pub async fn all_shown(
    app: &Arc<WebchatContext>,
    words: Words,
    tenant_id: Uuid,
    messages: &[message::Model],
) -> anyhow::Result<Vec<MessageView>> {
    let names = names_of(app, tenant_id, messages).await?;
    let zone = app.lookup.tenant(tenant_id).await?.map_or(Zone::UTC, |tenant| Zone::named(&tenant.time_zone));
    let mut all = Vec::with_capacity(messages.len());
    for message in messages {
        all.push(shown(app, words, zone, message, &names).await?);
    }
    Ok(all)
}

/// Names by id of managers whom the messages do not name, within [`NAMES_WITHIN`].
async fn names_of(
    app: &Arc<WebchatContext>,
    tenant_id: Uuid,
    messages: &[message::Model],
) -> anyhow::Result<HashMap<String, String>> {
    let mut nameless = BTreeSet::new();
    for message in messages.iter().filter(|message| message.direction == Direction::ToMessenger.number()) {
        let sender = body_of(message)?.sender;
        if sender.name.is_none() && sender.role == Role::Manager && !sender.id.is_empty() {
            nameless.insert(sender.id);
        }
    }
    let mut names = HashMap::new();
    let asking = async {
        for id in nameless {
            if let Some(user) = users::by_amojo_id(&app.tenants, tenant_id, &id).await {
                names.insert(id, user.name);
            }
        }
    };
    // The page works without the names.
    let _ = tokio::time::timeout(NAMES_WITHIN, asking).await;
    Ok(names)
}

/// Delivered messages of managers: positions are assigned under the lane's lock, so they become visible in order, and a
/// position passed by a reader never gets a new neighbour below it.
fn carried(tenant_id: Uuid, conversation_id: Uuid) -> sea_orm::Select<message::Entity> {
    message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::Position.gt(0))
        .filter(message::Column::State.ne(State::Failed.number()))
}

/// Both sides by time of receipt; answers keep their own order, also those delivered late.
fn merged(own: Vec<message::Model>, answers: Vec<message::Model>) -> Vec<message::Model> {
    let mut all: Vec<(i64, message::Model)> = own.into_iter().map(|message| (message.accepted_at, message)).collect();
    let mut latest = 0;
    for message in answers {
        latest = message.accepted_at.max(latest);
        all.push((latest, message));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, message)| message).collect()
}

// A message as shown to its customer. The script renders it from this JSON; without script the page shows its text and
// a link to its file.

/// A message on the page and in the stream.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct MessageView {
    /// For the customer's own messages: the id generated by their browser.
    pub id: String,
    pub mine: bool,
    /// Who answered, if known.
    pub name: Option<String>,
    pub text: String,
    /// RFC 3339.
    pub at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
    /// The same for files that were sent together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<ContentCard>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quoted>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<ChoiceButton>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<List>,
    pub reactions: MessageReactions,
    /// In the account's time zone, for letters and pages without script.
    #[serde(skip)]
    pub at_here: String,
    /// Lines above the text for pages without script: a quote, the header of a list.
    #[serde(skip)]
    pub above: Vec<String>,
    /// Lines below it: choices.
    #[serde(skip)]
    pub below: String,
    /// For an answer: the receipt that was not sent to amoCRM yet, `delivered` or `read`; else empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub owed: &'static str,
}

/// A file, linked on our own server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct File {
    /// A kind of content.
    pub kind: &'static str,
    pub url: String,
    pub name: String,
    pub size: u64,
}

/// A message that is quoted or forwarded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quoted {
    pub name: Option<String>,
    pub text: String,
    pub forwarded: bool,
}

/// A button; with an address it opens it, else its text is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChoiceButton {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Emoji; empty if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MessageReactions {
    pub mine: String,
    pub theirs: String,
}

impl MessageReactions {
    pub fn of(message: &message::Model) -> Self {
        Self { mine: message.client_reaction.clone(), theirs: message.manager_reaction.clone() }
    }
}

/// The message of a conversation that has this id on the page.
pub async fn find(
    app: &WebchatContext,
    tenant_id: Uuid,
    conversation_id: Uuid,
    id: Uuid,
) -> Result<Option<message::Model>, DbErr> {
    let known = Condition::any().add(message::Column::Id.eq(id)).add(message::Column::ExternalId.eq(id.to_string()));
    message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(known)
        .one(app.store.read())
        .await
}

/// The page's id of a message.
fn page_id(message: &message::Model) -> String {
    let mine = message.direction == Direction::ToCrm.number();
    if mine { message.external_id.clone() } else { message.id.to_string() }
}

/// A message with its author's name, if the account shows it.
async fn shown(
    app: &Arc<WebchatContext>,
    words: Words,
    zone: Zone,
    message: &message::Model,
    names: &HashMap<String, String>,
) -> anyhow::Result<MessageView> {
    let body = body_of(message)?;
    let mine = message.direction == Direction::ToCrm.number();
    let at = DateTime::from_timestamp_millis(message.sent_at).unwrap_or(DateTime::UNIX_EPOCH);
    let name = body.sender.name.clone().or_else(|| names.get(&body.sender.id).cloned()).filter(|_| !mine);
    let owed = match State::from_number(message.state)? {
        _ if mine => "",
        State::Queued | State::Sent => "delivered",
        State::Delivered => "read",
        State::Read | State::Failed | State::Shadow => "",
    };
    let mut shown = MessageView {
        id: page_id(message),
        mine,
        name,
        at: rfc3339(at),
        at_here: zone.written(message.sent_at),
        owed,
        reactions: MessageReactions::of(message),
        ..MessageView::default()
    };
    for (quote, forwarded) in [(&body.reply_to, false), (&body.forward, true)] {
        let Some(quote) = quote else { continue };
        shown.above.push(if forwarded { lines::forward(words, quote) } else { lines::quote(words, quote) });
        shown.quote = Some(quoted(words, quote, forwarded));
    }
    set_content(app, words, message, &body, &mut shown).await?;
    if let Some(markup) = &body.markup {
        choose(markup, &mut shown);
    }
    Ok(shown)
}

/// Sets text, file and card.
async fn set_content(
    app: &Arc<WebchatContext>,
    words: Words,
    message: &message::Model,
    body: &Body,
    shown: &mut MessageView,
) -> anyhow::Result<()> {
    match (&body.content, body.content.media()) {
        (Content::Text { text }, _) => shown.text.clone_from(text),
        (content, None) => shown.card = ContentCard::of(words, content),
        (content, Some(media)) => {
            shown.text = media.text.clone().unwrap_or_default();
            shown.file = file_of(app, message, content).await?;
            shown.group.clone_from(&media.group_id);
            if shown.file.is_none() {
                shown.text = media::placeholder(words, &media.file_name, media.text.as_deref());
            }
        }
    }
    Ok(())
}

/// The file of a message, linked on our own server. `None` if it has none, or it is not stored here.
pub async fn file_of(
    app: &WebchatContext,
    message: &message::Model,
    content: &Content,
) -> anyhow::Result<Option<File>> {
    let Some(media_id) = content.media().and_then(|media| media.media_id) else { return Ok(None) };
    let Some(kept) = media::find(&app.files, message.tenant_id, media_id).await? else { return Ok(None) };
    // Content that its bytes do not support is offered as a plain file.
    let kind = media::MediaKind::of(content).map_or("file", |declared| kept.kind_for(declared).word());
    let url = media::link(&app.files, &kept, LinkRecipient::Webhook).to_string();
    Ok(Some(File { kind, url, name: kept.file_name.clone(), size: kept.size }))
}

fn quoted(words: Words, quote: &Quote, forwarded: bool) -> Quoted {
    let name = quote.sender.as_ref().and_then(|sender| match sender.role {
        Role::Client => Some(words.text("chat-you").to_string()),
        Role::Manager | Role::Bot => sender.name.clone(),
    });
    let text = quote.content.as_ref().map(|content| lines::quoted(words, content)).unwrap_or_default();
    Quoted { name, text, forwarded }
}

/// Buttons below the text; a list's header above the text, each of its texts once.
fn choose(markup: &Markup, shown: &mut MessageView) {
    match markup {
        Markup::Buttons(rows) => {
            let choice = |button: &base::message::Button| ChoiceButton {
                text: button.text.clone(),
                url: button.url.clone().filter(|url| is_web(url)),
            };
            shown.buttons = rows.iter().map(|row| row.iter().map(choice).collect()).collect();
            shown.below = lines::markup(markup, "");
        }
        Markup::List(list) => {
            let mut list = list.clone();
            if ["", &list.header, &list.footer].contains(&shown.text.as_str()) {
                shown.text = std::mem::take(&mut list.body);
            } else if shown.text == list.body {
                list.body.clear();
            }
            shown.above.extend(Some(list.header.clone()).filter(|header| !header.is_empty()));
            shown.below = lines::markup(&Markup::List(List { header: String::new(), ..list.clone() }), "");
            shown.list = Some(list);
        }
    }
}

/// Whether a browser may be sent to this address.
fn is_web(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| ["http", "https"].contains(&url.scheme()))
}

/// The body of a stored message.
pub fn body_of(message: &message::Model) -> anyhow::Result<Body> {
    serde_json::from_str(&message.body).with_context(|| format!("the body of message {}", message.id))
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// How the page renders content that is neither text nor a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentCard {
    /// A kind of content.
    pub kind: &'static str,
    pub title: String,
    pub note: String,
    /// The link text; without `url` plain text.
    pub leads: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl ContentCard {
    /// `None` if this content is not a card.
    pub fn of(words: Words, content: &Content) -> Option<Self> {
        let kind = content.kind();
        let named = words.text_of("messages-kind-", kind).to_string();
        match content {
            Content::Location { latitude, longitude } => Some(Self {
                kind,
                title: named,
                note: format!("{latitude}, {longitude}"),
                leads: words.text("chat-map").to_string(),
                url: lines::map(*latitude, *longitude),
            }),
            Content::Contact { name, phone } => {
                Some(Self { kind, title: name.clone(), note: named, leads: phone.clone(), url: dial(phone) })
            }
            _ => None,
        }
    }
}

/// A `tel:` link, if there is a number.
fn dial(phone: &str) -> Option<String> {
    let number: String = phone.chars().filter(|sign| sign.is_ascii_digit() || *sign == '+').collect();
    let is_number = number.chars().any(|sign| sign.is_ascii_digit());
    Url::parse(&format!("tel:{number}")).ok().filter(|_| is_number).map(|url| url.to_string())
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn cards_lead_to_a_map_or_to_a_call() {
        let card = |content| ContentCard::of(Words::new(Language::En), &content).unwrap();
        let place = card(Content::Location { latitude: 43.25, longitude: -76.95 });
        assert_eq!((place.title.as_str(), place.note.as_str()), ("Location", "43.25, -76.95"));
        assert_eq!(place.leads, "Show on a map");
        assert_eq!(place.url.as_deref(), Some("https://maps.google.com/maps?q=43.25%2C-76.95"));
        let contact = |phone: &str| card(Content::Contact { name: "Anna".into(), phone: phone.into() });
        assert_eq!(contact("+7 (915) 111-22-33").url.as_deref(), Some("tel:+79151112233"));
        assert_eq!(contact("javascript:alert(\"x\")").url, None, "no number: nothing is called");
    }
}
