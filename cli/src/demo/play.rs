//! The participants of the check: a customer in a browser, a manager in amoCRM and a developer's messenger.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use futures_util::future::join_all;
use reqwest::{Method, Url, header};
use serde_json::{Value, json};
use simulator::crm::{Direction, MessageView};
use simulator::webhooks::Webhook;
use uuid::Uuid;

use super::messengers::DemoLine;
use super::operator::OPERATOR;
use super::stage::{BILLING, DemoStage, HOST, OWN, PATIENCE, PLAN, Sources};
use crate::print_line;

const HELLO: &str = "Hello, is the blue one in stock?";
const ANSWER: &str = "Yes, it is. Shall I reserve it for you?";
const OWN_HELLO: &str = "Writing from another messenger";
const OWN_ANSWER: &str = "Good morning";

/// State that the steps pass on to each other.
pub struct Play<'a> {
    stage: &'a DemoStage,
    sources: Option<Sources>,
    cookie: String,
    first_id: String,
    chat_id: String,
    answer_id: String,
    own_message: Value,
    own_amocrm_id: String,
}

impl<'a> Play<'a> {
    pub fn new(stage: &'a DemoStage) -> Self {
        let empty = String::new;
        Self {
            stage,
            sources: None,
            cookie: empty(),
            first_id: empty(),
            chat_id: empty(),
            answer_id: empty(),
            own_message: Value::Null,
            own_amocrm_id: empty(),
        }
    }

    pub async fn creates_sources(&mut self) -> anyhow::Result<()> {
        self.sources = Some(self.stage.sources().await?);
        let mirrored = self.stage.sandbox.sources(HOST).len();
        ensure!(mirrored >= 2, "amoCRM has {mirrored} sources");
        Ok(())
    }

