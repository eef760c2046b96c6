//! A small world with random failures from a seed: two accounts whose lines and chats have the same names, customers
//! and managers, hooks that are duplicated, delayed and lost, a failing amoCRM, messenger and database, workers and
//! processes that die. Then everything recovers, and the whole history is checked (`crate::history`).
//!
//! It uses the real server with real requests over the loopback interface; the simulation advances a frozen clock. A
//! seed determines what happens and in which order it starts. It does not determine the order in which concurrent calls
//! end: one seed gives several runs that differ in this.

mod steps;

use std::io;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::fault::DEFECTS;
use parom::delivery::worker::Worker;
use parom::missed_hooks;
use parom::server::Running;
use queue::writer::{NewLetters, Reservation, Reserving, Starter};
use queue::{LeaseRequest, TargetRate};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use simulator::crm::PreparedHook;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::history::{Arrived, History, Renewals, Status, Violation, Written};
use crate::settings::{CHANNEL_SECRET, CLIENT_SECRET, HOST, VAULT_KEY, VENDOR_KEY};
use crate::{Api, Customer, Engine, Line, Manager, Setup, World, history};

/// Seeds that once found a defect; every run includes them.
pub const FOUND_BY: &[u64] = &[13, 61, 158, 230, 7087, 7253];

/// The parameters of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub engine: Engine,
    /// Steps before recovery.
    pub steps: usize,
    /// A defect of `fault::DEFECTS` to switch on.
    pub defect: Option<&'static str>,
}

/// The result of a run.
#[derive(Debug)]
pub struct Outcome {
    pub violations: Vec<Violation>,
    /// The steps as they happened, for people.
    pub story: Vec<String>,
    pub messages: usize,
    pub requests: usize,
    /// Processes and workers that died.
    pub deaths: usize,
}

/// Runs a plan. `None` if the engine is unavailable.
pub async fn run(plan: Plan, log: &Log) -> Option<Outcome> {
    log.take();
    let mut scene = Scene::set(plan).await?;
    if let Some(defect) = plan.defect {
        assert!(DEFECTS.contains(&defect), "{defect} is none of fault::DEFECTS");
        scene.world.faults.add(&format!("{defect}=every:1")).expect("a plan");
    }
    for _ in 0..plan.steps {
        scene.step().await;
    }
    scene.heal().await;
    let history = scene.history(log).await;
    let (requests, deaths, story) = (history.arrived.len(), scene.deaths, std::mem::take(&mut scene.story));
    scene.end().await;
    Some(Outcome { violations: history.violations(), story, messages: history.written.len(), requests, deaths })
}

// Keeps everything that the program logs in memory, to check that it contains no secrets.

/// More than operators ever enable: the server's own lines down to `debug`.
const FILTER: &str = "info,parom=debug,sqlx=warn";

/// The log of this process since its start. Cheap to clone.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Installs itself as the logger of this process, which has none yet.
    pub fn start() -> Self {
        let log = Self::default();
        let builder = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(FILTER)).with_ansi(false);
        builder.with_writer(log.clone()).try_init().expect("the first log of this process");
        log
    }

    /// Everything logged since the last call.
    pub fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// Collects the records of sinks and database for the checker.

/// Tokens are valid for a day and may be renewed after half of it.
const HALF_A_DAY: i64 = 43_200_000;

impl Scene {
    /// Records new arrivals at the sinks.
    pub fn looks_around(&mut self) {
        let at = self.now;
        if self.waiting_in_spools() == 0 {
            for index in self.spooled.drain(..) {
                self.history.written[index].queued = Some(at);
            }
        }
        for (place, host) in HOSTS.iter().enumerate() {
            let messages = self.world.sandbox.messages(host);
            for one in &messages[self.seen.0[place]..] {
                // Managers' own messages have no id of the other side.
                let Some(msgid) = &one.msgid else { continue };
                self.history.arrived.push(Arrived {
                    tenant: (*host).to_owned(),
                    text: one.text.clone(),
                    at,
                    request_id: msgid.clone(),
                    taken: true,
                    marked: false,
                    sent: 0,
                });
            }
            self.seen.0[place] = messages.len();
        }
        let received = self.world.messenger.received();
        for one in received[self.seen.1..].iter().filter(|one| one.body["type"] == "message.created") {
            let source = one.body.pointer("/data/message/source_id").and_then(|id| id.as_str()).unwrap_or_default();
            let line = self.lines.iter().find(|line| line.source_id.to_string() == source);
            self.history.arrived.push(Arrived {
                tenant: line.map(|line| line.host.clone()).unwrap_or_default(),
                text: one.text(),
                at,
                request_id: one.webhook_id.clone(),
                taken: one.was_taken(),
                marked: one.body["repeat"] == true,
                sent: one.timestamp,
            });
        }
        self.seen.1 = received.len();
    }

