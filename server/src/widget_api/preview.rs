//! `GET /widget/preview`: a frame for the form of a new web chat, which draws the settings that the page around it sends.
//!
//! It needs no session, because it has nothing of an account: its own texts, and what the form in the same page has. Only
//! pages of account hosts may frame it.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context;
use askama::Template;
use base::error::Error;
use base::i18n::{Language, Words};
use domain::source::preview_texts_in;

use crate::widget_api::{Answer, AppData};

#[derive(Template)]
#[template(path = "widget/preview.html")]
struct Preview {
    words: Words,
    /// Parom's own texts of a chat, as JSON.
    texts: String,
}

pub(super) async fn get(app: AppData, request: HttpRequest) -> Answer {
    let words = Words::new(Language::of_request(&request));
    let page = Preview { words, texts: preview_texts_in(words).to_string() };
    let html = page.render().context("the preview of a web chat").map_err(Error::Internal)?;
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors {}",
        app.integrations.ancestors()
    );
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/html; charset=utf-8").insert_header((header::CONTENT_SECURITY_POLICY, policy));
    Ok(answer.body(html))
}
