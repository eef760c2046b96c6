//! `GET /chat/{source_id}`: the hosted page, with the conversation so far, and its forms for browsers without scripts:
//! success redirects to the page; a refused form is shown again with its input.

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use askama::Template;
use base::error::Error;
use base::i18n::{LocalizedText, Sentence, Words};
use connectors::webchat::WebChatSettings;
use serde::Serialize;
use uuid::Uuid;

use super::access::{self, ChatAccess, ChatRefusal, Guest, Result};
use super::appearance::Appearance;
use super::emails::{self, Returned};
use super::history::{self, MessageView};
use super::submit::{Around, CustomerAnswers, SubmittedMessage, VisitIn};
use super::visitor::{self, Visitor};
use crate::webchat::{Answer, AppData};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "chat/page.html")]
struct ChatPage<'a> {
    words: Words,
    look: &'a Appearance,
    /// The script's input as JSON.
    given: String,
    source_id: String,
    lines: &'a [MessageView],
    /// There are no messages yet, and there are questions to answer first.
    asks: bool,
    questions: Vec<FirstQuestion<'a>>,
    /// The id of the message that the form sends: a form sent twice is stored once.
    form_id: String,
    /// The same for the file form.
    file_id: String,
    /// Initial text of the form.
    text: &'a str,
    notice: &'a str,
}

/// A question before the first message.
struct FirstQuestion<'a> {
    name: &'static str,
    inputmode: &'static str,
    autocomplete: &'static str,
    label: &'a str,
    required: bool,
    value: String,
}

impl<'a> FirstQuestion<'a> {
    fn of(name: &str, look: &'a Appearance, form: Option<&ChatForm>) -> Option<Self> {
        let (name, inputmode, autocomplete) = match name {
            "name" => ("name", "text", "name"),
            "phone" => ("phone", "tel", "tel"),
            "email" => ("email", "email", "email"),
            _ => return None,
        };
        let required = !look.optional.iter().any(|one| one == name);
        let value = form.map_or("", |form| form.get(name)).to_owned();
        Some(Self { name, inputmode, autocomplete, label: look.label(name), required, value })
    }

    /// All of a chat.
    fn all(look: &'a Appearance, form: Option<&ChatForm>) -> Vec<Self> {
        let own = CUSTOM.iter().zip(&look.fields).map(|(name, field)| Self {
            name,
            inputmode: "text",
            autocomplete: "off",
            label: &field.label,
            required: field.required,
            value: form.map_or("", |form| form.get(name)).to_owned(),
        });
        look.ask.iter().filter_map(|name| Self::of(name, look, form)).chain(own).collect()
    }
}

/// The script's input.
#[derive(Serialize)]
struct Given<'a> {
    #[serde(flatten)]
    look: &'a Appearance,
    base: String,
    source: String,
    /// The stream continues after this position.
    after: i64,
    /// There are messages.
    started: bool,
    rated_at: i64,
    by_email: bool,
}

#[derive(Template)]
#[template(path = "chat/alone.html")]
struct Closed {
    words: Words,
    title: Sentence,
}

impl ChatPage<'_> {
    /// A message for the script, without its text, which is on the page.
    fn json(line: &MessageView) -> String {
        serde_json::to_string(&MessageView { text: String::new(), ..line.clone() }).unwrap_or_default()
    }
}

/// A rejected form, shown again with its input.
pub struct Unsent<'a> {
    pub status: StatusCode,
    pub form: &'a ChatForm,
    pub notice: &'a str,
}

/// `GET /chat/{source_id}`.
pub async fn get(app: AppData, source_id: web::Path<String>, request: HttpRequest) -> Answer {
    let words = access::words_of(&request);
    let source = match access::source_of(&app, &source_id).await {
        Ok(source) => source,
        Err(Error::NotFound) => return closed(words, StatusCode::NOT_FOUND, words.text("chat-closed")),
        Err(other) => return Err(other.into()),
    };
    // Browsers compare the cookie's path literally.
    let canonical = source.id.to_string();
    if *source_id != canonical {
        let place = (header::LOCATION, format!("/chat/{canonical}"));
        return Ok(HttpResponse::PermanentRedirect().insert_header(place).finish());
    }
    let (visitor, is_over) = match emails::returned(&app, &request, &source).await? {
        Returned::As(visitor) => (Some(visitor), false),
        returned => (Visitor::of(&request, source.id), returned == Returned::Over),
    };
    let over = is_over.then(|| emails::over(source.id, &app.config.server.public_url));
    let cookie = visitor::cookie_to_set(&request, source.id, &app.config.server.public_url);
    let settings = WebChatSettings::stored(&source.settings).in_language(words.language()).into();
    let place = ChatAccess { source, settings, words, on_site: false };
    let mut answer = show(&app, &place, visitor.as_ref(), cookie, None).await?;
    if let Some(over) = over {
        answer.add_cookie(&over).context("the cookie of a letter's link")?;
    }
    Ok(answer)
}

