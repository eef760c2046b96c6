//! Lists that are read: messages from before the source was connected (avito §7), chat by chat, the most recently changed
//! first; and which of our messages the buyer has read.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base::i18n::Words;
use base::message::State;
use chrono::{DateTime, Utc};

use super::Avito;
use super::api::{AvitoApi, Call, denied};
use super::receive::{Listener, read_old};
use super::settings::Account;
use super::wire::{Chat, ChatList, Messages};
use crate::call::{ApiError, Refusal};
use crate::incoming::{InboundEvent, IncomingMessage, StatusReport};
use crate::poll::{HistoryPage, OpenConversation};
use crate::{Denied, Settings};

/// Messages per page, and how far back Avito lists chats and messages.
const PAGE: usize = 100;
const FURTHEST: usize = 1000;

/// A chat by its position in the list, and the offset in its messages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Position {
    chat: usize,
    message: usize,
}

impl Position {
    fn read(text: &str) -> Option<Self> {
        let (chat, message) = text.split_once(':')?;
        Some(Self { chat: chat.parse().ok()?, message: message.parse().ok()? })
    }

    /// None beyond what Avito lists.
    fn shown(self) -> Option<String> {
        (self.chat <= FURTHEST).then(|| format!("{}:{}", self.chat, self.message))
    }
}

/// One page: up to a hundred messages of one chat, ordered by time.
pub(super) async fn page(
    api: &AvitoApi,
    settings: &Settings,
    since: DateTime<Utc>,
    page: Option<&str>,
    words: Words,
) -> Result<HistoryPage, Denied> {
    let account = Account::required(settings)?;
    let at = page.and_then(Position::read).unwrap_or_default();
    let Some(chat) = chat_at(api, &account, at.chat).await? else { return Ok(HistoryPage::default()) };
    if chat.updated < since.timestamp() {
        return Ok(HistoryPage::default());
    }
    let (limit, offset) = (PAGE.to_string(), at.message.to_string());
    let path = ["messenger", "v3", "accounts", account.user_id, "chats", chat.id.as_str(), "messages", ""];
    let query = [("limit", limit.as_str()), ("offset", offset.as_str())];
    let listed: Messages = api.call(&account, Call::get(&path, &query)).await.map_err(|failed| denied(&failed))?;
    let listed = listed.into_list();
    let is_full = listed.len() >= PAGE;
    let reaches_back = listed.iter().any(|message| message.created < since.timestamp());
    let has_more = is_full && !reaches_back && at.message + PAGE <= FURTHEST;
    let next = if has_more {
        Position { message: at.message + PAGE, ..at }
    } else {
        Position { chat: at.chat + 1, message: 0 }
    };
    let listener = Listener { account: &account, words };
    // The advert goes above the oldest imported message.
    let mut advert = chat.advert().filter(|_| !has_more);
    let mut messages: Vec<IncomingMessage> = Vec::new();
    for mut message in listed.into_iter().rev().filter(|message| message.created >= since.timestamp()) {
        message.chat_id = chat.id.clone();
        if let Some(read) = read_old(&listener, &message, &chat, advert.as_ref()) {
            advert = None;
            messages.push(read);
        }
    }
    Ok(HistoryPage { messages, next: next.shown() })
}

async fn chat_at(api: &AvitoApi, account: &Account<'_>, offset: usize) -> Result<Option<Chat>, Denied> {
    let offset = offset.to_string();
    let path = ["messenger", "v2", "accounts", account.user_id, "chats"];
    let query = [("chat_types", "u2i,u2u"), ("limit", "1"), ("offset", offset.as_str())];
    let list: ChatList = api.call(account, Call::get(&path, &query)).await.map_err(|failed| denied(&failed))?;
    Ok(list.chats.into_iter().next())
}

