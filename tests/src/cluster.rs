//! Several real server processes on one PostgreSQL behind one address, to kill and freeze.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base::clock::Clock;
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use simulator::crm::HookMessage;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::api::try_answer;
use crate::database::TestDatabase;
use crate::drill::{CREATES_A_KEY, LIMIT, configures, key, listens};
use crate::history::{Arrived, Fate, History, Written};
use crate::people::Stage;
use crate::settings::{CHANNEL_SECRET, CLIENT_SECRET, VAULT_KEY, free_port};
use crate::{Api, Customer, Engine, Line, Manager, history};

/// The processes and their environment.
pub struct Cluster {
    stage: Stage,
    binary: PathBuf,
    database: TestDatabase,
    balancer: Balancer,
    processes: Vec<Process>,
}

struct Process {
    port: u16,
    child: Option<Child>,
    frozen: bool,
}

impl Deref for Cluster {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

impl Cluster {
    /// Creates a database and a key; starts no process yet. `None` without PostgreSQL.
    pub async fn prepare(binary: &Path, processes: usize) -> Option<Self> {
        let database = TestDatabase::fresh(Engine::Postgres).await?;
        let stage = Stage::set(Clock::system()).await;
        let balancer = Balancer::start().await;
        configures(&database, &stage);
        let processes = (0..processes).map(|_| Process { port: free_port(), child: None, frozen: false }).collect();
        let mut cluster = Self { stage, binary: binary.to_owned(), database, balancer, processes };
        cluster.stage.api = cluster.stage.api.with_key(&key(cluster.command(&CREATES_A_KEY)).await);
        for process in &cluster.processes {
            cluster.balancer.add(process.port);
        }
        cluster.server_is_at(cluster.balancer.url());
        Some(cluster)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env("PAROM_CONFIG", self.database.folder().join("parom.toml")).kill_on_drop(true);
        command.env("PAROM__SERVER__PUBLIC_URL", self.balancer.url());
        command
    }

    /// Starts a process and waits until it listens.
    pub async fn starts(&mut self, number: usize) {
        let log = File::options().create(true).append(true).open(self.log_file(number)).expect("the log opens");
        let listen = format!("127.0.0.1:{}", self.processes[number].port);
        let mut command = self.command(&["serve"]);
        command.env("PAROM__SERVER__LISTEN", listen).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the binary starts");
        if let Err(said) = listens(&mut child).await {
            panic!("it said {said:?}; {}", self.log());
        }
        self.processes[number].child = Some(child);
        self.processes[number].frozen = false;
    }

    /// Kills a process with SIGKILL.
    pub async fn is_killed(&mut self, number: usize) {
        let mut child = self.processes[number].child.take().expect("the process runs");
        child.start_kill().expect("it is killed");
        tokio::time::timeout(LIMIT, child.wait()).await.expect("it ends in time").expect("a status");
    }

    /// Freezes a process with SIGSTOP; its connections stay open.
    pub async fn freezes(&mut self, number: usize) {
        let id = self.signals(number, "-STOP").await;
        // The signal is on its way: until then its threads may finish what they are doing.
        self.until("the process is frozen", async || is_stopped(id).then_some(())).await;
        self.processes[number].frozen = true;
    }

    /// Continues a process with SIGCONT.
    pub async fn thaws(&mut self, number: usize) {
        self.signals(number, "-CONT").await;
        self.processes[number].frozen = false;
    }

    pub fn runs(&self, number: usize) -> bool {
        self.processes[number].child.is_some() && !self.processes[number].frozen
    }

    pub fn is_frozen(&self, number: usize) -> bool {
        self.processes[number].frozen
    }

    async fn signals(&self, number: usize, signal: &str) -> u32 {
        let id = self.processes[number].child.as_ref().and_then(Child::id).expect("the process runs");
        let done = Command::new("kill").args([signal, &id.to_string()]).status().await;
        assert!(done.expect("kill runs").success(), "kill {signal} {id}");
        id
    }

    /// A plain connection to the database.
    pub async fn connect(&self) -> DatabaseConnection {
        self.database.connect().await
    }