    /// The whole history of the run.
    pub async fn history(&mut self, log: &Log) -> History {
        let mut history = std::mem::take(&mut self.history);
        let db = self.world.app().store.read();
        history.stored = history::stored(db).await;
        history.ledger = history::ledger(db).await;
        history.log = log.take();
        history.secrets = [CHANNEL_SECRET, CLIENT_SECRET, VAULT_KEY, VENDOR_KEY].map(str::to_owned).into();
        history.secrets.extend(self.lines.iter().map(|line| line.webhook_secret.clone()));
        let days = usize::try_from((self.world.clock.millis() - self.started_at) / HALF_A_DAY).unwrap_or(0);
        let calls = self.world.sandbox.token_calls();
        for (place, host) in HOSTS.iter().enumerate() {
            let renewals = calls.iter().filter(|call| call.host == *host && call.grant_type == "refresh_token");
            let (granted, refused): (Vec<_>, Vec<_>) = renewals.partition(|call| call.granted);
            history.renewals.push(Renewals {
                tenant: (*host).to_owned(),
                expired: self.expired[place] + days,
                granted: granted.len(),
                refused: refused.len(),
                lost: 0,
            });
            for message in self.world.sandbox.messages(host) {
                let told = message.statuses.iter().map(|status| Status {
                    message: message.id.clone(),
                    known: true,
                    // A failure is final.
                    rank: if status.code < 0 { i64::MAX } else { status.code },
                });
                history.statuses.extend(told);
            }
        }
        history.complaints = self.world.messenger.problems();
        let odd = self.world.sandbox.problems().into_iter().filter(|one| !one.contains(history::SAID_AGAIN));
        history.complaints.extend(odd);
        history
    }
}

// Recovery: held-back messages arrive, missed hooks are searched for, the queue drains.

/// Longer than leases and the longest requested delay.
const CALM: Duration = Duration::from_secs(61);
/// How long a hook may still be in transit (`missed_hooks`).
const ON_ITS_WAY: Duration = Duration::from_secs(11);

impl Scene {
    pub async fn heal(&mut self) {
        self.now += 1;
        self.writer_dies_in_a_commit().await;
        self.world.sandbox.faults().clear();
        self.world.messenger.heals();
        self.world.faults.clear();
        while let Some(held) = self.held.pop() {
            self.hook_comes(held, 1, false).await;
        }
        for lane in 0..self.lanes.len() {
            // A writer that failed answers its first requests with 503.
            for _ in 0..3 {
                if self.lanes[lane].unanswered.is_some() {
                    self.customer_writes(lane, 1, false).await;
                }
            }
        }
        for _ in 0..3 {
            self.spool_is_empty().await;
            self.time_passes(CALM);
            self.deliver(2).await;
            self.world.deliver_to_the_end().await;
            self.looks_for_lost_hooks().await;
        }
        self.world.deliver_to_the_end().await;
        self.looks_around();
    }

    async fn spool_is_empty(&self) {
        let app = self.world.app();
        self.world.until("the spool is empty", async || (app.spool.waiting() == 0).then_some(())).await;
        if let Some(second) = &self.second {
            let spool = &second.app.spool;
            self.world.until("the spool is empty", async || (spool.waiting() == 0).then_some(())).await;
        }
    }

    /// Compares chats with amoCRM's history. Failures are retried later.
    pub async fn looks_for_lost_hooks(&mut self) {
        self.time_passes(ON_ITS_WAY);
        let app = self.world.app();
        let mut looked = missed_hooks::beat(&app.intake).await.is_ok();
        for line in &self.lines {
            looked &= missed_hooks::soon(&app.intake, line.tenant_id).await.is_ok();
        }
        looked &= missed_hooks::look_now(&app.intake).await.is_ok();
        self.notes(format!("lost hooks are looked for: {looked}"));
    }
}

// Deliveries that begin with the commit that stores their letters, and processes that die in between.

/// Milliseconds.
const LEASE: i64 = 60_000;

/// Leases what is stored, and is dead before it sends any of it.
struct Dying;

impl Starter for Dying {
    fn reserve(&self, letters: Vec<NewLetters>) -> Reserving {
        let wish = |of: NewLetters| LeaseRequest {
            tenant_id: of.tenant_id,
            target: of.target,
            limit: of.count,
            rate: TargetRate::per_second(100),
        };
        let wishes = letters.into_iter().map(wish).collect();
        Box::pin(async move { Some(Reservation { wishes, lease_millis: LEASE, start: Box::new(|_, _| ()) }) })
    }
}

impl Scene {
    /// Some messages come while the process delivers by itself.
    pub async fn starts_at_once(&mut self) {
        let worker = self.worker(0);
        worker.starts_at_once();
        for _ in 0..self.random.random_range(1..=4) {
            self.one_comes().await;
            self.begins();
        }
        worker.ends_what_it_started().await;
        self.notes("these were started at once".to_owned());
    }

    /// A message is stored and leased, and the process dies before it is sent.
    pub async fn leases_and_dies(&mut self) {
        self.world.app().writer.start_with(Some(Arc::new(Dying)));
        self.one_comes().await;
        self.begins();
        self.world.app().writer.start_with(None);
        self.dies("what came was leased by a process that died");
    }

