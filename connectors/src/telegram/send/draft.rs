//! A message about to be sent, with its changeable parts separate.

use base::message::{Content, List, Markup, Media};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::SendContext;
use super::file::{self, FileForm};
use crate::Message;
use crate::fit::lines;
use crate::telegram::abilities::{CAPTION, TEXT};
use crate::telegram::api::ApiError;
use crate::telegram::ids::{ChatThread, message_of};
use crate::telegram::keyboard;

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
            Some(markup) if keyboard.is_none() => after.push(lines::markup(markup)),
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

    /// Sends the next request. The last one has the keyboard.
    pub async fn request(&self, line: &SendContext<'_>) -> Result<Posted, ApiError> {
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
                return file::post(line, *form, media, parameters).await;
            }
        };
        line.api.call(line.bot.token, method, &parameters).await
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
            (Some(media), Some(form)) if file::is_small_enough(line, media) => {
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
