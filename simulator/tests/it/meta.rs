//! The wire of Instagram and Messenger: bytes of calls and of events.

mod calls;
mod events;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::meta::{AccountView, AppView, Customer, Meta, NewAccount, NewApp, NewPerson, Options};

use crate::stage::{Receiver, Stage};

const DAY: i64 = 86_400;

/// The fields of each network.
const INSTAGRAM: &str = "messages,message_edit,message_reactions,messaging_seen,messaging_postbacks,\
                         messaging_referral,comments,live_comments";
const FACEBOOK: &str = "messages,message_echoes,message_edits,message_reactions,message_reads,message_deliveries,\
                        messaging_postbacks,messaging_referrals,feed";

/// The answer, or code and subcode of the refusal.
type Answered = Result<Value, (i64, i64)>;

struct World {
    stage: Stage<Options>,
    receiver: Receiver,
    app: AppView,
    instagram: AccountView,
    page: AccountView,
    anna: i64,
}

impl World {
    async fn start() -> Self {
        let stage = Stage::start(|now| Options { now }).await;
        let meta = &stage.simulator;
        let app = meta.add_app(NewApp::default());
        let instagram = meta.add_account(&app, NewAccount::instagram());
        let page = meta.add_account(&app, NewAccount::facebook());
        let anna = meta.add_person(NewPerson::default());
        Self { receiver: Receiver::start(), app, instagram, page, anna, stage }
    }

    /// With both accounts subscribed to the receiver.
    async fn hooked() -> Self {
        let world = Self::start().await;
        for (account, fields) in [(&world.instagram, INSTAGRAM), (&world.page, FACEBOOK)] {
            let names: Vec<&str> = fields.split(',').collect();
            world.meta().set_callback(&world.app, account.platform, &world.receiver.url, &names);
            world.post(account, "me/subscribed_apps", json!({ "subscribed_fields": fields })).await.unwrap();
        }
        world
    }

    fn meta(&self) -> &Meta {
        &self.stage.simulator
    }

    /// The latest event, of `messaging` or `changes`.
    async fn latest(&self) -> Value {
        self.meta().deliver_all().await;
        let body = self.receiver.bodies().pop().unwrap();
        let entry = &body["entry"][0];
        entry.get("messaging").or(entry.get("changes")).unwrap().as_array().unwrap().last().unwrap().clone()
    }

    fn anna(&self, account: &AccountView) -> Customer<'_> {
        self.meta().customer(self.anna, &account.id)
    }

    async fn call(&self, token: &str, method: Method, path: &str, params: Value) -> Answered {
        let request = self.stage.request(method, &format!("/v26.0/{path}")).bearer_auth(token);
        let request = if params.is_null() { request } else { request.json(&params) };
        let answer = request.send().await.unwrap();
        let (status, answer) = (answer.status(), answer.json().await.unwrap());
        if status == 200 { Ok(answer) } else { Err(codes(&answer)) }
    }

    async fn get(&self, account: &AccountView, path: &str) -> Answered {
        self.call(&account.token, Method::GET, path, Value::Null).await
    }

    async fn post(&self, account: &AccountView, path: &str, params: Value) -> Answered {
        self.call(&account.token, Method::POST, path, params).await
    }

    /// A call about Anna.
    fn to_anna(&self, account: &AccountView, mut call: Value) -> Value {
        call["recipient"] = json!({ "id": self.meta().scoped(&account.id, self.anna) });
        call
    }

    /// Sends a message to Anna; returns its mid.
    async fn sends(&self, account: &AccountView, message: Value) -> Result<String, (i64, i64)> {
        let call = self.to_anna(account, json!({ "message": message }));
        let answer = self.post(account, "me/messages", call).await?;
        Ok(answer["message_id"].as_str().unwrap().to_owned())
    }

    async fn says(&self, account: &AccountView, text: &str) -> Result<String, (i64, i64)> {
        self.sends(account, json!({ "text": text })).await
    }
}

fn codes(answer: &Value) -> (i64, i64) {
    (answer["error"]["code"].as_i64().unwrap(), answer["error"]["error_subcode"].as_i64().unwrap_or(0))
}
