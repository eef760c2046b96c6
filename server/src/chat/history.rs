//! The conversation as its customer sees it.

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use entity::{message, source};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::visitor::Visitor;
use crate::app::App;
use crate::delivery::queue::parcel::{Alias, Side};
use crate::error::Result;
use crate::message::{Body, Content, Direction, Media, State};

/// Messages of either side on the page.
const SHOWN: u64 = 200;
/// Answers read at once for a stream.
pub const BATCH: u64 = 100;

/// A message on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of the customer's own: the id their browser made.
    pub id: String,
    pub mine: bool,
    pub name: String,
    pub text: String,
    /// RFC 3339.
    pub at: String,
    /// For people without script.
    pub at_utc: String,
    /// Of an answer: amoCRM has not been told yet that it was `delivered`, or `read`; else empty.
    pub owed: &'static str,
}

/// A manager's message in the stream.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    #[serde(skip)]
    pub position: i64,
    pub id: Uuid,
    pub text: String,
    pub sent_at: String,
    pub sender: Sender,
}

/// Who answered.
#[derive(Clone, Debug, Serialize)]
pub struct Sender {
    pub name: Option<String>,
}

/// The visitor's conversation; none before their first message.
pub async fn conversation_of(app: &App, source: &source::Model, visitor: &Visitor) -> Result<Option<Uuid>, DbErr> {
    let identity = Alias { side: Side::Messenger, origin: source.id, external_id: visitor.id.clone() };
    let known = app.lookup.conversation(source.tenant_id, identity).await?;
    Ok(known.map(|known| known.conversation_id))
}

/// The conversation so far, oldest first, and the position up to which it holds every answer.
pub async fn read(app: &App, tenant_id: Uuid, conversation_id: Uuid) -> Result<(Vec<Line>, i64)> {
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
    let lines = merged(own, answers).iter().map(line_of).collect::<anyhow::Result<_>>()?;
    Ok((lines, position))
}

/// Answers after a position, in the order in which they were carried, at most [`BATCH`].
pub async fn after(app: &App, tenant_id: Uuid, conversation_id: Uuid, position: i64) -> anyhow::Result<Vec<Answer>> {
    let found = carried(tenant_id, conversation_id)
        .filter(message::Column::Position.gt(position))
        .order_by_asc(message::Column::Position)
        .limit(BATCH)
        .all(app.store.read())
        .await?;
    found.iter().map(answer_of).collect()
}

/// Managers' messages that were carried: positions are counted under the lane's lock, so they become visible in
/// their order, and one that a reader has passed never gets a new neighbour below.
fn carried(tenant_id: Uuid, conversation_id: Uuid) -> sea_orm::Select<message::Entity> {
    message::Entity::of_tenant(tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::Position.gt(0))
        .filter(message::Column::State.ne(State::Failed.number()))
}

/// Both sides by the time they came to us; answers keep their own order, also one that was carried late.
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

fn line_of(message: &message::Model) -> anyhow::Result<Line> {
    let body = body_of(message)?;
    let mine = message.direction == Direction::ToCrm.number();
    let at = moment(message.sent_at);
    let owed = match State::from_number(message.state)? {
        _ if mine => "",
        State::Queued | State::Sent => "delivered",
        State::Delivered => "read",
        State::Read | State::Failed => "",
    };
    Ok(Line {
        id: if mine { message.external_id.clone() } else { message.id.to_string() },
        mine,
        name: body.sender.name.filter(|_| !mine).unwrap_or_default(),
        text: text_of(body.content),
        at: rfc3339(at),
        at_utc: at.format("%d.%m.%Y %H:%M UTC").to_string(),
        owed,
    })
}

fn answer_of(message: &message::Model) -> anyhow::Result<Answer> {
    let body = body_of(message)?;
    Ok(Answer {
        position: message.position,
        id: message.id,
        text: text_of(body.content),
        sent_at: rfc3339(moment(message.sent_at)),
        sender: Sender { name: body.sender.name },
    })
}

fn body_of(message: &message::Model) -> anyhow::Result<Body> {
    serde_json::from_str(&message.body).with_context(|| format!("the body of message {}", message.id))
}

fn moment(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The words of a message. The connector takes text only, so the rest is what words there are.
fn text_of(content: Content) -> String {
    match content {
        Content::Text { text } => text,
        Content::Picture(media)
        | Content::Video(media)
        | Content::File(media)
        | Content::Voice(media)
        | Content::Audio(media)
        | Content::Sticker(media) => caption_of(media),
        Content::Location { latitude, longitude } => format!("{latitude}, {longitude}"),
        Content::Contact { name, phone } => format!("{name}, {phone}"),
    }
}

fn caption_of(media: Media) -> String {
    media.text.filter(|text| !text.is_empty()).unwrap_or(media.file_name)
}
