//! Seller → buyer (avito §6).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::cache::Cache;
use base::i18n::{LocalizedText, Words};
use base::message::{Content, Media, State};
use base::verdict::{Report, Taken, Verdict};
use reqwest::multipart::Form;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::Avito;
use super::api::{AvitoApi, Call};
use super::settings::Account;
use super::wire::{self, Id, Sent};
use crate::call::{ApiError, Refusal};
use crate::error_catalog::AVITO;
use crate::file::{OpenFile, Whole};
use crate::fit::lines;
use crate::sending::{Judged, ReadMarks};
use crate::{Event, Message, Outgoing, Settings};

/// Sends an event.
pub(super) async fn send(avito: &Avito, settings: &Settings, outgoing: &Outgoing) -> Report {
    let Some(account) = Account::of(settings) else {
        return Report::not_done(Verdict::Pause, LocalizedText::new("said-avito-no-credentials").to_string());
    };
    let message = match &outgoing.event {
        Event::Created(message) | Event::Started(message) => message,
        // Avito supports none of these; its abilities refuse them.
        Event::Edited(_) | Event::Typing { .. } | Event::Reaction { .. } => return Report::done(0, Taken::default()),
    };
    if outgoing.conversation_id.is_empty() {
        let verdict = Verdict::Bury(AVITO.failure("a5", outgoing.words));
        return Report::not_done(verdict, "there is no chat with this customer");
    }
    let report = message_sent(avito, &account, outgoing, message).await;
    if matches!(report.verdict, Verdict::Done(_)) {
        mark_read(avito, &account, outgoing).await;
    }
    report
}

async fn message_sent(avito: &Avito, account: &Account<'_>, outgoing: &Outgoing, message: &Message) -> Report {
    let body = match body(&avito.api, account, outgoing, message).await {
        Ok(body) => body,
        Err(failed) => return judge(outgoing.words, &failed),
    };
    if matches!(&body, Posting::Text(text) if text.trim().is_empty()) {
        let verdict = Verdict::Bury(AVITO.failure("a8", outgoing.words));
        return Report::not_done(verdict, "the message is empty");
    }
    let flight = avito.sends.begin(account, outgoing, body.said());
    let chat = outgoing.conversation_id.as_str();
    let mut path = vec!["messenger", "v1", "accounts", account.user_id, "chats", chat, "messages"];
    let json = match &body {
        Posting::Text(text) => json!({ "type": "text", "message": { "text": text } }),
        Posting::Picture(id) => {
            path.push("image");
            json!({ "image_id": id })
        }
    };
    let answer: Result<Sent, ApiError> = avito.api.call(account, Call::post(&path, json)).await;
    let outcome = match &answer {
        Ok(sent) if !sent.id.is_empty() => Outcome::Taken(sent.id.clone()),
        Ok(_) | Err(ApiError::Unknown(_) | ApiError::Unreadable { .. }) => Outcome::Unknown,
        Err(_) => Outcome::NotTaken,
    };
    // The webhook may have reported the message before the answer arrived, or instead of it.
    match (avito.sends.end(flight, outcome).await, answer) {
        (Some(id), _) => {
            let state = Some(State::Delivered);
            Report::done(200, Taken { external_id: Some(id.to_string()), state, ..Taken::default() })
        }
        (None, Ok(_)) => judge(outgoing.words, &ApiError::Unreadable { status: 200 }),
        (None, Err(failed)) => judge(outgoing.words, &failed),
    }
}

/// What is sent.
enum Posting {
    Text(String),
    /// The id of an uploaded picture.
    Picture(String),
}

impl Posting {
    fn said(&self) -> Said {
        match self {
            Self::Text(text) => Said::text(text),
            Self::Picture(_) => Said::Picture,
        }
    }
}

/// Uploads files as needed. A file that Avito does not accept becomes text with a link.
async fn body(
    api: &AvitoApi,
    account: &Account<'_>,
    outgoing: &Outgoing,
    message: &Message,
) -> Result<Posting, ApiError> {
    let in_words = || Posting::Text(lines::content(outgoing.words, &message.content));
    let Content::Picture(media) = &message.content else { return Ok(in_words()) };
    let uploaded = upload(api, account, outgoing, media).await?;
    Ok(uploaded.map_or_else(in_words, Posting::Picture))
}

