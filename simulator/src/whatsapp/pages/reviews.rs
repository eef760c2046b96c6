//! Meta's review of templates, with buttons.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web};
use askama::Template;
use serde::Deserialize;

use super::{Frame, is_own, render};
use crate::whatsapp::{core::Core, review::Review, state};

/// A template.
struct Card {
    id: String,
    name: String,
    language: String,
    status: String,
    category: String,
    quality: String,
    header: String,
    body: String,
    footer: String,
    buttons: Vec<String>,
}

#[derive(Template)]
#[template(path = "whatsapp/reviews.html")]
struct ReviewsPage<'a> {
    frame: &'a Frame,
    back: String,
    target: String,
    cards: Vec<Card>,
    choices: Vec<(&'static str, &'static str)>,
}

fn card(template: &state::Template) -> Card {
    let text = |kind: &str| {
        let part = template.component(kind);
        let word = |key: &str| part.and_then(|one| one[key].as_str()).map(str::to_owned);
        word("text").or_else(|| word("format")).unwrap_or_default()
    };
    Card {
        id: template.id.clone(),
        name: template.name.clone(),
        language: template.language.clone(),
        status: template.status.clone(),
        category: template.category.clone(),
        quality: template.quality.clone(),
        header: text("HEADER"),
        body: text("BODY"),
        footer: text("FOOTER"),
        buttons: template.buttons().iter().filter_map(|one| one["text"].as_str().map(str::to_owned)).collect(),
    }
}

/// `GET /reviews`.
pub(super) async fn show(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let frame = Frame::of(&request);
    let words = frame.words;
    // The newest first, because the person at the page waits for it.
    let cards = core.read(|state| state.templates.values().rev().map(card).collect());
    let page = ReviewsPage {
        back: frame.link("/phone"),
        target: frame.link("/reviews"),
        cards,
        choices: vec![
            ("approve", words.approve),
            ("reject", words.reject),
            ("pause", words.pause),
            ("disable", words.disable),
            ("lower", words.lower),
            ("marketing", words.to_marketing),
        ],
        frame: &frame,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize)]
pub(super) struct Pressed {
    template: String,
    what: String,
}

/// `POST /reviews`.
pub(super) async fn press(core: web::Data<Arc<Core>>, request: HttpRequest, form: web::Form<Pressed>) -> HttpResponse {
    if !is_own(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let review = match form.what.as_str() {
        "approve" => Review::Approve,
        "reject" => Review::Reject {
            reason: "INVALID_FORMAT".to_owned(),
            info: Some((
                "The template has placeholders that people can't understand.".to_owned(),
                "Say what the placeholders stand for.".to_owned(),
            )),
        },
        "pause" => Review::Pause,
        "disable" => Review::Disable,
        "lower" => Review::Quality("RED".to_owned()),
        "marketing" => Review::Category("MARKETING".to_owned()),
        _ => return HttpResponse::BadRequest().finish(),
    };
    if core.change(|state| state.review(&form.template, review)).is_err() {
        return HttpResponse::NotFound().finish();
    }
    let back = Frame::of(&request).link("/reviews");
    HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish()
}
