//! A server with its environment.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use base::clock::Clock;
use base::config::Config;
use base::fault::Faults;
use base::message::{LetterKind, State};
use base::store::{VENDOR, directory};
use connectors::Connector;
use entity::{api_key, job, lane, ledger_delta, letter, message, raw_hook, turn};
use parom::api_key::key_maker::KeyMaker;
use parom::app::App;
use parom::delivery::worker::Worker;
use parom::server;
use parom::server::{Running, ServerOptions};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};
use simulator::telegram::Telegram;
use uuid::Uuid;

use crate::database::TestDatabase;
use crate::people::Stage;
use crate::settings::{START, VENDOR_KEY, config_text, free_port};
use crate::{Engine, Line, Manager, Place};

/// This many rounds in a row without progress mean that delivery is stuck.
const IN_VAIN: u32 = 5_000;

/// Differences from the default world.
pub struct Setup {
    /// Deliver letters in the background, on the machine's clock.
    pub live: bool,
    /// Start a Telegram double, which the server calls.
    pub telegram: bool,
    /// Changes the configuration before each start.
    pub change: fn(&mut Config),
    /// Messengers beside the built-in ones.
    pub connectors: fn() -> Vec<Arc<dyn Connector>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { live: false, telegram: false, change: |_| {}, connectors: Vec::new }
    }
}

/// Sandbox, messenger, database and server of one test.
pub struct World {
    addresses: Box<dyn Fn(&mut Config) + Send + Sync>,
    stage: Stage,
    pub(crate) telegram: Option<Telegram>,
    /// The running server's fault points.
    pub faults: Faults,
    database: Option<TestDatabase>,
    pub(crate) setup: Setup,
    running: Option<Running>,
    worker: Option<Worker>,
    pub(crate) allowed: Allowed,
    closed: bool,
}

impl Deref for World {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Drop for World {
    fn drop(&mut self) {
        assert!(self.closed || std::thread::panicking(), "end a world by World::close: it looks whether all is well");
    }
}

impl Place for World {
    async fn open(engine: Engine) -> Option<Self> {
        Self::start(engine, Setup::default()).await
    }

    async fn close(mut self) {
        all_is_well(&self).await;
        self.take_down().await;
    }
}

impl World {
    /// Starts a world with this setup.
    pub async fn start(engine: Engine, setup: Setup) -> Option<Self> {
        Self::start_beside(engine, setup, async |_| |_: &mut Config| {}).await
    }

    /// [`World::start`] beside other servers, e.g. messengers, which `others` starts with the world's clock; what it
    /// returns enters their addresses into the configuration before each start.
    pub async fn start_beside<F, E>(engine: Engine, setup: Setup, others: impl FnOnce(Clock) -> F) -> Option<Self>
    where
        F: Future<Output = E>,
        E: Fn(&mut Config) + Send + Sync + 'static,
    {
        let database = TestDatabase::fresh(engine).await?;
        let clock = if setup.live { Clock::system() } else { Clock::frozen(START) };
        let telegram = if setup.telegram { Some(crate::beside::start(&clock).await) } else { None };
        let addresses = Box::new(others(clock.clone()).await);
        let mut world = Self {
            addresses,
            stage: Stage::set(clock).await,
            telegram,
            faults: Faults::default(),
            running: None,
            worker: None,
            allowed: Allowed::default(),
            closed: false,
            database: Some(database),
            setup,
        };
        world.serve().await;
        world.add_vendor_key(VENDOR_KEY, "admin").await;
        Some(world)
    }

    /// Ends a world without the final checks: the caller has checked it by other means.
    pub(crate) async fn ends_unjudged(mut self) {
        self.take_down().await;
    }

    async fn take_down(&mut self) {
        self.closed = true;
        self.worker = None;
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        if let Some(database) = self.database.take() {
            database.remove().await;
        }
    }

    async fn serve(&mut self) {
        let running = self.server(self.config(free_port())).await;
        self.server_is_at(running.url());
        self.worker = Some(Worker::new(running.app.delivery.clone()));
        self.running = Some(running);
    }

    /// Changes the configuration from the next start on.
    pub fn setup_is(&mut self, change: fn(&mut Config)) {
        self.setup.change = change;
    }

