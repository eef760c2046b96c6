//! Crash tests of real processes: the binary with fault points, on the machine's clock, beside a sandbox and a
//! messenger that keep running.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::ops::Deref;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use base::clock::Clock;
use base::config;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::Engine;
use crate::database::{Blocked, TestDatabase};
use crate::history;
use crate::people::Stage;
use crate::settings::{PATIENCE, config_text, free_port};

/// Time limit for a process to start, die or deliver.
pub const LIMIT: Duration = PATIENCE;

/// A server process and its environment.
pub struct Drill {
    stage: Stage,
    binary: PathBuf,
    database: TestDatabase,
    environment: Vec<(&'static str, OsString)>,
    /// By how much all clocks are ahead of the machine's.
    ahead: Duration,
    child: Option<Child>,
}

impl Deref for Drill {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

pub(crate) const CREATES_A_KEY: [&str; 6] = ["key", "create", "--name", "drill", "--scope", "admin"];

/// Writes the configuration of a server on this database into its folder.
pub(crate) fn configures(database: &TestDatabase, stage: &Stage) {
    let text = config_text(free_port(), database.url(), stage.sandbox.url());
    let folder = database.folder();
    let text = format!("{text}[media]\ndir = {:?}\n[spool]\ndir = {:?}\n", folder.join("media"), folder.join("spool"));
    std::fs::write(folder.join("parom.toml"), text).expect("the configuration is written");
}

/// The key that this command creates.
pub(crate) async fn key(mut creates: Command) -> String {
    let made = creates.output().await.expect("the binary runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).expect("a key is text").trim().to_owned()
}

/// The address at which a process says that it listens, or what it says instead.
pub async fn listens(child: &mut Child) -> Result<String, String> {
    let mut lines = BufReader::new(child.stdout.take().expect("its stdout")).lines();
    let first = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it listens in time");
    let first = first.expect("its stdout is text").unwrap_or_default();
    first.strip_prefix("listening ").map(str::to_owned).ok_or(first)
}

impl Drill {
    /// Creates a database and a key; starts no server yet. `None` if the engine is unavailable.
    pub async fn prepare(engine: Engine, binary: &Path) -> Option<Self> {
        let database = TestDatabase::fresh(engine).await?;
        let stage = Stage::set(Clock::skewed(0)).await;
        configures(&database, &stage);
        let (binary, environment, ahead) = (binary.to_owned(), Vec::new(), Duration::ZERO);
        let mut drill = Self { stage, binary, database, environment, ahead, child: None };
        drill.stage.api = drill.stage.api.with_key(&key(drill.command(&CREATES_A_KEY)).await);
        Some(drill)
    }

    /// The binary with these arguments and this drill's configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env("PAROM_CONFIG", self.config_file()).kill_on_drop(true);
        command.envs(self.environment.iter().cloned());
        command.env("PAROM_CLOCK_AHEAD", self.ahead.as_millis().to_string());
        command
    }

    /// It is later, for amoCRM, for messengers and from the next start on for the server.
    pub fn passes(&mut self, time: Duration) {
        self.ahead += time;
        self.stage.clock.advance(time);
    }

    /// Runs the binary with these variables from now on.
    pub fn has_environment(&mut self, environment: Vec<(&'static str, OsString)>) {
        self.environment = environment;
    }

    /// Calls amoCRM through this address from the next start.
    pub fn reaches_amocrm_by(&self, url: &str) {
        self.configures(self.sandbox.url(), url);
    }

    /// Calls PostgreSQL through this address from the next start; returns its real address.
    pub fn reaches_postgres_by(&self, address: &str) -> String {
        let own = self.database.url().rsplit_once('@').and_then(|(_, rest)| rest.split_once('/'));
        let own = own.expect("an address").0.to_owned();
        self.configures(&own, address);
        own
    }

    /// Replaces a part of the configuration.
    pub fn configures(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.config_file()).expect("the configuration is there");
        std::fs::write(self.config_file(), text.replace(from, to)).expect("it is written");
    }

    /// Runs a statement as PostgreSQL's administrator; `{name}` is replaced by the database's name.
    pub async fn administers(&self, statement: &str) {
        self.database.administer(statement).await;
    }

    /// Destroys the database; an empty one takes its place. No server may run.
    pub async fn loses_its_database(&self) {
        self.database.empty_again().await;
    }

    /// Blocks all writers of the database until released.
    pub async fn blocked(&self) -> Blocked {
        self.database.blocked().await
    }

    /// A plain connection to the database, as of another program.
    pub async fn connect(&self) -> DatabaseConnection {
        self.database.connect().await
    }

    /// How the database is opened.
    pub fn database_settings(&self) -> config::Database {
        self.database.settings()
    }

    /// The database's address.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder().join("parom.toml")
    }

