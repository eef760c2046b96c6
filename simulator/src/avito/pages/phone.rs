//! The buyer's phone: one chat about one advert, or with one seller. It works without scripts; a script only shows
//! changes automatically.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use base64::Engine;
use bytes::{Bytes, BytesMut};
use chrono::DateTime;
use futures_util::{StreamExt, stream};
use multer::Multipart;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Frame, back_to, is_own, render,
    words::{Words, fill},
};
use crate::avito::{
    act::{self, Act, Content, To},
    core::Core,
    state::{Chat, Message, State},
};

/// Largest picture from a device, in bytes.
const LARGEST: usize = 24 * 1024 * 1024;

/// One message of the page.
struct Row<'a> {
    message: &'a Message,
    is_mine: bool,
    text: String,
    picture: Option<&'a str>,
    voice: Option<String>,
    link: Option<&'a str>,
    clock: String,
    moment: String,
}

#[derive(Template)]
#[template(path = "avito/rows.html")]
struct Rows<'a> {
    words: &'static Words,
    rows: Vec<Row<'a>>,
    target: String,
}

#[derive(Template)]
#[template(path = "avito/phone.html")]
struct PhonePage<'a> {
    frame: &'a Frame,
    buyer_name: String,
    title: String,
    price: String,
    url: String,
    rows: String,
    rows_href: String,
    target: String,
    picture_target: String,
    back: String,
    refusal: String,
    kinds: Vec<(&'static str, &'static str)>,
}

/// Parses the address of a chat: an advert's id, or `s` and a seller's id.
fn place(text: &str) -> Option<To> {
    match text.strip_prefix('s') {
        Some(seller) => seller.parse().ok().map(To::Seller),
        None => text.parse().ok().map(To::Item),
    }
}

fn chat_of<'a>(state: &'a State, buyer: i64, to: &To) -> Option<&'a Chat> {
    let is_meant = |chat: &&Chat| match to {
        To::Item(item) => chat.item == Some(*item),
        To::Seller(seller) => chat.item.is_none() && chat.seller == *seller,
        To::Chat(id) => chat.id == *id,
    };
    state.chats.values().filter(|chat| chat.buyer == buyer).find(is_meant)
}

fn row<'a>(state: &State, words: &'static Words, chat: &Chat, message: &'a Message) -> Row<'a> {
    let content = &message.content;
    let text = |pointer: &str| content.pointer(pointer).and_then(Value::as_str);
    let voice = text("/voice/voice_id");
    let said = match message.kind.as_str() {
        "text" | "system" => text("/text").unwrap_or_default(),
        "link" => text("/link/text").unwrap_or_default(),
        "item" => text("/item/title").unwrap_or_default(),
        "location" => text("/location/text").unwrap_or_default(),
        "call" => words.call,
        "deleted" => words.deleted,
        "file" => words.file,
        "video" => words.video,
        _ => "",
    };
    let at = DateTime::from_timestamp(message.created, 0).unwrap_or_default();
    Row {
        is_mine: message.author == chat.buyer,
        text: said.to_owned(),
        picture: text("/image/sizes/640x480").map(|link| link.trim_start_matches(state.base_url.as_str())),
        voice: voice.map(|id| format!("/files/voices/{id}?until={}", i64::MAX)),
        link: text("/link/url").or_else(|| text("/item/item_url")),
        clock: at.format("%H:%M").to_string(),
        moment: at.to_rfc3339(),
        message,
    }
}

fn drawn(state: &State, words: &'static Words, buyer: i64, to: &To, target: &str) -> String {
    let chat = chat_of(state, buyer, to);
    let rows = chat.into_iter().flat_map(|chat| chat.messages.iter().map(move |one| row(state, words, chat, one)));
    Rows { words, rows: rows.collect(), target: target.to_owned() }.render().unwrap_or_default()
}

/// Opening the page marks all messages as read.
fn read(core: &Core, buyer: i64, to: &To) {
    let unread = core.read(|state| {
        let chat = chat_of(state, buyer, to)?;
        state.has_unread(&chat.id, buyer).then(|| chat.id.clone())
    });
    if let Some(chat) = unread {
        core.change(|state| state.mark_read(&chat, buyer));
    }
}

