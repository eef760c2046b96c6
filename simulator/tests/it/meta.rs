//! The wire of Instagram and Messenger: bytes of calls and of events.

mod calls;
mod events;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::kit::signature;
use simulator::meta::{AccountView, AppView, Customer, Meta, NewAccount, NewApp, NewPerson, Options};

use crate::stage::{Receiver, Stage};

const DAY: i64 = 86_400;

/// The fields of each network.
const INSTAGRAM: &str = "messages,message_edit,message_reactions,messaging_seen,messaging_postbacks,\
                         messaging_referral,comments,live_comments";
const FACEBOOK: &str = "messages,message_echoes,message_edits,message_reactions,message_reads,message_deliveries,\
                        messaging_postbacks,messaging_referrals,feed";

struct World {
    stage: Stage<Options>,
    app: AppView,
    instagram: AccountView,
    page: AccountView,
    anna: i64,
}

impl World {
    async fn start() -> Self {
        Self::with(false).await
    }

    async fn with(batches: bool) -> Self {
        let stage = Stage::start(|now| Options { now, batches, ..Options::default() }).await;
        let meta = &stage.simulator;
        let app = meta.add_app(NewApp::default());
        let instagram = meta.add_account(&app, NewAccount::instagram());
        let page = meta.add_account(&app, NewAccount::facebook());
        let anna = meta.add_person(NewPerson::default());
        Self { app, instagram, page, anna, stage }
    }

    fn meta(&self) -> &Meta {
        &self.stage.simulator
    }

    /// Both accounts subscribed to a callback.
    async fn hooked(&self) -> Receiver {
        let receiver = Receiver::start();
        for (account, fields) in [(&self.instagram, INSTAGRAM), (&self.page, FACEBOOK)] {
            let names: Vec<&str> = fields.split(',').collect();
            self.meta().set_callback(&self.app, account.platform, &receiver.url, &names);
            let done = self.ok(account, Method::POST, "me/subscribed_apps", json!({ "subscribed_fields": fields }));
            assert_eq!(done.await, json!({ "success": true }));
        }
        receiver
    }

    /// The latest event, of `messaging` or `changes`.
    async fn latest(&self, receiver: &Receiver) -> Value {
        self.meta().deliver_all().await;
        let body = receiver.bodies().pop().unwrap();
        let entry = &body["entry"][0];
        let list = entry.get("messaging").or(entry.get("changes")).unwrap();
        list.as_array().unwrap().last().unwrap().clone()
    }

    fn anna(&self, account: &AccountView) -> Customer<'_> {
        self.meta().customer(self.anna, &account.id)
    }

    async fn call(&self, token: &str, method: Method, path: &str, params: Value) -> (u16, Value) {
        let pairs = params.as_object().unwrap().iter();
        let pairs: Vec<(&str, &str)> =
            pairs.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = if method == Method::GET {
            self.stage.request(method, &format!("/v26.0/{path}?{query}"))
        } else {
            self.stage.request(method, &format!("/v26.0/{path}")).json(&params)
        };
        let answer = request.bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The answer of a call that goes well.
    async fn ok(&self, account: &AccountView, method: Method, path: &str, params: Value) -> Value {
        let (status, answer) = self.call(&account.token, method, path, params).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Code and subcode of a call that is refused.
    async fn refused(&self, account: &AccountView, method: Method, path: &str, params: Value) -> (i64, i64) {
        let (status, answer) = self.call(&account.token, method, path, params).await;
        assert!(status >= 400, "{path}: {answer}");
        codes(&answer)
    }

    /// A message for Anna.
    fn message(&self, account: &AccountView, message: Value) -> Value {
        json!({ "recipient": { "id": self.meta().scoped(&account.id, self.anna) }, "message": message })
    }

    fn text(&self, account: &AccountView, text: &str) -> Value {
        self.message(account, json!({ "text": text }))
    }

    /// Sends a message to Anna; returns its mid.
    async fn sends(&self, account: &AccountView, message: Value) -> String {
        let answer = self.ok(account, Method::POST, "me/messages", self.message(account, message)).await;
        answer["message_id"].as_str().unwrap().to_owned()
    }

    async fn says(&self, account: &AccountView, text: &str) -> String {
        self.sends(account, json!({ "text": text })).await
    }

    /// Code and subcode of a message to Anna that is refused.
    async fn rejects(&self, account: &AccountView, message: Value) -> (i64, i64) {
        self.refused(account, Method::POST, "me/messages", self.message(account, message)).await
    }
}

fn codes(answer: &Value) -> (i64, i64) {
    (answer["error"]["code"].as_i64().unwrap(), answer["error"]["error_subcode"].as_i64().unwrap_or(0))
}

/// The texts that came, in order.
fn texts(receiver: &Receiver) -> Vec<String> {
    let text = |body: Value| body["entry"][0]["messaging"][0]["message"]["text"].as_str().unwrap_or("-").to_owned();
    receiver.bodies().into_iter().map(text).collect()
}

/// Whether each body was signed with the app's secret.
fn signed(world: &World, receiver: &Receiver) -> Vec<bool> {
    let is_signed = |call: crate::stage::Called| {
        let body = std::str::from_utf8(&call.bytes).unwrap();
        assert!(body.is_ascii(), "Meta escapes everything else");
        call.headers["x-hub-signature-256"] == format!("sha256={}", signature(&world.app.secret, body))
    };
    receiver.calls().into_iter().map(is_signed).collect()
}
