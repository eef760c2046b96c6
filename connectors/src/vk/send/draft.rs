//! A message about to be sent, with its changeable parts separate, and the form in which its file is sent.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::{Content, Markup, Media, State};
use base::verdict::Taken;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{judge, next};
use crate::call::{ApiError, Refusal};
use crate::error_catalog::Fix;
use crate::file::MultipartRequest;
use crate::fit::{self, lines};
use crate::sending::{Draft, Next, is_one_of};
use crate::vk::api::{Params, TEXT, UNREADABLE, VkApi, not_uploaded};
use crate::vk::keyboard;
use crate::vk::people::Seen;
use crate::vk::setup::Community;
use crate::vk::wire::{MessageId, Number, is_chat};
use crate::{Message, Outgoing};

/// What every request for a letter needs.
pub(super) struct SendContext<'a> {
    pub(super) api: &'a VkApi,
    pub(super) seen: &'a Seen,
    pub(super) uploaded: &'a Uploaded,
    pub(super) community: Community<'a>,
    pub(super) peer: i64,
    pub(super) outgoing: &'a Outgoing,
}

impl SendContext<'_> {
    /// The parameters for the target: the peer, and whose dialogue it is.
    pub(super) fn to_peer(&self) -> crate::vk::api::Params {
        vec![("peer_id", Some(self.peer.to_string())), ("group_id", Some(self.community.id.to_string()))]
    }

    /// VK's idempotency key of the n-th request of a letter: the same in every attempt (vk §6). Positive and never 0,
    /// because 0 means no key.
    pub(super) fn random_id(&self, request: usize) -> i32 {
        let digest = Sha256::digest(format!("{}#{request}", self.outgoing.id()));
        let mut bytes = [0; 4];
        for (to, from) in bytes.iter_mut().zip(digest.iter()) {
            *to = *from;
        }
        (i32::from_be_bytes(bytes) & i32::MAX).max(1)
    }
}

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
        parts.extend(
            message
                .markup
                .as_ref()
                .filter(|_| keyboard.is_none())
                .map(|markup| lines::markup(markup, lines::said(&message.content))),
        );
        let mut draft = Self { text: String::new(), more: Vec::new(), sent: 0, with, quote, keyboard };
        draft.say(&joined(&parts));
        draft
    }

    /// Takes a text, in parts if it is too long for one message.
    fn say(&mut self, text: &str) {
        let mut texts = if TEXT.holds(text) { vec![text.to_owned()] } else { fit::split(text, TEXT) }.into_iter();
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
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Posted;
    type Failed = ApiError;

    /// One for each fallback that can follow another: without quote, buttons as text, as a document, as a link.
    const CHANGES: usize = 4;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.text = self.more.remove(0);
        self.with = With::Nothing;
        self.quote = None;
        self.sent += 1;
    }

    /// The last request has the keyboard.
    async fn post(&self, line: &SendContext<'_>) -> Result<Posted, ApiError> {
        let attachment = match &self.with {
            With::File(kind, media) => Some(attachment(line, *kind, media).await?),
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

    async fn judge(&mut self, line: &SendContext<'_>, failed: &ApiError, changes: &[Fix]) -> Next {
        judge(line, failed).once(changes, |fix| next(fix, self))
    }

    fn mend(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&ApiError>) -> bool {
        match fix {
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::ButtonsAsText => {
                let Some(markup) = message.markup.as_ref().filter(|_| self.keyboard.take().is_some()) else {
                    return false;
                };
                let text = self.whole_text();
                let choices = lines::markup(markup, &text);
                self.say(&joined(&[text, choices]));
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

    fn taken(&self, line: &SendContext<'_>, posted: Posted) -> Taken {
        let external_id = MessageId::of(line.peer, posted.id, posted.cmid).map(|id| id.to_string());
        Taken { external_id, state: Some(State::Delivered), ..Taken::default() }
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
    let one = answer.as_array().map_or(Some(answer), |all| all.first()).ok_or(UNREADABLE)?;
    // Also as text, for servers that write 64-bit numbers as text.
    if let Some(id) = one.as_i64().or_else(|| one.as_str()?.parse().ok()) {
        return Ok(Posted { id, cmid: 0 });
    }
    let error = &one["error"];
    if let Some(code) = error["code"].as_u64().and_then(|code| u32::try_from(code).ok()) {
        let text = error["description"].as_str().unwrap_or_default().to_owned();
        return Err(Refusal { status: 200, code, text, ..Refusal::default() }.into());
    }
    let number = |name: &str| one[name].as_i64().unwrap_or_default();
    let cmid = number("conversation_message_id").max(number("cmid"));
    match (number("message_id"), cmid) {
        (0, 0) => Err(UNREADABLE),
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

// Chooses the form in which a file is sent, and uploads it: get an address, send the bytes, call a method that saves
// them (vk §8).

const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture, and the largest file.
const PHOTO: u64 = 50 * MEGABYTE;
const DOC: u64 = 200 * MEGABYTE;
/// How many uploads are cached, and for how long: for the attempts of one letter.
const UPLOADS: u64 = 10_000;
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The form in which a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FileKind {
    Photo,
    /// A voice message: Opus in Ogg.
    Voice,
    Doc,
}

/// Files that VK already has for a letter, so that a retry does not upload them again.
pub(in crate::vk) struct Uploaded(Cache<(String, FileKind), Arc<str>>);

impl Default for Uploaded {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(UPLOADS).time_to_live(REMEMBERED).build())
    }
}

#[derive(Deserialize)]
struct UploadServer {
    upload_url: String,
}

/// A saved file.
#[derive(Deserialize)]
struct Kept {
    id: i64,
    owner_id: i64,
    #[serde(default)]
    access_key: Option<String>,
}

impl FileKind {
    /// The best form that VK accepts for the content; none if it has no file.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        Some(match content {
            Content::Picture(_) | Content::Sticker(_)
                if media.file_size <= PHOTO
                    && is_one_of(media, &["image/jpeg", "image/png", "image/gif", "image/webp"]) =>
            {
                Self::Photo
            }
            Content::Voice(_) if is_one_of(media, &["audio/ogg", "audio/opus", "application/ogg"]) => Self::Voice,
            _ => Self::Doc,
        })
    }
}

/// Uploads a file and returns its reference for `attachment`.
pub(super) async fn attachment(line: &SendContext<'_>, kind: FileKind, media: &Media) -> Result<String, ApiError> {
    let key = (line.outgoing.id(), kind);
    if let Some(known) = line.uploaded.0.get(&key).await {
        return Ok(known.to_string());
    }
    if media.file_size > DOC {
        return Err(not_uploaded("the file has more than 200 MB".to_owned()));
    }
    let reference = match kind {
        FileKind::Photo => photo(line, media).await?,
        FileKind::Voice => doc(line, "audio_message", media).await?,
        FileKind::Doc => doc(line, "doc", media).await?,
    };
    line.uploaded.0.insert(key, reference.as_str().into()).await;
    Ok(reference)
}

async fn photo(line: &SendContext<'_>, media: &Media) -> Result<String, ApiError> {
    let uploaded_file = uploaded(line, "photos.getMessagesUploadServer", None, "photo", media).await?;
    // An empty list means no picture, or one that VK cannot read.
    let photo = word(&uploaded_file["photo"]).filter(|photo| photo != "[]");
    let photo = photo.ok_or_else(|| not_uploaded("the picture cannot be read".to_owned()))?;
    let parameters: Params = vec![
        ("photo", Some(photo)),
        ("server", word(&uploaded_file["server"])),
        ("hash", word(&uploaded_file["hash"])),
    ];
    let kept: Vec<Kept> = save(line, "photos.saveMessagesPhoto", parameters).await?;
    kept.first().map(|kept| kept.reference("photo")).ok_or(UNREADABLE)
}

async fn doc(line: &SendContext<'_>, kind: &'static str, media: &Media) -> Result<String, ApiError> {
    let uploaded_file = uploaded(line, "docs.getMessagesUploadServer", Some(kind), "file", media).await?;
    let file = word(&uploaded_file["file"]).ok_or_else(|| not_uploaded(uploaded_file.to_string()))?;
    let parameters: Params = vec![("file", Some(file)), ("title", Some(name(media)))];
    let kept: Value = save(line, "docs.save", parameters).await?;
    // Under the name of its type; older versions return a list.
    let object = kept["type"].as_str().map_or_else(|| &kept[0], |kind| &kept[kind]);
    let kept = Kept::deserialize(object).map_err(|_| UNREADABLE)?;
    Ok(kept.reference("doc"))
}

impl Kept {
    fn reference(&self, kind: &str) -> String {
        let key = self.access_key.as_deref().filter(|key| !key.is_empty()).map(|key| format!("_{key}"));
        format!("{kind}{}_{}{}", self.owner_id, self.id, key.unwrap_or_default())
    }
}

/// A save call that failed half-way is repeated: what it saved is not visible to anyone yet.
async fn save<T: serde::de::DeserializeOwned>(
    line: &SendContext<'_>,
    method: &str,
    parameters: Params,
) -> Result<T, ApiError> {
    line.api.call(line.community.token, method, parameters).await.map_err(ApiError::invisible)
}

async fn uploaded(
    line: &SendContext<'_>,
    method: &str,
    kind: Option<&'static str>,
    field: &'static str,
    media: &Media,
) -> Result<Value, ApiError> {
    let opened = line.outgoing.open(media, "said-vk-file").await.map_err(ApiError::NotSent)?;
    let opened = opened.ok_or_else(|| not_uploaded("not_here".to_owned()))?;
    let peer = Some(line.peer.to_string());
    let parameters: Params = vec![("peer_id", peer), ("type", kind.map(str::to_owned))];
    let server: UploadServer = save(line, method, parameters).await?;
    let file = MultipartRequest {
        // VK recognises the kind by its extension.
        file_name: name(media),
        mime_type: String::new(),
        ..MultipartRequest::of(field, media, opened)
    };
    line.api.upload(&server.upload_url, file).await
}

fn name(media: &Media) -> String {
    match media.file_name.trim() {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// A text or a number in an answer.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_as_the_best_that_vk_takes() {
        let media = |mime: &str, size| Media { mime_type: Some(mime.to_owned()), file_size: size, ..Media::default() };
        for (content, kind) in [
            (Content::Picture(media("image/jpeg", 5)), FileKind::Photo),
            (Content::Picture(media("image/jpeg", PHOTO + 1)), FileKind::Doc),
            (Content::Picture(media("image/heic", 5)), FileKind::Doc),
            (Content::Picture(Media::default()), FileKind::Photo),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), FileKind::Voice),
            (Content::Voice(media("audio/mpeg", 5)), FileKind::Doc),
            (Content::File(media("image/jpeg", 5)), FileKind::Doc),
        ] {
            assert_eq!(FileKind::of(&content), Some(kind), "{content:?}");
        }
        assert_eq!(FileKind::of(&Content::Text { text: "x".into() }), None);
    }
}
