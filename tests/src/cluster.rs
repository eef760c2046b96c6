//! Several real server processes on one PostgreSQL behind one address, to kill and freeze.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use base::clock::Clock;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Engine;
use crate::balancer::Balancer;
use crate::database::TestDatabase;
use crate::drill::LIMIT;
use crate::people::Stage;
use crate::settings::{config_text, free_port};

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
        let folder = database.folder();
        let public_url = format!("public_url = \"{}\"", balancer.url());
        let text = config_text(free_port(), database.url(), stage.sandbox.url());
        let lines = text.lines().map(|line| if line.starts_with("public_url") { public_url.as_str() } else { line });
        let text = lines.collect::<Vec<_>>().join("\n");
        let folders =
            format!("\n[media]\ndir = {:?}\n[spool]\ndir = {:?}\n", folder.join("media"), folder.join("spool"));
        std::fs::write(folder.join("parom.toml"), text + &folders).expect("the configuration is written");
        let processes = (0..processes).map(|_| Process { port: free_port(), child: None, frozen: false }).collect();
        let mut cluster = Self { stage, binary: binary.to_owned(), database, balancer, processes };
        let made = cluster.command(&["key", "create", "--name", "cluster", "--scope", "admin"]).output().await;
        let made = made.expect("the binary runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let key = String::from_utf8(made.stdout).expect("a key is text");
        cluster.stage.api = cluster.stage.api.with_key(key.trim());
        for process in &cluster.processes {
            cluster.balancer.add(process.port);
        }
        cluster.server_is_at(cluster.balancer.url());
        Some(cluster)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env("PAROM_CONFIG", self.database.folder().join("parom.toml")).kill_on_drop(true);
        command
    }

    /// Starts a process and waits until it listens.
    pub async fn starts(&mut self, number: usize) {
        let log = File::options().create(true).append(true).open(self.log_file(number)).expect("the log opens");
        let listen = format!("127.0.0.1:{}", self.processes[number].port);
        let mut command = self.command(&["serve"]);
        command.env("PAROM__SERVER__LISTEN", listen).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        let first = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it listens in time");
        let first = first.expect("its stdout is text").unwrap_or_default();
        assert!(first.starts_with("listening "), "it said {first:?}; {}", self.log());
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
