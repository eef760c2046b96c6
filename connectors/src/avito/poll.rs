//! What was read: Avito posts no receipts, but each message of ours in a list says when the buyer read it (avito §8).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base::message::State;

use super::Avito;
use super::api::{ApiError, Call, denied};
use super::setup::Account;
use super::wire::Messages;
use crate::incoming::{InboundEvent, StatusReport};
use crate::poll::OpenConversation;
use crate::{Denied, Settings};

/// How often a source is asked about.
pub(super) const INTERVAL: Duration = Duration::from_secs(60);
/// Chats of one round: the latest, whose receipts people wait for …
const LATEST: usize = 10;
/// … and some of the others, in turn.
const OTHERS: usize = 5;
/// Messages of a chat that are looked at.
const MESSAGES: &str = "50";

/// Where the turn of the other chats has come to. One for all sources: it only has to move.
#[derive(Default)]
pub(super) struct Round(AtomicUsize);

impl Round {
    /// The chats of this round.
    fn of<'a>(&self, open: &'a [OpenConversation]) -> Vec<&'a OpenConversation> {
        let (latest, others) = open.split_at(open.len().min(LATEST));
        let start = self.0.fetch_add(OTHERS, Ordering::Relaxed) % others.len().max(1);
        latest.iter().chain(others.iter().cycle().skip(start).take(OTHERS.min(others.len()))).collect()
    }
}

/// Asks for the chats of a round. A limit or failure ends the round; what was learned before counts.
pub(super) async fn poll(
    avito: &Avito,
    settings: &Settings,
    open: &[OpenConversation],
) -> Result<Vec<InboundEvent>, Denied> {
    let account = Account::required(settings)?;
    let mut events = Vec::new();
    for conversation in avito.round.of(open) {
        let path = ["messenger", "v3", "accounts", account.user_id, "chats", &conversation.id, "messages", ""];
        let page: Result<Messages, ApiError> =
            avito.api.call(&account, Call::get(&path, &[("limit", MESSAGES)])).await;
        match page {
            Ok(page) => events.extend(read(page, conversation)),
            // A chat that is gone does not concern the others.
            Err(ApiError::Refused { code: 400 | 404, .. }) => {}
            Err(failed) if events.is_empty() => return Err(denied(&failed)),
            Err(_) => break,
        }
    }
    Ok(events)
}

fn read(page: Messages, conversation: &OpenConversation) -> Vec<InboundEvent> {
    let mut read: Vec<InboundEvent> = Vec::new();
    for message in page.into_list().into_iter().rev() {
        let is_ours = conversation.messages.iter().any(|id| id == message.id.as_str());
        if let (true, Some(at)) = (is_ours, message.read.filter(|at| *at > 0)) {
            read.push(InboundEvent::Status(Box::new(StatusReport {
                letter_id: None,
                message: message.id.to_string(),
                state: State::Read,
                failure: None,
                at: at.checked_mul(1000),
            })));
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(count: usize) -> Vec<OpenConversation> {
        (0..count).map(|id| OpenConversation { id: id.to_string(), messages: Vec::new() }).collect()
    }

    #[test]
    fn every_chat_has_its_turn_and_the_latest_always() {
        let round = Round::default();
        let open = open(23);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..3 {
            let chosen: Vec<&str> = round.of(&open).into_iter().map(|one| one.id.as_str()).collect();
            assert_eq!(chosen.len(), LATEST + OTHERS);
            assert_eq!(chosen[..3], ["0", "1", "2"]);
            seen.extend(chosen);
        }
        assert_eq!(seen.len(), 23);
        assert_eq!(round.of(&self::open(3)).len(), 3);
        assert!(round.of(&[]).is_empty());
    }
}
