use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App as Server;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use base::clock::Clock;
use base::i18n::{Language, Words};
use base::message::{Body, Content, Person, Role, State};
use base::store::directory;
use entity::{fixture, message, source, tenant};
use queue::accept_batch::EventKind;
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::routes;
use crate::app::App;
use crate::webchat::visitor::Visitor;
use crate::webchat::{access, history};

const EN: Words = Words::new(Language::En);

// Macros, because the service's request type cannot be named here.
macro_rules! serve {
    ($chat:expr) => {
        init_service(Server::new().configure(|web| $chat.app.share(web)).configure(routes)).await
    };
}

macro_rules! visit {
    ($server:expr) => {{
        let page = call_service($server, TestRequest::get().uri(&path("")).to_request()).await;
        assert_eq!(page.status(), StatusCode::OK);
        let policy = page.headers().get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        let cookie = page.headers().get("set-cookie").unwrap().to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }};
}

macro_rules! watch {
    ($server:expr, $cookie:expr, $after:expr) => {{
        let request = TestRequest::get().uri(&path("/events")).insert_header(("cookie", $cookie.as_str()));
        let response = call_service($server, request.insert_header(("Last-Event-ID", $after)).to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        let mut stream = Box::pin(response.into_body());
        assert_eq!(next(&mut stream).await, "retry: 2000\n\n");
        stream
    }};
}

fn path(end: &str) -> String {
    format!("/chat/{SOURCE}{end}")
}

fn message(cookie: &str, id: Uuid, text: &str) -> TestRequest {
    TestRequest::post()
        .uri(&path("/messages"))
        .insert_header(("cookie", cookie))
        .set_json(json!({"id": id, "text": text}))
}

/// The next output of a stream without comments; empty if it ended.
async fn next(stream: &mut Pin<Box<BoxBody>>) -> String {
    let chunk = std::future::poll_fn(|context| stream.as_mut().poll_next(context));
    let chunk = tokio::time::timeout(Duration::from_secs(5), chunk).await.expect("the stream is silent");
    chunk.map_or_else(String::new, |bytes| String::from_utf8(bytes.unwrap().to_vec()).unwrap())
}

#[actix_web::test]
async fn a_form_sent_twice_is_one_message() {
    let chat = TestChat::open().await;
    let server = serve!(chat);
    let anna = visit!(&server);
    let id = Uuid::from_u128(5).to_string();
    let send = |text: &str| {
        let form = [("id", id.as_str()), ("text", text)];
        TestRequest::post().uri(&path("/messages")).insert_header(("cookie", anna.as_str())).set_form(form).to_request()
    };
    for _ in 0..2 {
        let answer = call_service(&server, send("Hello")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!(answer.headers().get("location").unwrap(), &format!("{}#end", path("")));
    }
    for (text, status) in [("Another", StatusCode::CONFLICT), (" ", StatusCode::UNPROCESSABLE_ENTITY)] {
        let answer = call_service(&server, send(text)).await;
        assert_eq!(answer.status(), status);
        let html = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
        assert!(
            html.contains("Not sent")
                && html.contains(&format!("\n{text}</textarea>"))
                && !html.contains(&format!("name=\"id\" value=\"{id}\""))
        );
    }
    let (lines, _) = history::read(&chat.app.webchat, EN, TENANT, chat.conversation(&anna).await).await.unwrap();
    assert_eq!(lines.len(), 1);
}

#[actix_web::test]
async fn a_stream_loses_and_doubles_nothing() {
    let chat = TestChat::open().await;
    let server = serve!(chat);
    let (anna, pavel) = (visit!(&server), visit!(&server));
    // A stream may open before there is a conversation.
    let mut early = watch!(&server, anna, "");
    for who in [&anna, &pavel] {
        call_service(&server, message(who, Uuid::new_v4(), "Hi").to_request()).await;
    }
    chat.answer(&pavel, 1, "not for Anna").await;
    let mut ids = Vec::new();
    for position in 1..=250 {
        ids.push(chat.answer(&anna, position, &format!("n{position}\nend")).await);
    }
    chat.answer(&anna, 0, "not carried yet").await;
    let conversation_id = chat.conversation(&anna).await;
    chat.say(conversation_id).await;
    let mut late = watch!(&server, anna, "240");
    for (stream, from) in [(&mut early, 1_i64), (&mut late, 241)] {
        let mut events = String::new();
        while !events.contains("id: 250\n") {
            events.push_str(&next(stream).await);
        }
        let positions: Vec<i64> = events.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect();
        assert_eq!(positions, (from..=250).collect::<Vec<_>>());
        let from_the_first = &events[events.find("id: ").unwrap()..];
        let data = from_the_first.lines().filter_map(|line| line.strip_prefix("data: ")).next().unwrap();
        let data: Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["text"], format!("n{from}\nend"));
        assert_eq!(data["id"], json!(ids[usize::try_from(from - 1).unwrap()]));
        assert_eq!(data["name"], "Maria");
    }
    // A notification without news sends nothing; the next answer comes once to each.
    chat.say(conversation_id).await;
    chat.answer(&anna, 251, "live").await;
    for _ in 0..2000 {
        chat.say(conversation_id).await;
    }
    for stream in [&mut early, &mut late] {
        let events = next(stream).await;
        assert_eq!((events.matches("id: 251\n").count(), events.matches("id: ").count()), (1, 1));
    }
    let (lines, position) = history::read(&chat.app.webchat, EN, TENANT, conversation_id).await.unwrap();
    assert_eq!((lines.len(), position), (201, 251));
    assert_eq!(lines.last().map(|line| (line.text.as_str(), line.owed)), Some(("live", "delivered")));
    chat.app.stop.cancel();
    assert_eq!((next(&mut early).await, next(&mut late).await), (String::new(), String::new()));
}

#[actix_web::test]
async fn a_sixth_stream_takes_the_place_of_the_first() {
    let chat = TestChat::open().await;
    let server = serve!(chat);
    let anna = visit!(&server);
    let mut streams = Vec::new();
    for _ in 0..6 {
        streams.push(watch!(&server, anna, "0"));
    }
    assert_eq!(next(&mut streams[0]).await, "event: replaced\ndata: {}\n\n");
    assert_eq!(next(&mut streams[0]).await, "");
}

#[actix_web::test]
async fn receipts_move_the_visitors_own_answers_upwards() {
    let chat = TestChat::open().await;
    let server = serve!(chat);
    let (anna, pavel) = (visit!(&server), visit!(&server));
    for who in [&anna, &pavel] {
        call_service(&server, message(who, Uuid::new_v4(), "Hi").to_request()).await;
    }
    let (seen, came, foreign) =
        (chat.answer(&anna, 1, "a").await, chat.answer(&anna, 2, "b").await, chat.answer(&pavel, 1, "c").await);
    for told in [
        json!({"delivered": [seen, came, foreign], "read": [seen, foreign, Uuid::from_u128(1)]}),
        json!({"delivered": [seen]}),
    ] {
        let request = TestRequest::post().uri(&path("/receipts")).insert_header(("cookie", anna.as_str()));
        let answer = call_service(&server, request.set_json(told).to_request()).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
    for (id, state) in [(seen, State::Read), (came, State::Delivered), (foreign, State::Sent)] {
        let row = message::Entity::of_tenant(TENANT).filter(message::Column::Id.eq(id));
        assert_eq!(row.one(chat.app.store.read()).await.unwrap().unwrap().state, state.number());
    }
    let told = entity::dedupe::Entity::of_tenant(TENANT).filter(
        entity::dedupe::Column::Event.is_in([EventKind::StatusDelivered, EventKind::StatusRead].map(EventKind::number)),
    );
    assert_eq!(told.all(chat.app.store.read()).await.unwrap().len(), 2);
}

pub const TENANT: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
pub const SOURCE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);

/// Delivers nothing automatically.
pub struct TestChat {
    pub app: Arc<App>,
    _dir: tempfile::TempDir,
}

impl TestChat {
    pub async fn open() -> Self {
        let (app, dir) = App::empty(Clock::system()).await;
        let tenant = tenant::Model { amojo_id: Uuid::from_u128(3).to_string(), ..fixture::tenant(TENANT) };
        tenant.into_active_model().insert(app.store.write()).await.unwrap();
        let source = source::Model {
            kind: "webchat".into(),
            name: "Site".into(),
            external_id: "site".into(),
            channel_id: Uuid::from_u128(4),
            settings: json!({"title": "Acme <help>"}).to_string(),
            ..fixture::source(TENANT, SOURCE)
        };
        source.into_active_model().insert(app.store.write()).await.unwrap();
        let entry = directory::DirectoryEntry { tenant_id: TENANT, id: SOURCE, note: String::new(), expires_at: None };
        directory::enter(app.store.write(), directory::IdKind::Source, &SOURCE.to_string(), entry).await.unwrap();
        Self { app, _dir: dir }
    }

    /// A manager's message as the engine leaves it after delivery.
    pub async fn answer(&self, cookie: &str, position: i64, text: &str) -> Uuid {
        self.answer_in(self.conversation(cookie).await, position, text).await
    }

    pub async fn answer_in(&self, conversation_id: Uuid, position: i64, text: &str) -> Uuid {
        let id = self.app.clock.uuid_v7();
        let sender = Person { id: "m".into(), role: Role::Manager, name: Some("Maria".into()), ..Person::default() };
        let body = Body::new(sender, Content::Text { text: text.into() });
        let row = message::Model {
            source_id: SOURCE,
            conversation_id,
            body: serde_json::to_string(&body).unwrap(),
            position,
            ..fixture::message(TENANT, id, self.app.clock.millis())
        };
        row.into_active_model().insert(self.app.store.write()).await.unwrap();
        id
    }

    pub async fn conversation(&self, cookie: &str) -> Uuid {
        let request = TestRequest::get().insert_header(("cookie", cookie)).to_http_request();
        let source = access::source_of(&self.app.webchat, &SOURCE.to_string()).await.unwrap();
        let visitor = Visitor::of(&request, SOURCE).unwrap();
        history::conversation_of(&self.app.webchat, &source, &visitor).await.unwrap().unwrap()
    }

    pub async fn say(&self, conversation_id: Uuid) {
        let _ = self.app.changes.send(conversation_id);
    }
}
