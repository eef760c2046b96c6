//! Servers that imitate a messenger with its essential calls alone: everything else is 404. A Graph API knows the account
//! by `me` or by the account's id alone, or what Meta's documents print; none can subscribe or say all that Meta says, so
//! the operator has to trust the settings.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base::clock::Clock;
use base::config::Config;
use parom_tests::{Engine, Line, Place, Setup, World};
use serde_json::{Value, json};
use simulator::crm::HookMessage;
use url::Url;

use super::{at_crm, with_bot};
use crate::contract::{HookCall, posts, signed, watched};

/// A call that the server got.
#[derive(Clone, Debug)]
struct BareCall {
    /// `POST /method/messages.send`.
    what: String,
    query: String,
    body: String,
}

impl BareCall {
    /// A parameter of a form.
    fn form(&self, name: &str) -> String {
        let mut all = url::form_urlencoded::parse(self.body.as_bytes());
        all.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}

/// The answer to a call; none: there is no such call.
type Answers = fn(&BareCall) -> Option<Value>;

/// A world beside such a server.
struct Bare {
    world: World,
    calls: Arc<Mutex<Vec<BareCall>>>,
}

/// Starts the server until the test ends; returns its address.
fn served(calls: Arc<Mutex<Vec<BareCall>>>, answers: Answers) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = HttpServer::new(move || {
        let calls = calls.clone();
        let take = move |request: HttpRequest, body: web::Bytes| {
            let what = format!("{} {}", request.method(), request.path());
            let query = request.query_string().to_owned();
            let call = BareCall { what, query, body: String::from_utf8_lossy(&body).into_owned() };
            calls.lock().unwrap().push(call.clone());
            let answer = match answers(&call) {
                Some(answer) => HttpResponse::Ok().json(answer),
                None => HttpResponse::build(StatusCode::NOT_FOUND).body("404 page not found"),
            };
            async move { answer }
        };
        App::new().default_service(web::to(take))
    });
    tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
    url.parse().unwrap()
}

impl Bare {
    async fn starts(enters: fn(&mut Config, Url), answers: Answers) -> Self {
        let calls = Arc::default();
        let started = Arc::clone(&calls);
        let others = async move |_: Clock| {
            base::http_client::install_crypto_provider();
            let address = served(started, answers);
            move |config: &mut Config| enters(config, address.clone())
        };
        let mut world = World::start_beside(Engine::Sqlite, Setup::default(), others).await.unwrap();
        with_bot(&mut world).await;
        Self { world, calls }
    }

    /// The calls whose method and path begin so.
    fn calls(&self, what: &str) -> Vec<BareCall> {
        self.calls.lock().unwrap().iter().filter(|call| call.what.starts_with(what)).cloned().collect()
    }

