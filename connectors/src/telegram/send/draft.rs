//! A message about to be sent, with its changeable parts separate, and the form in which its file is sent.

use std::sync::Arc;
use std::time::Duration;

use base::cache::Cache;
use base::message::{Content, List, Markup, Media, State};
use base::verdict::Taken;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{judge, next};
use crate::call::ApiError;
use crate::error_catalog::{Fix, RefusalClass, TELEGRAM};
use crate::file::MultipartRequest;
use crate::fit::lines;
use crate::sending::{Draft, Next, is_one_of};
use crate::telegram::api::{BotApi, CAPTION, TEXT};
use crate::telegram::keyboard;
use crate::telegram::setup::SourceBot;
use crate::telegram::wire::{ChatThread, Within, message_of};
use crate::{Message, Outgoing};

/// What every request for a letter needs.
pub(super) struct SendContext<'a> {
    pub(super) api: &'a BotApi,
    pub(super) bot: &'a SourceBot<'a>,
    pub(super) place: ChatThread,
    /// The connection by which the bot writes in its owner's name.
    pub(super) connection: Option<&'a str>,
    pub(super) outgoing: &'a Outgoing,
    pub(super) uploaded: &'a UploadedFiles,
}

impl SendContext<'_> {
    /// The address parameters of a request. `topic`: whether to use the place's topic, if it has one.
    pub(super) fn address(&self, place: ChatThread, topic: bool) -> Map<String, Value> {
        let mut address = Map::new();
        address.insert("chat_id".to_owned(), json!(place.chat));
        if let (Within::Topic(topic), true) = (place.within, topic) {
            address.insert("message_thread_id".to_owned(), json!(topic));
        }
        if let Some(connection) = self.connection {
            address.insert("business_connection_id".to_owned(), json!(connection));
        }
        address
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Text(String),
    File { form: FileForm, media: Box<Media>, caption: String },
    Location { latitude: f64, longitude: f64 },
    Contact { name: String, phone: String },
}

/// A message about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MessageDraft {
    pub place: ChatThread,
    /// Whether to send it to the topic of the place.
    pub topic: bool,
    /// Telegram's id of the message it answers.
    pub quote: Option<i64>,
    pub shape: Shape,
    /// Texts that follow as separate messages.
    pub more: Vec<String>,
    pub keyboard: Option<Value>,
}

