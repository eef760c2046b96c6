//! A process that starts while PostgreSQL is unavailable, and one whose log is not read.

use std::net::SocketAddr;
use std::path::Path;

use futures_util::future::join_all;
use parom_tests::drill::LosingDisk;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::meddler::Meddler;
use parom_tests::settings::{HOST, free_port};
use parom_tests::{Engine, Line, answer, both_engines};
use reqwest::Method;
use serde_json::json;
use simulator::crm::HookMessage;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinHandle;

use super::{all_are_stored, all_arrived, goes_on, prepared, stored, writes_until_refused};
use crate::engine::spool::left_behind;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hooks_are_taken_while_the_database_is_away() {
    let Some((mut drill, line)) = prepared(Engine::Postgres).await else { return };
    let away = format!("127.0.0.1:{}", free_port());
    let postgres = drill.reaches_postgres_by(&away);
    let texts = ["one", "two", "three", "four"];
    drill.serves("").await;
    let ready = drill.api.get("/readyz").await.is(200);
    assert!(ready.text.starts_with("degraded"), "a proxy must not pass it by: {}", ready.text);
    let manager = drill.manager(&line);
    let hooks = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    for hook in &hooks[..3] {
        assert_eq!(manager.posts(hook).await, Some(200), "the disk takes it");
    }
    for (method, path) in [("GET", "/panel/sign-in"), ("GET", "/api/v1/tenants"), ("POST", "/hooks/telegram/1")] {
        let refused = answer(drill.api.request(method.parse().unwrap(), path)).await.is(503);
        assert!(!refused.header("retry-after").is_empty(), "{path}");
    }
    // Not even its end, and a second start without a database, loses what it took.
    drill.is_killed().await;
    drill.serves("").await;
    assert_eq!(manager.posts(&hooks[3]).await, Some(200));
    let _there = Meddler::at(&away, &postgres).await;
    drill.arrives_at_messenger("four").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.messenger.texts(), texts, "all of them, once, in order");
    let ready = drill.api.get("/readyz").await.is(200);
    assert_eq!(ready.text, "ready\n");
    drill.ends_well().await;
}

/// What is refused at a start is refused when it turns up late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_late_and_may_lose_commits_ends_it() {
    let Some((mut drill, _)) = prepared(Engine::Postgres).await else { return };
    drill.administers("ALTER DATABASE {name} SET synchronous_commit = off").await;
    let away = format!("127.0.0.1:{}", free_port());
    let postgres = drill.reaches_postgres_by(&away);
    drill.serves("").await;
    let _there = Meddler::at(&away, &postgres).await;
    let said = drill.gives_up().await;
    assert!(said.contains("synchronous_commit is off"), "{said}");
    drill.ends_well().await;
}

/// Without a disk there is nothing that it could do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_spool_it_does_not_start() {
    let drill = Drill::prepare(Engine::Sqlite, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await.expect("SQLite");
    let away = format!("postgres://nobody@127.0.0.1:{}/parom", free_port());
    let mut command = drill.command(&["serve"]);
    command.env("PAROM__DATABASE__URL", away).env("PAROM__SPOOL__DIR", "");
    let done = tokio::time::timeout(LIMIT, command.output()).await.expect("it ends in time").expect("the binary runs");
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot reach the database of database.url"), "{said}");
    drill.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_was_brought_along_is_drained_by_hand() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let manager = drill.manager(&line);
    let disk = tempfile::tempdir().unwrap();
    for text in ["one", "two"] {
        let hook = manager.prepares("anna", HookMessage::text(text));
        left_behind(disk.path(), &hook, drill.clock.millis()).await;
    }
    for hooks in [2, 0] {
        let mut command = drill.command(&["spool", "drain"]);
        let done = command.arg(disk.path()).output().await.expect("the binary runs");
        let said = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(said, format!("{hooks} hooks are in the database.\n"));
    }
    drill.serves("").await;
    drill.arrives_at_messenger("two").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.messenger.texts(), ["one", "two"]);
    drill.ends_well().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_works_on_when_its_log_is_not_read() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let log = drill.serves_unread().await;
    let anna = drill.customer(&line, "anna");
    let mut wanted = vec!["opens".to_owned()];
    let mut dropped = false;
    while !dropped {
        assert!(wanted.len() < 3_000, "it does not log enough to fill a pipe");
        let text = format!("text {}", wanted.len());
        anna.writes(&text).await;
        drill.arrives_at_crm(HOST, &text).await;
        wanted.push(text);
        let metrics = drill.api.get("/metrics").await.text;
        let counted = metrics.lines().find_map(|line| line.strip_prefix("parom_log_lines_dropped_total "));
        dropped = counted.is_some_and(|count| count != "0");
    }
    assert_eq!(drill.texts_at_crm(&line), wanted, "no message waits for a log");
    let mut lines = BufReader::new(log).lines();
    let told = async {
        while let Some(line) = lines.next_line().await.expect("the log is text") {
            if line.contains("log lines were dropped") {
                return;
            }
        }
        panic!("it does not say that lines were dropped");
    };
    tokio::time::timeout(LIMIT, told).await.expect("it reports this in time");
    // Whatever is still logged has somewhere to go.
    let rest = tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    drill.ends_well().await;
    rest.await.unwrap();
}

