//! The wire of Avito: calls, tokens and webhooks as its OpenAPI files define them.

use std::collections::BTreeMap;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use simulator::avito::{Act, Content, Customer, Fault, HookState, NewApp, NewBuyer, NewItem, NewSeller, Options, Verb};

use crate::stage::{Receiver, START, Stage, acts, faults};

const SELF: &str = "/core/v1/accounts/self";
const HOOK: &str = "/messenger/v3/webhook";
const HOOKS: &str = "/messenger/v1/subscriptions";
const NONE: Value = Value::Null;

/// A seller with an advert, and a buyer.
struct World {
    stage: Stage<Options>,
    seller: i64,
    maria: i64,
    item: i64,
    /// Of the seller's own credentials.
    token: String,
}

impl World {
    async fn start() -> Self {
        let stage = Stage::start(|now| Options { now }).await;
        let seller = stage.simulator.add_seller(NewSeller::default());
        let maria = stage.simulator.add_buyer(NewBuyer::default());
        let item = stage.simulator.add_item(NewItem::of(seller));
        let mut world = Self { stage, seller, maria, item, token: String::new() };
        let (status, answer) = world.asks_own("").await;
        assert_eq!((status, &answer["expires_in"], &answer["token_type"]), (200, &json!(86_400), &json!("Bearer")));
        assert!(answer.get("refresh_token").is_none(), "only applications refresh");
        answer["access_token"].as_str().unwrap().clone_into(&mut world.token);
        world
    }

