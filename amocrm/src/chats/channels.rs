//! Connecting channels, creating chats, reading their messages (chats-api §3.1 to §3.3, §3.6).

use std::collections::HashSet;

use reqwest::Method;
use secrecy::SecretString;
use serde::Serialize;

use super::{ChatPerson, ChatUser, Chats, Request, SourceRef, required};
use crate::error::Error;
use crate::hooks::chats::PastMessage;
use crate::lenient;

/// The data for connecting. The hook version is not part of it: it is always `v2`, the only one still supported
/// (chats-api §7 row 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// The account's amojo id (a UUID), not its CRM id.
    pub account_id: String,
    /// Name of the channel as shown in the account.
    pub title: String,
    /// Switches the channel's time window off for this account.
    pub is_time_window_disabled: bool,
}

/// A connected account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The scope for all calls about messages, opaque. Never empty.
    pub scope_id: String,
    /// Echo of the account; older answers lacked some echoes.
    pub account_id: Option<String>,
    /// Echo of the title.
    pub title: Option<String>,
    /// The hook version in force; with anything but `v2` hooks will not arrive.
    pub hook_api_version: Option<String>,
    /// Echo of the time window switch.
    pub is_time_window_disabled: Option<bool>,
}

#[derive(Serialize)]
struct ConnectBody<'body> {
    account_id: &'body str,
    title: &'body str,
    hook_api_version: &'static str,
    is_time_window_disabled: bool,
}

#[derive(Serialize)]
struct DisconnectBody<'body> {
    account_id: &'body str,
}

impl Chats {
    /// Connects a channel to an account; repeat it after every installation. Connecting again is harmless and updates
    /// the title.
    ///
    /// A refusal with 404 means that there is no such channel, 403 a wrong signature; a private channel refuses
    /// accounts that were not approved (chats-api §3.1).
    pub async fn connect(
        &self,
        secret: &SecretString,
        channel_id: &str,
        connect: &Connect,
    ) -> Result<Connected, Error> {
        const CALL: &str = "connect";
        required(CALL, "account_id", &connect.account_id)?;
        let body = ConnectBody {
            account_id: &connect.account_id,
            title: &connect.title,
            hook_api_version: "v2",
            is_time_window_disabled: connect.is_time_window_disabled,
        };
        let answer = self.call(Request::post(CALL, secret, vec![channel_id, CALL], &body)?).await?;
        let object = answer.object()?;
        let scope_id = lenient::text(&object, "scope_id").ok_or_else(|| answer.unreadable("scope_id is missing"))?;
        Ok(Connected {
            scope_id,
            account_id: lenient::text(&object, "account_id"),
            title: lenient::text(&object, "title"),
            hook_api_version: lenient::text(&object, "hook_api_version"),
            is_time_window_disabled: lenient::flag(&object, "is_time_window_disabled"),
        })
    }

    /// Disconnects the channel from the account: it sends no more hooks. Any 2xx is success, whatever its JSON.
    pub async fn disconnect(&self, secret: &SecretString, channel_id: &str, account_id: &str) -> Result<(), Error> {
        const CALL: &str = "disconnect";
        required(CALL, "account_id", account_id)?;
        let mut request = Request::post(CALL, secret, vec![channel_id, CALL], &DisconnectBody { account_id })?;
        request.method = Method::DELETE;
        self.call(request).await?.nothing_expected()
    }
}

/// A chat to create. Its JSON form is the body of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewChat {
    /// Our id of the chat.
    pub conversation_id: String,
    /// The source of the chat; `None`: amoCRM's default source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRef>,
    /// The customer.
    pub user: ChatUser,
}

/// A chat as amojo knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chat {
    /// amojo's id of the chat: for history, for `conversation_ref_id`, and for linking with a contact. Never empty.
    pub id: String,
    /// The participant, if the answer contained one.
    pub user: Option<ChatPerson>,
}

impl Chats {
    /// Creates a chat, or returns the existing one with this `conversation_id`: safe to repeat. It creates no lead and
    /// no notification, and the chat stays invisible until its first message.
    pub async fn create_chat(&self, secret: &SecretString, scope_id: &str, chat: &NewChat) -> Result<Chat, Error> {
        const CALL: &str = "create_chat";
        required(CALL, "conversation_id", &chat.conversation_id)?;
        required(CALL, "user.id", &chat.user.id)?;
        if let Some(source) = &chat.source {
            source.check(CALL)?;
        }
        let answer = self.call(Request::post(CALL, secret, vec![scope_id, "chats"], chat)?).await?;
        let object = answer.object()?;
        let id = lenient::text(&object, "id").ok_or_else(|| answer.unreadable("id is missing"))?;
        Ok(Chat { id, user: lenient::present(&object, "user").map(ChatPerson::read) })
    }
}

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