/// The log's errors are for the vendor, and anyone can send malformed requests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn malformed_requests_are_no_errors_of_the_log() {
    let Some((mut drill, _)) = prepared(Engine::Sqlite).await else { return };
    drill.serves("").await;
    let address = drill.api.base().trim_start_matches("http://").to_owned();
    for wrong in ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/7.0\r\nHost: x\r\n\r\n", "\x16\x03\x01\r\n\r\n"] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(wrong.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{wrong:?}: {answer}");
    }
    drill.stops().await;
    assert_eq!(drill.logged("\"level\":\"ERROR\""), Vec::<String>::new());
    drill.ends_well().await;
}

// Memory runs out: a process to which the system refuses memory dies as by `kill -9`.

/// The largest body of a hook; 20 MiB of them are held in memory.
const HOOK: usize = 1024 * 1024;
/// Callers, each with an address of its own.
const CALLERS: u8 = 100;
/// How much more memory than it has while it carries messages.
const ROOM: u64 = 8 * 1024 * 1024;

/// Sends all of a hook but its last byte, and waits until the server ends the connection.
async fn sends_almost_all(server: SocketAddr, caller: u8, head: String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 1, caller], 0).into()).unwrap();
    if let Ok(mut stream) = socket.connect(server).await {
        let mut request = head.into_bytes();
        request.resize(request.len() + HOOK - 1, b'x');
        // It dies meanwhile.
        let _ = stream.write_all(&request).await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
}

/// All callers at once, until the server is dead.
fn flood(drill: &Drill, line: &Line) -> JoinHandle<Vec<()>> {
    let head = format!("POST /location/{} HTTP/1.1\r\nHost: parom\r\nContent-Length: {HOOK}\r\n\r\n", line.scope_id);
    let server = drill.api.base().trim_start_matches("http://").parse().unwrap();
    tokio::spawn(join_all((1..=CALLERS).map(move |caller| sends_almost_all(server, caller, head.clone()))))
}

async fn without_memory_it_dies_and_loses_nothing(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    drill.serves("").await;
    let writing = writes_until_refused(&drill, &line, 0);
    goes_on(&drill, 10).await;
    drill.may_grow_by(ROOM);
    let flood = flood(&drill, &line);
    drill.dies().await;
    let acknowledged = writing.await.unwrap();
    flood.await.unwrap();
    assert!(!drill.logged("memory allocation of").is_empty(), "that is why it died");
    all_are_stored(&drill, acknowledged).await;
    drill.a_minute_passes().await;
    drill.serves("").await;
    all_arrived(&drill, &line, stored(&drill).await.len()).await;
    drill.ends_well().await;
}

both_engines!(without_memory_it_dies_and_loses_nothing);

// The power fails: what was not synced to the disk is gone, and everything that was acknowledged is there.