    /// Another instance on the same database behind the same public address, as behind a proxy; amoCRM keeps calling
    /// the first.
    pub async fn another_server(&self) -> Running {
        let mut config = self.config(free_port());
        config.server.public_url = self.app().config.server.public_url.clone();
        self.server(config).await
    }

    /// Why a server does not start on the same data.
    pub async fn refuses_to_start(&self) -> String {
        match server::start(self.config(free_port()), self.options()).await {
            Ok(_) => panic!("the server starts"),
            Err(error) => format!("{error:#}"),
        }
    }

    fn options(&self) -> ServerOptions {
        ServerOptions {
            clock: self.clock.clone(),
            faults: self.faults.clone(),
            deliver: self.setup.live,
            threads: 1,
            more_connectors: (self.setup.connectors)(),
        }
    }

    async fn server(&self, config: Config) -> Running {
        let started = server::start(config, self.options()).await;
        started.unwrap_or_else(|error| panic!("the server does not start: {error:#}"))
    }

    fn config(&self, port: u16) -> Config {
        let text = config_text(port, self.database().url(), self.sandbox.url());
        let mut config = Config::from_toml(&text).expect("the configuration of the tests");
        config.media.dir = self.database().folder().join("media");
        config.spool.dir = self.database().folder().join("spool");
        if let Some(telegram) = &self.telegram {
            config.telegram.api_url = telegram.base_url().parse().expect("an address");
        }
        (self.addresses)(&mut config);
        (self.setup.change)(&mut config);
        config
    }

    /// The database of this world.
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("the world is open")
    }

    /// The application of the running server.
    pub fn app(&self) -> &Arc<App> {
        &self.running.as_ref().expect("the server runs").app
    }

    /// A second worker beside the world's own.
    pub fn another_worker(&self) -> Worker {
        Worker::new(self.app().delivery.clone())
    }

    /// Fetches every due file once; returns how many were tried.
    pub async fn fetch_all(&self) -> usize {
        parom::media::fetch_all(&self.app().files).await.expect("the files are read")
    }

    /// Delivers everything that is due now, and what becomes due by that; returns the number of attempts. Files first,
    /// like the service itself.
    pub async fn deliver_all(&mut self) -> usize {
        // On a busy machine the database may not take a hook in time: then it comes by the disk.
        self.until("no hook is on the disk", async || (self.app().spool.moving() == 0).then_some(())).await;
        self.fetch_all().await;
        self.worker.as_mut().expect("the server runs").deliver_all().await.expect("the queue is read")
    }

    /// Delivers until nothing waits, skipping back-offs and rate limits by advancing the clock. At most 30 days.
    ///
    /// # Panics
    /// With the turns and lanes, if a due letter is never delivered.
    pub async fn deliver_to_the_end(&mut self) -> usize {
        let end = self.clock.millis() + 30 * 86_400_000;
        let (mut carried, mut in_vain) = (0, 0);
        loop {
            let now_carried = self.deliver_all().await;
            carried += now_carried;
            in_vain = if now_carried == 0 { in_vain + 1 } else { 0 };
            if in_vain > IN_VAIN {
                panic!("nothing was carried in {in_vain} looks: {}", self.queue_as_text().await);
            }
            let pools = self.app().queue.pools().await.expect("the queue is read");
            let next = self.app().queue.next_ready_of(&pools).await.expect("the queue is read");
            let now = self.clock.millis();
            let Some(ahead) = next.filter(|ahead| now + ahead < end) else { return carried };
            // A due turn whose lanes are not due, or whose host's circuit breaker is open: the next attempt is later.
            let closed =
                self.app().delivery.slots.closed(now).into_iter().map(|(_, until)| until).min().unwrap_or(now + 1);
            let wait = if ahead > 0 { ahead } else { (closed - now).max(1) };
            self.advance(Duration::from_millis(u64::try_from(wait).expect("a positive time")));
        }
    }

    /// Works on the due jobs of a kind; returns the number of attempts.
    pub async fn works(&self, kind: &str) -> usize {
        parom::job::due_of(&self.app().jobs, kind).await
    }

    /// Visits accounts that are due, and removes expired rows; returns how many were visited.
    pub async fn visits_accounts(&self) -> usize {
        let visits = self.works(parom::tenant::watch::KIND).await;
        parom::tenant::watch::clean(&self.app().tenants).await.expect("the database is there");
        visits
    }

