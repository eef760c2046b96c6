//! A Graph that has only what all servers implement: a number, messages, files, the subscription, templates. Everything
//! else is 404, and answers have no field too many.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base::clock::Clock;
use base::config::Config;
use parom_tests::{Beside, Line, Simulated, once};
use serde_json::{Value, json};
use simulator::crm::{Attachment, HookMessage};
use tokio::sync::Notify;
use url::Url;

use super::super::at_crm;
use super::posts;
use super::templates::{steps, submitted};

pub const PHONE: &str = "330022334455667";
pub const WABA: &str = "220011223344556";
pub const SECRET: &str = "app-secret";
pub const CUSTOMER: &str = "77010001122";

const PICTURE: &[u8] = include_bytes!("../../../../simulator/assets/samples/picture.jpg");

/// What was asked of it: method, path without the version, JSON.
type Calls = Arc<Mutex<Vec<(String, String, Value)>>>;
/// Refusals of the next messages, and the status of each.
type Refusals = Arc<Mutex<VecDeque<(u16, Value)>>>;

pub struct BareGraph {
    url: String,
    calls: Calls,
    pub refusals: Refusals,
    /// While it is locked, messages get no answer.
    pub gate: Arc<tokio::sync::Mutex<()>>,
    /// Notified of each message that comes.
    pub asked: Arc<Notify>,
}

async fn answers(
    calls: web::Data<Calls>,
    refusals: web::Data<Refusals>,
    door: web::Data<(Arc<tokio::sync::Mutex<()>>, Arc<Notify>)>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let (method, path) = (request.method().to_string(), request.path().trim_start_matches('/'));
    let path = path.split_once('/').map_or(path, |(_, path)| path).to_owned();
    let json = serde_json::from_slice(&body).unwrap_or_default();
    let count = {
        let mut calls = calls.lock().unwrap();
        calls.push((method.clone(), path.clone(), json));
        calls.len()
    };
    let host = request.connection_info().host().to_owned();
    let elsewhere = host.replace("127.0.0.1", "localhost");
    let has_token = request.headers().get("authorization").is_some_and(|given| given == "Bearer EAAB-1");
    let parts: Vec<&str> = path.split('/').collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", [PHONE]) => HttpResponse::Ok().json(json!({"display_phone_number": "+7 701 000 99 00", "id": PHONE})),
        ("GET", ["file-1"]) => HttpResponse::Ok().json(json!({"url": format!("http://{host}/files/bytes")})),
        // Files are on another host, sizes are text, and nothing else is reported.
        ("GET", ["file-2"]) => {
            HttpResponse::Ok().json(json!({"url": format!("http://{elsewhere}/files/bytes"), "file_size": "none"}))
        }
        ("GET", ["bytes"]) if !has_token => HttpResponse::Unauthorized().finish(),
        ("GET", ["bytes"]) => HttpResponse::Ok().content_type("image/jpeg").body(PICTURE),
        ("GET", ["file-ended"]) => {
            HttpResponse::BadRequest().json(json!({"error": {"code": "100", "message": "gone"}}))
        }
        ("POST", [WABA, "subscribed_apps"]) => HttpResponse::Ok().json(json!({"success": true})),
        ("POST", [PHONE, "messages"]) if body.windows(8).any(|part| part == b"\"status\"") => {
            HttpResponse::BadRequest().json(json!({"error": {"message": "(#100) Unknown", "code": 100}}))
        }
        ("POST", [PHONE, "messages"]) => {
            door.1.notify_one();
            drop(door.0.lock().await);
            let refusal = refusals.lock().unwrap().pop_front();
            match refusal {
                Some((status, refusal)) => HttpResponse::build(StatusCode::from_u16(status).unwrap()).json(refusal),
                None => HttpResponse::Ok().json(json!({"messages": [{"id": format!("wamid.{count}")}]})),
            }
        }
        ("POST", [PHONE, "media"]) => HttpResponse::Ok().json(json!({"id": format!("media-{count}")})),
        ("POST", [WABA, "message_templates"]) => HttpResponse::Ok().json(json!({"id": "99001"})),
        _ => HttpResponse::NotFound().finish(),
    }
}

impl Simulated for BareGraph {
    async fn start(_: Clock) -> Self {
        let (calls, refusals) = (Calls::default(), Refusals::default());
        let (gate, asked) = (Arc::default(), Arc::new(Notify::new()));
        let (shared, refusing) = (web::Data::new(calls.clone()), web::Data::new(refusals.clone()));
        let door = web::Data::new((Arc::clone(&gate), Arc::clone(&asked)));
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .app_data(refusing.clone())
                .app_data(door.clone())
                .app_data(web::PayloadConfig::new(1 << 24))
                .default_service(web::to(answers))
        };
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { url, calls, refusals, gate, asked }
    }

    fn address(&self) -> &str {
        &self.url
    }

    fn enters(config: &mut Config, address: Url) {
        config.whatsapp.api_url = address;
    }
}

pub type BareWorld = Beside<BareGraph>;

/// The messages that it got, without marks.
pub fn sent(world: &BareWorld) -> Vec<Value> {
    let calls = world.messenger.calls.lock().unwrap().clone();
    let of = |(method, path, _): &(String, String, Value)| method == "POST" && path.ends_with("/messages");
    calls.into_iter().filter(of).map(|(_, _, json)| json).filter(|json| json["type"].is_string()).collect()
}

