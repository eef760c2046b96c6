//! The customer's phone: one person's chat with one account, and its posts.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Serialize;

use super::render;
use crate::meta::{
    core::Core,
    state::{Author, Chat, Message, Platform, State},
};
use crate::old::{Bilingual, Language, words};

/// Visible words.
struct Words {
    code: &'static str,
    other: &'static str,
    other_name: &'static str,
    chats: &'static str,
    banner: &'static str,
    no_customers: &'static str,
    back: &'static str,
    write: &'static str,
    send: &'static str,
    posts: &'static str,
    comment: &'static str,
    read: &'static str,
    mention: &'static str,
    picture: &'static str,
    audio: &'static str,
    unsent: &'static str,
    edited: &'static str,
    unsend: &'static str,
    block: &'static str,
    unblock: &'static str,
    typing: &'static str,
    failed: &'static str,
}

const EN: Words = Words {
    code: "en",
    other: "ru",
    other_name: "Русский",
    chats: "Customers’ phones",
    banner: "Simulated Instagram and Messenger: nothing leaves this computer",
    no_customers: "No customers yet.",
    back: "Back",
    write: "Message…",
    send: "Send",
    posts: "Posts",
    comment: "Comment",
    read: "Mark as read",
    mention: "Mention in a story",
    picture: "Send a picture",
    audio: "Send a voice message",
    unsent: "unsent",
    edited: "edited",
    unsend: "Unsend",
    block: "Block",
    unblock: "Unblock",
    typing: "is typing…",
    failed: "The action failed.",
};

const RU: Words = Words {
    code: "ru",
    other: "en",
    other_name: "English",
    chats: "Телефоны клиентов",
    banner: "Имитация Instagram и Messenger: ничего не уходит с этого компьютера",
    no_customers: "Клиентов пока нет.",
    back: "Назад",
    write: "Сообщение…",
    send: "Отправить",
    posts: "Публикации",
    comment: "Комментировать",
    read: "Отметить прочитанным",
    mention: "Упомянуть в истории",
    picture: "Отправить фото",
    audio: "Отправить голосовое",
    unsent: "отменено",
    edited: "изменено",
    unsend: "Отменить отправку",
    block: "Заблокировать",
    unblock: "Разблокировать",
    typing: "печатает…",
    failed: "Не получилось.",
};

impl Bilingual for Words {
    fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Ru => &RU,
        }
    }
}

struct Line {
    href: String,
    person: String,
    account: String,
    place: &'static str,
}

#[derive(Template)]
#[template(path = "meta_list.html")]
struct ListPage {
    words: &'static Words,
    lines: Vec<Line>,
}

/// `GET /phone`: every person with every account.
pub(super) async fn list(core: web::Data<Arc<Core>>, request: HttpRequest) -> HttpResponse {
    let words: &'static Words = words(&request);
    let lines = core.read(|state| {
        let pairs =
            state.people.iter().flat_map(|person| state.accounts.values().map(move |account| (person, account)));
        pairs
            .map(|((number, person), account)| Line {
                href: format!("/phone/{number}/{}?lang={}", account.id, words.code),
                person: person.name.clone(),
                account: account.name.clone(),
                place: match account.platform {
                    Platform::Instagram => "Instagram",
                    Platform::Facebook => "Messenger",
                },
            })
            .collect()
    });
    render(&ListPage { words, lines })
}

/// One message as shown on the page.
#[derive(Debug, Serialize)]
struct Row {
    mid: String,
    is_mine: bool,
    text: String,
    /// The text of the quoted message.
    quote: String,
    /// Kind, address and name of each attachment; one that is no stored file has no name.
    files: Vec<(String, String, String)>,
    choices: Vec<String>,
    marks: String,
    can_unsend: bool,
}