    /// Makes the jobs of a kind due now.
    pub async fn hurries(&self, kind: &str) {
        job::Entity::update_many()
            .col_expr(job::Column::NextTryAt, Expr::value(self.clock.millis()))
            .filter(job::Column::Kind.eq(kind))
            .exec(self.app().store.write())
            .await
            .expect("the database is there");
    }

    /// Turns and lanes as text, to diagnose what is stuck.
    async fn queue_as_text(&self) -> String {
        let db = self.app().store.read();
        let turns = turn::Entity::find().all(db).await.expect("the turns");
        let lanes = lane::Entity::find().all(db).await.expect("the lanes");
        format!("it is {}\n{turns:#?}\n{lanes:#?}", self.clock.millis())
    }

    /// A source called `support` in the default account, whose customer `anna` wrote "Hello", and a manager who read
    /// it.
    pub async fn chatting(&mut self) -> (Line, Manager) {
        let line = self.line("support").await;
        self.customer(&line, "anna").writes("Hello").await;
        self.deliver_all().await;
        let manager = self.manager(&line);
        (line, manager)
    }

    /// Advances the clock of server, sandbox and messenger.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Ends the server without a shutdown, like a crash, and restarts it on the same data.
    pub async fn restart(&mut self) {
        self.crash();
        self.come_back().await;
    }

    /// Ends the server without a shutdown.
    pub fn crash(&mut self) {
        self.worker = None;
        self.running = None;
    }

    /// Restarts it on the same data.
    pub async fn come_back(&mut self) {
        self.serve().await;
    }

    /// Adds a vendor's key with this scope for the API.
    pub async fn add_vendor_key(&self, key: &str, scope: &str) {
        self.add_key(VENDOR, key, scope).await;
    }

    /// Adds a key of a tenant, or of the vendor.
    pub async fn add_key(&self, tenant_id: uuid::Uuid, key: &str, scope: &str) {
        let store = &self.app().store;
        let id = self.clock.uuid_v7();
        let hash = hex::encode(Sha256::digest(key.as_bytes()));
        let row = api_key::Model {
            tenant_id,
            id,
            name: format!("{scope} key of the tests"),
            scope: scope.to_owned(),
            hash: hash.clone(),
            tail: key[key.len() - 4..].to_owned(),
            created_at: self.clock.millis(),
            expires_at: None,
            revoked_at: None,
            made_by: KeyMaker::CommandLine.stored(),
        };
        api_key::Entity::insert(row.into_active_model()).exec_without_returning(store.write()).await.expect("a key");
        let entry = directory::DirectoryEntry { tenant_id, id, note: String::new(), expires_at: None };
        directory::set(store.write(), directory::IdKind::ApiKey, &hash, entry).await.expect("a key's hash");
    }
}

// Checks at the end of every test.

/// Irregularities that a test causes on purpose.
#[derive(Default)]
pub(crate) struct Allowed {
    pub letters: bool,
    pub problems: bool,
    pub repeats: bool,
    pub forgotten: bool,
}

impl World {
    /// This test ends with waiting letters.
    pub fn leave_letters(&mut self) {
        self.allowed.letters = true;
    }

    /// This test makes calls that amoCRM should never receive.
    pub fn allow_problems(&mut self) {
        self.allowed.problems = true;
    }

    /// This test repeats a message to amoCRM.
    pub fn allow_repeats(&mut self) {
        self.allowed.repeats = true;
    }

    /// This test outlasts the retention of messages, while the ledger keeps counting them.
    pub fn forget_messages(&mut self) {
        self.allowed.forgotten = true;
    }

    /// Waiting letters.
    pub async fn letters(&self) -> Vec<letter::Model> {
        all::<letter::Entity>(self.app().store.read()).await
    }

    /// Waits until a live world has delivered all its letters.
    pub async fn carries_all(&self) {
        self.until("all letters are carried", async || self.letters().await.is_empty().then_some(())).await;
    }

    /// All messages, oldest first.
    pub async fn messages(&self) -> Vec<message::Model> {
        let mut found = all::<message::Entity>(self.app().store.read()).await;
        found.sort_by_key(|message| message.id);
        found
    }

