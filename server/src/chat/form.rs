//! Forms of the page, for browsers that run no scripts: sent, they lead back to the page; refused, they are shown again with
//! what was typed.

use std::collections::BTreeMap;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::door::{Guest, Refusal, Result};
use super::page::{self, Unsent};
use super::say::{About, Around, Stored, VisitIn};
use crate::app::App;
use crate::error::Error;
use crate::words::{Said, Words};

/// Fields of questions.
pub const ASKED: [&str; 3] = ["name", "phone", "email"];
const FIELDS: [&str; 4] = ["id", "text", "consent", "visit"];

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pub text: String,
    fields: BTreeMap<String, String>,
}

impl Form {
    /// A form as browsers write it (`application/x-www-form-urlencoded`).
    pub fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            form.put(&name, value.into_owned());
        }
        form
    }

    /// Notes a field; the first of a name counts, and one that nobody knows is nothing.
    pub fn put(&mut self, name: &str, value: String) {
        let known = FIELDS.iter().chain(&ASKED).any(|known| *known == name);
        if !known || self.fields.contains_key(name) {
            return;
        }
        if name == "text" {
            self.text.clone_from(&value);
        }
        self.fields.insert(name.to_owned(), value);
    }

    /// The id that the page gave.
    pub fn id(&self) -> Result<Uuid, Error> {
        Uuid::try_parse(self.get("id")).map_err(|_| Error::field("/id", Said::new("said-chat-id")))
    }

    /// A field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    pub fn around(&self) -> Around {
        let told = |name| Some(self.get(name).trim().to_owned()).filter(|text| !text.is_empty());
        let about = About { name: told("name"), phone: told("phone"), email: told("email") };
        let visit: Option<VisitIn> = serde_json::from_str(self.get("visit")).ok();
        Around { about: Some(about), visit, consent: self.get("consent") == "1" }
    }
}

/// The answer to whom the door did not let in.
pub fn outside(words: Words, refusal: Refusal) -> Result<HttpResponse> {
    let key = match &refusal {
        Refusal::Known(Error::NotFound) => "chat-closed",
        Refusal::Unknown => "chat-cookies",
        _ => return Err(refusal),
    };
    let status = actix_web::ResponseError::status_code(&refusal);
    page::closed(words, status, words.say(key))
}

/// Back to the page; or the page again, with what was typed and why it was not sent.
pub async fn answered(app: &web::Data<App>, guest: &Guest, form: &Form, done: Result<Stored>) -> Result<HttpResponse> {
    let refusal = match done {
        Ok(_) => {
            let end = format!("/chat/{}#end", guest.source().id);
            return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, end)).finish());
        }
        Err(refusal) => refusal,
    };
    let status = actix_web::ResponseError::status_code(&refusal);
    let words = guest.place.words;
    let notice = match (&refusal, refusal.notice(&form.text)) {
        (Refusal::TooFast(seconds), _) => words.say("chat-too-fast").with("count", *seconds),
        (_, Some(key)) => words.say(key),
        _ => return Err(refusal),
    };
    let unsent = Unsent { status, form, notice: &notice.to_string() };
    let mut answer = page::show(app, &guest.place, Some(&guest.visitor), None, Some(unsent)).await?;
    if let Refusal::TooFast(seconds) = refusal {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_brings_the_id_of_its_page() {
        const ID: &str = "0192f0c1-2b3c-4d5e-8f60-718293a4b5c6";
        let form = Form::read(format!("id={ID}&text=one%0D%0Atwo+%D1%8F&phone=+7&evil=1&text=more").as_bytes());
        assert_eq!((form.id().unwrap().to_string().as_str(), form.text.as_str()), (ID, "one\r\ntwo я"));
        assert_eq!((form.get("phone").trim(), form.get("evil")), ("7", ""));
        assert!(!form.around().consent);
        assert!(Form::read(b"text=Hi").id().is_err());
    }
}