/// The page for a visitor, with a rejected form if there was one.
async fn show(
    app: &AppData,
    place: &ChatAccess,
    visitor: Option<&Visitor>,
    cookie: Option<Cookie<'_>>,
    unsent: Option<Unsent<'_>>,
) -> Answer {
    let (source, words) = (&place.source, place.words);
    let history = history::load(app, place, visitor).await?;
    let look = Appearance { mail: history.mail, ..Appearance::read(app, place).await? };
    let form = unsent.as_ref().map(|unsent| unsent.form);
    let given = Given {
        look: &look,
        base: format!("/chat/{}", source.id),
        source: source.id.to_string(),
        after: history.after,
        started: history.started,
        rated_at: history.rated_at,
        by_email: history.by_email,
    };
    let page = ChatPage {
        words,
        given: serde_json::to_string(&given).context("what the chat's script is given")?,
        source_id: source.id.to_string(),
        lines: &history.lines,
        asks: !(history.started || look.ask.is_empty() && look.fields.is_empty() && look.consent.is_empty()),
        questions: FirstQuestion::all(&look, form),
        form_id: app.clock.uuid_v7().to_string(),
        file_id: app.clock.uuid_v7().to_string(),
        text: form.map_or("", |form| form.text.as_str()),
        notice: unsent.as_ref().map_or("", |unsent| unsent.notice),
        look: &look,
    };
    let html = page.render().context("the chat's page")?;
    let mut answer = answer(unsent.map_or(StatusCode::OK, |unsent| unsent.status), html);
    if let Some(cookie) = cookie {
        answer.add_cookie(&cookie).context("the visitor's cookie")?;
    }
    Ok(answer)
}

/// A page with one sentence.
pub fn closed(words: Words, status: StatusCode, sentence: Sentence) -> Answer {
    let html = Closed { words, title: sentence }.render().context("the closed chat's page")?;
    Ok(answer(status, html))
}

/// A page without anything from other sites.
pub fn answer(status: StatusCode, html: String) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Cookie, Accept-Language"))
        .body(html)
}

/// Fields of the questions.
const ASKED: [&str; 3] = ["name", "phone", "email"];
/// Those of the shop's own, in their order.
const CUSTOM: [&str; 5] = ["field0", "field1", "field2", "field3", "field4"];
const FIELDS: [&str; 6] = ["id", "text", "consent", "visit", "reply_to", "voice"];

/// The submitted input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatForm {
    pub text: String,
    fields: BTreeMap<String, String>,
}

impl ChatForm {
    /// Parses a form body (`application/x-www-form-urlencoded`).
    pub fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            form.put(&name, value.into_owned());
        }
        form
    }

    /// Stores a field; the first of a name counts, unknown names are ignored.
    pub fn put(&mut self, name: &str, value: String) {
        let known = FIELDS.iter().chain(&ASKED).chain(&CUSTOM).any(|known| *known == name);
        if !known || self.fields.contains_key(name) {
            return;
        }
        if name == "text" {
            self.text.clone_from(&value);
        }
        self.fields.insert(name.to_owned(), value);
    }

    /// The id generated by the page.
    pub fn id(&self) -> Result<Uuid, Error> {
        Uuid::try_parse(self.get("id")).map_err(|_| Error::field("/id", LocalizedText::new("said-chat-id")))
    }

    /// A field; empty if it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub fn around(&self) -> Around {
        let answer = |name| Some(self.get(name).trim().to_owned()).filter(|text| !text.is_empty());
        let fields = CUSTOM.map(|name| self.get(name).trim().to_owned()).into();
        let about = CustomerAnswers { name: answer("name"), phone: answer("phone"), email: answer("email"), fields };
        let visit: Option<VisitIn> = serde_json::from_str(self.get("visit")).ok();
        Around { about: Some(about), visit, consent: self.get("consent") == "1" }
    }
}

