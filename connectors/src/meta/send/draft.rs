//! A message about to be sent, with its changeable parts separate, and the form in which its file is sent.

use base::message::{Content, Markup, Media, Role};
use base::verdict::Taken;
use chrono::TimeDelta;
use serde_json::{Map, Value, json};

use super::{is_not_privately, judge};
use crate::call::{ApiError, Refusal};
use crate::error_catalog::Fix;
use crate::file::MultipartRequest;
use crate::fit::{self, lines};
use crate::meta::graph::{COMMENT, Edge, MARK};
use crate::meta::keyboard::{self, Offer};
use crate::meta::settings::Account;
use crate::meta::{Meta, Network};
use crate::sending::{Draft, Next, is_one_of};
use crate::{Message, Outgoing};

/// After this time an answer needs the tag for messages written by people (instagram-and-facebook §10).
const WINDOW: TimeDelta = TimeDelta::hours(24);

/// What every request for a letter needs.
pub(super) struct SendContext<'a> {
    pub(super) meta: &'a Meta,
    pub(super) account: Account<'a>,
    pub(super) outgoing: &'a Outgoing,
}

impl SendContext<'_> {
    /// `recipient` of a person.
    pub(super) fn person(&self) -> Value {
        json!({ "id": self.outgoing.conversation_id })
    }

    /// The comment that a private message would answer: the customer's last message, if it was a comment.
    pub(super) fn last_comment(&self) -> Option<&str> {
        self.outgoing.last_incoming.as_ref()?.external_id.strip_prefix(COMMENT)
    }

    /// Whether only people may still answer, and a person wrote this.
    pub(super) fn needs_tag(&self, message: &Message) -> bool {
        let last = self.outgoing.last_incoming.as_ref();
        let is_late = last.is_some_and(|last| self.outgoing.now.signed_duration_since(last.at) >= WINDOW);
        is_late && message.sender.role == Role::Manager
    }
}

/// Graph's subcode for a file that it cannot read.
const NOT_TAKEN: u32 = 2_018_047;

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Text(String),
    Template(Value),
    /// Meta downloads it from its signed address, or gets its bytes.
    File {
        form: &'static str,
        media: Box<Media>,
        as_bytes: bool,
    },
}

/// A message about to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MessageDraft {
    /// The comment that it answers privately.
    pub comment: Option<String>,
    /// Whether it has the tag for messages written by people.
    is_tagged: bool,
    quote: Option<String>,
    pub shape: Shape,
    replies: Option<Value>,
    /// Texts that follow as separate messages.
    pub more: Vec<String>,
}

impl MessageDraft {
    pub fn of(context: &SendContext<'_>, message: &Message) -> Self {
        let words = context.outgoing.words;
        let platform = context.meta.platform;
        let quoted = message.reply_to.as_ref();
        let mid = quoted.and_then(|quote| quote.external_id.as_deref());
        // A private answer refers to the quoted comment, or to the comment that was the customer's last message.
        let comment = mid.and_then(|id| id.strip_prefix(COMMENT)).or_else(|| context.last_comment());
        let direct = mid.filter(|id| !id.starts_with(COMMENT) && !id.starts_with("postback:"));
        // Only Messenger lets a business quote (instagram-and-facebook §9).
        let quote = direct.filter(|_| !platform.is_instagram()).map(|id| id.split('#').next().unwrap_or(id).to_owned());
        let mut shape = match form(platform.network, &message.content) {
            Some(form) => {
                let media = message.content.media().cloned().unwrap_or_default();
                Shape::File { form, media: Box::new(media), as_bytes: false }
            }
            None => Shape::Text(lines::content(words, &message.content)),
        };
        let (mut replies, mut more) = (None, Vec::new());
        if let (Shape::Text(text), None, Some(quote)) = (&mut shape, &quote, quoted.filter(|_| comment.is_none())) {
            let whole = format!("{}\n\n{text}", lines::quote(words, quote));
            if platform.abilities.text_length.is_none_or(|most| most.holds(&whole)) {
                *text = whole;
            }
        }
        if let Some(markup) = &message.markup {
            let own = if let Shape::Text(text) = &shape { text.clone() } else { String::new() };
            let whole = match markup {
                Markup::List(list) if !own.is_empty() => lines::around_list(list, &own),
                _ => own.clone(),
            };
            let text = if platform.abilities.text_length.is_none_or(|most| most.holds(&whole)) { whole } else { own };
            match keyboard::offer(message.id, markup, &text) {
                Some(Offer::Replies(offered)) => {
                    replies = Some(offered);
                    if let Shape::Text(shown) = &mut shape {
                        *shown = text;
                    }
                }
                Some(Offer::Template(attachment)) => shape = Shape::Template(attachment),
                None => more.push(lines::markup(markup, lines::said(&message.content))),
            }
        }
        if let Shape::File { media, .. } = &mut shape {
            more.splice(0..0, media.text.take().filter(|text| !text.is_empty()));
        }
        let comment = comment.map(str::to_owned);
        let is_tagged = comment.is_none() && context.needs_tag(message);
        Self { comment, is_tagged, quote, shape, replies, more }
    }