    /// Reasons of quarantined hooks, oldest first.
    pub async fn quarantined(&self) -> Vec<String> {
        let mut found = all::<raw_hook::Entity>(self.app().store.read()).await;
        found.sort_by_key(|hook| hook.id);
        found.into_iter().map(|hook| hook.quarantine).filter(|why| !why.is_empty()).collect()
    }

    /// Checks that lanes match letters, and that accepted = delivered + failed + waiting for every source, direction
    /// and day. All are read from one snapshot, because a live world may accept a status meanwhile.
    pub async fn assert_ledger(&self) {
        let snapshot = self.app().store.read_tx().await.expect("a snapshot begins");
        let letters = all::<letter::Entity>(&snapshot).await;
        let mut waiting: BTreeMap<(Uuid, Uuid), i64> = BTreeMap::new();
        let mut unsettled: BTreeMap<(Uuid, Uuid, i16), i64> = BTreeMap::new();
        for letter in letters {
            *waiting.entry((letter.tenant_id, letter.lane_id)).or_default() += 1;
            if letter.kind == 1 {
                *unsettled.entry((letter.tenant_id, letter.source_id, letter.direction)).or_default() += 1;
            }
        }
        for lane in all::<lane::Entity>(&snapshot).await {
            let letters = waiting.get(&(lane.tenant_id, lane.lane_id)).copied().unwrap_or(0);
            assert_eq!(lane.waiting, letters, "a lane miscounts its letters: {lane:?}");
            assert_eq!(lane.due_at.is_some(), letters > 0, "a lane sleeps over letters, or is due without: {lane:?}");
        }
        let mut accepted: BTreeMap<(Uuid, Uuid, i16), i64> = BTreeMap::new();
        let seen_only = State::Shadow.number();
        for message in all::<message::Entity>(&snapshot).await.into_iter().filter(|one| one.state != seen_only) {
            *accepted.entry((message.tenant_id, message.source_id, message.direction)).or_default() += 1;
        }
        let mut counted: BTreeMap<(Uuid, Uuid, i16), (i64, i64, i64)> = BTreeMap::new();
        for row in all::<ledger_delta::Entity>(&snapshot).await {
            let sum = counted.entry((row.tenant_id, row.source_id, row.direction)).or_default();
            *sum = (sum.0 + row.accepted, sum.1 + row.delivered, sum.2 + row.failed);
        }
        let sums: BTreeMap<_, _> = counted.iter().map(|(key, sum)| (*key, sum.0)).collect();
        assert!(
            self.allowed.forgotten || sums == accepted,
            "the ledger and the messages differ: {sums:?} {accepted:?}"
        );
        for (key, (accepted, delivered, failed)) in counted {
            let waiting = unsettled.get(&key).copied().unwrap_or(0);
            assert_eq!(
                accepted,
                delivered + failed + waiting,
                "accepted {accepted} is not delivered {delivered} + failed {failed} + waiting {waiting} for {key:?}"
            );
        }
    }
}

async fn all<E: EntityTrait>(connection: &impl ConnectionTrait) -> Vec<E::Model> {
    E::find().all(connection).await.expect("the table is read")
}

/// Fails the test of a world that ends in an unclean state. A live one gets time to deliver its letters; only statuses
/// may come after that, e.g. from a page that reports while it closes that a message was read.
pub(crate) async fn all_is_well(world: &World) {
    if world.setup.live && !world.allowed.letters {
        world.carries_all().await;
    }
    world.assert_ledger().await;
    let letters = world.letters().await;
    let left: Vec<_> =
        letters.iter().filter(|letter| !(world.setup.live && letter.kind == LetterKind::Status.number())).collect();
    assert!(world.allowed.letters || left.is_empty(), "letters are left: {left:#?}");
    let problems = world.sandbox.problems();
    assert!(world.allowed.problems || problems.is_empty(), "amoCRM would complain: {problems:#?}");
    let repeats = world.sandbox.repeats();
    assert!(world.allowed.repeats || repeats.is_empty(), "amoCRM saw messages twice: {repeats:#?}");
    let problems = world.messenger.problems();
    assert!(problems.is_empty(), "the messenger complains: {problems:#?}");
}
