//! The steps and their frequencies.

use std::time::Duration;

use futures_util::future::join_all;
use rand::RngExt;
use reqwest::Method;
use simulator::crm::{Fault, HookMessage, Part};

use super::{HOSTS, Held, Scene};
use crate::Answer;
use crate::api::try_answer;

#[derive(Clone, Copy)]
enum Step {
    CustomerWrites,
    ManagerWrites,
    HookIsHeldBack,
    HeldHookComes,
    HookIsLost,
    LostHooksAreLookedFor,
    MessengerTells,
    LettersLeave,
    LettersStartAtOnce,
    LeasesAndDies,
    TimePasses,
    AmocrmFails,
    MessengerFails,
    SomethingHereFails,
    WorkerDies,
    ProcessDies,
    LeaseRunsOut,
    TokenExpires,
}

/// Percent.
const WEIGHTS: [(Step, u32); 18] = [
    (Step::CustomerWrites, 16),
    (Step::ManagerWrites, 16),
    (Step::HookIsHeldBack, 4),
    (Step::HeldHookComes, 4),
    (Step::HookIsLost, 2),
    (Step::LostHooksAreLookedFor, 2),
    (Step::MessengerTells, 4),
    (Step::LettersLeave, 12),
    (Step::LettersStartAtOnce, 4),
    (Step::LeasesAndDies, 2),
    (Step::TimePasses, 8),
    (Step::AmocrmFails, 8),
    (Step::MessengerFails, 6),
    (Step::SomethingHereFails, 6),
    (Step::WorkerDies, 2),
    (Step::ProcessDies, 1),
    (Step::LeaseRunsOut, 2),
    (Step::TokenExpires, 1),
];

impl Scene {
    /// Takes a random step.
    pub async fn step(&mut self) {
        self.now += 1;
        let lane = self.random.random_range(0..self.lanes.len());
        match self.chosen() {
            Step::CustomerWrites => {
                let (copies, at_once) = self.copies();
                self.customer_writes(lane, copies, at_once).await;
            }
            Step::ManagerWrites => {
                let (copies, at_once) = self.copies();
                let hook = self.manager_writes(lane);
                self.hook_comes(hook, copies, at_once).await;
            }
            Step::HookIsHeldBack => {
                let hook = self.manager_writes(lane);
                self.notes(format!("a hook to {} is held back", self.lanes[lane].name));
                self.held.push(hook);
            }
            Step::HeldHookComes => self.held_hook_comes().await,
            Step::HookIsLost => {
                drop(self.manager_writes(lane));
                self.notes(format!("a hook to {} is lost", self.lanes[lane].name));
            }
            Step::LostHooksAreLookedFor => self.looks_for_lost_hooks().await,
            Step::MessengerTells => self.messenger_reports().await,
            Step::LettersLeave => {
                let workers = self.random.random_range(1..=3);
                self.deliver(workers).await;
            }
            Step::LettersStartAtOnce => self.starts_at_once().await,
            Step::LeasesAndDies => self.leases_and_dies().await,
            Step::TimePasses => {
                let seconds = self.random.random_range(1..=70);
                self.notes(format!("{seconds} s pass"));
                self.time_passes(Duration::from_secs(seconds));
            }
            Step::AmocrmFails => self.amocrm_fails(),
            Step::MessengerFails => self.messenger_fails(),
            Step::SomethingHereFails => self.something_here_fails(),
            Step::WorkerDies => self.worker_dies().await,
            Step::ProcessDies => self.process_dies().await,
            Step::LeaseRunsOut => self.lease_runs_out(lane).await,
            Step::TokenExpires => self.token_expires().await,
        }
        self.looks_around();
    }

    fn chosen(&mut self) -> Step {
        let mut left = self.random.random_range(0..WEIGHTS.iter().map(|(_, weight)| weight).sum());
        for (step, weight) in WEIGHTS {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return step,
            }
        }
        Step::LettersLeave
    }

    /// How often a message is sent: mostly once.
    fn copies(&mut self) -> (usize, bool) {
        match self.random.random_range(0..10) {
            0 => (2, false),
            1 => (3, true),
            _ => (1, false),
        }
    }

    async fn held_hook_comes(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let held = self.held.swap_remove(self.random.random_range(0..self.held.len()));
        self.hook_comes(held, 1, false).await;
    }

    /// Delivers what is due with several workers concurrently. One that cannot read the queue dies with its current
    /// work.
    pub async fn deliver(&mut self, workers: usize) {
        self.begins();
        let running: Vec<_> = (0..workers)
            .map(|number| {
                let mut worker = self.worker(number);
                tokio::spawn(async move { worker.deliver_all().await.is_ok() })
            })
            .collect();
        for worker in running {
            if !worker.await.unwrap_or(false) {
                self.dies("a worker that cannot read the queue ends");
            }
        }
    }

    /// Counts a death. Requests in progress then have an unknown outcome.
    pub fn dies(&mut self, what: &str) {
        self.deaths += 1;
        self.history.unknown_outcomes += 16;
        self.notes(what.to_owned());
    }
}