/// A sent message as Telegram returned it.
#[derive(Debug, Deserialize)]
pub(super) struct Posted {
    pub message_id: i64,
    /// All other fields of the answer.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl MessageDraft {
    pub fn of(line: &SendContext<'_>, message: &Message) -> Self {
        let words = line.outgoing.words;
        let quote = message.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref()).and_then(message_of);
        let quote = quote.filter(|(place, _)| is_same_chat(*place, line.place)).map(|(_, id)| id);
        let keyboard = match &message.markup {
            Some(markup) => keyboard::inline(message.id, markup),
            None => message.ask_phone.as_deref().map(keyboard::ask_phone),
        };
        let mut before = Vec::new();
        if let (None, Some(quote)) = (quote, &message.reply_to) {
            before.push(lines::quote(words, quote));
        }
        let (mut what, mut after) = (shape(line, message), Vec::new());
        match &message.markup {
            Some(markup) if keyboard.is_none() => after.push(lines::markup(markup, lines::said(&message.content))),
            Some(Markup::List(list)) => match whole(list, &message.content) {
                Some(text) => what = Shape::Text(text),
                None => after.extend(list_text(list, &message.content)),
            },
            _ => {}
        }
        let mut draft = Self { place: line.place, topic: true, quote, shape: what, more: Vec::new(), keyboard };
        if let Shape::File { form: FileForm::Sticker, .. } = draft.shape {
            draft.take_caption_out();
        }
        draft.surround(before, after);
        draft
    }

    /// Telegram refuses texts of only white space.
    pub fn is_empty(&self) -> bool {
        matches!(&self.shape, Shape::Text(text) if text.trim().is_empty())
    }

    /// Puts texts above and below the main text: leading quotes that do not fit are dropped, trailing texts that do not
    /// fit become separate messages.
    pub fn surround(&mut self, before: Vec<String>, after: Vec<String>) {
        let (text, limit) = match &mut self.shape {
            Shape::Text(text) => (text, TEXT),
            Shape::File { form, caption, .. } if *form != FileForm::Sticker => (caption, CAPTION),
            _ => {
                self.more.extend(after);
                return;
            }
        };
        let joined = |parts: &[&str]| {
            let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
            parts.join("\n\n")
        };
        for quote in before {
            let whole = joined(&[&quote, text]);
            if limit.holds(&whole) {
                *text = whole;
            }
        }
        for part in after.into_iter().filter(|part| !part.is_empty()) {
            let whole = joined(&[text, &part]);
            if self.more.is_empty() && limit.holds(&whole) {
                *text = whole;
            } else {
                self.more.push(part);
            }
        }
    }

    fn parameters(&self, line: &SendContext<'_>) -> Map<String, Value> {
        let mut parameters = line.address(self.place, self.topic);
        if let Some(quote) = self.quote {
            let reply = json!({ "message_id": quote, "allow_sending_without_reply": true });
            parameters.insert("reply_parameters".to_owned(), reply);
        }
        if let (true, Some(keyboard)) = (self.more.is_empty(), &self.keyboard) {
            parameters.insert("reply_markup".to_owned(), keyboard.clone());
        }
        parameters
    }
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Posted;
    type Failed = ApiError;

    /// One for each fallback that can follow another: new chat, without quote, as audio, as a document, caption or
    /// buttons sent separately.
    const CHANGES: usize = 5;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    fn advance(&mut self) {
        self.shape = Shape::Text(self.more.remove(0));
        self.quote = None;
    }

    /// The last request has the keyboard.
    async fn post(&self, line: &SendContext<'_>) -> Result<Posted, ApiError> {
        let mut parameters = self.parameters(line);
        let mut put = |name: &str, value: Value| parameters.insert(name.to_owned(), value);
        let method = match &self.shape {
            Shape::Text(text) => {
                put("text", json!(text));
                "sendMessage"
            }
            Shape::Location { latitude, longitude } => {
                put("latitude", json!(latitude));
                put("longitude", json!(longitude));
                "sendLocation"
            }
            Shape::Contact { name, phone } => {
                put("phone_number", json!(phone));
                put("first_name", json!(if name.is_empty() { phone } else { name }));
                "sendContact"
            }
            Shape::File { form, media, caption } => {
                if !caption.is_empty() {
                    put("caption", json!(caption));
                }
                return post(line, *form, media, parameters).await;
            }
        };
        line.api.call(line.bot.token, method, &parameters).await
    }

    async fn judge(&mut self, line: &SendContext<'_>, failed: &ApiError, changes: &[Fix]) -> Next {
        judge(line, failed).once(changes, |fix| next(fix, self, changes))
    }

    fn mend(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, failed: Option<&ApiError>) -> bool {
        match fix {
            Fix::NewChat => self.move_to(failed),
            Fix::NoTopic => std::mem::take(&mut self.topic),
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::Shorter => self.shorten(),
            Fix::CaptionApart => self.take_caption_out(),
            Fix::Bytes => self.link(line, message),
            Fix::Document => self.become_form(FileForm::Document),
            Fix::Audio => self.become_form(FileForm::Audio),
            Fix::ButtonsAsText => {
                let Some(markup) = message.markup.as_ref().filter(|_| self.keyboard.take().is_some()) else {
                    return false;
                };
                self.surround(Vec::new(), vec![lines::markup(markup, lines::said(&message.content))]);
                true
            }
            // Texts are already sent without formatting and files one by one; there are no templates.
            Fix::Plain | Fix::OneByOne | Fix::OneLine => false,
        }
    }

    fn taken(&self, line: &SendContext<'_>, posted: Posted) -> Taken {
        let state = if line.bot.options.delivered_on_accept { State::Delivered } else { State::Sent };
        let moved_to = Some(self.place).filter(|place| *place != line.place).map(|place| place.to_string());
        let external_id = Some(self.place.message(posted.message_id));
        Taken { external_id, moved_to, state: Some(state), ..Taken::default() }
    }
}

/// Whether both places are in one chat, because its topics share message ids.
fn is_same_chat(one: ChatThread, other: ChatThread) -> bool {
    one.message(0) == other.message(0)
}

fn shape(line: &SendContext<'_>, message: &Message) -> Shape {
    let words = line.outgoing.words;
    match &message.content {
        Content::Text { text } => Shape::Text(text.clone()),
        Content::Location { latitude, longitude } => Shape::Location { latitude: *latitude, longitude: *longitude },
        Content::Contact { name, phone } if !phone.is_empty() => {
            Shape::Contact { name: name.clone(), phone: phone.clone() }
        }
        content => match (content.media(), FileForm::of(content)) {
            (Some(media), Some(form)) if is_small_enough(line, media) => {
                let caption = media.text.clone().unwrap_or_default();
                Shape::File { form, media: Box::new(media.clone()), caption }
            }
            _ => Shape::Text(lines::content(words, content)),
        },
    }
}