    /// Expires leases and back-offs, as if a minute had passed.
    pub async fn a_minute_passes(&self) {
        self.says(&[
            "UPDATE lane SET due_at = 0, leased_until = 0 WHERE owner IS NOT NULL",
            "UPDATE turn SET ready_at = 0 WHERE ready_at IS NOT NULL",
        ])
        .await;
    }

    /// Makes the search for missed hooks due now.
    pub async fn lost_hooks_are_looked_for(&self) {
        self.says(&["UPDATE history_look SET next_at = 0, began_at = NULL, epoch = epoch + 1"]).await;
    }

    async fn says(&self, statements: &[&str]) {
        let db = self.connect().await;
        for statement in statements {
            db.execute_unprepared(statement).await.expect(statement);
        }
        db.close().await.expect("the connection closes");
    }

    fn log_file(&self, number: usize) -> PathBuf {
        self.database.folder().join(format!("parom-{number}.log"))
    }

    /// The log of all processes.
    pub fn log(&self) -> String {
        let logs = (0..self.processes.len()).map(|number| self.log_of(number));
        logs.collect::<Vec<_>>().join("\n")
    }

    /// The log of one process.
    pub fn log_of(&self, number: usize) -> String {
        std::fs::read_to_string(self.log_file(number)).unwrap_or_default()
    }

    /// Ends all processes, each by its id, and drops the database.
    pub async fn ends(mut self) {
        for number in 0..self.processes.len() {
            if self.processes[number].child.is_some() {
                self.is_killed(number).await;
            }
        }
        self.database.remove().await;
    }
}

/// Whether a signal has stopped all threads of a process. The state is the third field, after the name in parentheses.
fn is_stopped(process: u32) -> bool {
    let is_stopped = |task: std::io::Result<std::fs::DirEntry>| {
        let stat = task.and_then(|task| std::fs::read_to_string(task.path().join("stat")));
        stat.is_ok_and(|stat| stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')))
    };
    std::fs::read_dir(format!("/proc/{process}/task")).is_ok_and(|mut tasks| tasks.all(is_stopped))
}

// A TCP load balancer for several instances: gives each connection to an instance that accepts it, like the reverse
// proxy of `deploy/`. It does not inspect the traffic.

/// How long to wait for an instance that accepts a connection.
const CONNECTS_WITHIN: Duration = Duration::from_secs(3);
const AGAIN: Duration = Duration::from_millis(50);

/// A running balancer. Stops when dropped.
pub struct Balancer {
    url: String,
    behind: Behind,
    task: JoinHandle<()>,
}

#[derive(Clone, Default)]
struct Behind {
    addresses: Arc<Mutex<Vec<SocketAddr>>>,
    next: Arc<AtomicUsize>,
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Balancer {
    /// Listens on a free port, without instances.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let behind = Behind::default();
        let task = tokio::spawn(accept(listener, behind.clone()));
        Self { url, behind, task }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Adds an instance at this port.
    pub fn add(&self, port: u16) {
        self.behind.lock().push(SocketAddr::from(([127, 0, 0, 1], port)));
    }
}

impl Behind {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<SocketAddr>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection to an instance that accepts it, round robin.
    async fn connect(&self) -> Option<TcpStream> {
        let waiting = async {
            loop {
                let addresses = self.lock().clone();
                let first = self.next.fetch_add(1, Ordering::Relaxed);
                for place in 0..addresses.len() {
                    let address = addresses[(first + place) % addresses.len()];
                    if let Ok(stream) = TcpStream::connect(address).await {
                        return stream;
                    }
                }
                tokio::time::sleep(AGAIN).await;
            }
        };
        tokio::time::timeout(CONNECTS_WITHIN, waiting).await.ok()
    }
}

async fn accept(listener: TcpListener, behind: Behind) {
    while let Ok((mut caller, _)) = listener.accept().await {
        let behind = behind.clone();
        tokio::spawn(async move {
            let Some(mut instance) = behind.connect().await else { return };
            // Either side may close at any time; then the other connection is closed too.
            let _ = tokio::io::copy_bidirectional(&mut caller, &mut instance).await;
        });
    }
}

// Continuous traffic of customers and managers over several processes, with a record of what was sent and received.

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