    /// The folder of everything that the server stores.
    pub fn folder(&self) -> &Path {
        self.database.folder()
    }

    /// Starts the server with these fault points, e.g. `accept.before_commit=abort`, and waits until it listens.
    pub async fn serves(&mut self, faults: &str) {
        let log = File::options().create(true).append(true).open(self.log()).expect("the log opens");
        let mut command = self.command(&["serve"]);
        command.env("PAROM_FAULTS", faults).stderr(log);
        self.starts(command).await;
    }

    /// Starts the server with full logging, and returns the end of a pipe that nothing reads.
    pub async fn serves_unread(&mut self) -> ChildStderr {
        let mut command = self.command(&["serve"]);
        command.env("RUST_LOG", "trace").stderr(Stdio::piped());
        self.starts(command).await;
        self.child.as_mut().and_then(|child| child.stderr.take()).expect("its stderr")
    }

    async fn starts(&mut self, mut command: Command) {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let url = listens(&mut child).await;
        self.server_is_at(&url.unwrap_or_else(|said| panic!("it said {said:?}; {}", self.log_tail())));
        self.child = Some(child);
    }

    /// Waits until the server exits with an error; returns its last output.
    pub async fn gives_up(&mut self) -> String {
        let status = self.ends().await;
        assert_eq!(status.code(), Some(1), "{status}; {}", self.log_tail());
        self.log_tail()
    }

    /// Waits until the server dies at its fault point.
    pub async fn dies(&mut self) {
        let status = self.ends().await;
        assert_eq!(status.signal(), Some(6), "it should have aborted: {status}; {}", self.log_tail());
    }

    /// Kills the server with SIGKILL.
    pub async fn is_killed(&mut self) {
        self.child.as_mut().expect("a server runs").start_kill().expect("it is killed");
        let status = self.ends().await;
        assert_eq!(status.signal(), Some(9), "{status}");
    }

    /// The server's private memory in bytes: neither its program nor files.
    pub fn private_memory(&self) -> u64 {
        self.memory("RssAnon:")
    }

    fn memory(&self, kind: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("the process lives");
        let line = status.lines().find_map(|line| line.strip_prefix(kind)).expect("this kind of memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Lets the server's data grow by so many bytes; the system refuses it any more memory.
    pub fn may_grow_by(&self, bytes: u64) {
        let most = Some(self.memory("VmData:") + bytes);
        let limit = Rlimit { current: most, maximum: most };
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw);
        prlimit(id, Resource::Data, limit).expect("the limit is set");
    }

    fn id(&self) -> u32 {
        self.child.as_ref().and_then(Child::id).expect("a server runs")
    }

    /// Sends SIGHUP: the server reads its configuration again.
    pub async fn reads_its_file_again(&self) {
        let done = Command::new("kill").args(["-HUP", &self.id().to_string()]).status().await;
        assert!(done.expect("kill runs").success());
    }

    /// Sends SIGTERM; the server must exit successfully.
    pub async fn stops(&mut self) {
        let done = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().await;
        assert!(done.expect("kill runs").success());
        let status = self.ends().await;
        assert!(status.success(), "{status}; {}", self.log_tail());
    }

    async fn ends(&mut self) -> ExitStatus {
        let mut child = self.child.take().expect("a server runs");
        let ended = tokio::time::timeout(LIMIT, child.wait()).await;
        ended.unwrap_or_else(|_| panic!("it does not end; {}", self.log_tail())).expect("a status")
    }

    /// Expires leases and back-offs of dead processes: on PostgreSQL nothing else may end them early.
    pub async fn a_minute_passes(&self) {
        let db = self.database.connect().await;
        for statement in [
            "UPDATE lane SET due_at = 0, leased_until = 0 WHERE owner IS NOT NULL",
            "UPDATE turn SET ready_at = 0 WHERE ready_at IS NOT NULL",
            "UPDATE oauth_grant SET leased_until = 0 WHERE lease_owner IS NOT NULL",
            "UPDATE import SET next_at = 0 WHERE next_at IS NOT NULL",
        ] {
            db.execute_unprepared(statement).await.expect(statement);
        }
        db.close().await.expect("the connection closes");
    }

    /// Waits until no letter waits.
    pub async fn everything_is_carried(&self) {
        let db = self.database.connect().await;
        self.until("all letters are carried", async || {
            let statement = Statement::from_string(db.get_database_backend(), "SELECT count(*) AS n FROM letter");
            let row = db.query_one_raw(statement).await.expect("the table is read").expect("a row");
            (row.try_get::<i64>("", "n").expect("a number") == 0).then_some(())
        })
        .await;
        db.close().await.expect("the connection closes");
    }

    /// Waits until a text has arrived at amoCRM.
    pub async fn arrives_at_crm(&self, host: &str, text: &str) {
        let there = |sandbox: &simulator::crm::Sandbox| sandbox.messages(host).into_iter().find(|one| one.text == text);
        let found = self.sandbox.wait_for(there, LIMIT).await;
        assert!(found.is_some(), "{text:?} does not arrive at amoCRM; {}", self.log_tail());
    }

    /// Waits until a text has arrived at the messenger.
    pub async fn arrives_at_messenger(&self, text: &str) {
        let there = |messenger: &crate::Messenger| messenger.texts().into_iter().find(|one| one == text);
        let found = self.messenger.wait_for(there, LIMIT).await;
        assert!(found.is_some(), "{text:?} does not arrive at the messenger; {}", self.log_tail());
    }

    fn log(&self) -> PathBuf {
        self.folder().join("parom.log")
    }

    /// Log lines of all processes that contain this text.
    pub fn logged(&self, what: &str) -> Vec<String> {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains(what)).map(str::to_owned).collect()
    }

