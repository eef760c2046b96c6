//! A message about to be sent, with its changeable parts separate.

use base::message::{Content, Markup, Media};
use serde_json::{Value, json};

use super::SendContext;
use super::file::{self, FileKind};
use crate::Message;
use crate::error_catalog::Fix;
use crate::fit::{lines, split};
use crate::vk::abilities::TEXT;
use crate::vk::api::{ApiError, Params};
use crate::vk::ids::{MessageId, Number, is_chat};
use crate::vk::keyboard;

/// What is sent with the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum With {
    Nothing,
    File(FileKind, Box<Media>),
    Place { latitude: f64, longitude: f64 },
}

/// A message about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MessageDraft {
    pub text: String,
    /// Texts that follow as separate messages.
    pub more: Vec<String>,
    /// Requests that were accepted.
    pub sent: usize,
    pub with: With,
    /// The message it answers.
    pub quote: Option<MessageId>,
    pub keyboard: Option<Value>,
}

/// The ids of a sent message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Posted {
    pub id: i64,
    pub cmid: i64,
}

impl MessageDraft {
    pub fn of(line: &SendContext<'_>, message: &Message) -> Self {
        let words = line.outgoing.words;
        let quote = quoted(line, message);
        let keyboard = message.markup.as_ref().and_then(|markup| keyboard::inline(message.id, markup));
        let (text, with) = content(words, &message.content);
        let mut parts = Vec::new();
        if let (None, Some(quote)) = (quote, &message.reply_to) {
            parts.push(lines::quote(words, quote));
        }
        parts.push(match (&message.markup, &keyboard) {
            (Some(Markup::List(list)), Some(_)) => lines::around_list(list, &text),
            _ => text,
        });
        parts.extend(message.markup.as_ref().filter(|_| keyboard.is_none()).map(lines::markup));
        let mut draft = Self { text: String::new(), more: Vec::new(), sent: 0, with, quote, keyboard };
        draft.say(&joined(&parts));
        draft
    }

    /// Takes a text, in parts if it is too long for one message.
    fn say(&mut self, text: &str) {
        let mut texts = if TEXT.holds(text) { vec![text.to_owned()] } else { split(text, TEXT) }.into_iter();
        self.text = texts.next().unwrap_or_default();
        self.more = texts.collect();
    }

    /// The texts that are still to be sent.
    pub fn whole_text(&self) -> String {
        [std::slice::from_ref(&self.text), &self.more].concat().concat()
    }

