//! A message about to be sent, with its changeable parts separate.

use base::message::{Content, List, Markup, Media};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::SendContext;
use super::file::{self, Attached, UploadType};
use crate::Message;
use crate::fit::lines;
use crate::max::abilities::TEXT;
use crate::max::api::{ApiError, Call};
use crate::max::ids::{self, Place};
use crate::max::keyboard;

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

/// The result of sending.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Posted {
    message: PostedMessage,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PostedMessage {
    body: PostedBody,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PostedBody {
    mid: Option<String>,
}

impl Posted {
    pub fn mid(self) -> Option<String> {
        self.message.body.mid.filter(|mid| ids::is_mid(mid))
    }
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
        let post = post.filter(|_| matches!(context.place, Place::Comments { .. }));
        let quoted = message.reply_to.as_ref().and_then(|quote| quote.external_id.as_deref());
        let quote = quoted.map(ids::mid).filter(|mid| mid.starts_with("mid.")).map(str::to_owned);
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
            draft.put_below(lines::markup(markup));
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

    /// Sends the next request. The last one has the keyboard.
    pub async fn request(&self, context: &SendContext<'_>) -> Result<Posted, NotPosted> {
        let not = |failed| NotPosted { failed, attached: None };
        let (mut attachments, mut attached) = (Vec::new(), None);
        match &self.beside {
            Beside::Nothing => {}
            Beside::Attachment(attachment) => attachments.push(attachment.clone()),
            Beside::File { kind, media } => {
                attached = file::attach(context, *kind, media).await.map_err(not)?;
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

    async fn call(&self, context: &SendContext<'_>, text: &str, attachments: Vec<Value>) -> Result<Posted, ApiError> {
        let mut body = json!({ "text": text });
        if !attachments.is_empty() {
            body["attachments"] = Value::Array(attachments);
        }
        if let Some(mid) = &self.quote {
            body["link"] = json!({ "type": "reply", "mid": mid });
        }
        let (name, id) = match context.place {
            Place::Chat(chat) => ("chat_id", chat),
            Place::Comments { author, .. } => ("user_id", author),
        };
        let id = id.to_string();
        let (comments, query) =
            (["messages", self.post.as_deref().unwrap_or_default(), "comments"], [(name, id.as_str())]);
        let (path, query): (&[&str], &[(&str, &str)]) =
            if self.post.is_some() { (&comments, &[]) } else { (&["messages"], &query) };
        context.api.call(context.token, Call { method: Method::POST, path, query, body: Some(&body) }).await
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
