//! Point-in-time recovery with PostgreSQL's own tools, as docs/operations.md describes it: a base backup, an archive of
//! the write-ahead log, and a database that is brought back to a moment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use parom_tests::Answer;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::{HOST, free_port};
use queue::ALL_PERHAPS_DELIVERED;
use sea_orm::{ConnectionTrait, Database, Statement};
use tempfile::TempDir;

use super::{BINARY, breaks};

/// A PostgreSQL of the test's own, which it stops, destroys and recovers.
struct Cluster {
    folder: TempDir,
    tools: PathBuf,
    port: u16,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A failed test leaves it running.
        let _ = self.tool("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]).output();
    }
}

/// The newest server of the machine.
fn tools() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    versions.filter(|tools| tools.join("initdb").exists()).max()
}

impl Cluster {
    /// `None`, with a line on stdout, if there is no PostgreSQL server, or no user who may start it.
    fn start() -> Option<Self> {
        let tools = tools().or_else(|| {
            println!("skipped: no PostgreSQL server in /usr/lib/postgresql");
            None
        })?;
        let folder = TempDir::new().unwrap();
        let cluster = Self { folder, tools, port: free_port() };
        for name in ["wal", "base"] {
            fs::create_dir(cluster.path(name)).unwrap();
        }
        // PostgreSQL refuses to run as root.
        if is_root() {
            let owned = Command::new("chown").args(["-R", "postgres"]).arg(cluster.folder.path()).status();
            if !owned.is_ok_and(|owned| owned.success()) {
                println!("skipped: there is no user postgres");
                return None;
            }
        }
        let data = cluster.data();
        let made = ["-D", &data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--no-sync"];
        cluster.runs("initdb", &made);
        let wal = cluster.path("wal");
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\narchive_mode = on\n\
             archive_command = 'test ! -f {wal}/%f && cp %p {wal}/.%f && mv {wal}/.%f {wal}/%f'\narchive_timeout = 60\n",
            cluster.port
        );
        cluster.adds("data/postgresql.conf", &settings);
        cluster.begins();
        Some(cluster)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn data(&self) -> String {
        self.path("data")
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn tool(&self, name: &str, arguments: &[&str]) -> Command {
        let tool = self.tools.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(tool);
            command
        } else {
            Command::new(tool)
        };
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    fn runs(&self, name: &str, arguments: &[&str]) {
        let output = self.tool(name, arguments).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Its output goes to a file: as a pipe it would be open until the server ends.
    fn begins(&self) {
        let log = self.path("log");
        self.runs("pg_ctl", &["-D", &self.data(), "-l", &log, "-w", "-s", "start"]);
    }

    fn ends(&self) {
        self.runs("pg_ctl", &["-D", &self.data(), "-m", "fast", "-w", "-s", "stop"]);
    }

    /// Appends to a file of the cluster's owner.
    fn adds(&self, name: &str, text: &str) {
        let file = self.folder.path().join(name);
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, before + text).unwrap();
        if is_root() {
            assert!(Command::new("chown").arg("postgres").arg(file).status().unwrap().success());
        }
    }

    async fn asks(&self, sql: &str) -> String {
        let db = Database::connect(self.url()).await.unwrap();
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap();
        let text = row.try_get_by_index::<String>(0).unwrap();
        db.close().await.unwrap();
        text
    }

    /// Everything until now is in the archive.
    async fn archives(&self, drill: &Drill) {
        let file = self.asks("SELECT pg_walfile_name(pg_switch_wal())").await;
        let there = async || Path::new(&self.path("wal")).join(&file).exists().then_some(());
        drill.until("the segment is archived", there).await;
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_is_recovered_with_postgresqls_own_tools() {
    let Some(cluster) = Cluster::start() else { return };
    let mut drill = Drill::prepare_in(&cluster.url(), Path::new(BINARY)).await;
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("before").await;
    drill.arrives_at_crm(HOST, "before").await;
    cluster.runs(
        "pg_basebackup",
        &[
            "-h",
            "127.0.0.1",
            "-p",
            &cluster.port.to_string(),
            "-U",
            "postgres",
            "-D",
            &cluster.path("base/first"),
            "--checkpoint=fast",
            "--wal-method=none",
        ],
    );

    // Both wait at the moment, and are delivered after it.
    breaks(&drill, "status=503");
    drill.messenger.answers_by(|_| Answer::status(503));
    drill.customer(&line, "anna").writes("waiting").await;
    drill.manager(&line).answers("anna", "a waiting answer").await;
    let moment = cluster.asks("SELECT clock_timestamp()::text").await;
    drill.sandbox.mend();
    drill.messenger.heals();
    drill.arrives_at_crm(HOST, "waiting").await;
    drill.arrives_at_messenger("a waiting answer").await;
    drill.customer(&line, "anna").writes("after the moment").await;
    drill.arrives_at_crm(HOST, "after the moment").await;
    drill.everything_is_carried().await;
    cluster.archives(&drill).await;
    drill.is_killed().await;
    cluster.ends();

    fs::rename(cluster.data(), cluster.path("data.before")).unwrap();
    let copied = Command::new("cp").args(["-a", &cluster.path("base/first"), &cluster.data()]).status().unwrap();
    assert!(copied.success());
    cluster.adds("data/recovery.signal", "");
    let wal = cluster.path("wal");
    let target = format!(
        "restore_command = 'cp {wal}/%f %p'\nrecovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"
    );
    cluster.adds("data/postgresql.auto.conf", &target);
    cluster.begins();
    let recovered = async || (cluster.asks("SELECT pg_is_in_recovery()::text").await == "false").then_some(());
    tokio::time::timeout(LIMIT, drill.until("the moment is reached", recovered)).await.unwrap();
    let url = format!("127.0.0.1:{}", cluster.port);
    assert!(drill.database_url().contains(&url));
    let db = Database::connect(drill.database_url()).await.unwrap();
    assert_eq!(db.execute_unprepared(ALL_PERHAPS_DELIVERED).await.unwrap().rows_affected(), 2);
    db.close().await.unwrap();

    drill.serves("").await;
    drill.everything_is_carried().await;
    drill.customer(&line, "anna").writes("it goes on").await;
    drill.arrives_at_crm(HOST, "it goes on").await;
    drill.manager(&line).answers("anna", "so do answers").await;
    drill.arrives_at_messenger("so do answers").await;
    assert_eq!(drill.texts_at_crm(&line), ["before", "waiting", "after the moment", "it goes on"], "each once");
    let ledger = drill.api.get(&line.path("/ledger")).await.is(200).json;
    assert_eq!(ledger["to_crm"]["accepted"], 3, "what came after the moment is not in it: {ledger}");
    let repeats: Vec<_> = drill.messenger.received().into_iter().filter(|one| one.body["repeat"] == true).collect();
    assert!(repeats.iter().any(|one| one.text() == "a waiting answer"), "a possible repeat is marked");
    drill.ends_well().await;
    cluster.ends();
}
