//! A line changes to Parom and back while customers write, and the process dies at every step: each text is new in amoCRM
//! once, and answered once.

use std::path::Path;
use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Drill, Engine, Line, Simulated, both_engines, try_answer};
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use simulator::crm::Direction;
use simulator::kit::Simulator;
use simulator::other_vendor::OtherVendor;
use simulator::{avito, max, telegram, vk, whatsapp};

use crate::sources::other_vendor::{Scene, Shared, other_vendor};

/// Longer than a dead process holds what it works on, and than a messenger waits before it repeats a webhook.
const LATER: Duration = Duration::from_secs(7 * 60);
/// Deaths on the way to a step.
const MOST: usize = 60;
/// A step that is not due for the time being.
const NEVER: i64 = 9_000_000_000_000;

struct Trial<W: Shared> {
    drill: Drill,
    messenger: Simulator<W>,
    vendor: OtherVendor,
    scene: Scene,
    line: Line,
    /// Texts of customers so far.
    written: Vec<String>,
    answered: Vec<String>,
    /// The line was given back.
    is_back: bool,
}

impl<W: Shared> Trial<W>
where
    Simulator<W>: Simulated,
{
    /// The other service has the line, and Parom is to take it over.
    async fn begins(engine: Engine) -> Option<Self> {
        let mut drill = Drill::prepare(engine, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await?;
        let messenger = <Simulator<W> as Simulated>::start(drill.clock.clone()).await;
        let scene = W::scene(&messenger);
        let kind = scene.access.kind();
        drill.configures("[media]", &format!("[{kind}]\napi_url = {:?}\n[media]", messenger.base_url()));
        drill.serves("").await;
        let line = drill.line("support").await;
        let vendor = other_vendor(&drill, &scene.access).await;
        messenger.deliver_all().await;
        let body =
            json!({"kind": kind, "name": "Line", "external_id": "taken", "shadow": true, "settings": scene.settings});
        let made = drill.api.post(&format!("/api/v1/tenants/{}/sources", line.tenant_id), &body).await.is(201);
        messenger.deliver_all().await;
        let line = Line { source_id: made.text_at("/id").parse().unwrap(), external_id: "taken".to_owned(), ..line };
        Some(Self { drill, messenger, vendor, scene, line, written: Vec::new(), answered: Vec::new(), is_back: false })
    }

    /// One of the customers writes, and the messenger brings it to whoever is there.
    async fn writes(&mut self) {
        let number = self.written.len();
        let text = format!("text {number}.");
        self.messenger.customer(self.scene.customers[number % 2], &self.scene.line).writes(&text).unwrap();
        self.written.push(text);
        self.messenger.deliver_all().await;
    }

    /// Managers answer what they have not answered yet, in the chat where it is new; once the line is given back, in the
    /// other service's chat with the customer.
    async fn managers_answer(&mut self) {
        let messages = self.drill.sandbox.messages(HOST);
        for message in messages.clone() {
            let is_new = message.direction == Direction::Incoming && !message.silent;
            if !is_new || self.answered.contains(&message.text) {
                continue;
            }
            let answer = format!("answer to {}", message.text);
            let number: usize = message.text.trim_start_matches("text ").trim_end_matches('.').parse().unwrap_or(0);
            let first = messages.iter().find(|one| one.text == format!("text {}.", number % 2));
            let chat = match first.filter(|_| self.is_back) {
                Some(first) => &first.chat_id,
                None => &message.chat_id,
            };
            let said = self.drill.sandbox.manager_says(HOST, chat, &answer).await.unwrap();
            assert_eq!(said.answer.status, Some(200), "{answer}: {said:?}");
            self.answered.push(message.text);
        }
    }

    /// The same once everything that was written is in amoCRM.
    async fn all_is_answered(&mut self) {
        self.drill.everything_is_carried().await;
        self.managers_answer().await;
        self.drill.everything_is_carried().await;
        self.messenger.deliver_all().await;
    }

    /// The takeover as it is stored.
    async fn stored(&self) -> Value {
        let db = self.drill.connect().await;
        let text = "SELECT payload FROM job WHERE kind = 'takeovers'";
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
        db.close().await.unwrap();
        serde_json::from_str(&row.unwrap().try_get::<String>("", "payload").unwrap()).unwrap()
    }

    /// When the next step is due: 0 at once.
    async fn step_is_due(&self, at: i64) {
        let db = self.drill.connect().await;
        let text = format!("UPDATE job SET next_try_at = {at} WHERE kind = 'takeovers'");
        db.execute_unprepared(&text).await.unwrap();
        db.close().await.unwrap();
    }

    /// The process is killed, and starts later with these fault points; then it gets what the messenger could not bring.
    async fn lives_again(&mut self, faults: &str) {
        self.messenger.hold_hooks(true);
        self.drill.passes(LATER);
        self.drill.serves(faults).await;
        self.messenger.hold_hooks(false);
        self.messenger.deliver_all().await;
    }

    /// A person asks for it; the process dies before its first commit.
    async fn asks_for(&mut self, what: &str) {
        self.drill.is_killed().await;
        self.lives_again("takeover.before_commit=abort").await;
        let asked = self.drill.api.request(Method::POST, &self.line.path(what)).json(&json!({}));
        // The process may die before it answers.
        if let Ok(reply) = try_answer(asked).await {
            reply.is(202);
        }
        self.drill.dies().await;
    }

    /// The process dies before and after each commit, and customers write while it is dead and while it dies, until this
    /// step is next.
    async fn dies_until(&mut self, wanted: &str) {
        for life in 0..MOST {
            let stored = self.stored().await;
            if stored["step"] == wanted {
                self.step_is_due(0).await;
                return self.lives_again("").await;
            }
            self.person_acts(&stored).await;
            self.step_is_due(NEVER).await;
            let point = if life % 2 == 0 { "takeover.before_commit" } else { "takeover.after_commit" };
            if life % 2 == 0 {
                self.writes().await;
            }
            self.lives_again(&format!("{point}=abort")).await;
            self.step_is_due(0).await;
            // Where one address follows another, what is stored by a process that dies before it answers comes to both.
            let is_the_moment = self.scene.access.kind() == "telegram" && stored["step"] == "put_back";
            if life % 2 == 1 && !is_the_moment {
                self.writes().await;
            }
            self.drill.dies().await;
        }
        panic!("{wanted} was not reached: {:#}", self.stored().await);
    }

    /// Where no call can switch the other service off, its owner does.
    async fn person_acts(&mut self, stored: &Value) {
        if self.scene.access.kind() != "whatsapp" {
            return;
        }
        match (stored["state"].as_str(), stored["step"].as_str()) {
            (Some("switching"), Some("switch_off")) => {
                self.managers_answer().await;
                // It may be removed already.
                drop(self.vendor.disconnects("whatsapp").await);
            }
            (Some("returning"), Some("put_back")) => {
                self.vendor.connects(self.scene.access.clone()).await.unwrap();
            }
            _ => {}
        }
    }

    /// What could have come to both is compared with amoCRM, minutes later.
    async fn settles(&mut self) {
        self.drill.is_killed().await;
        self.lives_again("").await;
        let stored = self.stored().await;
        let (from, to) = (stored["off_from"].as_i64().unwrap(), stored["back_at"].as_i64().unwrap_or(i64::MAX));
        let db = self.drill.connect().await;
        let during = format!("sent_at >= {from} AND sent_at < {to}");
        let text = format!("SELECT count(*) AS n FROM message WHERE state = 5 AND {during}");
        self.drill
            .until("all that came during the switch is settled", async || {
                let statement = Statement::from_string(db.get_database_backend(), text.as_str());
                let row = db.query_one_raw(statement).await.unwrap().unwrap();
                (row.try_get::<i64>("", "n").unwrap() == 0).then_some(())
            })
            .await;
        db.close().await.unwrap();
    }

    /// The same on the way back, and for what the messenger repeats later.
    async fn is_returned(&mut self) {
        let has = async |trial: &Self, what: &str, is: fn(&Value) -> bool| {
            trial.drill.until(what, async || is(&trial.stored().await).then_some(())).await;
        };
        has(self, "the way back is looked at", |stored| stored["place"] != "").await;
        self.drill.is_killed().await;
        self.lives_again("").await;
        has(self, "what came on the way back is settled", |stored| stored["step"] != "settle_back").await;
        self.drill.everything_is_carried().await;
        self.drill.is_killed().await;
        self.lives_again("").await;
        has(self, "the line is given back", |stored| stored["state"] == "returned").await;
        self.is_back = true;
        self.settles().await;
    }

    /// Every text is new in amoCRM once, and its answer came to the customer once.
    async fn adds_up(self) {
        let messages = self.drill.sandbox.messages(HOST);
        let sent: Vec<String> = self.messenger.sent(&self.scene.sender).into_iter().map(|one| one.text).collect();
        let mut ours = self.drill.sandbox.chats(HOST);
        ours.retain(|chat| chat.source.as_deref() == Some("taken"));
        let is_ours = |id: &str| ours.iter().any(|chat| chat.id == id);
        for text in &self.written {
            let of_it = || messages.iter().filter(|one| one.direction == Direction::Incoming && one.text == *text);
            let places: Vec<_> = of_it().map(|one| (&one.chat_id, one.silent)).collect();
            assert_eq!(of_it().filter(|one| !one.silent).count(), 1, "{text} is new once: {places:?}");
            assert!(of_it().filter(|one| is_ours(&one.chat_id)).count() <= 1, "{text} twice: {places:?}");
            let answer = format!("answer to {text}");
            assert_eq!(sent.iter().filter(|one| **one == answer).count(), 1, "{answer}: {sent:?}");
        }
        self.vendor.stop().await;
        self.drill.ends_well().await;
    }
}

async fn there_and_back<W: Shared>(engine: Engine)
where
    Simulator<W>: Simulated,
{
    let Some(mut trial) = Trial::<W>::begins(engine).await else { return };
    trial.writes().await;
    trial.writes().await;
    trial.all_is_answered().await;
    trial.asks_for("/takeover").await;
    trial.dies_until("settle").await;
    trial.settles().await;
    trial.writes().await;
    trial.all_is_answered().await;
    trial.asks_for("/takeover/back").await;
    trial.dies_until("settle_back").await;
    trial.is_returned().await;
    trial.writes().await;
    trial.all_is_answered().await;
    trial.adds_up().await;
}

async fn vk_goes_there_and_back(engine: Engine) {
    there_and_back::<vk::Options>(engine).await;
}

async fn avito_goes_there_and_back(engine: Engine) {
    there_and_back::<avito::Options>(engine).await;
}

async fn whatsapp_goes_there_and_back(engine: Engine) {
    there_and_back::<whatsapp::Options>(engine).await;
}

async fn max_goes_there_and_back(engine: Engine) {
    there_and_back::<max::Options>(engine).await;
}

async fn telegram_goes_there_and_back(engine: Engine) {
    there_and_back::<telegram::Options>(engine).await;
}

both_engines!(
    vk_goes_there_and_back,
    avito_goes_there_and_back,
    whatsapp_goes_there_and_back,
    max_goes_there_and_back,
    telegram_goes_there_and_back,
);