/// A list's text with header and footer, if the message contains nothing else than one of them.
fn whole(list: &List, content: &Content) -> Option<String> {
    let Content::Text { text } = content else { return None };
    let texts = [&list.header, &list.body, &list.footer].map(|text| text.trim());
    let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    Some(texts.join("\n")).filter(|whole| texts.contains(&text.trim()) && TEXT.holds(whole))
}

/// A list's text without its rows, unless the message already contains it.
fn list_text(list: &List, content: &Content) -> Option<String> {
    let already = match content {
        Content::Text { text } => text.as_str(),
        other => other.media().and_then(|media| media.text.as_deref()).unwrap_or_default(),
    };
    let texts = [&list.header, &list.body, &list.footer];
    let new: Vec<&str> = texts.into_iter().map(|text| text.trim()).filter(|text| !already.contains(*text)).collect();
    Some(new.join("\n")).filter(|said| !said.is_empty())
}

// Chooses the form in which a file is sent, and how it is provided (telegram §7).

const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture that is sent as a photo.
const PHOTO: u64 = 10 * MEGABYTE;
/// The largest sticker.
const STICKER: u64 = MEGABYTE / 2;
/// The largest file that Telegram's own server accepts.
const UPLOAD: u64 = 50 * MEGABYTE;
/// The same for an operator's server.
const UPLOAD_LOCAL: u64 = 2000 * MEGABYTE;

/// The form in which a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum FileForm {
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    Document,
    Sticker,
}

impl FileForm {
    /// The method, and its parameter for the file.
    pub const fn method(self) -> (&'static str, &'static str) {
        match self {
            Self::Photo => ("sendPhoto", "photo"),
            Self::Video => ("sendVideo", "video"),
            Self::Animation => ("sendAnimation", "animation"),
            Self::Audio => ("sendAudio", "audio"),
            Self::Voice => ("sendVoice", "voice"),
            Self::Document => ("sendDocument", "document"),
            Self::Sticker => ("sendSticker", "sticker"),
        }
    }

    /// The best form that Telegram accepts for the content; none if it has no file.
    pub fn of(content: &Content) -> Option<Self> {
        let media = content.media()?;
        Some(match content {
            Content::Picture(_) => picture(media),
            Content::Sticker(_) => sticker(media),
            Content::Video(_) if is_one_of(media, &["video/mp4", "video/quicktime"]) => Self::Video,
            Content::Voice(_) if is_one_of(media, VOICE) => Self::Voice,
            Content::Voice(_) | Content::Audio(_) => audio(media),
            _ => Self::Document,
        })
    }
}

/// Opus in Ogg, and other formats accepted as voice messages.
const VOICE: &[&str] =
    &["audio/ogg", "audio/opus", "application/ogg", "audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a"];
const AUDIO: &[&str] = &["audio/mpeg", "audio/mp4", "audio/m4a", "audio/x-m4a"];

fn picture(media: &Media) -> FileForm {
    match media.mime_type.as_deref() {
        Some("image/gif") => FileForm::Animation,
        _ if media.file_size <= PHOTO && is_one_of(media, &["image/jpeg", "image/png", "image/webp"]) => {
            FileForm::Photo
        }
        _ => FileForm::Document,
    }
}

fn sticker(media: &Media) -> FileForm {
    let known = is_one_of(media, &["image/webp", "video/webm", "application/x-tgsticker", "application/gzip"]);
    if known && media.file_size <= STICKER { FileForm::Sticker } else { picture(media) }
}

fn audio(media: &Media) -> FileForm {
    if is_one_of(media, AUDIO) { FileForm::Audio } else { FileForm::Document }
}

/// Whether the server accepts a file of this size.
fn is_small_enough(line: &SendContext<'_>, media: &Media) -> bool {
    let most = if line.api.is_telegrams_own() { UPLOAD } else { UPLOAD_LOCAL };
    media.file_size <= most
}

