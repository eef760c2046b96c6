//! The wire of Avito: calls, tokens and webhooks as its OpenAPI files define them.

use std::collections::BTreeMap;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use simulator::avito::{Act, Content, Customer, Fault, HookState, NewApp, NewBuyer, NewItem, NewSeller, Options, Verb};

use crate::stage::{Receiver, START, Stage, examples};

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
    async fn start(calls_per_minute: Option<u32>) -> Self {
        let stage = Stage::start(|now| Options { now, calls_per_minute, ..Options::default() }).await;
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
    let world = World::start(None).await;
    let own = |text: &str| text.to_owned();
    let redirect_uri = own("https://parom.example/back");
    let app = NewApp { name: own("Parom"), client_id: own("app"), client_secret: own("s"), redirect_uri };
    world.stage.simulator.add_app(app);
    let scope = "messenger:read,messenger:write";
    let (_, page) = world.stage.page(&format!("/oauth?response_type=code&client_id=app&scope={scope}&state=abc")).await;
    for part in ["Parom", "Мебель Акме", scope, "value=\"abc\"", &format!("id=\"seller-{}\"", world.seller)] {
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
async fn chats_show_the_advert_and_the_latest_message() {
    let world = World::start(None).await;
    world.maria().writes("Ещё продаёте?").unwrap();
    world.stage.advance(60).await;
    world.stage.simulator.visitor(world.maria, world.seller).writes("Вы до скольки?").unwrap();
    let chats = world.ok("2/chats", NONE).await;
    assert_eq!(chats["chats"].as_array().unwrap().len(), 1, "u2i alone without chat_types");
    let chat = &chats["chats"][0];
    let item = &chat["context"]["value"];
    assert_eq!((&item["title"], &item["price_string"]), (&json!("Диван синий"), &json!("30 000 ₽")));
    assert_eq!(chat["last_message"]["content"]["text"], "Ещё продаёте?");
    assert_eq!((&chat["users"][0]["name"], &chat["users"][1]["id"]), (&json!("Мария"), &json!(world.seller)));
    let both = world.ok("2/chats?chat_types=u2i,u2u", NONE).await;
    assert!(both["chats"][0].get("context").is_none(), "the latest first, and it is about no advert");
    let id = world.maria().chat().unwrap();
    assert_eq!(&world.ok(&format!("2/chats/{id}"), NONE).await, chat);
    assert_eq!(world.ok(&format!("2/chats?item_ids={}", world.item), NONE).await, chats);
    assert_eq!(world.ok("2/chats?unread_only=true", NONE).await, chats);
    assert_eq!(world.ok(&format!("1/chats/{id}/read"), json!({})).await, json!({"ok": true}));
    assert_eq!(world.ok("2/chats?unread_only=true", NONE).await["chats"], json!([]));
    for wrong in ["chats?limit=101", "chats?limit=0", "chats?offset=1001", "chats?chat_types=xyz"] {
        assert_eq!(world.refused(&format!("2/{wrong}"), NONE).await, 400, "{wrong}");
    }
    assert_eq!(world.refused("2/chats/nowhere", NONE).await, 404);
    assert_eq!(world.refused("/messenger/v2/accounts/7/chats", NONE).await, 403);
}

#[tokio::test]
async fn texts_are_sent_read_quoted_and_deleted_within_an_hour() {
    let world = World::start(None).await;
    let asked = world.maria().writes("Цена?").unwrap();
    let chat = world.maria().chat().unwrap();
    let (_, sent) = world.says(&chat, "30 000").await;
    let (id, date) = (sent["id"].as_str().unwrap(), START / 1000);
    let wanted = json!({"id": id, "type": "text", "content": {"text": "30 000"}, "created": date, "direction": "out"});
    assert_eq!(sent, wanted);
    let path = format!("3/chats/{chat}/messages/");
    let all = world.ok(&path, NONE).await;
    let ids = |page: &Value| [0, 1].map(|at| page["messages"][at]["id"].clone());
    assert_eq!((ids(&all), &all["messages"][0]["read"]), ([json!(id), json!(asked)], &NONE), "the latest first");
    world.maria().reads().unwrap();
    assert_eq!(world.ok(&path, NONE).await["messages"][0]["read"], date);
    let page = world.ok(&format!("{path}?limit=1&offset=1"), NONE).await;
    assert_eq!((ids(&page), &page["meta"]["has_more"]), ([json!(asked), NONE], &json!(false)));
    let delete = |id: &str| format!("1/chats/{chat}/messages/{id}");
    assert_eq!(world.refused(&delete(&asked), json!({})).await, 400, "not the seller's");
    assert_eq!(world.refused(&delete("none"), json!({})).await, 404);
    assert_eq!(world.ok(&delete(id), json!({})).await, json!({}));
    let all = world.ok(&path, NONE).await;
    assert_eq!(texts(all["messages"].as_array().unwrap()), [("deleted", ""), ("text", "Цена?")]);
    let (_, late) = world.says(&chat, &"я".repeat(1000)).await;
    world.stage.advance(3_601).await;
    assert_eq!(world.refused(&delete(late["id"].as_str().unwrap()), json!({})).await, 400);
    for wrong in [String::new(), " ".to_owned(), "я".repeat(1001)] {
        assert_eq!(world.says(&chat, &wrong).await.0, 400);
    }
    assert_eq!(world.says("u2i-none", "x").await.0, 404);
    let quoting = world.maria().replies(&asked, "Так сколько?").unwrap();
    let all = world.ok(&path, NONE).await;
    assert_eq!((&all["messages"][0]["id"], &all["messages"][0]["quote"]["id"]), (&json!(quoting), &json!(asked)));
}

#[tokio::test]
async fn pictures_are_uploaded_then_sent_and_voice_has_links_of_an_hour() {
    let jpeg = include_bytes!("../../assets/samples/picture.jpg");
    let world = World::start(None).await;
    world.maria().sends(Content::of("voice")).unwrap();
    let chat = world.maria().chat().unwrap();
    let uploads = async |field: &'static str, bytes: &[u8]| {
        let form = Form::new().part(field, Part::bytes(bytes.to_vec()).file_name("a.jpg"));
        let path = format!("/messenger/v1/accounts/{}/uploadImages", world.seller);
        let request = world.stage.request(Method::POST, &path).bearer_auth(&world.token);
        request.multipart(form).send().await.unwrap().json::<Value>().await.unwrap()
    };
    let uploaded = uploads("uploadfile[]", jpeg).await;
    let (id, links) = uploaded.as_object().unwrap().iter().next().unwrap();
    let get = async |link: &Value| world.stage.http.get(link.as_str().unwrap()).send().await.unwrap();
    assert_eq!(get(&links["1280x960"]).await.bytes().await.unwrap(), &jpeg[..]);
    let path = format!("1/chats/{chat}/messages/image");
    let sent = world.ok(&path, json!({"image_id": id})).await;
    assert_eq!((&sent["type"], &sent["content"]["image"]["sizes"]), (&json!("image"), links));
    assert_eq!(sent["author_id"], world.seller);
    assert_eq!(world.stage.simulator.sent(world.seller)[0].files[0].bytes, &jpeg[..]);
    assert_eq!(world.refused(&path, json!({"image_id": "1.2"})).await, 400);
    let big = [jpeg.as_slice(), &vec![0; 24 * 1024 * 1024]].concat();
    for (field, bytes) in [("file", jpeg.as_slice()), ("uploadfile[]", b"%PDF-1.4"), ("uploadfile[]", &big)] {
        assert_eq!(uploads(field, bytes).await["error"]["code"], 400);
    }
    let voice = world.stage.simulator.messages_in(&chat)[0].json["content"]["voice"]["voice_id"].clone();
    let voice = voice.as_str().unwrap();
    for query in [format!("[]={voice}"), format!("={voice},x")] {
        let links = world.ok(&format!("1/getVoiceFiles?voice_ids{query}"), NONE).await["voices_urls"].clone();
        assert_eq!(links.as_object().unwrap().len(), 1, "{query}");
        assert_eq!(get(&links[voice]).await.bytes().await.unwrap()[4..8], *b"ftyp");
        world.stage.advance(3_601).await;
        assert_eq!(get(&links[voice]).await.status(), 403);
    }
    assert_eq!(world.refused("1/getVoiceFiles", NONE).await, 400);
}

#[tokio::test]
async fn levels_limits_and_faults_refuse() {
    let world = World::start(Some(6)).await;
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
    let users = json!({"users": [{"user_id": world.maria, "context": {"item_id": world.item, "reason_id": 1}}]});
    world.ok("2/blacklist", users).await;
    assert!(world.maria().writes("Hi again").is_err());
    let other = avito.add_seller(NewSeller { client_id: "other".to_owned(), ..NewSeller::default() });
    assert!(avito.visitor(world.maria, other).writes("Hi").is_ok());
    let get = async || world.request(&world.token, SELF, &NONE).send().await.unwrap();
    let fifth = get().await;
    let header = |answer: &reqwest::Response, name| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(["limit", "remaining"].map(|name| header(&fifth, format!("x-ratelimit-{name}"))), ["6", "1"]);
    get().await;
    let seventh = get().await;
    assert_eq!((seventh.status().as_u16(), header(&seventh, "retry-after".to_owned())), (429, "60".to_owned()));
    world.stage.advance(60).await;
    assert_eq!(get().await.status(), 200);
    let first = avito.calls(world.seller).remove(0);
    assert_eq!((first.call.as_str(), first.status), ("postSendMessage", 402));
}

#[tokio::test]
async fn webhooks_are_added_and_repeated_chat_by_chat() {
    let world = World::start(None).await;
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
    let world = World::start(None).await;
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
    let said = avito.act(own("send_as_seller").content(Content::text("из приложения"))).unwrap().message();
    avito.act(own("take_back_as_seller").message(said)).unwrap();
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
    let wanted = [("text", "Да"), ("text", "из приложения"), ("deleted", ""), ("deleted", "")];
    assert_eq!(texts(&values[1..5]), wanted);
    let kinds = kinds[..9].iter().copied().chain(["text", "appCall", "newest"]);
    let parts = ["/link/preview/domain", "/location/lon", "/item/price_string", "/image/sizes/1280x960"];
    let more = ["/voice/voice_id", "/call/target_user_id", "", "", "/flow_id", "/text", "", "/x"];
    for ((kind, part), value) in kinds.zip(parts.into_iter().chain(more)).zip(&values[5..]) {
        assert!(value["type"] == kind && value["content"].pointer(part).is_some(), "{value}");
    }
    let (_, page) = world.stage.page(&phone).await;
    for part in ["30 000 ₽ · Мария", "acme.test/sofa/17", "🏷 Диван синий, 30 000 ₽", "📍 Москва"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::start(None).await;
    let avito = &world.stage.simulator;
    let (_, list) = world.stage.page("/phone?lang=en").await;
    assert!(list.contains("Мария → Диван синий") && list.contains("Мария → Мебель Акме"), "{list}");
    let (mut chat, mut message) = (json!("CHAT"), json!("MESSAGE"));
    for act in examples("avito-acts") {
        let act = act.to_string().replace("\"CHAT\"", &chat.to_string()).replace("\"MESSAGE\"", &message.to_string());
        let (status, done) = world.stage.post("/acts", &serde_json::from_str(&act).unwrap()).await;
        assert_eq!(status, 200, "{act}: {done}");
        if chat == "CHAT" {
            (chat, message) = (done["chat"].clone(), done["message"].clone());
        }
    }
    assert!(avito.act(Act::of(Verb::Send).who(world.maria).to("item", 2).text("Hi")).is_err());
    let seen = world.stage.page(&format!("/chats/{}", chat.as_str().unwrap())).await.1;
    assert!(seen.contains("Из приложения") && seen.contains("deleted"), "{seen}");
    world.says(chat.as_str().unwrap(), "Да").await;
    assert!(!avito.sent(world.seller)[0].is_read);
    world.stage.page(&format!("/phone/{}/{}", world.maria, world.item)).await;
    assert!(avito.sent(world.seller)[0].is_read, "who looks has read");
    for fault in examples("avito-faults") {
        assert_eq!(world.stage.post("/faults", &fault).await.0, 200, "{fault}");
    }
    assert!(avito.faults().left() > 3);
    world.stage.request(Method::DELETE, "/faults").send().await.unwrap();
    assert_eq!(world.refused(SELF, NONE).await, 403);
    assert_eq!(world.asks_own("").await.0, 401, "the secret is another now");
}