// Actions of customers and managers, including failures of their requests.

impl Scene {
    /// A customer sends a message `copies` times; one whose last message was not acknowledged repeats that first.
    pub async fn customer_writes(&mut self, lane: usize, copies: usize, at_once: bool) {
        let index = match self.lanes[lane].unanswered.take() {
            Some(index) => index,
            None => self.writes_down(lane, false),
        };
        let text = self.history.written[index].text.clone();
        let body = self.lanes[lane].customer.body(&text, &text);
        let path = self.lines[self.lanes[lane].line].path("/messages");
        let doors = self.doors();
        let first = self.random.random_range(0..doors.len());
        let posts = (0..copies).map(|copy| {
            let door = &doors[(first + copy) % doors.len()];
            let request = door.request(Method::POST, &path).json(&body);
            async move { try_answer(request).await.ok().map(|reply| reply.status) }
        });
        let answers = if at_once { join_all(posts).await } else { one_by_one(posts).await };
        self.notes(format!("{} writes {text}: {answers:?}", self.lanes[lane].name));
        let written = &mut self.history.written[index];
        written.answers.extend(answers);
        if !written.was_taken() {
            self.lanes[lane].unanswered = Some(index);
        }
    }

    /// A manager writes, and the hook is prepared. amoCRM's timestamps of a chat always increase.
    pub fn manager_writes(&mut self, lane: usize) -> Held {
        self.time_passes(Duration::from_millis(1));
        let index = self.writes_down(lane, true);
        let place = &self.lanes[lane];
        let hook = place.manager.prepares(place.name, HookMessage::text(&self.history.written[index].text));
        Held { lane, hook, written: index }
    }

    /// amoCRM posts a hook `copies` times.
    pub async fn hook_comes(&mut self, held: Held, copies: usize, at_once: bool) {
        let sandbox = self.world.sandbox.clone();
        let posts = (0..copies).map(|_| {
            let (sandbox, hook) = (sandbox.clone(), held.hook.clone());
            async move { sandbox.post_hook(&hook.scope_id, hook.body, Some(&hook.signature)).await.status }
        });
        let faults = self.world.faults.clone();
        let may_fail = faults.is_planned("spool.sync");
        let answers = if at_once { join_all(posts).await } else { one_by_one(posts).await };
        let written = &mut self.history.written[held.written];
        written.past_the_spool |= may_fail && !faults.is_planned("spool.sync");
        let first = written.answers.is_empty();
        if first {
            written.at = self.now;
        }
        written.answers.extend(answers.clone());
        let text = written.text.clone();
        if first && self.waiting_in_spools() > 0 {
            self.spooled.push(held.written);
        }
        self.notes(format!("the hook of {text} to {} comes: {answers:?}", self.lanes[held.lane].name));
    }

    /// The messenger reports statuses of a message that it has, sometimes in the wrong order.
    pub async fn messenger_reports(&mut self) {
        let taken = self.world.messenger.taken();
        if taken.is_empty() {
            return;
        }
        let one = &taken[self.random.random_range(0..taken.len())];
        let statuses: &[&str] = match self.random.random_range(0..4) {
            0 => &["delivered"],
            1 => &["delivered", "read"],
            2 => &["read", "delivered"],
            _ => &["read"],
        };
        let source = one.body.pointer("/data/message/source_id").and_then(|id| id.as_str()).unwrap_or_default();
        for status in statuses {
            let path = format!("/api/v1/sources/{source}/messages/{}/status", one.message_id());
            let request = self.world.api.request(Method::POST, &path).json(&serde_json::json!({"status": status}));
            let answer = try_answer(request).await.ok().map(|reply| reply.status);
            self.notes(format!("the messenger reports {status} of {}: {answer:?}", one.text()));
        }
    }
}

async fn one_by_one<T>(posts: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut answers = Vec::new();
    for post in posts {
        answers.push(post.await);
    }
    answers
}

// Failures: of the other sides, of the database, and of the server.

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
    ("deliver.before_call", "error", 1),
    ("deliver.before_call", "panic", 1),
    ("spool.sync", "error", 1),
    ("drain.after_commit", "error", 2),
    ("deliver.after_call", "error", 2),
    ("deliver.after_call", "panic", 1),
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
        if point.starts_with("deliver.") {
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
