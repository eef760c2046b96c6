//! Read receipts: Avito does not push them, but each message of ours in a list shows when the buyer read it (avito §8).

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

/// How often a source is polled.
pub(super) const INTERVAL: Duration = Duration::from_secs(60);
/// Chats per round: the latest, whose receipts people wait for …
const LATEST: usize = 10;
/// … and some of the others, in turn.
const OTHERS: usize = 5;
/// Messages of a chat that are checked.
const MESSAGES: &str = "50";

/// The position in the rotation of the other chats. One counter serves all sources, because it only has to advance.
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

/// Polls the chats of a round. A rate limit or failure ends the round; earlier results are kept.
pub(super) async fn poll(
    avito: &Avito,
    settings: &Settings,
    open: &[OpenConversation],
) -> Result<Vec<InboundEvent>, Denied> {
    let account = Account::required(settings)?;
    let mut events = Vec::new();
    for conversation in avito.round.of(open) {
        let path = ["messenger", "v3", "accounts", account.user_id, "chats", &conversation.id, "messages", ""];
        let page: Result<Messages, ApiError> = avito.api.call(&account, Call::get(&path, &[("limit", MESSAGES)])).await;
        match page {
            Ok(page) => events.extend(read(page, conversation)),
            // A deleted chat does not affect the others.
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
    use serde_json::json;

    use super::*;
    use crate::avito::fake::{CHAT, Fake, SELLER, fixture, settings};

    fn chat(id: &str, messages: &[&str]) -> OpenConversation {
        OpenConversation { id: id.to_owned(), messages: messages.iter().map(|id| (*id).to_owned()).collect() }
    }

    #[tokio::test]
    async fn messages_of_ours_that_were_read_are_reported() {
        let ours = ["bdcc5bac2d00345f1cc66fa657810065", "bdcc5bac2d00345f1cc66fa657810067"];
        for form in ["api_messages", "api_messages_wrapped"] {
            let fake = Fake::start().await;
            fake.next("/messages/", 200, fixture(form));
            let events = poll(&fake.avito(), &settings(), &[chat(CHAT, &ours)]).await.unwrap();
            let [InboundEvent::Status(read)] = events.as_slice() else { panic!("{events:?}") };
            assert_eq!((read.message.as_str(), read.state), (ours[0], State::Read));
            assert_eq!(read.at, Some(1_795_168_889_000));
            let list = format!("GET /messenger/v3/accounts/{SELLER}/chats/{CHAT}/messages/?limit=50");
            assert_eq!(fake.whats(), [list]);
        }
    }

    #[tokio::test]
    async fn a_limit_ends_a_round_and_a_lost_chat_does_not() {
        let fake = Fake::start().await;
        let avito = fake.avito();
        let ours = ["bdcc5bac2d00345f1cc66fa657810065"];
        let open = [chat("u2i-gone", &ours), chat(CHAT, &ours), chat("u2i-third", &ours)];
        fake.next("u2i-gone", 404, fixture("api_error_404"));
        fake.next_limit("u2i-third", 7);
        assert_eq!(poll(&avito, &settings(), &open).await.unwrap().len(), 1);
        fake.next("/messages/", 429, json!({}));
        assert!(matches!(poll(&avito, &settings(), &open).await, Err(Denied::Away(_))));
        fake.next("/messages/", 402, fixture("api_error_402"));
        assert!(matches!(poll(&avito, &settings(), &open).await, Err(Denied::Access(_))));
        assert_eq!(poll(&avito, &settings(), &[]).await, Ok(Vec::new()));
    }

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
