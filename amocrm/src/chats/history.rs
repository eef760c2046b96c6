//! Reading the messages of a chat (chats-api §3.6).

use std::collections::HashSet;

use reqwest::Method;
use secrecy::SecretString;

use super::{Chats, Request};
use crate::error::Error;
use crate::hooks::chats::PastMessage;
use crate::lenient;

/// The largest page of history that amoCRM returns.
pub const HISTORY_PAGE: u32 = 50;

impl Chats {
    /// One page of a chat's messages, by **amojo's** id of the chat. Empty if there is no such chat, or if it has no
    /// messages (204). Only chats of this integration can be read.
    ///
    /// `limit` is 1 to [`HISTORY_PAGE`]; continue until a page has fewer rows. The order is not guaranteed (samples
    /// have the newest first), and new messages shift the offsets: sort and de-duplicate by `message.id`, or use
    /// [`history_pages`](Chats::history_pages), which does. A row without an id makes the page unreadable.
    pub async fn history(
        &self,
        secret: &SecretString,
        scope_id: &str,
        chat_id: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<PastMessage>, Error> {
        const CALL: &str = "history";
        if !(1..=HISTORY_PAGE).contains(&limit) {
            return Err(Error::invalid(CALL, format!("limit must be 1 to {HISTORY_PAGE}")));
        }
        let request = Request {
            call: CALL,
            secret,
            method: Method::GET,
            segments: vec![scope_id, "chats", chat_id, CALL],
            query: vec![("offset", offset.to_string()), ("limit", limit.to_string())],
            body: Vec::new(),
        };
        let answer = self.call(request).await?;
        if answer.status == 204 {
            return Ok(Vec::new());
        }
        let object = answer.object()?;
        if object.get("messages").is_none() {
            return Err(answer.unreadable("messages is missing"));
        }
        let rows = lenient::list(&object, "messages").into_iter().map(PastMessage::row);
        rows.collect::<Option<_>>().ok_or_else(|| answer.unreadable("a message without id"))
    }

    /// The whole history of a chat, page by page: each call of [`next`](HistoryPages::next) is one request, so that the
    /// caller can control the rate and stop at any page.
    ///
    /// ```no_run
    /// # async fn example(chats: amocrm::chats::Chats, secret: secrecy::SecretString) -> Result<(), amocrm::Error> {
    /// let mut pages = chats.history_pages(&secret, "scope", "5e4d3c2b-1a09-4f8e-9d7c-6b5a49382716");
    /// while let Some(messages) = pages.next().await? {
    ///     for message in messages {
    ///         println!("{:?} {}", message.at_milliseconds(), message.message.text);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn history_pages<'call>(
        &'call self,
        secret: &'call SecretString,
        scope_id: &'call str,
        chat_id: &'call str,
    ) -> HistoryPages<'call> {
        HistoryPages { chats: self, secret, scope_id, chat_id, offset: 0, ended: false, seen: HashSet::new() }
    }
}

/// An iteration over a chat's history, from [`Chats::history_pages`]. It remembers the ids that it has returned.
#[derive(Debug)]
pub struct HistoryPages<'call> {
    chats: &'call Chats,
    secret: &'call SecretString,
    scope_id: &'call str,
    chat_id: &'call str,
    offset: u32,
    ended: bool,
    seen: HashSet<String>,
}

impl HistoryPages<'_> {
    /// The next messages that were not returned before; `None` at the end. A page may be empty if all of it was known.
    /// After an error the same page is requested again.
    pub async fn next(&mut self) -> Result<Option<Vec<PastMessage>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let page = self.chats.history(self.secret, self.scope_id, self.chat_id, self.offset, HISTORY_PAGE).await?;
        self.offset = self.offset.saturating_add(HISTORY_PAGE);
        self.ended = page.len() < usize::try_from(HISTORY_PAGE).unwrap_or(usize::MAX);
        let new = page.into_iter().filter(|row| self.seen.insert(row.message.id.clone())).collect();
        Ok(Some(new))
    }
}
