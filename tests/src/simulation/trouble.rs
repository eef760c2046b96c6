//! Failures: of the other sides, of the database, and of the server.

use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use reqwest::Method;
use simulator::crm::{Fault, Part};

use super::scene::{HOSTS, Scene};
use crate::Answer;
use crate::api::try_answer;

/// Longer than any lease.
const LEASE: Duration = Duration::from_secs(61);
/// Time within which a request in progress reaches amoCRM.
const REACHES: Duration = Duration::from_millis(500);

/// Fault points, and how often in a row they fail at most.
const POINTS: [(&str, &str, u32); 12] = [
    ("accept.before_commit", "error", 8),
    ("accept.after_commit", "error", 8),
    ("accept.before_commit", "panic", 1),
    ("claim.after_commit", "error", 1),
    ("carry.before_call", "error", 1),
    ("carry.before_call", "panic", 1),
    ("spool.sync", "error", 1),
    ("drain.after_commit", "error", 2),
    ("carry.after_call", "error", 2),
    ("carry.after_call", "panic", 1),
    ("settle.before_commit", "error", 3),
    ("settle.after_commit", "error", 2),
];

impl Scene {
    pub fn amocrm_fails(&mut self) {
        let part = [Part::Message, Part::Message, Part::History, Part::CreateChat, Part::Status];
        let part = part[self.random.random_range(0..part.len())];
        // Repeated statuses are harmless but should not be observable.
        let kinds = if part == Part::Status { 5 } else { 8 };
        let fault = match self.random.random_range(0..kinds) {
            0 => Fault::Status { code: 500, retry_after: None },
            1 => Fault::Status { code: 503, retry_after: Some(1) },
            2 => Fault::Status { code: 429, retry_after: None },
            3 => Fault::Html200,
            4 => Fault::Reset,
            5 | 6 => Fault::LostAnswer,
            _ => Fault::HalfBody,
        };
        let times = self.random.random_range(1..=3);
        self.notes(format!("amoCRM fails {times} times at {part:?}: {fault:?}"));
        self.world.sandbox.faults().next(part, times, fault);
    }

    pub fn messenger_fails(&mut self) {
        let times = self.random.random_range(1..=3);
        let answers: Vec<Answer> = (0..times)
            .map(|_| match self.random.random_range(0..7) {
                0 => Answer::status(500),
                1 => Answer::RetryAfter(503, 2),
                2 => Answer::status(408),
                3 => Answer::RetryAfter(429, 1),
                4 => Answer::Status(200, serde_json::json!({"status": "delivered"})),
                _ => Answer::Cut,
            })
            .collect();
        self.history.unknown_outcomes += answers.iter().filter(|answer| **answer == Answer::Cut).count();
        self.notes(format!("the messenger fails: {answers:?}"));
        self.world.messenger.answers_next(answers);
    }

    pub fn something_here_fails(&mut self) {
        let (point, effect, most) = POINTS[self.random.random_range(0..POINTS.len())];
        let times = self.random.random_range(1..=most);
        let plan = format!("{point}={effect}:{times}");
        // The result of an unacknowledged COMMIT is read back: it leaves nothing unknown.
        if point.starts_with("carry.") {
            self.history.unknown_outcomes += 16;
        }
        self.world.faults.add(&plan).expect("a plan");
        self.notes(plan);
    }

    /// The writer dies in the commit of a customer's message. Within the steps this is a matter of chance; every run ends with it.
    pub async fn writer_dies_in_a_commit(&mut self) {
        self.world.faults.add("accept.before_commit=panic:1").expect("a plan");
        let lane = self.lanes.iter().position(|lane| lane.unanswered.is_none()).unwrap_or(0);
        self.customer_writes(lane, 1, false).await;
        if self.lanes[lane].unanswered.is_none() {
            // Answered before the commit, which is a defect: the commit is still to come.
            let died = async || (!self.world.faults.is_planned("accept.before_commit")).then_some(());
            self.world.until("the writer has died", died).await;
        }
        self.dies("the writer dies in a commit");
    }

    /// Kills a worker in the middle of its work.
    pub async fn worker_dies(&mut self) {
        self.begins();
        let mut worker = self.worker(0);
        let moment = Duration::from_micros(self.random.random_range(0..20_000));
        let _ = tokio::time::timeout(moment, worker.deliver_all()).await;
        self.dies("a worker dies");
    }

    /// Kills the process in the middle of its work, and starts another on the same data.
    pub async fn process_dies(&mut self) {
        self.begins();
        let mut worker = self.worker(0);
        let moment = Duration::from_micros(self.random.random_range(0..20_000));
        let _ = tokio::time::timeout(moment, worker.deliver_all()).await;
        drop(worker);
        self.world.crash();
        self.world.come_back().await;
        self.dies("the process dies and another starts");
    }

    /// A worker hangs in a call for longer than its lease; another takes over.
    pub async fn lease_runs_out(&mut self, lane: usize) {
        self.customer_writes(lane, 1, false).await;
        self.begins();
        let gate = self.world.sandbox.faults().hold(Part::Message);
        let run = |mut worker: parom::delivery::worker::Worker| {
            tokio::spawn(async move { worker.deliver_all().await.is_ok() })
        };
        let slow = run(self.worker(0));
        let stands = tokio::time::timeout(REACHES, gate.until_waiting(1)).await.is_ok();
        let mut running = vec![slow];
        if stands {
            self.time_passes(LEASE);
            running.push(run(self.worker(1)));
            let _ = tokio::time::timeout(REACHES, gate.until_waiting(2)).await;
        }
        gate.open();
        for worker in running {
            let _ = worker.await;
        }
        self.world.sandbox.faults().clear_part(Part::Message);
        self.history.unknown_outcomes += 16;
        self.notes(format!("a lease runs out under a call: {stands}"));
    }

    /// Expires a token that several requests then want to use at once.
    pub async fn token_expires(&mut self) {
        let line = self.random.random_range(0..HOSTS.len());
        self.world.sandbox.expire_access_tokens(HOSTS[line]);
        self.expired[line] += 1;
        let path = format!("/api/v1/tenants/{}/pipelines", self.lines[line].tenant_id);
        // Only at the first instance: after its death amoCRM knows its successor's callback address, but not the
        // second's.
        let asked = (0..5).map(|_| try_answer(self.world.api.request(Method::GET, &path)));
        let answers: Vec<_> = join_all(asked).await.into_iter().map(|one| one.ok().map(|reply| reply.status)).collect();
        self.notes(format!("the token of {} has expired: {answers:?}", HOSTS[line]));
    }

    /// From here on anything offered may be in delivery.
    pub fn begins(&mut self) {
        for one in self.history.written.iter_mut().filter(|one| one.begun.is_none() && !one.answers.is_empty()) {
            one.begun = Some(self.now);
        }
    }
}
