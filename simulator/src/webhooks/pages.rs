//! Receiving, and the page with what came.

use std::time::Duration;

use askama::Template;
use chrono::Local;
use serde_json::{Value, json};

use super::{Board, Endpoint, Received, Webhook, signature};
use crate::desk::{Desk, REMEMBERED};
use crate::kit::{Answer, Call, Fault, Faults, Frame, Look, PLAIN, Shared, page_of, system_clock};

#[derive(Template)]
#[template(path = "webhooks/list.html")]
struct ListPage {
    frame: Frame,
    /// The newest first.
    rows: Vec<Row>,
    troubles: String,
    is_broken: bool,
}

struct Row {
    id: u64,
    kind: String,
    endpoint: String,
    clock: String,
    is_verified: bool,
    answered: u16,
    webhook_id: String,
    body: String,
}

impl Desk for Board {
    type State = Received;

    const LOOK: Look = Look {
        title: "webhooks",
        class: "webhooks",
        troubles: &[
            ("unavailable", r#"{"fault": "html_page", "status": 503}"#),
            ("gone", r#"{"fault": "refuse", "status": 410}"#),
            ("too_many", r#"{"fault": "too_many", "retry_after": 5, "count": 3}"#),
            ("slow", r#"{"fault": "slow", "millis": 10000, "count": 1}"#),
            ("reset_before", r#"{"fault": "reset_before", "count": 1}"#),
            ("reset_after", r#"{"fault": "reset_after", "count": 1}"#),
        ],
        words: include_str!("words.tsv"),
        ..PLAIN
    };

    fn shared(&self) -> &Shared<Received> {
        &self.received
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    async fn answer(&self, call: &Call, frame: Frame) -> Option<Answer> {
        match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", [""]) => Some(self.list(frame)),
            ("POST", [endpoint]) => self.takes(endpoint, call).await,
            _ => Some(Answer::empty(404)),
        }
    }
}

impl Board {
    /// Keeps a webhook and answers it; `None`: the connection is dropped.
    async fn takes(&self, name: &str, call: &Call) -> Option<Answer> {
        let endpoint = self.received.state().endpoints.get(name).cloned();
        let now = system_clock()();
        let is_right = |known: &Endpoint| signature::is_right(&known.secret, call, now.timestamp());
        let is_verified = endpoint.is_some_and(|known| is_right(&known));
        let mut answer = Some(if is_verified { taken(&call.json) } else { Answer::empty(401) });
        for fault in self.faults.take(name, None).await {
            match fault {
                Fault::Slow { millis } => tokio::time::sleep(Duration::from_millis(millis)).await,
                Fault::HtmlPage { status } => answer = Some(Answer::html_page(status)),
                Fault::Refuse { status, .. } => answer = Some(Answer::empty(status)),
                Fault::TooMany { retry_after } => {
                    answer = Some(
                        retry_after.iter().fold(Answer::empty(429), |answer, after| answer.with("retry-after", after)),
                    );
                }
                _ => answer = None,
            }
        }
        self.keep(Webhook {
            id: 0,
            at: now,
            endpoint: name.to_owned(),
            webhook_id: call.header("webhook-id").unwrap_or_default().to_owned(),
            is_verified,
            answered: answer.as_ref().map_or(0, |answer| answer.status),
            body: call.json.clone(),
        });
        answer
    }

    /// The oldest goes where there are too many.
    fn keep(&self, webhook: Webhook) {
        {
            let mut received = self.received.state();
            received.came += 1;
            let id = received.came;
            received.webhooks.push_back(Webhook { id, ..webhook });
            if received.webhooks.len() > REMEMBERED {
                received.webhooks.pop_front();
            }
        }
        self.received.touch();
    }

    fn list(&self, frame: Frame) -> Answer {
        let received = self.received.state();
        let row = |one: &Webhook| Row {
            id: one.id,
            kind: one.body["type"].as_str().unwrap_or("–").to_owned(),
            endpoint: received.endpoints.get(&one.endpoint).map_or(&one.endpoint, |known| &known.title).clone(),
            clock: one.at.with_timezone(&Local).format("%H:%M:%S").to_string(),
            is_verified: one.is_verified,
            answered: one.answered,
            webhook_id: one.webhook_id.clone(),
            body: serde_json::to_string_pretty(&one.body).unwrap_or_default(),
        };
        let page = ListPage {
            rows: received.webhooks.iter().rev().map(row).collect(),
            troubles: frame.link("/trouble"),
            is_broken: self.faults.left() > 0,
            frame,
        };
        page_of(200, &page, "'self'")
    }
}

/// The answer of a messenger that took a message: its own id of it.
fn taken(event: &Value) -> Answer {
    let id = event["data"]["message"]["id"].as_str().map(|id| format!("theirs-{id}"));
    Answer::json(200, &json!({ "id": id }))
}