// Read receipts: Avito does not push them, but each message of ours in a list shows when the buyer read it (avito §8).

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
            Err(ApiError::Refused(Refusal { code: 400 | 404, is_gateways: false, .. })) => {}
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
    use base::i18n::Language;
    use base::message::{Content, Role};
    use serde_json::json;

    use super::*;
    use crate::avito::fake::{self, CHAT, SELLER, fixture, settings};
    use crate::fake::Fake;

    async fn asked(fake: &Fake, since: i64, from: Option<&str>) -> HistoryPage {
        let since = DateTime::from_timestamp(since, 0).unwrap();
        page(&fake::avito(fake).api, &settings(), since, from, Words::new(Language::En)).await.unwrap()
    }

    #[tokio::test]
    async fn a_chat_is_brought_in_in_the_order_of_time_below_its_advert() {
        let fake = fake::start().await;
        let HistoryPage { messages, next } = asked(&fake, 1_795_000_000, None).await;
        let shown: Vec<(Role, &str)> = messages
            .iter()
            .map(|message| match &message.body.content {
                Content::Text { text } => (message.body.sender.role, text.as_str()),
                other => panic!("{other:?}"),
            })
            .collect();
        let about = "[Advert] Диван синий, 30 000 ₽\n\
                     https://avito.ru/moskva/mebel_i_interer/divan_siniy_3344556677\n\nЕщё продаёте?";
        assert_eq!(shown, [(Role::Client, about), (Role::Manager, "Да, продаём"), (Role::Manager, "Приедете?")]);
        assert_eq!(messages[1].conversation_id, CHAT);
        assert_eq!(messages[1].body.receiver.as_ref().unwrap().name.as_deref(), Some("Мария"));
        assert_eq!(messages[2].body.reply_to.as_ref().unwrap().external_id, Some(messages[0].external_id.clone()));
        assert_eq!(next.as_deref(), Some("1:0"));
        let chats = format!("GET /messenger/v2/accounts/{SELLER}/chats");
        let list = format!("GET /messenger/v3/accounts/{SELLER}/chats/{CHAT}/messages/?limit=100&offset=0");
        assert_eq!(fake::lines(&fake), [format!("{chats}?chat_types=u2i%2Cu2u&limit=1&offset=0"), list]);
    }

    #[tokio::test]
    async fn it_ends_with_the_last_chat_that_changed_since() {
        let fake = fake::start().await;
        assert_eq!(asked(&fake, 1_795_168_800, None).await, HistoryPage::default(), "the chat is older");
        fake.next("/chats?", 200, json!({ "chats": [] }));
        assert_eq!(asked(&fake, 0, Some("3:0")).await, HistoryPage::default());
        fake.next("/v2/", 402, fixture("api_error_402"));
        let denied =
            page(&fake::avito(&fake).api, &settings(), DateTime::UNIX_EPOCH, None, Words::new(Language::En)).await;
        assert!(matches!(denied, Err(Denied::Access(_))));
    }

    #[tokio::test]
    async fn a_long_chat_has_several_pages_and_its_advert_on_the_oldest() {
        let fake = fake::start().await;
        let one = fixture("api_messages")[3].clone();
        fake.next("/messages/", 200, json!(vec![one; PAGE]));
        let HistoryPage { messages, next } = asked(&fake, 0, Some("2:300")).await;
        assert_eq!((messages.len(), next.as_deref()), (PAGE, Some("2:400")));
        assert_eq!(messages[0].body.content, Content::Text { text: "Ещё продаёте?".to_owned() });
        let recent = asked(&fake, 1_795_168_800, Some("0:0")).await;
        assert!(recent.messages.is_empty());
    }

    fn chat(id: &str, messages: &[&str]) -> OpenConversation {
        OpenConversation { id: id.to_owned(), messages: messages.iter().map(|id| (*id).to_owned()).collect() }
    }

    #[tokio::test]
    async fn a_limit_ends_a_round_and_a_lost_chat_does_not() {
        let fake = fake::start().await;
        let avito = fake::avito(&fake);
        let ours = ["bdcc5bac2d00345f1cc66fa657810065"];
        let open = [chat("u2i-gone", &ours), chat(CHAT, &ours), chat("u2i-third", &ours)];
        fake.next("/u2i-gone", 404, fixture("api_error_404"));
        fake.answers("/u2i-third", fake::limited(7));
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
