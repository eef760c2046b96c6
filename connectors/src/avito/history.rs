//! Messages from before a source was connected (avito §7): chat by chat, the one that changed last first.

use base::i18n::Words;
use chrono::{DateTime, Utc};

use super::api::{AvitoApi, Call, denied};
use super::receive::{Listener, read_old};
use super::setup::Account;
use super::wire::{Chat, ChatList, Messages};
use crate::incoming::IncomingMessage;
use crate::poll::HistoryPage;
use crate::{Denied, Settings};

/// Messages of one page, and how far back Avito lists chats and messages.
const PAGE: usize = 100;
const FURTHEST: usize = 1000;

/// Which chat, by its place in the list, and which messages of it.
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

/// One page: up to a hundred messages of one chat, in the order of their time.
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
    let next =
        if has_more { Position { message: at.message + PAGE, ..at } } else { Position { chat: at.chat + 1, message: 0 } };
    let listener = Listener { account: &account, words };
    // The advert goes above the oldest message that is brought in.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_until_the_lists_end() {
        let at = Position { chat: 7, message: 300 };
        assert_eq!(Position::read(&at.shown().unwrap()), Some(at));
        assert_eq!(Position { chat: 1001, message: 0 }.shown(), None);
        for wrong in ["", "7", "a:b", "7:", "-1:0"] {
            assert_eq!(Position::read(wrong), None, "{wrong}");
        }
    }
}
