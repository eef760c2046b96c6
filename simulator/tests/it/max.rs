//! The wire of MAX: bytes of calls, of updates, of files; and, with it, the kit that all messengers share.

mod kit;
mod wire;

use reqwest::Method;
use serde_json::{Value, json};
use simulator::max::{BotView, Customer, NewBot, NewPerson, Options};

use crate::stage::{Receiver, Stage};

struct World {
    stage: Stage<Options>,
    bot: BotView,
    maria: i64,
}

impl World {
    async fn start() -> Self {
        let stage = Stage::start(|now| Options { now }).await;
        let bot = stage.simulator.add_bot(NewBot::default());
        let maria = stage.simulator.add_person(NewPerson::default());
        Self { stage, bot, maria }
    }

    /// With a person who has started the bot.
    async fn started() -> Self {
        let world = Self::start().await;
        world.maria().starts("").unwrap();
        world
    }

    fn maria(&self) -> Customer<'_> {
        self.stage.simulator.customer(self.maria, self.bot.id)
    }

    fn dialog(&self) -> i64 {
        self.stage.simulator.dialog(self.bot.id, self.maria)
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let mut request = self.stage.request(method, path).header("Authorization", &self.bot.token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The answer of a call that goes well.
    async fn ok(&self, method: Method, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Status, code and message of a refusal.
    async fn refused(&self, method: Method, path: &str, body: Value) -> (u16, String, String) {
        let (status, answer) = self.call(method, path, body).await;
        assert_ne!(status, 200, "{path}: {answer}");
        let part = |name: &str| answer[name].as_str().unwrap().to_owned();
        (status, part("code"), part("message"))
    }

    fn messages(&self) -> String {
        format!("/messages?chat_id={}", self.dialog())
    }

    /// Sends to the dialog; the `mid`.
    async fn sent(&self, body: Value) -> String {
        let answer = self.ok(Method::POST, &self.messages(), body).await;
        answer["message"]["body"]["mid"].as_str().unwrap().to_owned()
    }

    async fn listens(&self) -> Receiver {
        let receiver = Receiver::start();
        let body = json!({"url": receiver.url, "secret": "s3cr3t-of-ours"});
        assert_eq!(self.ok(Method::POST, "/subscriptions", body).await, json!({"success": true}));
        receiver
    }
}

fn kinds(receiver: &Receiver) -> Vec<String> {
    receiver.bodies().iter().map(|update| update["update_type"].as_str().unwrap().to_owned()).collect()
}
