//! The wire of WhatsApp: bytes of calls and of webhooks.

mod bodies;
mod media;
mod onboarding;
mod sending;
mod templates;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::{AppView, Customer, HookFault, MessageView, NewApp, NewPerson, NewPhone, Options, WhatsApp};

use crate::stage::{Receiver, Stage, acts, faults};

pub const WABA: &str = "220011223344556";
pub const PHONE: &str = "330022334455667";
const MARIA: &str = "77010001122";
const MARIAS_ID: &str = "KZ.1234567890123456789";
const DAY: i64 = 86_400;

struct World {
    stage: Stage<Options>,
    receiver: Receiver,
    app: AppView,
    token: String,
    maria: i64,
}

impl World {
    /// With a callback for everything.
    async fn start() -> Self {
        let stage = Stage::start(|now| Options { now }).await;
        let whatsapp = &stage.simulator;
        let app = whatsapp.add_app(NewApp::default());
        assert_eq!(whatsapp.add_waba(WABA, "Acme"), WABA);
        assert_eq!(whatsapp.add_phone(NewPhone::of(WABA)), PHONE);
        whatsapp.subscribe(&app.id, WABA);
        let token = whatsapp.add_token(&app.id, &[WABA]);
        let maria = whatsapp.add_person(NewPerson { name: "Мария К.".to_owned(), ..NewPerson::default() });
        let receiver = Receiver::start();
        whatsapp.set_callback(&app.id, &receiver.url, "right").await.unwrap();
        Self { receiver, app, token, maria, stage }
    }

    /// Maria has written: the window is open, and nothing waits.
    async fn open() -> Self {
        let world = Self::start().await;
        world.maria().writes("Здравствуйте!").unwrap();
        world.whatsapp().deliver_all().await;
        world
    }

    fn whatsapp(&self) -> &WhatsApp {
        &self.stage.simulator
    }