/// Marks the chat as read, because a manager has answered. A failure changes nothing.
async fn mark_read(avito: &Avito, account: &Account<'_>, outgoing: &Outgoing) {
    if !account.options.mark_read {
        return;
    }
    let path = ["messenger", "v1", "accounts", account.user_id, "chats", &outgoing.conversation_id, "read"];
    let act = avito.api.call::<IgnoredAny>(account, Call::post(&path, json!({})));
    avito.sends.marks.mark(account.user_id, outgoing, act).await;
}

// Pictures: uploaded first, then sent by their id (avito §6).

/// The largest picture in bytes.
const LARGEST: u64 = 24 * 1024 * 1024;
/// The formats that Avito accepts.
const FORMATS: [&str; 6] = ["image/jpeg", "image/heic", "image/heif", "image/gif", "image/bmp", "image/png"];

/// The id of an uploaded picture. None for a file that Avito does not accept.
pub(super) async fn upload(
    api: &AvitoApi,
    account: &Account<'_>,
    outgoing: &Outgoing,
    media: &Media,
) -> Result<Option<String>, ApiError> {
    if !is_taken(media) {
        return Ok(None);
    }
    let Some(file) = outgoing.open(media, "said-avito-file").await.map_err(ApiError::NotSent)? else {
        return Ok(None);
    };
    let (form, whole) = form(media, file);
    let path = ["messenger", "v1", "accounts", account.user_id, "uploadImages"];
    let answer: Result<BTreeMap<String, Value>, ApiError> = api.upload(account, &path, form, &whole).await;
    match answer {
        Ok(ids) => Ok(ids.into_keys().next()),
        // The file is not a picture, or has too many pixels.
        Err(ApiError::Refused(
            Refusal { code: 413 | 415, .. } | Refusal { code: 400 | 422, is_gateways: false, .. },
        )) => Ok(None),
        // The upload's outcome is unknown, but no message was sent, so a retry is safe.
        Err(other) => Err(other.invisible()),
    }
}

fn is_taken(media: &Media) -> bool {
    let kind = media.mime_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    (1..=LARGEST).contains(&media.file_size) && FORMATS.contains(&kind.to_ascii_lowercase().as_str())
}

fn form(media: &Media, file: OpenFile) -> (Form, Whole) {
    let name = if media.file_name.is_empty() { "picture.jpg" } else { media.file_name.as_str() };
    let kind = media.mime_type.as_deref().unwrap_or_default();
    let (part, whole) = crate::file::part(name.to_owned(), kind, media.file_size, file.bytes);
    (Form::new().part("uploadfile[]", part), whole)
}

// Recognises our own messages, which Avito's webhook reports too (avito §5.1): by their ids or, while those are
// unknown, by chat and content, because the webhook may come before the answer to the call, or instead of it. Kept in
// this process; a message sent by another process is recognised by its id once that is stored.

/// How long a message without an answer may still appear in the webhook.
const UNANSWERED: Duration = Duration::from_secs(600);
/// How long the ids of our messages are kept, and how many.
const IDS: (Duration, u64) = (Duration::from_secs(86_400), 100_000);

/// The seller and the chat.
type Place = (String, String);

/// The part of a message's content that the webhook repeats.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    Text(String),
    Picture,
}

impl Said {
    /// Trimmed, because Avito may trim a text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn of(message: &wire::Message) -> Option<Self> {
        match message.r#type.as_str() {
            "text" => message.content.text.as_deref().map(Self::text),
            // Avito turns a text that is only an address into a link.
            "link" => message.content.link.as_ref().map(|link| Self::text(&link.text)),
            "image" => Some(Self::Picture),
            _ => None,
        }
    }
}

/// A message that is being sent.
#[derive(Debug)]
struct Flight {
    number: u64,
    said: Said,
    letter_id: Uuid,
    begun: Instant,
    /// The call has ended without an answer.
    unanswered: bool,
    /// The id from the webhook.
    seen: Option<Id>,
}

/// The outcome of a call.
pub(super) enum Outcome {
    Taken(Id),
    NotTaken,
    Unknown,
}

/// How a reported message relates to our calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OwnSend {
    /// Its call was answered, or may still be.
    Answered,
    /// The call of this letter ended without an answer.
    Unanswered(Uuid),
}

