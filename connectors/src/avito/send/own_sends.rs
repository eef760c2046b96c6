//! Recognises our own messages, which Avito's webhook reports too (avito §5.1): by their ids or, while those are
//! unknown, by chat and content, because the webhook may come before the answer to the call, or instead of it. Kept in
//! this process; a message sent by another process is recognised by its id once that is stored.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::cache::Cache;
use tokio::time::Instant;
use uuid::Uuid;

use crate::Outgoing;
use crate::avito::setup::Account;
use crate::avito::wire::{Id, Message};

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

    fn of(message: &Message) -> Option<Self> {
        match message.kind.as_str() {
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
pub(in crate::avito) enum OwnSend {
    /// Its call was answered, or may still be.
    Answered,
    /// The call of this letter ended without an answer.
    Unanswered(Uuid),
}

/// Recently sent messages.
pub(in crate::avito) struct OwnSends {
    flights: Mutex<(u64, HashMap<Place, Vec<Flight>>)>,
    ids: Cache<Id, ()>,
    /// The buyer's last message at the time the chat was marked as read.
    read: Cache<Place, String>,
}

impl Default for OwnSends {
    fn default() -> Self {
        Self {
            flights: Mutex::default(),
            ids: Cache::builder().max_capacity(IDS.1).time_to_live(IDS.0).build(),
            read: Cache::builder().max_capacity(IDS.1).time_to_live(IDS.0).build(),
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
    pub(in crate::avito) async fn recognise(&self, account: &Account<'_>, message: &Message) -> Option<OwnSend> {
        if self.ids.contains_key(&message.id) {
            return Some(OwnSend::Answered);
        }
        let own = self.found(account, message)?;
        self.ids.insert(message.id.clone(), ()).await;
        Some(own)
    }

    fn found(&self, account: &Account<'_>, message: &Message) -> Option<OwnSend> {
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

    /// Whether the buyer has written since the chat was marked as read; remembers the message as read.
    pub(super) async fn is_news(&self, account: &Account<'_>, chat: &str, last: &str) -> bool {
        let place = (account.user_id.to_owned(), chat.to_owned());
        if self.read.get(&place).await.as_deref() == Some(last) {
            return false;
        }
        self.read.insert(place, last.to_owned()).await;
        true
    }
}