/// The id that the last message got.
pub fn last_wamid(world: &BareWorld) -> String {
    let calls = world.messenger.calls.lock().unwrap();
    let last = calls.iter().rposition(|(_, path, json)| path.ends_with("/messages") && json["type"].is_string());
    format!("wamid.{}", last.unwrap() + 1)
}

pub async fn connected(world: &BareWorld) -> Line {
    let settings = json!({"phone_number_id": PHONE, "waba_id": WABA, "access_token": "EAAB-1", "app_secret": SECRET});
    world.line_of("whatsapp", "Acme", "wa-1", settings).await
}

/// A webhook with as little as it can have.
pub async fn comes(world: &mut BareWorld, line: &Line, value: Value) {
    reported(world, line, value).await;
    world.deliver_all().await;
}

/// The same, and nothing is delivered yet.
pub async fn reported(world: &BareWorld, line: &Line, value: Value) {
    let value = json!({"field": "messages", "value": value});
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [value]}]}).to_string();
    assert_eq!(posts(world, &format!("/hooks/whatsapp/{}", line.source_id), Some(SECRET), &body).await, 200);
}

pub fn message(id: &str, kind: &str, content: Value) -> Value {
    let mut message = json!({"from": CUSTOMER, "id": id, "timestamp": "1795165300", "type": kind});
    message[kind] = content;
    json!({"metadata": {"phone_number_id": PHONE}, "messages": [message]})
}

async fn status(world: &BareWorld, line: &Line) -> String {
    world.api.get(&line.path("")).await.is(200).text_at("/status")
}

async fn bare_bodies_are_enough_to_connect_and_converse(world: &mut BareWorld) {
    let line = connected(world).await;
    comes(world, &line, message("wamid.A", "text", json!({"body": "Hello"}))).await;
    comes(world, &line, message("wamid.B", "image", json!({"id": "file-1", "mime_type": "image/jpeg"}))).await;
    let came: Vec<_> = at_crm(world).into_iter().map(|one| (one.kind, one.text)).collect();
    assert_eq!(came, [("text".to_owned(), "Hello".to_owned()), ("picture".to_owned(), String::new())]);

    let said = line.manager_sends(world, CUSTOMER, HookMessage::text("Good morning")).await;
    line.manager_sends(world, CUSTOMER, HookMessage::attachment(Attachment::sample("picture"))).await;
    world.deliver_all().await;
    let out = sent(world);
    assert_eq!(out.len(), 2, "{out:?}");
    assert_eq!((&out[0]["to"], &out[0]["text"]["body"]), (&json!(CUSTOMER), &json!("Good morning")));
    assert!(out[1]["image"]["id"].as_str().unwrap().starts_with("media-"), "{}", out[1]);
    let wamid = world.messenger.calls.lock().unwrap().iter().position(|(_, _, json)| *json == out[0]).unwrap() + 1;
    let delivered = json!({"id": format!("wamid.{wamid}"), "status": "delivered", "timestamp": "1795165400"});
    comes(world, &line, json!({"metadata": {"phone_number_id": PHONE}, "statuses": [delivered]})).await;
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [1]);
    // What is asked from time to time has no answers here, and the source goes on working.
    for _ in 0..3 {
        assert_eq!(status(world, &line).await, "working");
        world.advance(std::time::Duration::from_secs(3_700));
        for kind in ["lines", "polls", "renewals"] {
            world.works(kind).await;
        }
    }
    let tested = world.api.post(&line.path("/test"), &Value::Null).await.is(200);
    assert!(!tested.text.contains("\"ok\":false"), "{}", tested.text);
    comes(world, &line, message("wamid.C", "text", json!({"body": "Still there?"}))).await;
    assert_eq!(at_crm(world).pop().unwrap().text, "Still there?");
}

async fn a_template_goes_there_and_back(world: &mut BareWorld) {
    let line = connected(world).await;
    let content = "Order {{lead.id}} is ready.";
    let id = submitted(world, &line, "Ready", content, &json!({"waba_examples": {"{{lead.id}}": "1"}})).await;
    let approved = json!({"event": "APPROVED", "message_template_id": 99_001});
    let change = json!({"field": "message_template_status_update", "value": approved});
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [change]}]}).to_string();
    assert_eq!(posts(world, &format!("/hooks/whatsapp/{}", line.source_id), Some(SECRET), &body).await, 200);
    steps(world).await;
    comes(world, &line, message("wamid.A", "text", json!({"body": "Hello"}))).await;
    world.advance(std::time::Duration::from_secs(2 * 86_400));
    let template = HookMessage::text("").template(id, None, content, &[("{{lead.id}}", "1592")]);
    line.manager_sends(world, CUSTOMER, template).await;
    world.deliver_all().await;
    let out = sent(world).pop().expect("it was sent");
    assert_eq!((&out["type"], &out["template"]["language"]["code"]), (&json!("template"), &json!("ru")));
    assert_eq!(out["template"]["components"][0]["parameters"][0]["text"], "1592");
}

once!(bare_bodies_are_enough_to_connect_and_converse, a_template_goes_there_and_back);
