//! A process that starts while PostgreSQL is unavailable, and one whose log is not read.

use std::path::Path;

use parom_tests::drill::{Drill, LIMIT};
use parom_tests::meddler::Meddler;
use parom_tests::settings::{HOST, free_port};
use parom_tests::{Engine, answer};
use simulator::crm::HookMessage;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::prepared;
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
