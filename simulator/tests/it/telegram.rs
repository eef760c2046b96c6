//! The wire of Telegram: bytes of calls, of updates, of files.

mod refusals;

use serde_json::{Value, json};
use simulator::telegram::{BotView, Customer, NewBot, NewPerson, Telegram, TelegramWire};

use crate::stage::Stage;

pub struct World {
    pub stage: Stage<TelegramWire>,
    pub bot: BotView,
    pub maria: i64,
}

impl World {
    pub async fn start() -> Self {
        let stage = Stage::<TelegramWire>::start().await;
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

#[tokio::test]
async fn programs_act_and_break_by_json() {
    World::start().await.stage.takes_examples("telegram", &[]).await;
}