    /// Meta refuses texts of only white space.
    pub fn is_empty(&self) -> bool {
        matches!(&self.shape, Shape::Text(text) if text.trim().is_empty())
    }

    /// A file that Meta could not download is sent as bytes if the network has uploads; one that it does not accept is
    /// sent as a link.
    fn change_file(&mut self, context: &SendContext<'_>, message: &Message) -> bool {
        let Shape::File { media, as_bytes, .. } = &mut self.shape else { return false };
        // Instagram Login documents no upload (instagram-and-facebook §13).
        if !*as_bytes && media.media_id.is_some() && !context.meta.platform.is_instagram() {
            *as_bytes = true;
            return true;
        }
        self.shape = Shape::Text(lines::content(context.outgoing.words, &without_text(&message.content)));
        true
    }

    fn shorten(&mut self, context: &SendContext<'_>) -> bool {
        let (Shape::Text(text), Some(most)) = (&mut self.shape, context.meta.platform.abilities.text_length) else {
            return false;
        };
        fit::shorten(text, &mut self.more, most)
    }

    /// Adds the parameters around a message.
    fn around(&self, context: &SendContext<'_>, mut message: Map<String, Value>) -> Map<String, Value> {
        let recipient = match &self.comment {
            Some(comment) => json!({ "comment_id": comment }),
            None => context.person(),
        };
        let mut around = Map::from_iter([("recipient".to_owned(), recipient)]);
        if self.is_tagged {
            around.insert("messaging_type".to_owned(), json!("MESSAGE_TAG"));
            around.insert("tag".to_owned(), json!("HUMAN_AGENT"));
        } else {
            around.insert("messaging_type".to_owned(), json!("RESPONSE"));
        }
        if let Some(replies) = &self.replies {
            message.insert("quick_replies".to_owned(), replies.clone());
        }
        if let Some(mid) = &self.quote {
            around.insert("reply_to".to_owned(), json!({ "mid": mid }));
        }
        if !context.meta.platform.is_instagram() {
            message.insert("metadata".to_owned(), json!(format!("{MARK}{}", context.outgoing.id())));
        }
        around.insert("message".to_owned(), Value::Object(message));
        around
    }

    async fn call(&self, context: &SendContext<'_>, message: Map<String, Value>) -> Result<Value, ApiError> {
        let text = message.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let body = Value::Object(self.around(context, message));
        let is_instagram = context.meta.platform.is_instagram();
        let key = (context.account.id.to_owned(), context.outgoing.conversation_id.clone(), text);
        if is_instagram {
            context.meta.memory.sending.insert(key.clone(), context.outgoing.id().parse().ok()).await;
        }
        let answer = context.meta.graph.call_edge(&context.account, Edge::post("messages", &body)).await;
        if is_instagram {
            match &answer {
                Ok(answer) => {
                    let mid = answer.get("message_id").and_then(Value::as_str).unwrap_or_default();
                    let sent = (context.account.id.to_owned(), mid.to_owned());
                    context.meta.memory.sent.insert(sent, ()).await;
                    context.meta.memory.sending.remove(&key).await;
                }
                Err(ApiError::Refused(_) | ApiError::NotSent(_)) => {
                    context.meta.memory.sending.remove(&key).await;
                }
                // It may have arrived: its echo is still expected.
                Err(_) => {}
            }
        }
        answer
    }

    async fn post_file(
        &self,
        context: &SendContext<'_>,
        form: &'static str,
        media: &Media,
        as_bytes: bool,
    ) -> Result<Value, ApiError> {
        let attachment =
            |payload: Value| Map::from_iter([("attachment".to_owned(), json!({ "type": form, "payload": payload }))]);
        if !as_bytes {
            return self.call(context, attachment(json!({ "url": media.media_url }))).await;
        }
        let opened = context.outgoing.open(media, "said-meta-file").await.map_err(ApiError::NotSent)?;
        // A file that is not stored here is treated like one that is too large: it is sent as a link.
        let not_here = || Refusal { code: 100, subcode: NOT_TAKEN, ..Refusal::default() };
        let opened = opened.ok_or_else(|| ApiError::Refused(not_here()))?;
        let upload = MultipartRequest {
            parameters: self.around(context, attachment(json!({}))),
            ..MultipartRequest::of("filedata", media, opened)
        };
        let path = format!("{}/messages", context.account.id);
        context.meta.graph.upload(context.account.token, &path, upload).await
    }
}