    async fn asks_token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let (status, answer) = self.stage.form("/token", form).await;
        (status, serde_json::from_str(&answer).unwrap())
    }

    /// Asks for a token by the seller's own secret and this.
    async fn asks_own(&self, more: &str) -> (u16, Value) {
        let NewSeller { client_id, client_secret, .. } = NewSeller::default();
        let (kind, secret) = ("client_credentials", client_secret + more);
        self.asks_token(&[("grant_type", kind), ("client_id", &client_id), ("client_secret", &secret)]).await
    }

    fn maria(&self) -> Customer<'_> {
        self.stage.simulator.customer(self.maria, self.item)
    }

    /// `POST` with a body, else `GET`, of a path, or of one in the seller's account: `2/chats`.
    fn request(&self, token: &str, path: &str, body: &Value) -> RequestBuilder {
        let own = path.split_once('/').filter(|(version, _)| !version.is_empty());
        let own = own.map(|(version, rest)| format!("/messenger/v{version}/accounts/{}/{rest}", self.seller));
        let path = own.as_deref().unwrap_or(path);
        let method = if body.is_null() { Method::GET } else { Method::POST };
        let request = self.stage.request(method, path).bearer_auth(token);
        if body.is_null() { request } else { request.json(body) }
    }

    async fn calls(&self, token: &str, path: &str, body: Value) -> (u16, Value) {
        let answer = self.request(token, path, &body).send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn ok(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.calls(&self.token, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// The status of a refusal in Avito's form.
    async fn refused(&self, path: &str, body: Value) -> u16 {
        let (status, answer) = self.calls(&self.token, path, body).await;
        assert!(answer["error"]["code"] == status && answer["error"]["message"].is_string(), "{path}: {answer}");
        status
    }

    async fn says(&self, chat: &str, text: &str) -> (u16, Value) {
        let body = json!({"type": "text", "message": {"text": text}});
        self.calls(&self.token, &format!("1/chats/{chat}/messages"), body).await
    }

    async fn listens(&self) -> Receiver {
        let receiver = Receiver::start();
        assert_eq!(self.ok(HOOK, json!({"url": receiver.url})).await, json!({"ok": true}));
        receiver
    }
}

/// Type and text of messages.
fn texts<'a>(messages: impl IntoIterator<Item = &'a Value>) -> Vec<(&'a str, &'a str)> {
    let all = messages.into_iter().map(|one| (one["type"].as_str().unwrap(), one["content"]["text"].as_str()));
    all.map(|(kind, text)| (kind, text.unwrap_or_default())).collect()
}

#[tokio::test]
async fn tokens_last_a_day_and_an_application_refreshes_once() {
    let world = World::start().await;
    let own = |text: &str| text.to_owned();
    let redirect_uri = own("https://parom.example/back");
    let app = NewApp { name: own("Parom"), client_id: own("app"), client_secret: own("s"), redirect_uri };
    world.stage.simulator.add_app(app);
    let scope = "messenger:read,messenger:write";
    let (_, page) = world.stage.page(&format!("/oauth?response_type=code&client_id=app&scope={scope}&state=abc")).await;
    for part in ["Parom", "Мебель Акме", scope, "state=abc", &format!("id=\"line-{}\"", world.seller)] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let consents = |seller| world.stage.simulator.consent("app", scope, "abc", seller).unwrap();
    assert_eq!(consents(0), "https://parom.example/back?error=access_denied&state=abc");
    let back = url::Url::parse(&consents(world.seller)).unwrap();
    let pairs: BTreeMap<_, _> = back.query_pairs().into_owned().collect();
    assert_eq!((back.host_str(), pairs["state"].as_str()), (Some("parom.example"), "abc"));
    let asks = async |kind: &str, name: &str, value: &Value| {
        let value = value.as_str().unwrap();
        world.asks_token(&[("grant_type", kind), ("client_id", "app"), ("client_secret", "s"), (name, value)]).await
    };
    let code = json!(pairs["code"]);
    let (_, first) = asks("authorization_code", "code", &code).await;
    assert_eq!(first["scope"], scope);
    let again = asks("authorization_code", "code", &code).await;
    assert_eq!(again, (400, json!({"error": "invalid_grant"})), "a code is good once");
    let (_, second) = asks("refresh_token", "refresh_token", &first["refresh_token"]).await;
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_eq!(asks("refresh_token", "refresh_token", &first["refresh_token"]).await.0, 400, "a refresh token too");
    let token = second["access_token"].as_str().unwrap();
    assert_eq!(world.calls(token, "2/chats", NONE).await.0, 200);
    assert_eq!(world.calls(token, SELF, NONE).await.0, 403, "the scope user:read was not given");
    assert_eq!(world.ok(SELF, NONE).await["id"], world.seller);
    world.stage.advance(86_401).await;
    assert_eq!(world.refused(SELF, NONE).await, 403, "old tokens are 403, says the page");
    assert_eq!(world.asks_own("x").await, (401, json!({"error": "invalid_client"})));
    assert_eq!(world.asks_token(&[]).await, (400, json!({"error": "unsupported_grant_type"})));
    assert_eq!(world.stage.page(SELF).await.0, 401);
}

#[tokio::test]
async fn wrong_calls_are_refused() {
    let world = World::start().await;
    world.maria().writes("Цена?").unwrap();
    let chat = world.maria().chat().unwrap();
    for (path, body, status) in [
        ("2/chats?limit=101".to_owned(), NONE, 400),
        ("2/chats?limit=0".to_owned(), NONE, 400),
        ("2/chats?offset=1001".to_owned(), NONE, 400),
        ("2/chats?chat_types=xyz".to_owned(), NONE, 400),
        ("2/chats/nowhere".to_owned(), NONE, 404),
        ("/messenger/v2/accounts/7/chats".to_owned(), NONE, 403),
        ("1/getVoiceFiles".to_owned(), NONE, 400),
        (format!("1/chats/{chat}/messages/image"), json!({"image_id": "1.2"}), 400),
    ] {
        assert_eq!(world.refused(&path, body).await, status, "{path}");
    }
    for (chat, text, status) in [
        (chat.as_str(), String::new(), 400),
        (&chat, " ".to_owned(), 400),
        (&chat, "я".repeat(1001), 400),
        ("u2i-none", "x".to_owned(), 404),
    ] {
        assert_eq!(world.says(chat, &text).await.0, status);
    }
    assert_eq!(world.says(&chat, &"я".repeat(1000)).await.0, 200);
    let uploads = async |field: &'static str, bytes: &[u8]| {
        let form = Form::new().part(field, Part::bytes(bytes.to_vec()).file_name("a.jpg"));
        let path = format!("/messenger/v1/accounts/{}/uploadImages", world.seller);
        let request = world.stage.request(Method::POST, &path).bearer_auth(&world.token);
        request.multipart(form).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let jpeg = include_bytes!("../../assets/samples/picture.jpg");
    let big = [jpeg.as_slice(), &vec![0; 24 * 1024 * 1024]].concat();
    for (field, bytes) in [("file", jpeg.as_slice()), ("uploadfile[]", b"%PDF-1.4"), ("uploadfile[]", &big)] {
        assert_eq!(uploads(field, bytes).await["error"]["code"], 400);
    }
}

#[tokio::test]
async fn levels_and_faults_refuse() {
    let world = World::start().await;
    world.maria().writes("Hi").unwrap();
    let (chat, avito) = (world.maria().chat().unwrap(), &world.stage.simulator);
    avito.set_level(world.seller, false);
    assert_eq!((world.says(&chat, "x").await.0, world.refused(HOOKS, json!({})).await), (402, 402));
    world.ok(SELF, NONE).await;
    avito.set_level(world.seller, true);
    let faults = [Fault::TooMany { retry_after: Some(7) }, Fault::ServerError { status: 503 }];
    for (fault, wanted) in faults.into_iter().chain([Fault::refuse(403, 403, "No access")]).zip([429, 503, 403]) {
        avito.faults().next("postSendMessage", 1, fault);
        assert_eq!(world.refused(&format!("1/chats/{chat}/messages"), json!({})).await, wanted);
    }
    let first = avito.calls(world.seller).remove(0);
    assert_eq!((first.call.as_str(), first.status), ("postSendMessage", 402));
}

#[tokio::test]
async fn webhooks_are_added_and_repeated_chat_by_chat() {
    let world = World::start().await;
    let (receiver, avito) = (world.listens().await, &world.stage.simulator);
    let list = async || world.ok(HOOKS, json!({})).await["subscriptions"].clone();
    world.ok(HOOK, json!({"url": "https://other.example/hook"})).await;
    let one = |url: &str| json!({"url": url, "version": "3"});
    assert_eq!(list().await, json!([one(&receiver.url), one("https://other.example/hook")]), "not replaced");
    world.ok("/messenger/v1/webhook/unsubscribe", json!({"url": "https://other.example/hook"})).await;
    assert_eq!(list().await, json!([one(&receiver.url)]));
    for wrong in [json!({}), json!({"url": "nowhere"})] {
        assert_eq!(world.refused(HOOK, wrong).await, 400);
    }
    receiver.answers(&[(201, "")]);
    receiver.always(500, "");
    world.maria().writes("one").unwrap();
    world.maria().writes("two").unwrap();
    for seconds in [0, 1, 5, 30, 120, 600] {
        world.stage.advance(seconds).await;
    }
    let bodies = receiver.bodies();
    let texts = texts(bodies.iter().map(|body| &body["payload"]["value"]));
    let wanted = ["one", "one", "one", "one", "one", "one", "two"].map(|text| ("text", text));
    assert_eq!(texts, wanted, "the second waits behind the first, and only 200 is good");
    let first = avito.hooks(world.seller).remove(0);
    assert_eq!((first.state, first.attempts, first.last_status), (HookState::Dropped, 6, Some(500)));
}

#[tokio::test]
async fn everything_is_posted_own_messages_too() {
    let world = World::start().await;
    let (receiver, avito) = (world.listens().await, &world.stage.simulator);
    let id = world.maria().writes("Ещё продаёте?").unwrap();
    let chat = world.maria().chat().unwrap();
    avito.deliver_all().await;
    let called = receiver.calls().remove(0);
    let value = json!({"id": id, "chat_id": chat, "user_id": world.seller, "author_id": world.maria, "type": "text",
        "created": START / 1000, "chat_type": "u2i", "content": {"text": "Ещё продаёте?"}, "item_id": world.item,
        "published_at": "2026-11-20T10:00:00Z"});
    assert_eq!(called.json["payload"], json!({"type": "message", "value": value}));
    let frame = (&called.json["version"], &called.json["timestamp"], called.json["id"].is_string());
    assert_eq!(frame, (&json!("v3.0.0"), &json!(START / 1000), true));
    assert!(called.headers.contains_key("x-avito-messenger-signature"));
    world.says(&chat, "Да").await;
    let own = |name: &str| Act::own(name).with("chat", chat.clone());
    avito.act(own("send_as_seller").content(Content::text("из приложения"))).unwrap();
    world.maria().removes(&id).unwrap();
    let phone = format!("/phone/{}/{}", world.maria, world.item);
    let kinds = ["link", "location", "item", "image", "voice", "call", "file", "video", "system", "send_as_seller"];
    for kind in kinds {
        assert_eq!(world.stage.form(&phone, &[("do", kind)]).await.0, 200, "{kind}");
    }
    let raw = Content::of("raw").with("type", "newest").with("content", json!({"x": 1}));
    for content in [Content::of("app_call"), raw] {
        world.maria().sends(content).unwrap();
    }
    avito.deliver_all().await;
    let values: Vec<Value> = receiver.bodies().into_iter().map(|body| body["payload"]["value"].clone()).collect();
    let wanted = [("text", "Да"), ("text", "из приложения"), ("deleted", "")];
    assert_eq!(texts(&values[1..4]), wanted);
    let kinds = kinds[..9].iter().copied().chain(["text", "appCall", "newest"]);
    let parts = ["/link/preview/domain", "/location/lon", "/item/price_string", "/image/sizes/1280x960"];
    let more = ["/voice/voice_id", "/call/target_user_id", "", "", "/flow_id", "/text", "", "/x"];
    for ((kind, part), value) in kinds.zip(parts.into_iter().chain(more)).zip(&values[4..]) {
        assert!(value["type"] == kind && value["content"].pointer(part).is_some(), "{value}");
    }
    let (_, page) = world.stage.page(&phone).await;
    for part in ["cut\">30 000 ₽<", "Мария", "acme.test/sofa/17", "🏷 Диван синий, 30 000 ₽", "📍 Москва"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::start().await;
    let avito = &world.stage.simulator;
    let (_, list) = world.stage.page("/phone?lang=en").await;
    assert!(list.contains("Мария → Диван синий") && list.contains("Мария → Мебель Акме"), "{list}");
    let (mut chat, mut message) = (json!("CHAT"), json!("MESSAGE"));
    for act in acts("avito") {
        let act = act.to_string().replace("\"CHAT\"", &chat.to_string()).replace("\"MESSAGE\"", &message.to_string());
        let (status, done) = world.stage.post("/acts", &serde_json::from_str(&act).unwrap()).await;
        assert_eq!(status, 200, "{act}: {done}");
        if chat == "CHAT" {
            (chat, message) = (done["chat"].clone(), done["message"].clone());
        }
    }
    assert!(avito.act(Act::of(Verb::Send).who(world.maria).to("item", 2).text("Hi")).is_err());
    let seen = avito.messages_in(chat.as_str().unwrap());
    assert!(seen.iter().any(|one| one.text == "Из приложения") && seen.iter().any(|one| one.is_removed), "{seen:?}");
    world.says(chat.as_str().unwrap(), "Да").await;
    assert!(!avito.sent(world.seller)[0].is_read);
    world.stage.page(&format!("/phone/{}/{}", world.maria, world.item)).await;
    assert!(avito.sent(world.seller)[0].is_read, "who looks has read");
    for fault in faults("avito") {
        assert_eq!(world.stage.post("/faults", &fault).await.0, 200, "{fault}");
    }
    assert!(avito.faults().left() > 3);
    world.stage.request(Method::DELETE, "/faults").send().await.unwrap();
    assert_eq!(world.refused(SELF, NONE).await, 403);
    assert_eq!(world.asks_own("").await.0, 401, "the secret is another now");
}
