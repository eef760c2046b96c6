//! Continuous traffic of customers and managers over several processes, with a record of what was sent and received.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use simulator::crm::HookMessage;
use tokio::task::JoinHandle;

use crate::api::try_answer;
use crate::cluster::Cluster;
use crate::history::{self, Arrived, Fate, History, Written};
use crate::settings::{CHANNEL_SECRET, CLIENT_SECRET, VAULT_KEY};
use crate::{Api, Customer, Line, Manager};

/// Pause between two messages of one side; chats of a few minutes stay within the history that is searched.
const PAUSE: Duration = Duration::from_millis(250);
/// Most outcomes that the death of a process leaves unknown: its concurrent deliveries.
const UNDER_WAY: usize = 64;
/// Interval of the search for missed hooks during recovery.
const LOOK: Duration = Duration::from_secs(12);

/// Running conversations.
pub struct Traffic(Vec<JoinHandle<Vec<Written>>>);

/// Everything that was sent.
pub struct Spoken {
    pub written: Vec<Written>,
}

impl Traffic {
    /// Starts this many conversations, in which both sides write until `enough`.
    pub async fn start(cluster: &Cluster, line: &Line, conversations: usize, enough: &Arc<AtomicBool>) -> Self {
        let mut running = Vec::new();
        for number in 0..conversations {
            let name = format!("c{number}");
            let (customer, api) = (cluster.customer(line, &name), cluster.api.clone());
            let opens = customer_says(&api, line, &customer, &name, 1).await;
            cluster
                .until("the chat is at amoCRM", async || {
                    let mut texts = cluster.texts_at_crm(line).into_iter();
                    texts.any(|text| text == opens.text).then_some(())
                })
                .await;
            let (customers, managers) = (enough.clone(), enough.clone());
            let (line, manager) = (line.clone(), cluster.manager(line));
            let one = (line.clone(), name.clone());
            running.push(tokio::spawn(async move {
                let mut sent = vec![opens];
                while !customers.load(Ordering::SeqCst) {
                    let place = u64::try_from(sent.len()).unwrap_or(0) + 1;
                    sent.push(customer_says(&api, &one.0, &customer, &one.1, place).await);
                    tokio::time::sleep(PAUSE).await;
                }
                sent
            }));
            running.push(tokio::spawn(async move {
                let mut sent = Vec::new();
                while !managers.load(Ordering::SeqCst) {
                    let place = u64::try_from(sent.len()).unwrap_or(0) + 1;
                    sent.push(manager_says(&line, &manager, &name, place).await);
                    tokio::time::sleep(PAUSE).await;
                }
                sent
            }));
        }
        Self(running)
    }

    /// Waits until all have ended.
    pub async fn ends(self) -> Spoken {
        let mut written = Vec::new();
        for side in self.0 {
            written.extend(side.await.expect("no side breaks off"));
        }
        Spoken { written }
    }
}

fn written(line: &Line, name: &str, number: u64, to_messenger: bool) -> Written {
    let side = if to_messenger { "from the manager" } else { "to the manager" };
    Written {
        tenant: line.host.clone(),
        lane: format!("{name} {side}"),
        number,
        text: format!("stamp-{name}-{}-{number}", if to_messenger { "m" } else { "c" }),
        remembered: to_messenger,
        ..Written::default()
    }
}

/// Repeats a message under the same id until it is accepted.
async fn customer_says(api: &Api, line: &Line, customer: &Customer, name: &str, number: u64) -> Written {
    let mut one = written(line, name, number, false);
    while !one.was_taken() {
        let body = customer.body(&one.text, &one.text);
        let answer = try_answer(api.request(Method::POST, &line.path("/messages")).json(&body)).await;
        one.answers.push(answer.ok().map(|reply| reply.status));
        if !one.was_taken() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    one
}

/// amoCRM calls once and waits five seconds.
async fn manager_says(line: &Line, manager: &Manager, name: &str, number: u64) -> Written {
    let mut one = written(line, name, number, true);
    let hook = manager.prepares(name, HookMessage::text(&one.text));
    one.answers.push(manager.posts(&hook).await);
    one
}

impl Spoken {
    /// Waits until every message is in the database and none waits.
    pub async fn is_all_there(&self, cluster: &Cluster) {
        let db = cluster.connect().await;
        let wanted: BTreeSet<&str> = self.written.iter().map(|one| one.text.as_str()).collect();
        loop {
            let stored = history::stored(&db).await;
            let ended = stored.iter().filter(|one| one.fate != Fate::Waiting).map(|one| one.text.as_str());
            if ended.filter(|text| wanted.contains(text)).count() >= wanted.len() {
                break;
            }
            if stored.len() < wanted.len() {
                cluster.lost_hooks_are_looked_for().await;
            }
            tokio::time::sleep(LOOK).await;
        }
        db.close().await.expect("the connection closes");
    }
}

/// The whole history of a run in which this many processes were killed or frozen.
pub async fn history(cluster: &Cluster, line: &Line, spoken: Spoken, deaths: usize) -> History {
    let db = cluster.connect().await;
    let at_crm = cluster.sandbox.messages(&line.host).into_iter().filter_map(|one| {
        let (tenant, text, request_id) = (line.host.clone(), one.text, one.msgid?);
        Some(Arrived { tenant, text, at: 0, request_id, taken: true, marked: false, sent: 0 })
    });
    let received = cluster.messenger.received().into_iter().filter(|one| one.body["type"] == "message.created");
    let at_messenger = received.map(|one| Arrived {
        tenant: line.host.clone(),
        text: one.text(),
        at: 0,
        taken: one.was_taken(),
        marked: one.body["repeat"] == true,
        sent: one.timestamp,
        request_id: one.webhook_id,
    });
    let mut complaints = cluster.messenger.problems();
    complaints.extend(cluster.sandbox.problems().into_iter().filter(|one| !one.contains(history::SAID_AGAIN)));
    let history = History {
        arrived: at_crm.chain(at_messenger).collect(),
        stored: history::stored(&db).await,
        ledger: history::ledger(&db).await,
        secrets: [CHANNEL_SECRET, CLIENT_SECRET, VAULT_KEY].map(str::to_owned).into(),
        log: cluster.log(),
        complaints,
        unknown_outcomes: deaths * UNDER_WAY,
        written: spoken.written,
        ..History::default()
    };
    db.close().await.expect("the connection closes");
    history
}