    async fn one_comes(&mut self) {
        let lane = self.random.random_range(0..self.lanes.len());
        if self.random.random() {
            self.customer_writes(lane, 1, false).await;
        } else {
            let hook = self.manager_writes(lane);
            self.hook_comes(hook, 1, false).await;
        }
    }
}

// The participants of a simulation.

/// The two accounts; everything in them has the same names.
const HOSTS: [&str; 2] = [HOST, "other.amocrm.ru"];
const CUSTOMERS: [&str; 2] = ["anna", "boris"];

/// One conversation in one direction.
struct Lane {
    pub line: usize,
    pub name: &'static str,
    pub customer: Customer,
    pub manager: Manager,
    /// Messages written by each side.
    pub written: [u64; 2],
    /// A customer's message without an acknowledgement: they repeat it before they write on.
    pub unanswered: Option<usize>,
}

/// A hook that is held back, and the message it reports.
struct Held {
    pub lane: usize,
    pub hook: PreparedHook,
    pub written: usize,
}

/// The world and its records.
struct Scene {
    pub plan: Plan,
    pub world: World,
    /// Another instance on the same PostgreSQL.
    pub second: Option<Running>,
    pub lines: Vec<Line>,
    pub lanes: Vec<Lane>,
    pub random: StdRng,
    pub history: History,
    pub held: Vec<Held>,
    /// Messages that are in a spool.
    pub spooled: Vec<usize>,
    /// The current step.
    pub now: u64,
    pub serial: u64,
    /// Arrivals already recorded: messages at each amoCRM account, requests at the messenger.
    pub seen: ([usize; 2], usize),
    /// Tokens that were expired on purpose, by account.
    pub expired: [usize; 2],
    pub started_at: i64,
    pub deaths: usize,
    pub story: Vec<String>,
}

impl Scene {
    /// Two accounts with a line each and two chats, all known to amoCRM.
    pub async fn set(plan: Plan) -> Option<Self> {
        let world = World::start(plan.engine, Setup::default()).await?;
        let mut lines = Vec::new();
        for host in HOSTS {
            lines.push(world.line_at(host, "support").await);
        }
        let second = match plan.engine {
            Engine::Postgres => Some(world.another_server().await),
            Engine::Sqlite => None,
        };
        let lanes = (0..lines.len()).flat_map(|line| CUSTOMERS.map(|name| (line, name)));
        let lanes = lanes.map(|(line, name)| Lane {
            line,
            name,
            customer: world.customer(&lines[line], name),
            manager: world.manager(&lines[line]),
            written: [0; 2],
            unanswered: None,
        });
        let mut scene = Self {
            lanes: lanes.collect(),
            started_at: world.clock.millis(),
            random: StdRng::seed_from_u64(plan.seed),
            plan,
            world,
            second,
            lines,
            history: History::default(),
            held: Vec::new(),
            spooled: Vec::new(),
            now: 0,
            serial: 0,
            seen: ([0; 2], 0),
            expired: [0; 2],
            deaths: 0,
            story: Vec::new(),
        };
        for lane in 0..scene.lanes.len() {
            scene.customer_writes(lane, 1, false).await;
        }
        scene.deliver(1).await;
        scene.looks_around();
        Some(scene)
    }

    /// Records a new message; returns its index.
    pub fn writes_down(&mut self, lane: usize, to_messenger: bool) -> usize {
        self.serial += 1;
        let place = &mut self.lanes[lane];
        let count = &mut place.written[usize::from(to_messenger)];
        *count += 1;
        self.history.written.push(Written {
            tenant: HOSTS[place.line].to_owned(),
            lane: format!("{} {}", place.name, if to_messenger { "from the manager" } else { "to the manager" }),
            number: *count,
            text: format!("stamp-{}-{}-{}", self.plan.seed, self.serial, place.name),
            at: self.now,
            queued: None,
            past_the_spool: false,
            begun: None,
            answers: Vec::new(),
            remembered: to_messenger,
        });
        self.history.written.len() - 1
    }

    /// The instances' APIs.
    pub fn doors(&self) -> Vec<Api> {
        let second = self.second.as_ref().map(|second| Api::new(second.url(), VENDOR_KEY));
        std::iter::once(self.world.api.clone()).chain(second).collect()
    }

    /// A worker of one of the instances.
    pub fn worker(&self, number: usize) -> Worker {
        match &self.second {
            Some(second) if number % 2 == 1 => Worker::new(second.app.delivery.clone()),
            _ => self.world.another_worker(),
        }
    }

    /// Hooks waiting in the instances' spools.
    pub fn waiting_in_spools(&self) -> usize {
        let second = self.second.as_ref().map_or(0, |second| second.app.spool.waiting());
        self.world.app().spool.waiting() + second
    }

    pub fn time_passes(&self, by: Duration) {
        self.world.advance(by);
    }

    pub fn notes(&mut self, what: String) {
        self.story.push(format!("{:>3} {what}", self.now));
    }

    /// Shuts everything down without the final checks; the history was checked already.
    pub async fn end(mut self) {
        if let Some(second) = self.second.take() {
            second.stop().await;
        }
        self.world.ends_unjudged().await;
    }
}
