//! The wire of Telegram: bytes of calls, of updates, of files.

mod hooks;
mod kinds;
mod refusals;
mod samples;

use serde_json::{Value, json};
use simulator::telegram::{BotView, Customer, NewBot, NewPerson, Options, Telegram};

use crate::stage::{Receiver, Stage};

pub struct World {
    pub stage: Stage<Options>,
    pub bot: BotView,
    pub maria: i64,
}

impl World {
    pub async fn start() -> Self {
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

    pub fn telegram(&self) -> &Telegram {
        &self.stage.simulator
    }

    pub fn maria(&self) -> Customer<'_> {
        self.telegram().customer(self.maria, self.bot.id)
    }

    async fn listens(&self) -> Receiver {
        let receiver = Receiver::start();
        self.ok("setWebhook", json!({"url": receiver.url, "secret_token": "s3cr3t_Token-1"})).await;
        receiver
    }

    fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.telegram().base_url(), self.bot.token)
    }

    async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let answer = self.stage.http.post(self.url(method)).json(&params).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The result of a call that goes well.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let (status, mut answer) = self.call(method, params).await;
        assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
        answer["result"].take()
    }

    /// Code and description of a call that is refused.
    async fn refused(&self, method: &str, params: Value) -> (u16, String) {
        let (status, answer) = self.call(method, params).await;
        assert_eq!((&answer["ok"], &answer["error_code"]), (&json!(false), &json!(status)), "{method}: {answer}");
        (status, answer["description"].as_str().unwrap().to_owned())
    }

    /// Updates that wait, which are not confirmed.
    async fn updates(&self) -> Vec<Value> {
        self.ok("getUpdates", json!({})).await.as_array().unwrap().clone()
    }

    /// The latest update.
    async fn latest(&self) -> Value {
        self.updates().await.pop().unwrap()
    }
}

fn bad(text: &str) -> (u16, String) {
    (400, format!("Bad Request: {text}"))
}

fn texts(receiver: &Receiver) -> Vec<String> {
    let text = |update: Value| update["message"]["text"].as_str().unwrap_or_default().to_owned();
    receiver.bodies().into_iter().map(text).collect()
}
