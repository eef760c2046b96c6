//! `GET /chat/{source_id}/events`: managers' messages as server-sent events. The event's id is the message's position:
//! a client that names the last one it has gets everything after it, in order, once, however often the connection
//! breaks and whichever instance answers.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use base::config::ReactionSupport;
use base::error::Error;
use base::i18n::{LocalizedText, Words};
use base::message::{Direction, Person, Role, State, StatusReport};
use bytes::Bytes;
use domain::intake::messenger::status::accept;
use domain::intake::messenger::{self, reaction};
use domain::lookup::MessageKey;
use domain::platform::TypingSignal;
use entity::{message, source};
use futures_util::stream;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, interval_at};
use uuid::Uuid;

use super::access::{self, Guest, Result};
use super::emails;
use super::guests::{Seat, VisitorAct};
use super::history::{self, BATCH, MessageReactions, MessageView};
use super::visitor::Visitor;
use crate::webchat::{Answer, AppData, WebchatContext};

/// Interval of keep-alive comments for proxies, and of reads that find what another instance delivered.
const ALIVE: Duration = Duration::from_secs(15);

/// `GET /chat/{source_id}/events`. Resumes after the header `Last-Event-ID` or `?after=`, whichever is further.
pub async fn get(app: AppData, guest: Guest, request: HttpRequest) -> Answer {
    let Guest { place, visitor, address, .. } = guest;
    let seat = app
        .guests
        .sit(&visitor.id, address)
        .ok_or_else(|| Error::Unavailable { detail: LocalizedText::new("said-chat-crowd"), retry_after: 30 })?;
    let feed = ChatFeed {
        // Subscribed before the first read, so that nothing is missed in between.
        changes: app.changes.subscribe(),
        spoke: app.guests.hear(),
        typing: app.typing.subscribe(),
        words: place.words,
        by_email: emails::after(&app, &place.settings).is_some(),
        alive: interval_at(Instant::now() + ALIVE, ALIVE),
        after: position_in(&request),
        conversation_id: None,
        reacted_at: 0,
        reactions: HashMap::new(),
        ready: "retry: 2000\n\n".to_owned(),
        look: true,
        ending: false,
        app,
        source: place.source,
        visitor,
        seat,
    };
    let events = stream::unfold(feed, |mut feed| async move {
        let bytes = feed.next().await?;
        Some((Ok::<_, actix_web::Error>(bytes), feed))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // nginx would buffer events otherwise.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}

fn position_in(request: &HttpRequest) -> i64 {
    let header = request.headers().get("Last-Event-ID").and_then(|value| value.to_str().ok());
    let query = url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(name, _)| name == "after")
        .map(|(_, value)| value.into_owned());
    [header, query.as_deref()].into_iter().flatten().filter_map(|text| text.parse().ok()).max().unwrap_or(0).max(0)
}

/// One stream.
struct ChatFeed {
    app: AppData,
    source: Arc<source::Model>,
    visitor: Visitor,
    words: Words,
    /// This chat sends answers that are not read here by e-mail.
    by_email: bool,
    conversation_id: Option<Uuid>,
    /// Time of the newest change of a reaction sent.
    reacted_at: i64,
    /// Reactions as last sent, by the page's message ids.
    reactions: HashMap<String, MessageReactions>,
    /// The last position sent.
    after: i64,
    /// Output to send next.
    ready: String,
    /// Storage may have more.
    look: bool,
    /// End the stream after the pending output.
    ending: bool,
    changes: Receiver<Uuid>,
    spoke: Receiver<(String, Uuid)>,
    typing: Receiver<TypingSignal>,
    alive: Interval,
    seat: Seat,
}

/// Why waiting ended.
enum Woken {
    /// There may be something to read.
    Look,
    Alive,
    Typed(TypingSignal),
    /// The visitor wrote, here or on another device.
    Spoke(Uuid),
    /// Concerns another conversation.
    Elsewhere,
    /// Replaced by a newer stream of the visitor; the page reconnects when it becomes visible.
    Replaced,
    Stop,
}

impl ChatFeed {
    /// The next bytes; `None` ends the stream, and the browser reconnects.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if !self.ready.is_empty() {
                return Some(Bytes::from(std::mem::take(&mut self.ready)));
            }
            if self.ending {
                return None;
            }
            if self.look {
                if let Err(error) = self.read().await {
                    tracing::warn!(source.id = %self.source.id, error = format!("{error:#}"), "a web chat's event stream was interrupted");
                    return None;
                }
                continue;
            }
            match self.woken().await {
                Woken::Look => self.look = true,
                Woken::Alive => {
                    self.look = true;
                    self.ready.push_str(": alive\n\n");
                }
                Woken::Typed(typed) => {
                    if let Err(error) = write_typing(&mut self.ready, &typed, self.app.clock.millis()) {
                        tracing::warn!(source.id = %self.source.id, error = format!("{error:#}"), "a typing notification could not be sent");
                    }
                }
                Woken::Spoke(id) => {
                    // Before the first message there is no conversation to subscribe to.
                    self.look = self.conversation_id.is_none();
                    self.ready.push_str(&format!("event: spoke\ndata: {}\n\n", json!({ "id": id })));
                }
                Woken::Elsewhere => {}
                Woken::Replaced => {
                    self.ready.push_str("event: replaced\ndata: {}\n\n");
                    self.ending = true;
                }
                Woken::Stop => return None,
            }
        }
    }

    async fn woken(&mut self) -> Woken {
        tokio::select! {
            biased;
            () = self.app.stop.cancelled() => Woken::Stop,
            () = self.seat.asked_to_leave.cancelled() => Woken::Replaced,
            conversation_id = self.changes.recv() => match conversation_id {
                Ok(conversation_id) if Some(conversation_id) == self.conversation_id => Woken::Look,
                Ok(_) => Woken::Elsewhere,
                Err(RecvError::Lagged(_)) => Woken::Look,
                Err(RecvError::Closed) => Woken::Stop,
            },
            spoke = self.spoke.recv() => match spoke {
                Ok((visitor, id)) if visitor == self.visitor.id => Woken::Spoke(id),
                Ok(_) => Woken::Elsewhere,
                Err(RecvError::Lagged(_)) => Woken::Look,
                Err(RecvError::Closed) => Woken::Stop,
            },
            typed = self.typing.recv() => match typed {
                Ok(typed) if Some(typed.conversation_id) == self.conversation_id => Woken::Typed(typed),
                Ok(_) | Err(RecvError::Lagged(_)) => Woken::Elsewhere,
                Err(RecvError::Closed) => Woken::Stop,
            },
            _ = self.alive.tick() => Woken::Alive,
        }
    }

    /// Reads what follows the cursor and advances it.
    async fn read(&mut self) -> anyhow::Result<()> {
        self.look = false;
        if self.conversation_id.is_none() {
            self.conversation_id = history::conversation_of(&self.app, &self.source, &self.visitor).await?;
        }
        let Some(conversation_id) = self.conversation_id else { return Ok(()) };
        let tenant_id = self.source.tenant_id;
        if self.by_email {
            emails::is_read(&self.app, tenant_id, conversation_id).await?;
        }
        let answers = history::after(&self.app, self.words, tenant_id, conversation_id, self.after).await?;
        self.look = u64::try_from(answers.len()).is_ok_and(|length| length >= BATCH);
        for (position, answer) in &answers {
            write_answer(&mut self.ready, *position, answer)?;
            self.after = *position;
        }
        let (reacted, last) = history::reacted(&self.app, tenant_id, conversation_id, self.reacted_at).await?;
        self.reacted_at = last;
        for (id, reactions) in reacted {
            // Those of the latest millisecond are read again, because more may have been stored in it.
            if self.reactions.get(&id) != Some(&reactions) {
                write_reactions(&mut self.ready, &id, &reactions)?;
                self.reactions.insert(id, reactions);
            }
        }
        Ok(())
    }
}

