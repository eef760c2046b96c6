//! The wire of Avito: calls, tokens and webhooks as its OpenAPI files define them.

use std::collections::BTreeMap;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use simulator::avito::{Act, AvitoWire, Customer, NewApp, NewBuyer, NewItem, NewSeller, Verb};

use crate::stage::Stage;

const SELF: &str = "/core/v1/accounts/self";
const NONE: Value = Value::Null;

/// A seller with an advert, and a buyer.
struct World {
    stage: Stage<AvitoWire>,
    seller: i64,
    maria: i64,
    item: i64,
    /// Of the seller's own credentials.
    token: String,
}

impl World {
    async fn start() -> Self {
        let stage = Stage::<AvitoWire>::start().await;
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
}

#[tokio::test]
async fn tokens_last_a_day_and_an_application_refreshes_once() {
    let world = World::start().await;
    let own = |text: &str| text.to_owned();
    let redirect_uri = own("https://parom.example/back");
    let app = NewApp { name: own("Parom"), client_id: own("app"), client_secret: own("s"), redirect_uri };
    world.stage.simulator.add_app(app);
    let scope = "messenger:read,messenger:write";
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
async fn programs_act_and_break_by_json() {
    let world = World::start().await;
    let avito = &world.stage.simulator;
    let (_, list) = world.stage.page("/phone?lang=en").await;
    assert!(list.contains("Мария → Диван синий") && list.contains("Мария → Мебель Акме"), "{list}");
    let message = world.maria().writes("Цена?").unwrap();
    let chat = world.maria().chat().unwrap();
    assert!(avito.act(Act::of(Verb::Send).who(world.maria).to("item", 2).text("Hi")).is_err());
    world.says(&chat, "Да").await;
    assert!(!avito.sent(world.seller)[0].is_read);
    world.stage.page(&format!("/phone/{}/{}", world.maria, world.item)).await;
    assert!(avito.sent(world.seller)[0].is_read, "who looks has read");
    world.stage.takes_examples("avito", &[("CHAT", &chat), ("MESSAGE", &message)]).await;
    let seen = avito.messages_in(chat.as_str());
    assert!(seen.iter().any(|one| one.text == "Из приложения") && seen[0].is_removed, "{seen:?}");
    assert_eq!(world.refused(SELF, NONE).await, 403);
    assert_eq!(world.asks_own("").await.0, 401, "the secret is another now");
}
