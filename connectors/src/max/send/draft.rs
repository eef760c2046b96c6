//! A message about to be sent, with its changeable parts separate, and the form in which its file is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base::cache::Cache;
use base::i18n::LocalizedText;
use base::message::{Content, List, Markup, Media, State};
use base::verdict::{Taken, Verdict};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{NOT_READY, judge};
use crate::call::ApiError;
use crate::error_catalog::Fix;
use crate::file::MultipartRequest;
use crate::fit::{self, lines};
use crate::max::api::{Call, MaxApi, TEXT};
use crate::max::files::uploaded_token;
use crate::max::setup::BotOptions;
use crate::max::{keyboard, wire};
use crate::sending::{Draft, Next, ReadMarks, is_one_of};
use crate::{Message, Outgoing};

/// What every request for a letter needs.
pub(super) struct SendContext<'a> {
    pub(super) api: &'a MaxApi,
    pub(super) token: &'a SecretString,
    pub(super) options: BotOptions,
    pub(super) place: wire::Place,
    pub(super) outgoing: &'a Outgoing,
    pub(super) uploaded: &'a UploadedFiles,
    pub(super) marks: &'a ReadMarks,
}

/// What accompanies the text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Beside {
    Nothing,
    File {
        kind: UploadType,
        media: Box<Media>,
    },
    /// A complete attachment.
    Attachment(Value),
}

/// A message about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MessageDraft {
    pub text: String,
    pub beside: Beside,
    /// The `mid` of the message it answers.
    pub quote: Option<String>,
    /// The attachment with the buttons.
    pub keyboard: Option<Value>,
    /// Texts that follow as separate messages.
    pub more: Vec<String>,
    /// The post that it comments on; none for a message.
    pub post: Option<String>,
}

/// Why a draft could not be sent.
pub(super) struct NotPosted {
    pub failed: ApiError,
    /// The file that was part of it.
    pub attached: Option<Attached>,
}

impl MessageDraft {
    pub fn of(context: &SendContext<'_>, message: &Message) -> Self {
        let words = context.outgoing.words;
        let post = message.post.as_ref().map(|post| post.id.clone());
        let post = post.filter(|_| matches!(context.place, wire::Place::Comments { .. }));
        let quoted = message.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
        let quote = quoted.map(wire::mid).filter(|mid| mid.starts_with("mid.")).map(str::to_owned);
        let is_comment = post.is_some();
        let keyboard = message.markup.as_ref().filter(|_| !is_comment);
        let keyboard = keyboard.and_then(|markup| keyboard::attachment(message.id, markup));
        let (text, beside) = split(message, is_comment, words);
        let mut draft = Self { text, beside, quote, keyboard, more: Vec::new(), post };
        if let (Some(Markup::List(list)), Some(_)) = (&message.markup, &draft.keyboard) {
            draft.put_around(list);
        }
        if let (None, Some(quote)) = (&draft.quote, &message.reply_to) {
            draft.put_above(&lines::quote(words, quote));
        }
        if let (Some(markup), None) = (&message.markup, &draft.keyboard) {
            draft.put_below(lines::markup(markup, lines::said(&message.content)));
        }
        draft
    }