    /// VK refuses messages of only white space.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.with == With::Nothing
    }

    /// False if this change does not apply.
    pub fn change(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix) -> bool {
        match fix {
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::ButtonsAsText => {
                let Some(markup) = message.markup.as_ref().filter(|_| self.keyboard.take().is_some()) else {
                    return false;
                };
                self.say(&joined(&[self.whole_text(), lines::markup(markup)]));
                true
            }
            Fix::Document => match &mut self.with {
                With::File(kind, _) => std::mem::replace(kind, FileKind::Doc) != FileKind::Doc,
                _ => false,
            },
            Fix::Bytes => match &message.content {
                // The link of a file that VK does not accept; its caption is already in the text.
                content if matches!(self.with, With::File(..)) => {
                    self.with = With::Nothing;
                    self.say(&lines::content(line.outgoing.words, content));
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Sends the next request. The last one has the keyboard.
    pub async fn request(&self, line: &SendContext<'_>) -> Result<Posted, ApiError> {
        let attachment = match &self.with {
            With::File(kind, media) => Some(file::attachment(line, *kind, media).await?),
            _ => None,
        };
        let random_id = line.random_id(self.sent);
        line.seen.sends(line.community.id, random_id).await;
        let mut parameters = line.to_peer();
        parameters.extend([
            ("random_id", Some(random_id.to_string())),
            ("message", Some(self.text.clone()).filter(|text| !text.is_empty())),
            ("dont_parse_links", Some("1".to_owned())),
            ("attachment", attachment),
        ]);
        parameters.extend(self.quote.map(reply));
        if let With::Place { latitude, longitude } = self.with {
            parameters.extend([("lat", Some(latitude.to_string())), ("long", Some(longitude.to_string()))]);
        }
        if self.more.is_empty() {
            parameters.push(("keyboard", self.keyboard.as_ref().map(Value::to_string)));
        }
        call(line, parameters).await
    }
}

/// The message of this dialogue that a message answers.
fn quoted(line: &SendContext<'_>, message: &Message) -> Option<MessageId> {
    let quote = message.reply_to.as_ref()?.external_id.as_deref().and_then(MessageId::parse)?;
    Some(quote).filter(|quote| quote.peer == line.peer)
}

/// Calls `messages.send`. Messages of group chats have no id, and only a request with `peer_ids` returns their number,
/// so the same request is sent again in that form; its `random_id` prevents a duplicate.
async fn call(line: &SendContext<'_>, parameters: Params) -> Result<Posted, ApiError> {
    let send = async |parameters: Params| -> Result<Posted, ApiError> {
        let answer: Value = line.api.call(line.community.token, "messages.send", parameters).await?;
        read(&answer)
    };
    let posted = send(parameters.clone()).await?;
    if !is_chat(line.peer) || posted.id > 0 || posted.cmid > 0 {
        return Ok(posted);
    }
    let named = |(name, value): (&'static str, _)| (if name == "peer_id" { "peer_ids" } else { name }, value);
    let again = send(parameters.into_iter().map(named).collect()).await;
    Ok(again.unwrap_or(posted))
}

/// A number, or an object with the numbers or the error of one peer.
fn read(answer: &Value) -> Result<Posted, ApiError> {
    let one = answer.as_array().map_or(Some(answer), |all| all.first()).ok_or(ApiError::Unreadable)?;
    // Also as text, for servers that write 64-bit numbers as text.
    if let Some(id) = one.as_i64().or_else(|| one.as_str()?.parse().ok()) {
        return Ok(Posted { id, cmid: 0 });
    }
    let error = &one["error"];
    if let Some(code) = error["code"].as_u64().and_then(|code| u32::try_from(code).ok()) {
        let text = error["description"].as_str().unwrap_or_default().to_owned();
        return Err(ApiError::Refused { code, text });
    }
    let number = |name: &str| one[name].as_i64().unwrap_or_default();
    let cmid = number("conversation_message_id").max(number("cmid"));
    match (number("message_id"), cmid) {
        (0, 0) => Err(ApiError::Unreadable),
        (id, cmid) => Ok(Posted { id, cmid }),
    }
}

/// The parameter that names the answered message. In group chats, messages have no id of their own, so the message is
/// forwarded as a reply (vk §6).
fn reply(quote: MessageId) -> (&'static str, Option<String>) {
    match quote.number {
        Number::Id(id) if !is_chat(quote.peer) => ("reply_to", Some(id.to_string())),
        Number::Id(id) => ("forward", Some(forward(quote.peer, "message_ids", id))),
        Number::Cmid(cmid) => ("forward", Some(forward(quote.peer, "conversation_message_ids", cmid))),
    }
}

fn forward(peer: i64, name: &str, number: i64) -> String {
    json!({ "peer_id": peer, name: [number], "is_reply": 1 }).to_string()
}

fn content(words: base::i18n::Words, content: &Content) -> (String, With) {
    match content {
        Content::Text { text } => (text.clone(), With::Nothing),
        Content::Location { latitude, longitude } => {
            (String::new(), With::Place { latitude: *latitude, longitude: *longitude })
        }
        content => match (content.media(), FileKind::of(content)) {
            (Some(media), Some(kind)) => {
                (media.text.clone().unwrap_or_default(), With::File(kind, Box::new(media.clone())))
            }
            _ => (lines::content(words, content), With::Nothing),
        },
    }
}

fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.trim().is_empty()).collect();
    parts.join("\n\n")
}