/// Recently sent messages.
pub(super) struct OwnSends {
    flights: Mutex<(u64, HashMap<Place, Vec<Flight>>)>,
    ids: Cache<Id, ()>,
    marks: ReadMarks,
}

impl Default for OwnSends {
    fn default() -> Self {
        Self {
            flights: Mutex::default(),
            ids: Cache::builder().max_capacity(IDS.1).time_to_live(IDS.0).build(),
            marks: ReadMarks::default(),
        }
    }
}

/// Identifies a flight.
pub(super) struct FlightNumber(Place, u64);

impl OwnSends {
    fn locked(&self) -> MutexGuard<'_, (u64, HashMap<Place, Vec<Flight>>)> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that a message is about to be sent.
    pub(super) fn begin(&self, account: &Account<'_>, outgoing: &Outgoing, said: Said) -> FlightNumber {
        let place = (account.user_id.to_owned(), outgoing.conversation_id.clone());
        let now = Instant::now();
        let mut flights = self.locked();
        flights.0 += 1;
        let number = flights.0;
        flights.1.retain(|_, all| {
            all.retain(|one| now.duration_since(one.begun) < UNANSWERED);
            !all.is_empty()
        });
        let letter_id = outgoing.letter_id;
        let flight = Flight { number, said, letter_id, begun: now, unanswered: false, seen: None };
        flights.1.entry(place.clone()).or_default().push(flight);
        FlightNumber(place, number)
    }

    /// Records that the call has ended. Returns the message's id if it is known to have been accepted.
    pub(super) async fn end(&self, flight: FlightNumber, outcome: Outcome) -> Option<Id> {
        if let Outcome::Taken(id) = &outcome {
            // The id is stored before the flight is removed, so that the message is recognised at every moment.
            self.ids.insert(id.clone(), ()).await;
        }
        self.landed(flight, outcome)
    }

    fn landed(&self, FlightNumber(place, number): FlightNumber, outcome: Outcome) -> Option<Id> {
        let mut flights = self.locked();
        let all = flights.1.entry(place).or_default();
        let at = all.iter().position(|one| one.number == number);
        match outcome {
            Outcome::Unknown => {
                let flight = all.get_mut(at?)?;
                flight.unanswered = true;
                if flight.seen.is_none() { None } else { all.remove(at?).seen }
            }
            taken_or_not => {
                at.map(|at| all.remove(at));
                if let Outcome::Taken(id) = taken_or_not { Some(id) } else { None }
            }
        }
    }

    /// Whether the webhook's message of the seller is one of ours.
    pub(super) async fn recognise(&self, account: &Account<'_>, message: &wire::Message) -> Option<OwnSend> {
        if self.ids.contains_key(&message.id) {
            return Some(OwnSend::Answered);
        }
        let own = self.found(account, message)?;
        self.ids.insert(message.id.clone(), ()).await;
        Some(own)
    }

    fn found(&self, account: &Account<'_>, message: &wire::Message) -> Option<OwnSend> {
        let said = Said::of(message)?;
        let mut flights = self.locked();
        let all = flights.1.get_mut(&(account.user_id.to_owned(), message.chat_id.to_string()))?;
        let at = all.iter().position(|one| one.said == said && one.seen.is_none())?;
        let flight = all.get_mut(at)?;
        if !flight.unanswered {
            flight.seen = Some(message.id.clone());
            return Some(OwnSend::Answered);
        }
        Some(OwnSend::Unanswered(all.remove(at).letter_id))
    }
}

/// Judges a failed call.
pub(super) fn judge(words: Words, failed: &ApiError) -> Report {
    let refusal = match failed.judged("said-messenger-answered") {
        Ok(judged) => return judged.report,
        Err(refusal) => refusal,
    };
    let Refusal { status, code, text, .. } = refusal;
    let answer = json!({ "code": code, "message": text }).to_string();
    let said = LocalizedText::new("said-avito-answered").with("status", *status).with("text", text.as_str());
    // The limits apply to the whole account (avito §9).
    let retry = Verdict::Retry { after: refusal.retry_after, whole_target: *status == 429 };
    let row = AVITO.find(*code, text);
    Judged::refused(row, words, retry, said.to_string()).with_answer(*status, &answer).report
}

#[cfg(test)]
mod tests;
