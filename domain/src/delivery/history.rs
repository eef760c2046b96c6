//! Chat history at amojo, read page by page: to check whether a message arrived, and to find what managers wrote.

use amocrm::Error as CrmError;
use amocrm::chats::{Chats, HistoryPages, NewChat, PastMessage};
use secrecy::SecretString;

/// One scope at amojo.
#[derive(Clone, Copy)]
pub struct Scoped<'a> {
    pub chats: &'a Chats,
    pub secret: &'a SecretString,
    pub scope_id: &'a str,
}

impl<'a> Scoped<'a> {
    /// amojo's id of a chat: the known one, or the one returned by creating the chat. Creating an existing chat makes
    /// no second chat and no lead (chats-api §3.3).
    pub async fn chat_id(&self, known: &str, chat: impl FnOnce() -> NewChat) -> Result<String, CrmError> {
        if known.is_empty() {
            return Ok(self.chats.create_chat(self.secret, self.scope_id, &chat()).await?.id);
        }
        Ok(known.to_owned())
    }

    /// The history of a chat, limited to `pages` pages.
    pub fn history(self, chat_id: &'a str, pages: u32) -> History<'a> {
        History { pages: self.chats.history_pages(self.secret, self.scope_id, chat_id), left: pages }
    }
}

/// Iterates over a chat's history, one request per page, each message once. New messages shift the pages during the
/// iteration: repeats are skipped, and no message is missed.
pub struct History<'a> {
    pages: HistoryPages<'a>,
    left: u32,
}

impl History<'_> {
    /// The next page, newest first as far as amojo orders it; none at the end or at the page limit.
    pub async fn next(&mut self) -> Result<Option<Vec<PastMessage>>, CrmError> {
        if self.left == 0 {
            return Ok(None);
        }
        let page = self.pages.next().await?;
        self.left -= 1;
        Ok(page)
    }

    /// The first message that matches; none if these pages have none.
    pub async fn find(mut self, wanted: impl Fn(&PastMessage) -> bool) -> Result<Option<PastMessage>, CrmError> {
        while let Some(page) = self.next().await? {
            if let Some(row) = page.into_iter().find(&wanted) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}