    pub async fn customer_writes(&mut self) -> anyhow::Result<()> {
        let page = self.stage.http.get(self.page()?).send().await?;
        let cookie = page.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|text| text.split(';').next()).context("the page sets no cookie")?;
        self.cookie = cookie.to_owned();
        self.first_id = Uuid::new_v4().to_string();
        let (status, body) = self.posts(HELLO).await?;
        ensure!(status == 202, "the page's message was answered {status}: {body}");
        Ok(())
    }

    async fn posts(&self, text: &str) -> anyhow::Result<(u16, Value)> {
        let response = self
            .stage
            .http
            .post(format!("{}/messages", self.page()?))
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, self.stage.url())
            .json(&json!({ "id": self.first_id, "text": text }))
            .send()
            .await?;
        Ok((response.status().as_u16(), response.json().await.unwrap_or_default()))
    }

    pub async fn manager_sees(&mut self) -> anyhow::Result<()> {
        let message = self.at_amocrm(HELLO).await?;
        self.chat_id = message.chat_id;
        let chats = self.stage.sandbox.chats(HOST);
        let chat = chats.iter().find(|chat| chat.id == self.chat_id).context("the chat is missing")?;
        ensure!(chat.lead.is_some(), "amoCRM made no incoming lead");
        Ok(())
    }

    async fn at_amocrm(&self, text: &str) -> anyhow::Result<MessageView> {
        let found = self.stage.sandbox.wait_for(
            |sandbox| {
                sandbox
                    .messages(HOST)
                    .into_iter()
                    .find(|message| message.text == text && message.direction == Direction::Incoming)
            },
            PATIENCE,
        );
        found.await.context("the message did not reach amoCRM")
    }

    pub async fn manager_answers(&mut self) -> anyhow::Result<()> {
        let said = self.stage.sandbox.manager_says(HOST, &self.chat_id, ANSWER).await?;
        ensure!(said.answer.status == Some(200), "the hook was answered {:?}", said.answer.status);
        self.answer_id = said.message_id;
        Ok(())
    }

    pub async fn customer_sees(&mut self) -> anyhow::Result<()> {
        let event = tokio::time::timeout(PATIENCE, self.next_event()).await.context("the page received no event")??;
        ensure!(event["text"] == ANSWER, "the page got {event}");
        let id = event["id"].as_str().context("an event without an id")?;
        self.receipt(json!({ "delivered": [id], "read": [] })).await?;
        self.own_message = json!({ "id": id });
        Ok(())
    }

    async fn next_event(&self) -> anyhow::Result<Value> {
        let mut stream =
            self.stage.http.get(format!("{}/events", self.page()?)).header(header::COOKIE, &self.cookie).send().await?;
        let mut text = String::new();
        while let Some(chunk) = stream.chunk().await? {
            text.push_str(&String::from_utf8_lossy(&chunk));
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            let data = whole.lines().find_map(|line| line.strip_prefix("data:"));
            if let Some(data) = data {
                return serde_json::from_str(data.trim()).context("the event's data");
            }
        }
        anyhow::bail!("the page's events ended")
    }

    async fn receipt(&self, body: Value) -> anyhow::Result<()> {
        let response = self
            .stage
            .http
            .post(format!("{}/receipts", self.page()?))
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, self.stage.url())
            .json(&body)
            .send()
            .await?;
        ensure!(response.status().is_success(), "the receipt was answered {}", response.status());
        Ok(())
    }

    pub async fn delivered(&mut self) -> anyhow::Result<()> {
        self.status_at_amocrm(&self.answer_id, 1).await
    }

    pub async fn read(&mut self) -> anyhow::Result<()> {
        let id = self.own_message["id"].clone();
        self.receipt(json!({ "delivered": [], "read": [id] })).await?;
        self.status_at_amocrm(&self.answer_id, 2).await
    }

    async fn status_at_amocrm(&self, message_id: &str, code: i64) -> anyhow::Result<()> {
        let found = self.stage.sandbox.wait_for(
            |sandbox| {
                let messages = sandbox.messages(HOST);
                let message = messages.iter().find(|message| message.id == message_id)?;
                message.statuses.iter().any(|status| status.code == code).then_some(())
            },
            PATIENCE,
        );
        found.await.with_context(|| format!("amoCRM did not receive the status {code}"))
    }

    pub async fn duplicate(&mut self) -> anyhow::Result<()> {
        let (status, body) = self.posts(HELLO).await?;
        ensure!(status == 200 && body["duplicate"] == true, "the repeat was answered {status}: {body}");
        let count = self.stage.sandbox.messages(HOST).iter().filter(|message| message.text == HELLO).count();
        ensure!(count == 1, "amoCRM has it {count} times");
        Ok(())
    }

    pub async fn forged_hook(&mut self) -> anyhow::Result<()> {
        let hook = simulator::crm::HookMessage::text("forged");
        let prepared = self.stage.sandbox.hook_body_for(HOST, &self.chat_id, hook)?;
        let forged = "0".repeat(prepared.signature.len());
        let answer = self.stage.sandbox.post_hook(&prepared.scope_id, prepared.body, Some(&forged)).await;
        ensure!(answer.status == Some(401), "the forged hook was answered {:?}", answer.status);
        Ok(())
    }

    pub async fn own_messenger_in(&mut self) -> anyhow::Result<()> {
        let path = format!("/api/v1/sources/{}/messages", self.custom()?);
        let body = json!({
            "id": "own-1",
            "conversation": { "id": "chat-7" },
            "sender": { "role": "client", "id": "user-7", "name": "Anna", "phone": "+79151112233" },
            "content": { "type": "text", "text": OWN_HELLO },
        });
        let answer = self.stage.api(Method::POST, &path, Some(body)).await?;
        ensure!(answer["duplicate"] == false, "the API answered {answer}");
        self.chat_id = self.at_amocrm(OWN_HELLO).await?.chat_id;
        Ok(())
    }

    pub async fn own_messenger_out(&mut self) -> anyhow::Result<()> {
        let said = self.stage.sandbox.manager_says(HOST, &self.chat_id, OWN_ANSWER).await?;
        self.own_amocrm_id = said.message_id;
        let is_it = |one: &Webhook| {
            let text = &one.body["data"]["message"]["content"]["text"];
            one.endpoint == OWN && one.is_verified && text == OWN_ANSWER
        };
        let came = self.stage.receiver.wait_for(PATIENCE, is_it).await;
        let came = came.context("no webhook with a correct signature arrived")?;
        self.own_message = came.body["data"]["message"].clone();
        let receiver = &self.own_message["receiver"]["id"];
        ensure!(receiver == "user-7", "the webhook's receiver is {receiver}");
        Ok(())
    }

    pub async fn own_messenger_statuses(&mut self) -> anyhow::Result<()> {
        let id = self.own_message["id"].as_str().context("the webhook has no message id")?;
        let path = format!("/api/v1/sources/{}/messages/{id}/status", self.custom()?);
        for (status, code) in [("delivered", 1), ("read", 2)] {
            self.stage.api(Method::POST, &path, Some(json!({ "status": status }))).await?;
            self.status_at_amocrm(&self.own_amocrm_id, code).await?;
        }
        Ok(())
    }

    pub async fn ledger(&mut self) -> anyhow::Result<()> {
        let path = format!("/api/v1/sources/{}/ledger", self.custom()?);
        let ledger = self.stage.api(Method::GET, &path, None).await?;
        for direction in ["to_crm", "to_messenger"] {
            let count = |name: &str| ledger[direction][name].as_i64().unwrap_or(-1);
            let adds_up = count("accepted") == count("delivered") + count("failed") + count("waiting");
            ensure!(adds_up && count("accepted") == 1 && count("delivered") == 1, "the ledger is {ledger}");
        }
        Ok(())
    }

    fn page(&self) -> anyhow::Result<String> {
        Ok(self.stage.customer_url(self.sources.as_ref().context("the sources")?))
    }

    fn custom(&self) -> anyhow::Result<&str> {
        Ok(&self.sources.as_ref().context("the sources")?.custom.id)
    }
}