/// Sends a file: by its `file_id` if Telegram already has it, otherwise as bytes if they are stored here, otherwise by
/// its public address.
pub(super) async fn post(
    line: &SendContext<'_>,
    form: FileForm,
    media: &Media,
    mut parameters: Map<String, Value>,
) -> Result<Posted, ApiError> {
    let (method, field) = form.method();
    if form == FileForm::Document {
        // Otherwise Telegram would convert the file to another kind.
        parameters.insert("disable_content_type_detection".to_owned(), json!(true));
    }
    if form == FileForm::Video {
        parameters.insert("supports_streaming".to_owned(), json!(true));
    }
    if let (FileForm::Video | FileForm::Audio | FileForm::Voice, Some(seconds)) = (form, media.duration) {
        parameters.insert("duration".to_owned(), json!(seconds));
    }
    let key = match media.media_id {
        Some(id) => {
            let content = line.outgoing.files.content(id).await;
            content.map(|content| UploadKey { bot: line.bot.id, form, content, name: media.file_name.clone() })
        }
        None => None,
    };
    if let Some(key) = &key
        && let Some(file_id) = line.uploaded.get(key).await
    {
        let mut again = parameters.clone();
        again.insert(field.to_owned(), json!(&*file_id));
        match line.api.call(line.bot.token, method, &again).await {
            Err(failed) if is_unknown(&failed) => line.uploaded.invalidate(key).await,
            done => return done,
        }
    }
    let opened = line.outgoing.open(media, "said-telegram-file").await.map_err(ApiError::NotSent)?;
    let Some(opened) = opened else {
        parameters.insert(field.to_owned(), json!(media.media_url));
        return line.api.call(line.bot.token, method, &parameters).await;
    };
    let upload = MultipartRequest { parameters, ..MultipartRequest::of(field, media, opened) };
    let posted: Posted = line.api.upload(line.bot.token, method, upload).await?;
    if let (Some(key), Some(id)) = (key, file_id(field, &posted.rest)) {
        line.uploaded.insert(key, id.into()).await;
    }
    Ok(posted)
}

// Files already uploaded to Telegram: the `file_id` of the first upload, so that the same file need not be uploaded
// again (telegram §7). Cached in this process; a file that was evicted is uploaded again.

/// Maximum number of cached files, and how long after the last use. A `file_id` itself does not expire.
const FILES: u64 = 10_000;
const DAYS: Duration = Duration::from_secs(30 * 24 * 3600);

/// A file sent by one bot: a `file_id` belongs to the bot and includes kind and name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct UploadKey {
    bot: i64,
    form: FileForm,
    /// The identifier of its bytes.
    content: String,
    name: String,
}

/// The cached files, by their `file_id`.
pub(super) type UploadedFiles = Cache<UploadKey, Arc<str>>;

pub(super) fn uploaded_files() -> UploadedFiles {
    Cache::builder().max_capacity(FILES).time_to_idle(DAYS).build()
}

/// Whether a refusal concerns the `file_id`, so that sending the bytes may work.
fn is_unknown(failed: &ApiError) -> bool {
    let ApiError::Refused(refusal) = failed else { return false };
    let row = TELEGRAM.find(refusal.code, &refusal.text);
    row.is_some_and(|row| row.class == RefusalClass::Resend(Fix::Bytes) || row.id == "t26")
}

/// For a photo, that of the largest size, which comes last.
fn file_id<'a>(field: &str, message: &'a Map<String, Value>) -> Option<&'a str> {
    let file = message.get(field)?;
    let file = file.as_array().map_or(Some(file), |sizes| sizes.last())?;
    file.get("file_id")?.as_str().filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_is_sent_as_the_best_that_telegram_takes() {
        for (content, form) in [
            (Content::Picture(media("image/jpeg", 5)), FileForm::Photo),
            (Content::Picture(media("", 5)), FileForm::Photo),
            (Content::Picture(media("image/jpeg", PHOTO + 1)), FileForm::Document),
            (Content::Picture(media("image/heic", 5)), FileForm::Document),
            (Content::Picture(media("image/gif", 5)), FileForm::Animation),
            (Content::Video(media("video/mp4", 5)), FileForm::Video),
            (Content::Video(media("video/x-matroska", 5)), FileForm::Document),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), FileForm::Voice),
            (Content::Voice(media("audio/wav", 5)), FileForm::Document),
            (Content::Voice(media("audio/aac", 5)), FileForm::Document),
            (Content::Audio(media("audio/mpeg", 5)), FileForm::Audio),
            (Content::Audio(media("audio/ogg", 5)), FileForm::Document),
            (Content::Sticker(media("image/webp", 5)), FileForm::Sticker),
            (Content::Sticker(media("image/webp", STICKER + 1)), FileForm::Photo),
            (Content::Sticker(media("image/png", 5)), FileForm::Photo),
            (Content::File(media("image/jpeg", 5)), FileForm::Document),
        ] {
            assert_eq!(FileForm::of(&content), Some(form), "{content:?}");
        }
        assert_eq!(FileForm::of(&Content::Text { text: "x".into() }), None);
    }
}