    async fn posts(&self, path: &str, headers: Vec<(&'static str, String)>, body: &Value) {
        assert_eq!(posts(&self.world, HookCall { headers, ..HookCall::plain(path, body) }).await, 200);
    }

    /// "Hello" has come; a manager's answer leaves. Its status at amoCRM.
    async fn talks(&mut self, line: &Line, conversation: &str) -> Vec<i64> {
        self.came(&["Hello"]).await;
        let said = line.manager_sends(&self.world, conversation, HookMessage::text("Good morning")).await;
        self.world.deliver_to_the_end().await;
        self.world.statuses_at_crm(line, &said.message_id)
    }

    /// The texts that amoCRM has.
    async fn came(&mut self, texts: &[&str]) {
        self.world.deliver_all().await;
        assert!(at_crm(&self.world).iter().map(|one| one.text.as_str()).eq(texts.iter().copied()));
    }

    /// The line is watched, works, and is removed.
    async fn ends(self, line: &Line) {
        watched(&self.world).await;
        let shown = self.world.api.get(&line.path("")).await.is(200);
        assert_eq!(shown.json["status"], "working", "{}", shown.text);
        self.world.api.delete(&line.path("")).await.is(204);
        self.world.close().await;
    }
}

const AVITO: &str = "POST /messenger/v1/accounts/94235311/chats/u2i-1/messages";

fn avito(call: &BareCall) -> Option<Value> {
    Some(match call.what.trim_end_matches('/') {
        "POST /token" => json!({ "access_token": "token-of-a-fake", "expires_in": 86_400, "token_type": "Bearer" }),
        "GET /core/v1/accounts/self" => json!({ "id": 94_235_311, "name": "Acme" }),
        "POST /messenger/v3/webhook" => json!({ "ok": true }),
        AVITO => json!({ "id": "sent-1" }),
        _ => return None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn avitos_essential_calls_are_enough() {
    let mut bare = Bare::starts(|config, address| config.avito.api_url = address, avito).await;
    let settings = json!({ "client_id": "AcmeClientId", "client_secret": "acme-client-secret" });
    let line = bare.world.line_of("avito", "Acme", "avito-1", settings).await;
    let made: Value = serde_json::from_str(&bare.calls("POST /messenger/v3/webhook").remove(0).body).unwrap();
    let path = made["url"].as_str().unwrap().strip_prefix(bare.world.app().public_url()).unwrap().to_owned();
    let post = |id: &str, author: i64, text: &str| {
        let value = json!({ "id": id, "chat_id": "u2i-1", "user_id": 94_235_311, "author_id": author,
            "created": 1_795_165_200, "type": "text", "chat_type": "u2i", "content": { "text": text } });
        json!({ "payload": { "type": "message", "value": value } })
    };
    bare.posts(&path, Vec::new(), &post("m1", 77, "Hello")).await;
    assert_eq!(bare.talks(&line, "u2i-1").await, [1]);
    assert_eq!(bare.calls(AVITO).len(), 1);
    // Our own message, and the seller's, in a chat that Avito does not describe.
    bare.posts(&path, Vec::new(), &post("sent-1", 94_235_311, "Good morning")).await;
    bare.posts(&path, Vec::new(), &post("m2", 94_235_311, "From the phone")).await;
    bare.came(&["Hello", "From the phone"]).await;
    bare.ends(&line).await;
}

fn max(call: &BareCall) -> Option<Value> {
    Some(match call.what.as_str() {
        "GET /me" => json!({ "user_id": 70_011, "first_name": "Acme", "is_bot": true }),
        "POST /subscriptions" => json!({ "success": true }),
        "POST /messages" => json!({ "message": { "body": { "mid": "mid.sent", "seq": 2, "text": "" } } }),
        _ => return None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn maxs_essential_calls_are_enough() {
    let mut bare = Bare::starts(|config, address| config.max.api_url = address, max).await;
    let line = bare.world.line_of("max", "Acme", "max-1", json!({ "bot_token": "token-of-a-fake" })).await;
    let made: Value = serde_json::from_str(&bare.calls("POST /subscriptions").remove(0).body).unwrap();
    let path = format!("/hooks/max/{}", line.source_id);
    assert!(made["url"].as_str().unwrap().ends_with(&path), "{made}");
    let secret = made["secret"].as_str().unwrap().to_owned();
    let body = json!({ "update_type": "message_created", "timestamp": 1_795_165_200_000_i64, "message": {
        "recipient": { "chat_id": 88, "chat_type": "dialog" }, "timestamp": 1_795_165_200_000_i64,
        "body": { "mid": "mid.1", "seq": 1, "text": "Hello" }, "sender": { "user_id": 9, "name": "Maria" } } });
    bare.posts(&path, vec![("x-max-bot-api-secret", secret)], &body).await;
    assert_eq!(bare.talks(&line, "88").await, [1]);
    assert_eq!(bare.calls("POST /messages").len(), 1);
    bare.ends(&line).await;
}

fn vk(call: &BareCall) -> Option<Value> {
    let response = match call.what.strip_prefix("POST /method/")? {
        "groups.getById" => json!([{ "id": 223, "name": "Acme" }]),
        "groups.addCallbackServer" => json!({ "server_id": 1 }),
        "groups.getCallbackConfirmationCode" => json!({ "code": "a1b2c3" }),
        "messages.send" => json!(9_001),
        _ => return None,
    };
    Some(json!({ "response": response }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vks_essential_calls_are_enough() {
    let mut bare = Bare::starts(|config, address| config.vk.api_url = address, vk).await;
    let settings = json!({ "group_id": "223", "access_token": "vk1.a.token-of-a-fake" });
    let line = bare.world.line_of("vk", "Acme", "vk-1", settings).await;
    let made = bare.calls("POST /method/groups.addCallbackServer").remove(0);
    let (url, path) = (made.form("url"), format!("/hooks/vk/{}", line.source_id));
    assert!(url.ends_with(&path), "{url}");
    let asked = json!({ "type": "confirmation", "group_id": 223 });
    let said = parom_tests::client().post(&url).json(&asked).send().await.unwrap().text().await.unwrap();
    assert_eq!(said, "a1b2c3");
    let post = |kind: &str, object: Value| json!({ "type": kind, "group_id": 223, "secret": made.form("secret_key"), "object": object });
    let hello = json!({ "id": 7, "date": 1_795_165_200, "peer_id": 712, "from_id": 712, "text": "Hello",
        "conversation_message_id": 1 });
    bare.posts(&path, Vec::new(), &post("message_new", json!({ "message": hello }))).await;
    assert_eq!(bare.talks(&line, "712").await, [1]);
    let sent = bare.calls("POST /method/messages.send").remove(0);
    let given = ["message", "peer_id", "dont_parse_links"].map(|name| sent.form(name));
    assert_eq!(given, ["Good morning", "712", "1"]);
    // Our own message is known by its id or number, and what others write with a number of theirs is a manager's.
    let own = sent.form("random_id").parse().unwrap();
    for (id, number, text) in
        [(9_001, 77_i64, "Good morning"), (0, own, "Good morning"), (9_002, 78, "From another program")]
    {
        let reply = json!({ "id": id, "date": 1_795_165_201, "peer_id": 712, "from_id": -223, "text": text,
            "conversation_message_id": 2, "out": 1, "random_id": number });
        bare.posts(&path, Vec::new(), &post("message_reply", reply)).await;
    }
    bare.came(&["Hello", "From another program"]).await;
    bare.ends(&line).await;
}

/// The account of a Graph API.
const ACCOUNT: &str = "17841400000000009";
const SECRET: &str = "app-secret-of-a-fake";

fn meta(config: &mut Config, address: Url) {
    for meta in [&mut config.instagram, &mut config.facebook] {
        (meta.api_url, meta.trust_settings) = (address.clone(), true);
    }
}

fn graph(call: &BareCall, node: &str) -> Option<Value> {
    let (method, path) = call.what.split_once(' ')?;
    // The version comes first.
    let path = path.trim_start_matches('/').split_once('/')?.1;
    match (method, path.strip_prefix(node)?) {
        ("GET", "") => Some(json!({ "id": ACCOUNT, "user_id": ACCOUNT, "username": "acme", "name": "Acme" })),
        ("POST", "/messages") => Some(json!({ "recipient_id": "6600", "message_id": "mid-sent" })),
        _ => None,
    }
}

/// The printed calls: sending, subscribing, a person's profile.
fn printed(call: &BareCall) -> Option<Value> {
    let path = call.what.replace("/v26.0/", "/");
    Some(match path.strip_suffix("6600").unwrap_or(&path) {
        "GET /" => json!({ "name": "Anna", "username": "anna_k", "first_name": "Anna", "last_name": "Kim" }),
        _ if path == format!("POST /{ACCOUNT}/messages") => json!({ "recipient_id": "6600", "message_id": "mid-sent" }),
        _ if path == format!("POST /{ACCOUNT}/subscribed_apps") => json!({ "success": true }),
        _ => json!({ "error": { "message": "Unsupported request", "type": "GraphMethodException", "code": 100 } }),
    })
}

/// A source there, at its end.
async fn metas_essential_calls_are_enough(bare: &mut Bare, kind: &str) -> Line {
    let (object, account) = if kind == "facebook" { ("page", "page_id") } else { ("instagram", "account_id") };
    let settings = json!({ account: ACCOUNT, "access_token": "EAAtoken-of-a-fake", "app_secret": SECRET,
        "verify_token": "verify-me" });
    let line = bare.world.line_of(kind, "Acme", "meta-1", settings).await;
    let path = format!("/hooks/{kind}/{}", line.source_id);
    let asked = "hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=77";
    let url = format!("{}{path}?{asked}", bare.world.app().public_url());
    let said = parom_tests::client().get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(said, "77");
    let event = json!({ "sender": { "id": "6600" }, "recipient": { "id": ACCOUNT }, "timestamp": 1_795_165_200_000_i64,
        "message": { "mid": "m1", "text": "Hello" } });
    let body = json!({ "object": object, "entry": [{ "id": ACCOUNT, "time": 1, "messaging": [event] }] });
    bare.posts(&path, vec![("x-hub-signature-256", signed(SECRET, &body.to_string()))], &body).await;
    bare.talks(&line, "6600").await;
    let known = bare.world.messages().await.into_iter().rfind(|one| one.direction == 2).unwrap();
    assert_eq!(known.external_id, "mid-sent");
    line
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_is_known_by_me_or_by_its_id() {
    let by_me: Answers = |call| graph(call, "me");
    for (kind, answers) in [("instagram", by_me), ("facebook", |call| graph(call, ACCOUNT))] {
        let mut bare = Bare::starts(meta, answers).await;
        let line = metas_essential_calls_are_enough(&mut bare, kind).await;
        bare.ends(&line).await;
    }
}

/// They are as in the documents, word for word.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_printed_calls_are_enough() {
    let mut bare = Bare::starts(meta, printed).await;
    let line = metas_essential_calls_are_enough(&mut bare, "facebook").await;
    let posted = bare.calls("POST ");
    assert!(posted.iter().all(|call| call.what.starts_with(&format!("POST /v26.0/{ACCOUNT}/"))), "{posted:?}");
    let subscribed = posted.iter().find(|call| call.what.ends_with("/subscribed_apps")).unwrap();
    let fields = "messages,messaging_postbacks,message_reactions,message_reads,message_deliveries,message_echoes,\
                  message_edits,feed,comments,live_comments,mention";
    let given: Vec<_> = url::form_urlencoded::parse(subscribed.query.as_bytes()).into_owned().collect();
    assert_eq!(given, [("subscribed_fields".to_owned(), fields.to_owned())]);
    let sent: Vec<Value> = posted.iter().filter_map(|call| serde_json::from_str(&call.body).ok()).collect();
    let said = sent.iter().find(|body| body["message"]["text"] == "Good morning").unwrap();
    assert_eq!((&said["recipient"], &said["messaging_type"]), (&json!({ "id": "6600" }), &json!("RESPONSE")));
    bare.ends(&line).await;
}
