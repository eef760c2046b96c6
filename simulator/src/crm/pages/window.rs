//! The manager's window of one account.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Frame,
    composer::{self, Offers},
    notice, own_form, render,
    rows::{self, Snapshot},
    see_other,
    shell::{Place, Shell},
    strings::fill,
};
use crate::crm::{core::Core, hook_message::HookMessage, hooks};

/// The query of the address.
#[derive(Deserialize)]
pub(super) struct WindowQuery {
    #[serde(default)]
    chat: String,
}

#[derive(Template)]
#[template(path = "crm/window.html")]
struct WindowPage<'a> {
    frame: &'a Frame,
    shell: &'a Shell,
    host: &'a str,
    chat: &'a str,
    customer_page: Option<String>,
    rows: Snapshot,
    offers: Offers,
    snapshot_address: String,
    answer_target: String,
}

/// Marks the chat as read; changes nothing if it was read already.
fn mark_read(core: &Core, host: &str, chat: &str) {
    let unread = core.read(|state| {
        state.accounts.get(host).and_then(|account| account.chat(chat)).is_some_and(|chat| chat.unread > 0)
    });
    if unread {
        core.change(|state| {
            let account = state.accounts.get_mut(host);
            if let Some(chat) = account.and_then(|account| account.chat_mut(chat)) {
                chat.unread = 0;
            }
        });
    }
}

fn keep(frame: &Frame) -> String {
    match frame.language_query.as_str() {
        "" => String::new(),
        query => format!("&{query}"),
    }
}

/// `GET /accounts/{host}/`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    asked: web::Query<WindowQuery>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    mark_read(&core, &host, &asked.chat);
    let account = core.read(|state| {
        let account = state.accounts.get(host.as_str())?;
        let chat = account.chat(&asked.chat).map(|chat| chat.id.clone()).unwrap_or_default();
        let offers = composer::offers(&core, state, account, &chat, frame.words);
        Some((account.customer_page.clone(), chat, offers))
    });
    let keep = keep(&frame);
    let found = account.and_then(|(customer_page, chat, offers)| {
        let rows = rows::snapshot(&core, &host, &chat, frame.words, &keep)?;
        Some((Shell::of(&core, &frame, &request, &host, Place::Window)?, customer_page, chat, offers, rows))
    });
    let Some((shell, customer_page, chat, offers, rows)) = found else {
        return notice(&frame, StatusCode::NOT_FOUND, frame.words.not_found);
    };
    let page = WindowPage {
        frame: &frame,
        shell: &shell,
        host: &host,
        chat: &chat,
        customer_page,
        rows,
        offers,
        snapshot_address: format!(
            "/accounts/{host}/snapshot?chat={chat}&lang={}{}",
            frame.words.code,
            if keep.is_empty() { "" } else { "&kept=1" }
        ),
        answer_target: frame.link(&format!("/accounts/{host}/chats/{chat}/answer")),
    };
    render(StatusCode::OK, &page, None)
}

/// `GET /accounts/{host}/snapshot`: the rows as JSON, for the script.
pub(super) async fn snapshot(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    host: web::Path<String>,
    asked: web::Query<WindowQuery>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    mark_read(&core, &host, &asked.chat);
    // The script always sends its language; links keep it only if the reader had chosen it.
    let keep = if request.query_string().contains("kept=1") { keep(&frame) } else { String::new() };
    match rows::snapshot(&core, &host, &asked.chat, frame.words, &keep) {
        Some(rows) => HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(rows),
        None => HttpResponse::NotFound().finish(),
    }
}

/// The form under a conversation.
#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    text: String,
}

/// `POST /accounts/{host}/chats/{chat}/answer`.
pub(super) async fn answer(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    form: web::Form<Written>,
) -> HttpResponse {
    let frame = Frame::of(&request);
    if !own_form(&request) {
        return HttpResponse::Forbidden().finish();
    }
    let (host, chat) = path.into_inner();
    let text = form.text.trim().to_owned();
    if !text.is_empty() {
        let sending = {
            let (core, host, chat) = (Arc::clone(&core), host.clone(), chat.clone());
            let user = core.read(|state| state.accounts.get(&host)?.writer().map(|user| user.id));
            let message = user.into_iter().fold(HookMessage::text(&text), HookMessage::by_user);
            // In its own task: closing the page must not cancel the hook.
            actix_web::rt::spawn(async move { hooks::send(&core, &host, &chat, message).await })
        };
        if let Ok(Err(error)) = sending.await {
            let words = fill(frame.words.not_sent, "reason", &error.to_string());
            return notice(&frame, StatusCode::CONFLICT, &words);
        }
    }
    see_other(&format!("/accounts/{host}/?chat={chat}{}#chat", keep(&frame)))
}