impl Draft<SendContext<'_>> for MessageDraft {
    type Posted = Value;
    type Failed = ApiError;

    /// Without a quote, as bytes, as a link, shorter.
    const CHANGES: usize = 4;

    fn has_more(&self) -> bool {
        !self.more.is_empty()
    }

    /// A comment can be answered once; further messages go to the person.
    fn advance(&mut self) {
        self.shape = Shape::Text(self.more.remove(0));
        self.comment = None;
        self.quote = None;
        self.replies = None;
    }

    async fn post(&self, context: &SendContext<'_>) -> Result<Value, ApiError> {
        let one = |name: &str, value: Value| Map::from_iter([(name.to_owned(), value)]);
        match &self.shape {
            Shape::Text(text) => self.call(context, one("text", json!(text))).await,
            Shape::Template(attachment) => self.call(context, one("attachment", attachment.clone())).await,
            Shape::File { form, media, as_bytes } => self.post_file(context, form, media, *as_bytes).await,
        }
    }

    async fn judge(&mut self, context: &SendContext<'_>, failed: &ApiError, changes: &[Fix]) -> Next {
        // The customer may also have written a message: then an ordinary message can be sent.
        if is_not_privately(failed) && self.comment.take().is_some() {
            return Next::Again;
        }
        let judged = judge(context, failed);
        match judged.fix {
            // A file is changed twice; after that it is a link and no file.
            Some(fix) if fix == Fix::Bytes || !changes.contains(&fix) => Next::Change(fix, judged.report),
            _ => Next::End(judged.report),
        }
    }

    fn mend(&mut self, context: &SendContext<'_>, message: &Message, fix: Fix, _: Option<&ApiError>) -> bool {
        match fix {
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::Shorter => self.shorten(context),
            Fix::Bytes => self.change_file(context, message),
            _ => false,
        }
    }

    fn taken(&self, context: &SendContext<'_>, answer: Value) -> Taken {
        let text =
            |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned).filter(|text| !text.is_empty());
        // The author of a comment may have another id in messages.
        let moved_to = text("recipient_id").filter(|id| *id != context.outgoing.conversation_id);
        Taken { external_id: text("message_id"), moved_to, ..Taken::default() }
    }
}

/// The caption is already sent separately.
fn without_text(content: &Content) -> Content {
    let mut content = content.clone();
    if let Some(media) = content.media_mut() {
        media.text = None;
    }
    content
}

// In which form a file is sent (instagram-and-facebook §13).

const MEGABYTE: u64 = 1024 * 1024;
/// The largest picture, and the largest file of any other form.
const PICTURE: u64 = 8 * MEGABYTE;
const FILE: u64 = 25 * MEGABYTE;

/// The attachment's `type`; none if the network does not accept this file, which is then sent as a link.
pub(super) fn form(network: Network, content: &Content) -> Option<&'static str> {
    let media = content.media()?;
    let form = match content {
        Content::Picture(_) | Content::Sticker(_) if media.file_size <= PICTURE && is_picture(media) => "image",
        Content::Video(_) => "video",
        Content::Voice(_) | Content::Audio(_) => "audio",
        _ => "file",
    };
    let takes = match (network, form) {
        (_, "image") => true,
        (Network::Facebook, "video") => is_of(media, "video/"),
        (Network::Facebook, "audio") => is_of(media, "audio/"),
        (Network::Facebook, _) => true,
        (Network::Instagram, "video") => {
            is_one_of(media, &["video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"])
        }
        (Network::Instagram, "audio") => is_one_of(
            media,
            &["audio/aac", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/wav", "audio/x-wav", "audio/vnd.wave"],
        ),
        (Network::Instagram, _) => is_one_of(media, &["application/pdf"]),
    };
    let form = match (takes, network) {
        (true, _) => form,
        // Messenger accepts any file as a file.
        (false, Network::Facebook) => "file",
        (false, Network::Instagram) => return None,
    };
    (media.file_size <= FILE).then_some(form)
}

fn is_picture(media: &Media) -> bool {
    is_one_of(media, &["image/jpeg", "image/png", "image/gif"])
}

fn is_of(media: &Media, family: &str) -> bool {
    media.mime_type.as_deref().is_none_or(|kind| kind.trim().starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mime: &str, size: u64) -> Media {
        Media { mime_type: Some(mime.to_owned()).filter(|mime| !mime.is_empty()), file_size: size, ..Media::default() }
    }

    #[test]
    fn a_file_goes_as_the_best_that_is_taken() {
        for (content, instagram, facebook) in [
            (Content::Picture(media("image/jpeg", 5)), Some("image"), Some("image")),
            (Content::Picture(media("", 5)), Some("image"), Some("image")),
            (Content::Picture(media("image/webp", 5)), None, Some("file")),
            (Content::Picture(media("image/jpeg", PICTURE + 1)), None, Some("file")),
            (Content::Sticker(media("image/png", 5)), Some("image"), Some("image")),
            (Content::Video(media("video/mp4", 5)), Some("video"), Some("video")),
            (Content::Video(media("video/x-matroska", 5)), None, Some("video")),
            (Content::Video(media("video/mp4", FILE + 1)), None, None),
            (Content::Voice(media("audio/ogg; codecs=opus", 5)), None, Some("audio")),
            (Content::Audio(media("audio/wav", 5)), Some("audio"), Some("audio")),
            (Content::File(media("application/pdf", 5)), Some("file"), Some("file")),
            (Content::File(media("text/plain", 5)), None, Some("file")),
            (Content::Text { text: "x".into() }, None, None),
        ] {
            assert_eq!(form(Network::Instagram, &content), instagram, "{content:?}");
            assert_eq!(form(Network::Facebook, &content), facebook, "{content:?}");
        }
    }
}