// `parom demo --check`: runs a conversation in both directions step by step and prints the time of each step.

/// Runs all steps and stops at the first failure. Returns false if a step failed.
pub async fn run(folder: Option<PathBuf>) -> anyhow::Result<bool> {
    let temporary = folder.is_none();
    let stage = DemoStage::build(folder).await?;
    let right = steps(&stage).await;
    let folder = stage.folder().to_owned();
    stage.close().await;
    if temporary {
        // A check's data is not needed afterwards.
        let _ = std::fs::remove_dir_all(folder);
    }
    Ok(right)
}

async fn steps(stage: &DemoStage) -> bool {
    let mut play = Play::new(stage);
    let mut line = StepReport::default();
    line.step("the marketplace installs the integration", stage.install()).await;
    line.step("two sources exist in Parom and in amoCRM", play.creates_sources()).await;
    line.step("a customer writes in the web chat", play.customer_writes()).await;
    line.step("the manager sees it as an incoming lead", play.manager_sees()).await;
    line.step("the manager answers", play.manager_answers()).await;
    line.step("the customer sees the answer", play.customer_sees()).await;
    line.step("the manager sees it delivered", play.delivered()).await;
    line.step("the manager sees it read", play.read()).await;
    line.step("the same message sent again is refused as a duplicate", play.duplicate()).await;
    line.step("a forged hook is refused", play.forged_hook()).await;
    line.step("a message of an own messenger reaches the manager", play.own_messenger_in()).await;
    line.step("the manager's answer reaches it by a signed webhook", play.own_messenger_out()).await;
    line.step("its statuses delivered and read reach the manager", play.own_messenger_statuses()).await;
    line.step("the ledger adds up", play.ledger()).await;
    line.step("the account has its plan", has_plan(stage)).await;
    line.step("the status page is open to everyone", shows_status(stage)).await;
    line.step("the vendor's webhook gets a signed event", tells_vendor(stage)).await;
    line.step("a letter arrives in the simulated inbox", sends_letter(stage)).await;
    line.step("the vendor's admin opens with the demo's code", opens_admin(stage)).await;
    line.step("the bot for alerts answers in the simulated Telegram", answers_administrator(stage)).await;
    if !line.wrong {
        // All lines concurrently, each with its own time.
        let lines = stage.messengers.lines().iter().map(|of| async move {
            let started = Instant::now();
            let done = both_ways(stage, of).await;
            (of.kind, started.elapsed(), done)
        });
        for (kind, took, done) in join_all(lines).await {
            line.tell(&format!("{kind}: connected, a message in, an answer out"), took, done);
        }
    }
    !line.wrong
}

#[derive(Default)]
struct StepReport {
    wrong: bool,
}

impl StepReport {
    async fn step<T>(&mut self, name: &str, work: impl Future<Output = anyhow::Result<T>>) {
        if self.wrong {
            return;
        }
        let started = Instant::now();
        let done = work.await;
        self.tell(name, started.elapsed(), done);
    }

    fn tell<T>(&mut self, name: &str, took: Duration, done: anyhow::Result<T>) {
        let millis = took.as_millis();
        let print = |word: &str, more: &dyn Display| print_line(&format!("{word:<4}  {name:<52} {millis:>6} ms{more}"));
        let printed = match done {
            Ok(_) => print("ok", &""),
            Err(error) => {
                self.wrong = true;
                print("FAIL", &format!("  {}", format!("{error:#}").replace('\n', " ")))
            }
        };
        self.wrong |= printed.is_err();
    }
}

// The check's steps for what is around the conversations.

async fn has_plan(stage: &DemoStage) -> anyhow::Result<()> {
    let tenant = stage.tenant().await?.context("there is no account")?;
    ensure!(tenant["plan"] == PLAN && !tenant["trial_until"].is_null(), "the account is {tenant}");
    Ok(())
}