/// The page for a refused request.
pub fn outside(words: Words, refusal: ChatRefusal) -> Answer {
    let key = match &refusal {
        ChatRefusal::Known(Error::NotFound) => "chat-closed",
        ChatRefusal::Unknown => "chat-cookies",
        _ => return Err(refusal),
    };
    let status = actix_web::ResponseError::status_code(&refusal);
    closed(words, status, words.text(key))
}

/// Redirects to the page; or shows the page again with the input and the error.
pub async fn answered(app: &AppData, guest: &Guest, form: &ChatForm, done: Result<SubmittedMessage>) -> Answer {
    let refusal = match done {
        Ok(_) => {
            let end = format!("/chat/{}#end", guest.source().id);
            return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, end)).finish());
        }
        Err(refusal) => refusal,
    };
    let status = actix_web::ResponseError::status_code(&refusal);
    let words = guest.place.words;
    let notices = match &refusal {
        ChatRefusal::TooFast(seconds) => vec![words.text("chat-too-fast").with("count", *seconds)],
        _ => refusal.notices(&form.text).into_iter().map(|key| words.text(key)).collect(),
    };
    if notices.is_empty() {
        return Err(refusal);
    }
    let notice = notices.iter().map(Sentence::to_string).collect::<Vec<_>>().join("\n");
    let unsent = Unsent { status, form, notice: &notice };
    let mut answer = show(app, &guest.place, Some(&guest.visitor), None, Some(unsent)).await?;
    if let ChatRefusal::TooFast(seconds) = refusal {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct TextPiece<'a> {
    pub text: &'a str,
    /// It is an address.
    pub is_link: bool,
}

/// Divides a text at its addresses; the punctuation that ends a sentence belongs to the sentence.
pub fn pieces(text: &str) -> Vec<TextPiece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = start_of_address(rest) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"".contains(c)).unwrap_or(from.len());
        let address = from.get(..end).unwrap_or(from);
        let address = address.trim_end_matches(|c: char| ".,:;!?'«»…)]}".contains(c));
        pieces.push(TextPiece { text: before, is_link: false });
        pieces.push(TextPiece { text: address, is_link: true });
        rest = from.get(address.len()..).unwrap_or_default();
    }
    pieces.push(TextPiece { text: rest, is_link: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

/// Where the next address with something behind its slashes begins.
fn start_of_address(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let starts = lower.match_indices("http").map(|(at, _)| at);
    let mut addresses = starts.filter(|at| {
        let from = lower.get(*at..).unwrap_or_default();
        let host = from.strip_prefix("https://").or_else(|| from.strip_prefix("http://")).unwrap_or_default();
        let begins_word = !text.get(..*at).unwrap_or_default().ends_with(char::is_alphanumeric);
        begins_word && host.starts_with(|c: char| c.is_alphanumeric() || c == '[')
    });
    addresses.next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_brings_the_id_of_its_page() {
        const ID: &str = "0192f0c1-2b3c-4d5e-8f60-718293a4b5c6";
        let form = ChatForm::read(format!("id={ID}&text=one%0D%0Atwo+%D1%8F&phone=+7&evil=1&text=more").as_bytes());
        assert_eq!((form.id().unwrap().to_string().as_str(), form.text.as_str()), (ID, "one\r\ntwo я"));
        assert_eq!((form.get("phone").trim(), form.get("evil")), ("7", ""));
        assert!(!form.around().consent);
        assert!(ChatForm::read(b"text=Hi").id().is_err());
    }

    fn links(text: &str) -> Vec<&str> {
        pieces(text).into_iter().filter(|piece| piece.is_link).map(|piece| piece.text).collect()
    }

    #[test]
    fn an_address_is_a_link_without_the_end_of_its_sentence() {
        assert_eq!(links("I agree: https://shop.example/privacy."), ["https://shop.example/privacy"]);
        assert_eq!(
            links("(see HTTP://a.example/b?c=d#e), or http://[::1]/!"),
            ["HTTP://a.example/b?c=d#e", "http://[::1]/"]
        );
        assert_eq!(links("https://пример.рф/страница и https://"), ["https://пример.рф/страница"]);
        for none in ["", "xhttps://a.example", "javascript:alert(1)", "http:/a", "http://"] {
            assert!(links(none).is_empty(), "{none}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_text_is_lost(text in any::<String>(), more in "(https?://|[a-z./<\" ]){0,40}") {
            let text = text + &more;
            let whole: String = pieces(&text).iter().map(|piece| piece.text).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