/// Lives until so many messages are at amoCRM, and dies in the middle of writing; returns how many numbered texts were
/// acknowledged in all lives.
async fn lives(drill: &mut Drill, line: &Line, disk: &LosingDisk, acknowledged: usize, arrived: usize) -> usize {
    drill.has_environment(disk.environment());
    drill.serves("").await;
    let writing = writes_until_refused(drill, line, acknowledged);
    goes_on(drill, arrived).await;
    drill.is_killed().await;
    drill.has_environment(Vec::new());
    writing.await.unwrap()
}

/// Unsynced writes are lost, also when those to the database file survive, or those to its log: SQLite folds the log
/// into the file meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_messages_survive() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let mut acknowledged = 0;
    for (life, surviving) in [&[][..], &["parom.db"], &["parom.db-wal"]].into_iter().enumerate() {
        let disk = LosingDisk::below(drill.folder()).await;
        acknowledged = lives(&mut drill, &line, &disk, acknowledged, 30 * (life + 1)).await;
        disk.loses_power(surviving);
        all_are_stored(&drill, acknowledged).await;
        drill.a_minute_passes().await;
    }
    drill.serves("").await;
    all_arrived(&drill, &line, stored(&drill).await.len()).await;
    drill.ends_well().await;
}

/// What the simulated power failure takes away is really gone: a disk that only pretends to sync loses everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_loses_acknowledged_messages() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let disk = LosingDisk::below(drill.folder()).await.lies();
    let acknowledged = lives(&mut drill, &line, &disk, 0, 10).await;
    assert!(acknowledged >= 9 && stored(&drill).await.len() >= acknowledged, "the files have them");
    disk.loses_power(&[]);
    assert_eq!(stored(&drill).await, Vec::<String>::new());
    drill.ends_well().await;
}

/// A file is accepted before the message that refers to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_file_survives() {
    let Some((mut drill, line)) = prepared(Engine::Sqlite).await else { return };
    let disk = LosingDisk::below(drill.folder()).await;
    drill.has_environment(disk.environment());
    drill.serves("").await;
    let bytes = b"%PDF-1.7\n".repeat(10_000);
    let request = drill.api.request(Method::POST, &line.path("/media?file_name=offer.pdf"));
    let media_id = answer(request.body(bytes.clone())).await.is(200).text_at("/media_id");
    drill.is_killed().await;
    disk.loses_power(&[]);
    drill.has_environment(Vec::new());
    drill.serves("").await;
    let anna = drill.customer(&line, "anna");
    let mut message = anna.body("with a file", "");
    message["content"] = json!({"type": "file", "media_id": media_id});
    anna.posts(&message).await.is(202);
    drill.everything_is_carried().await;
    let last = drill.sandbox.messages(HOST).pop().unwrap();
    assert_eq!(drill.sandbox.downloads(HOST, &last.id).await.unwrap().bytes, bytes);
    drill.ends_well().await;
}

/// amoCRM's hooks that wait in the spool, whose folder is new as well.
async fn hooks_in_the_spool_survive(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    std::fs::remove_dir_all(drill.folder().join("spool")).unwrap();
    let disk = LosingDisk::below(drill.folder()).await;
    drill.has_environment(disk.environment());
    drill.serves("").await;
    let texts = ["one", "two", "three"];
    let manager = drill.manager(&line);
    let hooks = texts.map(|text| manager.prepares("anna", HookMessage::text(text)));
    let blocked = drill.blocked().await;
    for hook in &hooks {
        assert_eq!(manager.posts(hook).await, Some(200), "the disk takes it");
    }
    drill.is_killed().await;
    blocked.release().await;
    disk.loses_power(&[]);
    drill.has_environment(Vec::new());
    drill.a_minute_passes().await;
    drill.serves("").await;
    drill.arrives_at_messenger("three").await;
    drill.everything_is_carried().await;
    assert_eq!(drill.messenger.texts(), texts, "all of them, once, in order");
    drill.ends_well().await;
}

both_engines!(hooks_in_the_spool_survive);