async fn shows_status(stage: &DemoStage) -> anyhow::Result<()> {
    let answer = stage.http.get(format!("{}/status.json", stage.url())).send().await?;
    ensure!(answer.status().is_success(), "it was answered {}", answer.status());
    Ok(())
}

async fn tells_vendor(stage: &DemoStage) -> anyhow::Result<()> {
    let is_it = |one: &Webhook| {
        one.endpoint == BILLING && one.is_verified && one.answered == 200 && one.body["type"] == "account.connected"
    };
    stage.receiver.wait_for(PATIENCE, is_it).await.context("no event with a correct signature arrived")?;
    Ok(())
}

/// An operator asks for a sign-in link.
async fn sends_letter(stage: &DemoStage) -> anyhow::Result<()> {
    sends(stage, "", "/admin/sign-in/link", &[("email", OPERATOR)]).await?;
    let link = format!("{}/admin/link?token=", stage.url());
    let is_it = |letter: &simulator::mail::Letter| letter.to == OPERATOR && letter.text.contains(&link);
    stage.mail.wait_for(PATIENCE, is_it).await.context("no letter with a link arrived")?;
    Ok(())
}

async fn opens_admin(stage: &DemoStage) -> anyhow::Result<()> {
    let link = Url::parse(&stage.operator.link().await?)?;
    let token = link.query_pairs().find(|(name, _)| name == "token").context("the link has no token")?.1;
    let (cookie, _) = sends(stage, "", "/admin/link", &[("token", &token)]).await?;
    let page = stage.http.get(format!("{}/admin/code", stage.url())).header(header::COOKIE, &cookie).send().await?;
    let page = page.text().await?;
    let csrf = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (csrf, _) = csrf.context("the page with the code has no form")?;
    let code = stage.operator.code().await?.digits;
    let (cookie, to) = sends(stage, &cookie, "/admin/code", &[("csrf", csrf), ("code", &code)]).await?;
    ensure!(to == "/admin", "the code led to {to}");
    let admin =
        stage.http.get(format!("{}/admin/accounts", stage.url())).header(header::COOKIE, &cookie).send().await?;
    let (status, text) = (admin.status(), admin.text().await?);
    ensure!(status.is_success() && text.contains(HOST), "the accounts were answered {status}");
    Ok(())
}

/// Sends a form of the admin; returns the cookie that was set, and where it leads.
async fn sends(
    stage: &DemoStage,
    cookie: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> anyhow::Result<(String, String)> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = stage.http.post(format!("{}{path}", stage.url())).header(header::ORIGIN, stage.url());
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
    let answer = if cookie.is_empty() { request } else { request.header(header::COOKIE, cookie) }.send().await?;
    let status = answer.status();
    ensure!(status.is_success() || status.is_redirection(), "{path} was answered {status}");
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let set = text(header::SET_COOKIE).split(';').next().unwrap_or_default();
    Ok((set.to_owned(), text(header::LOCATION).to_owned()))
}

async fn answers_administrator(stage: &DemoStage) -> anyhow::Result<()> {
    let code = stage.awaits_alert_chat().await?;
    stage.messengers.writes_to_alert_bot(&format!("/start {code}"))?;
    // Its answers to the button "Start" and to the code.
    let look = async {
        while stage.messengers.alerts_sent() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.context("the bot did not answer")
}

// The check's steps for the messengers: each is connected, and a message is sent in each direction.

/// One messenger, through the public API, the messenger's own protocol and amoCRM.
pub async fn both_ways(stage: &DemoStage, line: &DemoLine) -> anyhow::Result<()> {
    let kind = line.kind;
    let body = json!({ "kind": kind, "name": format!("Check of {kind}"), "settings": line.settings() });
    stage.api(Method::POST, &stage.sources_path().await?, Some(body)).await?;
    let (question, answer) = (format!("A question by {kind}"), format!("An answer by {kind}"));
    stage.messengers.calls(line, PATIENCE).await?;
    stage.messengers.writes(line, &question)?;
    let arrived = stage.sandbox.wait_for(
        |sandbox| {
            let mut messages = sandbox.messages(HOST).into_iter();
            messages.find(|one| one.direction == Direction::Incoming && one.text.ends_with(&question))
        },
        PATIENCE,
    );
    let arrived = arrived.await.context("the customer's message did not reach amoCRM")?;
    stage.sandbox.manager_says(HOST, &arrived.chat_id, &answer).await?;
    stage.messengers.gets(line, &answer, PATIENCE).await
}