    fn maria(&self) -> Customer<'_> {
        self.whatsapp().customer(self.maria, PHONE)
    }

    /// A number that stays in the phone app.
    fn shared_phone(&self, number: &str) -> String {
        let number = number.to_owned();
        self.whatsapp().add_phone(NewPhone { is_on_biz_app: true, number, ..NewPhone::of(WABA) })
    }

    async fn call_with(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let call = self.stage.request(method, &format!("/v26.0/{path}")).bearer_auth(token);
        let call = if body.is_null() { call } else { call.json(&body) };
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.call_with(&self.token, method, path, body).await
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.call(Method::GET, path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// The result of a call that goes well.
    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Code and subcode of a call that is refused.
    async fn refused(&self, method: Method, path: &str, body: Value) -> (i64, i64) {
        let (status, answer) = self.call(method, path, body).await;
        assert!(status >= 400 && answer["error"]["fbtrace_id"].is_string(), "{path}: {answer}");
        codes(&answer)
    }

    /// Sends a message of this kind to Maria; the answer.
    async fn send(&self, kind: &str, content: Value) -> Value {
        self.post(&format!("{PHONE}/messages"), to_maria(kind, content)).await
    }

    /// The same; its id.
    async fn sent(&self, kind: &str, content: Value) -> String {
        self.send(kind, content).await["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// Code, and details or words, of a message that is refused.
    async fn not_sent(&self, kind: &str, content: Value) -> (i64, String) {
        let (_, answer) = self.call(Method::POST, &format!("{PHONE}/messages"), to_maria(kind, content)).await;
        let error = &answer["error"];
        let words = error["error_data"]["details"].as_str().or(error["message"].as_str()).unwrap();
        (error["code"].as_i64().unwrap(), words.to_owned())
    }

    /// What the number sent last.
    fn last(&self) -> MessageView {
        self.whatsapp().sent(PHONE).pop().unwrap()
    }

    /// The elements of a list of `value` in all webhooks.
    async fn told(&self, list: &str) -> Vec<Value> {
        self.whatsapp().deliver_all().await;
        let all = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
        let entries = self.receiver.bodies().into_iter().flat_map(|body| all(&body, "entry"));
        let changes = entries.flat_map(|entry| all(&entry, "changes"));
        changes.flat_map(|change| all(&change["value"], list)).collect()
    }

    async fn texts(&self) -> Vec<String> {
        let messages = self.told("messages").await.into_iter();
        messages.filter_map(|one| Some(one["text"]["body"].as_str()?.to_owned())).collect()
    }

    /// Uploads a file; status and answer.
    async fn upload(&self, name: &str, mime: &str, bytes: Vec<u8>) -> (u16, Value) {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()).mime_str(mime).unwrap();
        let form = reqwest::multipart::Form::new().text("messaging_product", "whatsapp").part("file", part);
        let call = self.stage.request(Method::POST, &format!("/v26.0/{PHONE}/media")).bearer_auth(&self.token);
        let answer = call.multipart(form).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Uploads a built-in file; its id.
    async fn uploaded(&self, name: &str, mime: &str) -> String {
        let (status, answer) = self.upload(name, mime, sample(name)).await;
        assert_eq!(status, 200, "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Creates a template and approves it; its id.
    async fn approved(&self, template: Value) -> String {
        let made = self.post(&format!("{WABA}/message_templates"), template).await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.whatsapp().approve(&id).unwrap();
        id
    }
}

fn codes(answer: &Value) -> (i64, i64) {
    (answer["error"]["code"].as_i64().unwrap(), answer["error"]["error_subcode"].as_i64().unwrap_or_default())
}

fn to_maria(kind: &str, content: Value) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": MARIA, "type": kind, kind: content})
}

/// A built-in file.
fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/assets/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::open().await;
    let asked = json!({"type": "button", "body": {"text": "?"}, "action": {"buttons":
        [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}});
    let asked = world.sent("interactive", asked).await;
    let own = world.maria().writes("Hi").unwrap();
    for act in acts("whatsapp") {
        let act = act.to_string().replace("wamid.OURS", &own).replace("wamid.ASKED", &asked);
        let (status, answer) = world.stage.post("/acts", &serde_json::from_str(&act).unwrap()).await;
        assert_eq!(status, 200, "{act}: {answer}");
    }
    // What is still on its way would use a fault up.
    world.whatsapp().deliver_all().await;
    let faults = faults("whatsapp");
    for fault in &faults {
        let (status, answer) = world.stage.post("/faults", fault).await;
        assert_eq!(status, 200, "{fault}: {answer}");
    }
    let counted = faults.iter().filter(|one| one.get("operation").is_some() || one.get("webhook").is_some()).count();
    assert_eq!(world.whatsapp().faults().left(), counted);
    assert_eq!(world.stage.post("/faults", &json!({"revoke": world.token})).await.0, 200);
    world.stage.request(Method::DELETE, "/faults").send().await.unwrap();
    assert_eq!(world.refused(Method::GET, PHONE, Value::Null).await, (190, 467));
}

#[tokio::test]
async fn bodies_are_escaped_signed_and_sent_again_later() {
    let world = World::start().await;
    for fault in [HookFault::Forged, HookFault::Unsigned] {
        world.whatsapp().faults().next_hooks(1, fault);
        world.maria().writes("Да 👋").unwrap();
        world.whatsapp().deliver_all().await;
    }
    world.receiver.answers(&[(500, ""), (200, "")]);
    world.maria().writes("Ну да").unwrap();
    world.whatsapp().deliver_all().await;
    // A repeat holds nothing back.
    world.maria().writes("Да?").unwrap();
    assert_eq!(world.texts().await, ["Да 👋", "Да 👋", "Ну да", "Да?"]);
    world.stage.advance(9).await;
    assert_eq!(world.receiver.calls().len(), 4);
    world.stage.advance(1).await;
    let calls = world.receiver.calls();
    assert_eq!((calls.len(), &calls[4].bytes), (5, &calls[2].bytes), "a repeat is identical");
    let right = calls.iter().map(|call| {
        let body = std::str::from_utf8(&call.bytes).unwrap();
        let wanted = format!("sha256={}", simulator::kit::signature(&world.app.secret, body));
        call.headers.get("x-hub-signature-256") == Some(&wanted)
    });
    assert_eq!(right.collect::<Vec<_>>(), [false, false, true, true, true]);
    let raw = String::from_utf8(calls[0].bytes.to_vec()).unwrap();
    assert!(raw.contains(r#""body":"\u0414\u0430 \ud83d\udc4b""#), "{raw}");
}