fn write_answer(into: &mut String, position: i64, answer: &MessageView) -> anyhow::Result<()> {
    let data = serde_json::to_string(answer).context("an answer as JSON")?;
    write!(into, "id: {position}\ndata: {data}\n\n").context("an answer as text")
}

fn write_reactions(into: &mut String, id: &str, reactions: &MessageReactions) -> anyhow::Result<()> {
    let data = json!({ "id": id, "mine": reactions.mine, "theirs": reactions.theirs });
    write!(into, "event: reaction\ndata: {data}\n\n").context("a reaction as text")
}

/// A duration, not an end time: the visitor's clock may be wrong.
fn write_typing(into: &mut String, typed: &TypingSignal, now: i64) -> anyhow::Result<()> {
    let data = json!({ "name": typed.name, "millis": (typed.until - now).max(0) });
    write!(into, "event: typing\ndata: {data}\n\n").context("typing as text")
}

// `POST /chat/{source_id}/receipts`: which answers arrived in the visitor's browser and which were visible on screen.
// Only the script knows that: without it answers stay `sent`.

/// Ids in one request.
const MOST_RECEIPTS: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ReceiptsIn {
    delivered: Vec<Uuid>,
    read: Vec<Uuid>,
}

/// `POST /chat/{source_id}/receipts` `{"delivered":[…],"read":[…]}` → 204. Ids of other conversations, and repeats, are
/// ignored.
pub async fn receipts(app: AppData, guest: Guest, payload: web::Payload) -> Answer {
    let given = read_receipts(&access::read_body(payload).await?)?;
    guest.pace(&app, VisitorAct::Receipt).await?;
    let source = guest.source();
    let Some(conversation_id) = history::conversation_of(&app, source, &guest.visitor).await? else {
        return Ok(HttpResponse::NoContent().finish());
    };
    let own = message::Entity::of_tenant(source.tenant_id)
        .filter(message::Column::ConversationId.eq(conversation_id))
        .filter(message::Column::Direction.eq(Direction::ToMessenger.number()))
        .filter(message::Column::Position.gt(0))
        .filter(message::Column::Id.is_in(given.delivered.iter().chain(&given.read).copied()))
        .all(app.store.read())
        .await?;
    for message in own {
        let state = if given.read.contains(&message.id) { State::Read } else { State::Delivered };
        if message.state >= state.number() {
            continue;
        }
        match accept(&app.intake, source, MessageKey::Ours(message.id), StatusReport { state, failure: None }).await {
            Ok(_) | Err(Error::Conflict { .. } | Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(HttpResponse::NoContent().finish())
}

fn read_receipts(body: &[u8]) -> Result<ReceiptsIn, Error> {
    let given: ReceiptsIn = serde_json::from_slice(body).map_err(|error| {
        Error::Malformed(LocalizedText::new("said-json-none").with("line", error.line()).with("column", error.column()))
    })?;
    if given.delivered.len() + given.read.len() > MOST_RECEIPTS {
        return Err(Error::field("", LocalizedText::new("said-most-ids").with("most", MOST_RECEIPTS)));
    }
    Ok(given)
}

/// The emoji offered.
const EMOJI: [&str; 6] = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChatReactionIn {
    /// The page's id of the message.
    id: Uuid,
    /// `None` removes the reaction.
    emoji: Option<String>,
}

/// The offered emoji that amoCRM accepts from this channel.
pub fn offered(app: &WebchatContext, channel_id: Uuid) -> Vec<&'static str> {
    match app.integrations.channel(&channel_id.to_string()).map(|(_, channel)| channel.reactions.clone()) {
        Some(ReactionSupport::All) => EMOJI.to_vec(),
        Some(ReactionSupport::Only(agreed)) => {
            EMOJI.into_iter().filter(|emoji| agreed.iter().any(|one| one == emoji)).collect()
        }
        Some(ReactionSupport::Off) | None => Vec::new(),
    }
}

/// `POST /chat/{source_id}/reactions` `{"id":"…","emoji":"👍"|null}` → 204.
pub async fn reactions(app: AppData, guest: Guest, payload: web::Payload) -> Answer {
    let source = guest.source();
    let given: ChatReactionIn = access::from_json(&access::read_body(payload).await?)?;
    if given.emoji.as_deref().is_some_and(|emoji| !offered(&app, source.channel_id).contains(&emoji)) {
        let detail = LocalizedText::new("said-value-unknown").with("value", "").with("known", "");
        return Err(Error::field("/emoji", detail).into());
    }
    guest.pace(&app, VisitorAct::Receipt).await?;
    let conversation_id = history::conversation_of(&app, source, &guest.visitor).await?.ok_or(Error::NotFound)?;
    let found = history::find(&app, source.tenant_id, conversation_id, given.id).await?;
    let row = found.ok_or(Error::NotFound)?;
    let sender = Person { id: guest.visitor.id.clone(), role: Role::Client, ..Person::default() };
    reaction(&app.intake, source, &MessageKey::Ours(row.id), sender, given.emoji.clone(), None).await?;
    message::Entity::update_of(row.tenant_id)
        .col_expr(message::Column::ClientReaction, Expr::value(given.emoji.unwrap_or_default()))
        .col_expr(message::Column::ReactedAt, Expr::value(app.clock.millis()))
        .filter(message::Column::Id.eq(row.id))
        .exec(app.store.write())
        .await?;
    // Updates their other tabs.
    let _ = app.changes.send(conversation_id);
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /chat/{source_id}/typing` → 204. Ignored before the first message.
pub async fn typing(app: AppData, guest: Guest) -> Answer {
    guest.pace(&app, VisitorAct::Receipt).await?;
    let sender = Person { id: guest.visitor.id.clone(), role: Role::Client, ..Person::default() };
    match messenger::typing(&app.intake, guest.source(), &guest.visitor.id, sender).await {
        Ok(()) | Err(Error::NotFound) => Ok(HttpResponse::NoContent().finish()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_ids_and_not_too_many() {
        let id = Uuid::from_u128(1);
        let given = read_receipts(format!(r#"{{"read":["{id}"]}}"#).as_bytes()).unwrap();
        assert_eq!((given.delivered.len(), given.read), (0, vec![id]));
        assert!(matches!(read_receipts(b"[]x"), Err(Error::Malformed(_))));
        assert!(matches!(read_receipts(br#"{"failed":[]}"#), Err(Error::Malformed(_))));
        let many: Vec<Uuid> = (0..101).map(Uuid::from_u128).collect();
        let body = serde_json::to_vec(&serde_json::json!({"delivered": many})).unwrap();
        assert!(matches!(read_receipts(&body), Err(Error::Invalid(_))));
    }
}