/// `GET /phone/{buyer}/{place}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let (buyer, name) = path.into_inner();
    let Some(to) = place(&name) else { return HttpResponse::NotFound().finish() };
    read(&core, buyer, &to);
    let words = frame.words;
    let address = format!("/phone/{buyer}/{name}");
    let target = frame.link(&address);
    let refusal = url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(key, _)| key == "refused")
        .map(|(_, why)| fill(words.refused, "what", &why));
    let page = core.read(|state| {
        let (title, price, url) = match &to {
            To::Item(item) => state.items.get(item).map(|item| (&item.title, item.price.clone(), item.url.clone()))?,
            To::Seller(seller) => state.sellers.get(seller).map(|one| (&one.name, String::new(), String::new()))?,
            To::Chat(_) => return None,
        };
        Some(PhonePage {
            frame: &frame,
            buyer_name: state.buyers.get(&buyer)?.name.clone(),
            title: title.clone(),
            price,
            url,
            rows: drawn(state, words, buyer, &to, &target),
            rows_href: format!("{address}/rows?lang={}", words.code),
            picture_target: frame.link(&format!("{address}/picture")),
            back: frame.link("/phone"),
            refusal: refusal.unwrap_or_default(),
            kinds: vec![
                ("image", words.picture),
                ("voice", words.voice),
                ("link", words.link),
                ("item", words.advert),
                ("location", words.location),
                ("call", words.call),
                ("file", words.file),
                ("video", words.video),
                ("system", words.bot),
            ],
            target: target.clone(),
        })
    });
    page.map_or_else(|| HttpResponse::NotFound().finish(), |page| render(StatusCode::OK, &page))
}

/// `GET /phone/{buyer}/{place}/rows`: only the messages.
pub(super) async fn rows(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    let Some(to) = place(&path.1) else { return HttpResponse::NotFound().finish() };
    read(&core, path.0, &to);
    let target = frame.link(&format!("/phone/{}/{}", path.0, path.1));
    let html = core.read(|state| drawn(state, frame.words, path.0, &to, &target));
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

/// The fields of the page's form.
#[derive(Deserialize)]
pub(super) struct Written {
    kind: String,
    #[serde(default)]
    text: String,
}

/// `POST /phone/{buyer}/{place}`.
pub(super) async fn write(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
    form: web::Form<Written>,
) -> HttpResponse {
    let (buyer, name) = path.into_inner();
    let (Some(to), true) = (place(&name), is_own(&request)) else { return HttpResponse::Forbidden().finish() };
    let text = form.text.trim().to_owned();
    let about = if let To::Item(item) = &to { *item } else { 0 };
    let chat = core.change(|state| state.open_chat(buyer, &to)).unwrap_or_default();
    let content = match form.kind.as_str() {
        "text" | "seller" => Content::Text { text: text.clone() },
        "voice" => Content::Voice,
        "link" => Content::Link { url: "https://acme.test/sofa/17".to_owned(), text: "acme.test/sofa/17".to_owned() },
        "item" => Content::Item { item: about },
        "location" => {
            Content::Location {
                lat: 55.599_799, lon: 37.603_954, text: "Москва, Варшавское шоссе".to_owned()
            }
        }
        "call" => Content::Call { status: None },
        "file" => Content::File,
        "video" => Content::Video,
        _ => Content::Image { data: None },
    };
    let act = match form.kind.as_str() {
        "system" => Act::System {
            chat,
            flow_id: "seller_audience_discount".to_owned(),
            text: "Предложите покупателю скидку".to_owned(),
        },
        "take_back" => Act::TakeBack { who: buyer, chat, message: text },
        "seller" => Act::SendAsSeller { chat, content },
        _ => Act::Send { who: buyer, to, content, quote: None },
    };
    done(&core, &request, &format!("/phone/{buyer}/{name}"), act)
}

/// `POST /phone/{buyer}/{place}/picture`, a form with a file.
pub(super) async fn picture(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
    payload: web::Payload,
) -> HttpResponse {
    let (buyer, name) = path.into_inner();
    let (Some(to), true) = (place(&name), is_own(&request)) else { return HttpResponse::Forbidden().finish() };
    let kind = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Some(bytes) = file(kind, payload).await else { return HttpResponse::BadRequest().finish() };
    let content = Content::Image { data: Some(base64::engine::general_purpose::STANDARD.encode(bytes)) };
    done(&core, &request, &format!("/phone/{buyer}/{name}"), Act::Send { who: buyer, to, content, quote: None })
}

async fn file(kind: &str, mut payload: web::Payload) -> Option<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        body.extend_from_slice(&chunk.ok()?);
        if body.len() > LARGEST {
            return None;
        }
    }
    let boundary = multer::parse_boundary(kind).ok()?;
    let body = body.freeze();
    let mut parts = Multipart::new(stream::once(async move { Ok::<_, std::io::Error>(body) }), boundary);
    let bytes = parts.next_field().await.ok()??.bytes().await.ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

fn done(core: &Core, request: &HttpRequest, address: &str, act: Act) -> HttpResponse {
    let frame = Frame::of(request);
    match act::perform(core, act) {
        Ok(_) => back_to(&frame, address),
        Err(error) => {
            let why: String = url::form_urlencoded::byte_serialize(error.to_string().as_bytes()).collect();
            let address = format!("{address}?lang={}&refused={why}", frame.words.code);
            HttpResponse::SeeOther().insert_header(("Location", address)).finish()
        }
    }
}