    /// The end of the processes' log.
    fn log_tail(&self) -> String {
        let lines = self.logged("");
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Shuts everything down and checks for complaints.
    pub async fn ends_well(mut self) {
        if self.child.is_some() {
            self.everything_is_carried().await;
            self.stops().await;
        }
        let complaints: Vec<_> =
            self.sandbox.problems().into_iter().filter(|one| !one.contains(history::SAID_AGAIN)).collect();
        assert_eq!(complaints, Vec::<String>::new(), "amoCRM would complain");
        assert!(self.sandbox.repeats().is_empty(), "amoCRM saw messages twice: {:?}", self.sandbox.repeats());
        assert_eq!(self.messenger.problems(), Vec::<String>::new(), "the messenger complains");
        self.database.remove().await;
    }
}

// A disk that loses what was not synced, for drills of a power failure.
//
// The server writes to its folder as usual, with a small library preloaded (`losing_disk.c`) that copies what each call to
// `fsync` and `fdatasync` makes durable. Once the process is dead, [`LosingDisk::loses_power`] brings the folder back to that:
//
// - a file has the bytes of its last sync, and none if it was never synced, as SQLite's `-shm`;
// - a folder has the entries of its last sync: files created since are gone, removed ones are back, renamed ones have
//   their old names. This is stricter than the usual file systems.
//
// A real disk may also keep any part of the rest; a test can let the unsynced writes to some files survive.

/// Files of the test itself, which are not on the disk.
const OUTSIDE: [&str; 2] = ["parom.toml", "parom.log"];

/// The disk below a folder, for one life of a server.
pub struct LosingDisk {
    folder: PathBuf,
    kept: TempDir,
    lies: bool,
}

impl LosingDisk {
    /// Everything that is in the folder now is durable.
    pub async fn below(folder: &Path) -> Self {
        let folder = folder.canonicalize().expect("the folder is there");
        let kept = tempfile::tempdir().expect("a temporary folder");
        keep(&folder, kept.path());
        let disk = Self { folder, kept, lies: false };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/losing_disk.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-O1", "-shared", "-fPIC", "-pthread", "-o"]).arg(disk.library()).arg(source);
        let done = compiler.output().await.expect("cc runs, as for SQLite");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        disk
    }

    /// From now on it reports every sync as done and does nothing.
    pub fn lies(mut self) -> Self {
        self.lies = true;
        self
    }

    fn library(&self) -> PathBuf {
        self.kept.path().join("losing_disk.so")
    }

    /// The environment of a server that uses it.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut environment = vec![
            ("LD_PRELOAD", self.library().into_os_string()),
            ("LOSING_DISK", self.folder.clone().into_os_string()),
            ("LOSING_DISK_KEPT", self.kept.path().as_os_str().to_owned()),
        ];
        environment.extend(self.lies.then(|| ("LOSING_DISK_LIES", OsString::from("1"))));
        environment
    }