#[derive(Debug, Serialize)]
struct CommentRow {
    id: String,
    name: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct PostRow {
    id: String,
    caption: String,
    comments: Vec<CommentRow>,
}

/// The parts of the page that change.
#[derive(Debug, Serialize)]
struct Rows {
    messages: Vec<Row>,
    posts: Vec<PostRow>,
    typing: String,
    is_blocked: bool,
}

#[derive(Template)]
#[template(path = "meta_phone.html")]
struct PhonePage {
    words: &'static Words,
    person: i64,
    account: String,
    person_name: String,
    account_name: String,
    place: &'static str,
}

/// `GET /phone/{person}/{account}`.
pub(super) async fn show(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> HttpResponse {
    let (person, account) = path.into_inner();
    let words: &'static Words = words(&request);
    let found = core.read(|state| {
        let known = state.accounts.get(&account)?;
        Some((state.people.get(&person)?.name.clone(), known.name.clone(), known.platform))
    });
    let Some((person_name, account_name, platform)) = found else { return HttpResponse::NotFound().finish() };
    let place = if platform == Platform::Instagram { "Instagram" } else { "Messenger" };
    render(&PhonePage { words, person, account, person_name, account_name, place })
}

/// `GET /phone/{person}/{account}/rows`.
pub(super) async fn rows(
    core: web::Data<Arc<Core>>,
    request: HttpRequest,
    path: web::Path<(i64, String)>,
) -> HttpResponse {
    let (person, account) = path.into_inner();
    let words: &'static Words = words(&request);
    let now = core.millis();
    HttpResponse::Ok().json(core.read(|state| drawn(state, words, person, &account, now)))
}

fn drawn(state: &State, words: &Words, person: i64, account: &str, now: i64) -> Rows {
    let nothing = Chat::default();
    let chat = state.chats.get(&(account.to_owned(), person)).unwrap_or(&nothing);
    let name = state.accounts.get(account).map(|one| one.name.clone()).unwrap_or_default();
    let posts = state.posts.values().filter(|post| post.account == account);
    Rows {
        messages: chat.messages.iter().map(|one| row(state, words, chat, one)).collect(),
        posts: posts
            .map(|post| PostRow {
                id: post.id.clone(),
                caption: post.caption.clone(),
                comments: state
                    .comments
                    .values()
                    .filter(|one| one.post == post.id && !one.is_hidden)
                    .map(|one| comment(state, &name, one))
                    .collect(),
            })
            .collect(),
        typing: if chat.typing_until > now { format!("{name} {}", words.typing) } else { String::new() },
        is_blocked: chat.is_blocked,
    }
}

fn comment(state: &State, account: &str, one: &crate::meta::state::Comment) -> CommentRow {
    let name = one.person.and_then(|id| state.people.get(&id)).map(|person| person.username.clone());
    CommentRow { id: one.id.clone(), name: name.unwrap_or_else(|| account.to_owned()), text: one.text.clone() }
}

fn row(state: &State, words: &Words, chat: &Chat, message: &Message) -> Row {
    let mut marks: Vec<String> = message.reactions.values().cloned().collect();
    if message.is_deleted {
        marks.push(words.unsent.to_owned());
    } else if message.edits > 0 {
        marks.push(words.edited.to_owned());
    }
    let is_mine = message.author == Author::Person;
    let file = |one: &serde_json::Value| {
        let shown = state.with_address(one);
        let kind = shown["type"].as_str()?.to_owned();
        let stored = one["payload"]["file"].as_str().and_then(|id| state.files.get(id));
        let name = stored.map(|file| file.name.clone()).unwrap_or_default();
        Some((kind, shown["payload"]["url"].as_str().unwrap_or_default().to_owned(), name))
    };
    let quoted = message.more.get("reply_to").and_then(|one| one["mid"].as_str());
    let quoted = quoted.and_then(|mid| chat.messages.iter().find(|one| one.mid == mid));
    let template = message.attachments.first().and_then(|one| one["payload"]["text"].as_str()).map(str::to_owned);
    Row {
        mid: message.mid.clone(),
        is_mine,
        text: message.text.clone().or(template).filter(|_| !message.is_deleted).unwrap_or_default(),
        quote: quoted.and_then(|one| one.text.clone()).unwrap_or_default(),
        files: if message.is_deleted { Vec::new() } else { message.attachments.iter().filter_map(file).collect() },
        choices: message.choices.iter().map(|one| one.title.clone()).collect(),
        marks: marks.join(" "),
        can_unsend: is_mine && !message.is_deleted,
    }
}
