//! The participants of a simulation.

use std::time::Duration;

use parom::delivery::worker::Worker;
use parom::server::Running;
use rand::SeedableRng;
use rand::rngs::StdRng;
use simulator::crm::PreparedHook;

use super::Plan;
use crate::history::{History, Written};
use crate::settings::{HOST, VENDOR_KEY};
use crate::{Api, Customer, Engine, Line, Manager, Setup, World};

/// The two accounts; everything in them has the same names.
pub(super) const HOSTS: [&str; 2] = [HOST, "other.amocrm.ru"];
const CUSTOMERS: [&str; 2] = ["anna", "boris"];

/// One conversation in one direction.
pub(super) struct Lane {
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
pub(super) struct Held {
    pub lane: usize,
    pub hook: PreparedHook,
    pub written: usize,
}

/// The world and its records.
pub(super) struct Scene {
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