    /// MAX refuses empty messages.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.beside == Beside::Nothing
    }

    /// Puts a quote above the text; one that does not fit is dropped.
    fn put_above(&mut self, above: &str) {
        let whole = join(above, &self.text);
        if TEXT.holds(&whole) {
            self.text = whole;
        }
    }

    /// Puts a list's header above the text and its footer below; what does not fit becomes a message of its own.
    fn put_around(&mut self, list: &List) {
        let whole = lines::around_list(list, &self.text);
        if TEXT.holds(&whole) {
            self.text = whole;
        } else {
            self.put_below(lines::around_list(list, ""));
        }
    }

    /// Puts a text below; one that does not fit becomes a message of its own.
    pub fn put_below(&mut self, below: String) {
        if below.is_empty() {
            return;
        }
        let whole = join(&self.text, &below);
        if self.more.is_empty() && TEXT.holds(&whole) {
            self.text = whole;
        } else {
            self.more.push(below);
        }
    }

    async fn call(
        &self,
        context: &SendContext<'_>,
        text: &str,
        attachments: Vec<Value>,
    ) -> Result<wire::Posted, ApiError> {
        let mut body = json!({ "text": text });
        if !attachments.is_empty() {
            body["attachments"] = Value::Array(attachments);
        }
        if let Some(mid) = &self.quote {
            body["link"] = json!({ "type": "reply", "mid": mid });
        }
        let (name, id) = match context.place {
            wire::Place::Chat(chat) => ("chat_id", chat),
            wire::Place::Comments { author, .. } => ("user_id", author),
        };
        let id = id.to_string();
        let (comments, query) =
            (["messages", self.post.as_deref().unwrap_or_default(), "comments"], [(name, id.as_str())]);
        let (path, query): (&[&str], &[(&str, &str)]) =
            if self.post.is_some() { (&comments, &[]) } else { (&["messages"], &query) };
        context.api.call(context.token, Call { method: Method::POST, path, query, body: Some(&body) }).await
    }
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = wire::Posted;
    type Failed = NotPosted;

    /// One for each change that can follow another.
    const CHANGES: usize = 3;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.text = self.more.remove(0);
        self.beside = Beside::Nothing;
        self.quote = None;
    }

    /// The last request has the keyboard.
    async fn post(&self, context: &SendContext<'_>) -> Result<wire::Posted, NotPosted> {
        let not = |failed| NotPosted { failed, attached: None };
        let (mut attachments, mut attached) = (Vec::new(), None);
        match &self.beside {
            Beside::Nothing => {}
            Beside::Attachment(attachment) => attachments.push(attachment.clone()),
            Beside::File { kind, media } => {
                attached = attach(context, *kind, media).await.map_err(not)?;
                attachments.extend(attached.as_ref().map(Attached::attachment));
            }
        }
        let mut text = self.text.clone();
        if let (Beside::File { media, .. }, None) = (&self.beside, &attached) {
            // The bytes are not stored here, so only the public address can be sent.
            text = join(&text, &format!("{}\n{}", media.file_name, media.media_url));
        }
        if self.more.is_empty() {
            attachments.extend(self.keyboard.clone());
        }
        let posted = self.call(context, &text, attachments).await;
        posted.map_err(|failed| NotPosted { failed, attached })
    }

    async fn judge(&mut self, context: &SendContext<'_>, failed: &NotPosted, changes: &[Fix]) -> Next {
        let NotPosted { failed, attached } = failed;
        let mut judged = judge(context, failed);
        if let (ApiError::Refused(refusal), Some(file)) = (failed, attached)
            && refusal.word == NOT_READY
        {
            judged.report.verdict = Verdict::Retry { after: Some(file.file.wait()), whole_target: false };
            return Next::End(judged.report);
        }
        let Some(fix) = judged.fix.filter(|fix| !changes.contains(fix)) else { return Next::End(judged.report) };
        if let (Fix::Bytes, Some(file)) = (fix, attached) {
            file.forget(context).await;
        }
        Next::Change(fix, judged.report)
    }

    fn mend(&mut self, context: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&NotPosted>) -> bool {
        let words = context.outgoing.words;
        match fix {
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::Shorter => fit::shorten(&mut self.text, &mut self.more, TEXT),
            // Forces a new upload of the file.
            Fix::Bytes => matches!(self.beside, Beside::File { .. }),
            Fix::Document => match &mut self.beside {
                Beside::File { kind, .. } => std::mem::replace(kind, UploadType::File) != UploadType::File,
                Beside::Nothing | Beside::Attachment(_) => false,
            },
            Fix::ButtonsAsText => {
                let Some(markup) = message.markup.as_ref().filter(|_| self.keyboard.take().is_some()) else {
                    return false;
                };
                self.put_below(lines::markup(markup, &self.text));
                true
            }
            // The location or card is sent as text.
            Fix::Plain => match (&self.beside, &message.content) {
                (Beside::Attachment(_), content @ (Content::Location { .. } | Content::Contact { .. })) => {
                    self.beside = Beside::Nothing;
                    self.put_below(lines::content(words, content));
                    true
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn taken(&self, context: &SendContext<'_>, posted: wire::Posted) -> Taken {
        let mid = posted.message.body.map(|body| body.mid);
        let state = if context.options.delivered_on_accept { State::Delivered } else { State::Sent };
        Taken { external_id: mid.filter(|mid| wire::is_mid(mid)), state: Some(state), ..Taken::default() }
    }
}

fn join(above: &str, below: &str) -> String {
    let parts: Vec<&str> = [above, below].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// Splits a message into its text and what accompanies it. Comments have only a text (max §12).
fn split(message: &Message, is_comment: bool, words: base::i18n::Words) -> (String, Beside) {
    match &message.content {
        Content::Text { text } => (text.clone(), Beside::Nothing),
        content if is_comment => (lines::content(words, content), Beside::Nothing),
        Content::Location { latitude, longitude } => {
            let place = json!({ "type": "location", "latitude": latitude, "longitude": longitude });
            (String::new(), Beside::Attachment(place))
        }
        Content::Contact { name, phone } if !phone.is_empty() => {
            let name = if name.is_empty() { phone } else { name };
            let payload = json!({ "name": name, "vcf_phone": phone });
            (String::new(), Beside::Attachment(json!({ "type": "contact", "payload": payload })))
        }
        content => match (content.media(), UploadType::of(content)) {
            (Some(media), Some(kind)) => {
                let text = media.text.clone().unwrap_or_default();
                (text, Beside::File { kind, media: Box::new(media.clone()) })
            }
            _ => (lines::content(words, content), Beside::Nothing),
        },
    }
}

// Chooses the type with which a file is sent, and uploads it (max §7).

const MEGABYTE: u64 = 1024 * 1024;
const IMAGES: &[&str] =
    &["image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp", "image/heic", "image/x-ms-bmp"];
const VIDEOS: &[&str] = &["video/mp4", "video/quicktime", "video/x-matroska", "video/webm"];

/// `type` of an upload and of the attachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum UploadType {
    Image,
    Video,
    Audio,
    File,
}

impl UploadType {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    /// The largest file of this type.
    const fn most(self) -> u64 {
        match self {
            Self::Image => 50 * MEGABYTE,
            Self::Video => 250 * MEGABYTE,
            Self::Audio => 256 * MEGABYTE,
            Self::File => 4096 * MEGABYTE,
        }
    }

    /// The best type that MAX accepts for a content; none if it has no file, or one that is too large.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        let wanted = match content {
            Content::Picture(_) | Content::Sticker(_) if is_one_of(media, IMAGES) => Self::Image,
            Content::Video(_) if is_one_of(media, VIDEOS) => Self::Video,
            Content::Voice(_) | Content::Audio(_) => Self::Audio,
            _ => Self::File,
        };
        [wanted, Self::File].into_iter().find(|kind| media.file_size <= kind.most())
    }
}

/// The result of `POST /uploads`.
#[derive(Deserialize)]
struct UploadPlace {
    url: String,
    #[serde(default)]
    token: Option<String>,
}

/// A file stored at MAX.
#[derive(Clone, Debug)]
pub(super) struct Attached {
    kind: UploadType,
    pub file: Arc<Uploaded>,
    key: Option<UploadKey>,
}

impl Attached {
    /// The attachment of a message.
    pub fn attachment(&self) -> Value {
        json!({ "type": self.kind.word(), "payload": { "token": self.file.token } })
    }

    /// Removes a token that MAX no longer accepts.
    pub async fn forget(&self, context: &SendContext<'_>) {
        if let Some(key) = &self.key {
            context.uploaded.0.invalidate(key).await;
        }
    }
}

/// The file at MAX: uploaded before, otherwise uploaded now. None if its bytes are not stored here.
async fn attach(context: &SendContext<'_>, kind: UploadType, media: &Media) -> Result<Option<Attached>, ApiError> {
    let Some(media_id) = media.media_id else { return Ok(None) };
    let key = context.outgoing.files.content(media_id).await.map(|content| UploadKey {
        bot: Sha256::digest(context.token.expose_secret().as_bytes()).into(),
        kind,
        content,
        name: media.file_name.clone(),
    });
    if let Some(key) = &key
        && let Some(file) = context.uploaded.0.get(key).await
    {
        return Ok(Some(Attached { kind, file, key: Some(key.clone()) }));
    }
    let opened = context.outgoing.open(media, "said-max-file").await.map_err(ApiError::NotSent)?;
    let Some(opened) = opened else { return Ok(None) };
    let query = [("type", kind.word())];
    let call = Call { method: Method::POST, path: &["uploads"], query: &query, body: None };
    let place: UploadPlace = context.api.call(context.token, call).await.map_err(nothing_sent)?;
    let file = MultipartRequest::of("data", media, opened);
    let answer = context.api.upload(context.token, &place.url, file).await.map_err(nothing_sent)?;
    let token = match place.token.filter(|token| !token.is_empty()) {
        Some(token) => token,
        None => uploaded_token(&answer)?,
    };
    let file = Arc::new(Uploaded::new(token));
    if let Some(key) = &key {
        context.uploaded.0.insert(key.clone(), Arc::clone(&file)).await;
    }
    Ok(Some(Attached { kind, file, key }))
}

/// An upload with an unknown outcome sent no message, so a retry is safe.
fn nothing_sent(failed: ApiError) -> ApiError {
    match failed {
        ApiError::Unreadable { .. } => ApiError::NotSent(LocalizedText::new("said-max-upload")),
        other => other.invisible(),
    }
}

// Files already uploaded to MAX: the token of each upload, so that a file that is still being processed, or is sent to
// many people, is uploaded once (max §7). Cached in this process; a file that was evicted is uploaded again.

/// Maximum number of cached files, and how long after the last use.
const FILES: u64 = 10_000;
const DAYS: Duration = Duration::from_secs(7 * 24 * 3600);
/// The longest wait, in seconds, for a file that is being processed.
const LONGEST: u32 = 64;

/// A file uploaded by one bot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadKey {
    /// A digest of the bot's token: no document allows another bot to use the file's token.
    pub bot: [u8; 32],
    pub kind: UploadType,
    /// The identifier of its bytes.
    pub content: String,
    pub name: String,
}