    /// Brings the folder back to what was synced. The server must be dead. All writes to the files with these names in
    /// the folder survive.
    pub fn loses_power(self, surviving: &[&str]) {
        let bytes = |name: &&str| Some((name.to_string(), fs::read(self.folder.join(name)).ok()?));
        let surviving: Vec<(String, Vec<u8>)> = surviving.iter().filter_map(bytes).collect();
        for (name, path) in entries(&self.folder) {
            if path.is_dir() {
                fs::remove_dir_all(path).expect("the folder is removed");
            } else if !OUTSIDE.contains(&name.as_str()) {
                fs::remove_file(path).expect("the file is removed");
            }
        }
        self.put_back(inode(&self.folder), &self.folder);
        for (name, bytes) in surviving {
            let path = self.folder.join(name);
            if path.exists() {
                fs::write(path, bytes).expect("the bytes are written");
            }
        }
    }

    /// Fills a new folder with what was synced of the one with this inode.
    fn put_back(&self, inode: u64, folder: &Path) {
        let names = fs::read_to_string(self.kept.path().join(format!("{inode}.names"))).unwrap_or_default();
        for line in names.lines() {
            let (kind, rest) = line.split_once(' ').expect("a kind");
            let (inode, name) = rest.split_once(' ').expect("an inode and a name");
            let path = folder.join(name);
            if OUTSIDE.contains(&name) {
                continue;
            }
            if kind == "d" {
                fs::create_dir(&path).expect("the folder is created");
                self.put_back(inode.parse().expect("a number"), &path);
            } else {
                let bytes = fs::read(self.kept.path().join(format!("{inode}.bytes"))).unwrap_or_default();
                fs::write(path, bytes).expect("the file is written");
            }
        }
    }
}

fn inode(path: &Path) -> u64 {
    fs::metadata(path).expect("it is there").ino()
}

fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).expect("the folder is read");
    entries.map(|entry| entry.expect("an entry")).map(|entry| (name(&entry), entry.path())).collect()
}

fn name(entry: &fs::DirEntry) -> String {
    entry.file_name().into_string().expect("names are text")
}

/// Copies a folder as the library does at a sync.
fn keep(folder: &Path, kept: &Path) {
    let mut names = String::new();
    for (name, path) in entries(folder) {
        let inode = inode(&path);
        if path.is_dir() {
            names += &format!("d {inode} {name}\n");
            keep(&path, kept);
        } else {
            names += &format!("f {inode} {name}\n");
            fs::copy(path, kept.join(format!("{inode}.bytes"))).expect("the file is copied");
        }
    }
    fs::write(kept.join(format!("{}.names", inode(folder))), names).expect("the names are written");
}

// `parom demo` as a real process, and the addresses that it prints.

/// The line after which nothing more is printed.
const LAST: &str = "Stop with Ctrl-C";

/// A running demo. It is killed when it is dropped.
pub struct Demo {
    child: Child,
    output: Vec<String>,
    // Its end would break the demo's stdout.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Demo {
    /// Starts it for a terminal in this language, on the data of this folder, and waits until it is ready.
    pub async fn start(binary: &Path, language: &str, data: &Path) -> Self {
        let mut command = Command::new(binary);
        command.arg("demo").arg("--data").arg(data).env_remove("PAROM_CONFIG").env_remove("LC_ALL");
        command.env_remove("LC_MESSAGES").env("LANG", format!("{language}.UTF-8")).kill_on_drop(true);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        let mut output = Vec::new();
        while output.last().is_none_or(|line: &String| !line.contains(LAST)) {
            let line = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("it is ready in time");
            output.push(line.expect("its stdout is text").unwrap_or_else(|| panic!("the demo ended: {output:#?}")));
        }
        Self { child, output, _lines: lines }
    }

    /// What it printed under this name.
    #[track_caller]
    pub fn line(&self, name: &str) -> &str {
        let line = self.output.iter().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix("  "));
        line.unwrap_or_else(|| panic!("no {name}: {:#?}", self.output)).trim_start()
    }

    /// The address that it printed under this name.
    #[track_caller]
    pub fn address(&self, name: &str) -> String {
        self.line(name).split_whitespace().next().expect("an address").to_owned()
    }

    /// Kills it.
    pub async fn is_killed(mut self) {
        self.child.kill().await.expect("it is killed");
    }
}