/// An uploaded file.
#[derive(Debug)]
pub(super) struct Uploaded {
    pub token: String,
    /// How often a message with it was refused because it was not ready.
    refused: AtomicU32,
}

impl Uploaded {
    pub fn new(token: String) -> Self {
        Self { token, refused: AtomicU32::new(0) }
    }

    /// How long to wait for it: 1, 2, 4 … seconds.
    pub fn wait(&self) -> Duration {
        let times = self.refused.fetch_add(1, Ordering::Relaxed);
        Duration::from_secs(u64::from(1_u32.checked_shl(times).unwrap_or(LONGEST).clamp(1, LONGEST)))
    }
}

/// The cached files.
pub(super) struct UploadedFiles(Cache<UploadKey, Arc<Uploaded>>);

impl Default for UploadedFiles {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(FILES).time_to_idle(DAYS).build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_is_sent_as_the_best_that_max_takes() {
        for (content, kind) in [
            (Content::Picture(media("image/jpeg", 5)), Some(UploadType::Image)),
            (Content::Picture(media("", 5)), Some(UploadType::Image)),
            (Content::Picture(media("image/webp", 5)), Some(UploadType::File)),
            (Content::Picture(media("image/png", 51 * MEGABYTE)), Some(UploadType::File)),
            (Content::Video(media("video/mp4", 5)), Some(UploadType::Video)),
            (Content::Video(media("video/x-msvideo", 5)), Some(UploadType::File)),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), Some(UploadType::Audio)),
            (Content::Audio(media("audio/mpeg", 257 * MEGABYTE)), Some(UploadType::File)),
            (Content::Sticker(media("image/png", 5)), Some(UploadType::Image)),
            (Content::File(media("image/jpeg", 5)), Some(UploadType::File)),
            (Content::File(media("application/zip", 4097 * MEGABYTE)), None),
            (Content::Text { text: "x".into() }, None),
        ] {
            assert_eq!(UploadType::of(&content), kind, "{content:?}");
        }
    }

    #[test]
    fn a_file_is_waited_for_longer_each_time() {
        let file = Uploaded::new("t".to_owned());
        let waits: Vec<u64> = (0..8).map(|_| file.wait().as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 64]);
    }
}
