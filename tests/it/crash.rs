//! kill -9 drills: a process dies at every fault point and at any moment; after a start without faults nothing is
//! lost, and amoCRM has every text once.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base::fault::POINTS;
use parom_tests::drill::{Drill, LIMIT};
use parom_tests::settings::HOST;
use parom_tests::{Engine, Line, try_answer};
use sea_orm::{ConnectionTrait, Statement};
use simulator::crm::HookMessage;

async fn prepared(engine: Engine) -> Option<(Drill, Line)> {
    let mut drill = Drill::prepare(engine, Path::new(env!("CARGO_BIN_EXE_parom_faults"))).await?;
    drill.serves("").await;
    let line = drill.line("support").await;
    drill.customer(&line, "anna").writes("opens").await;
    drill.arrives_at_crm(HOST, "opens").await;
    drill.everything_is_carried().await;
    drill.stops().await;
    Some((drill, line))
}

/// Those on the road of a text.
fn points() -> Vec<&'static str> {
    let road = ["accept.", "claim.", "carry.", "settle."];
    POINTS.iter().copied().filter(|point| road.iter().any(|part| point.starts_with(part))).collect()
}

fn each_once(texts: Vec<String>) {
    let unique: BTreeSet<&String> = texts.iter().collect();
    assert_eq!(unique.len(), texts.len(), "something came twice: {texts:?}");
}

async fn dies_at_every_point(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    for point in points() {
        // A letter that is leased by the commit that stores it is not claimed.
        let more = if point.starts_with("claim.") { ",start.reserve=error:1000" } else { "" };
        let plan = format!("{point}=abort{more}");

        let text = format!("to amoCRM, {point}");
        let body = drill.customer(&line, "anna").body(&text, &text);
        drill.serves(&plan).await;
        let post = |drill: &Drill| drill.api.request(reqwest::Method::POST, &line.path("/messages")).json(&body);
        let first = try_answer(post(&drill)).await.map(|reply| reply.status);
        drill.dies().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
        // What was not acknowledged is written again by who wrote it, under the same id. Stored it is already unless
        // the commit did not come: the worker may pick a letter up, and die, before its sender has been answered.
        if first.is_err() {
            let again = try_answer(post(&drill)).await.expect("the server answers");
            let wanted = if point == "accept.before_commit" { 202 } else { 200 };
            assert_eq!(again.status, wanted, "{point}: {}", again.text);
        }
        drill.arrives_at_crm(HOST, &text).await;
        drill.everything_is_carried().await;
        drill.stops().await;

        let text = format!("to the messenger, {point}");
        let manager = drill.manager(&line);
        let hook = manager.prepares("anna", HookMessage::text(&text));
        drill.serves(&plan).await;
        let first = manager.posts(&hook).await;
        drill.dies().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
        if first.is_none() {
            assert_eq!(manager.posts(&hook).await, Some(200));
        }
        drill.arrives_at_messenger(&text).await;
        drill.everything_is_carried().await;
        drill.stops().await;
    }
    assert_eq!(drill.texts_at_crm(&line).len(), 1 + points().len());
    assert_eq!(drill.messenger.texts().len(), points().len());
    each_once(drill.texts_at_crm(&line));
    each_once(drill.messenger.texts());
    drill.ends_well().await;
}

/// Writes numbered texts until stopped, each until it is acknowledged; returns how many.
async fn keeps_writing(drill: &Drill, line: &Line, enough: Arc<AtomicBool>) -> tokio::task::JoinHandle<usize> {
    let (api, customer, path) = (drill.api.clone(), drill.customer(line, "anna"), line.path("/messages"));
    tokio::spawn(async move {
        let mut number = 0;
        while !enough.load(Ordering::SeqCst) {
            let text = text(number);
            let request = api.request(reqwest::Method::POST, &path).json(&customer.body(&text, &text));
            match try_answer(request).await {
                Ok(reply) if reply.status < 300 => number += 1,
                _ => tokio::task::yield_now().await,
            }
        }
        number
    })
}

/// Writes numbered texts from this one on, until one is not acknowledged; returns its number.
fn writes_until_refused(drill: &Drill, line: &Line, first: usize) -> tokio::task::JoinHandle<usize> {
    let (api, customer, path) = (drill.api.clone(), drill.customer(line, "anna"), line.path("/messages"));
    tokio::spawn(async move {
        let mut number = first;
        loop {
            let text = text(number);
            let request = api.request(reqwest::Method::POST, &path).json(&customer.body(&text, &text));
            match try_answer(request).await {
                Ok(reply) if reply.status < 300 => number += 1,
                _ => return number,
            }
        }
    })
}

fn text(number: usize) -> String {
    format!("text {number}")
}

/// The texts of [`writes_until_refused`] that the database has, in the order of acceptance.
async fn stored(drill: &Drill) -> Vec<String> {
    let db = drill.connect().await;
    let text = "SELECT external_id FROM message WHERE external_id LIKE 'text %' ORDER BY id";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await.unwrap();
    db.close().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Checks that all texts before this number, which were acknowledged, are stored once; the one that was being written
/// may be.
async fn all_are_stored(drill: &Drill, count: usize) {
    let (wanted, mut found) = ((0..count).map(text).collect::<Vec<_>>(), stored(drill).await);
    if found.len() > count && found[count] == text(count) {
        found.pop();
    }
    assert_eq!(found, wanted, "all that were acknowledged, once, in order");
}

/// Carries what waits, and checks that amoCRM has the first text and this many numbered ones.
async fn all_arrived(drill: &Drill, line: &Line, count: usize) {
    drill.everything_is_carried().await;
    let wanted: Vec<String> = std::iter::once("opens".to_owned()).chain((0..count).map(text)).collect();
    assert_eq!(drill.texts_at_crm(line), wanted, "all of them, once, in order");
}

async fn is_killed_at_any_moment(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let enough = Arc::new(AtomicBool::new(false));
    drill.serves("").await;
    let writing = keeps_writing(&drill, &line, enough.clone()).await;
    for life in 1..=4 {
        let count = 10 * life;
        let came = drill.sandbox.wait_for(|sandbox| (sandbox.messages(HOST).len() > count).then_some(()), LIMIT).await;
        assert!(came.is_some(), "it goes on after {} deaths", life - 1);
        drill.is_killed().await;
        drill.a_minute_passes().await;
        drill.serves("").await;
    }
    enough.store(true, Ordering::SeqCst);
    all_arrived(&drill, &line, writing.await.unwrap()).await;
    drill.ends_well().await;
}

async fn stops_politely_under_load(engine: Engine) {
    let Some((mut drill, line)) = prepared(engine).await else { return };
    let enough = Arc::new(AtomicBool::new(false));
    drill.serves("").await;
    let writing = keeps_writing(&drill, &line, enough.clone()).await;
    for life in 1..=3 {
        let count = 10 * life;
        let came = drill.sandbox.wait_for(|sandbox| (sandbox.messages(HOST).len() > count).then_some(()), LIMIT).await;
        assert!(came.is_some(), "it goes on after {} stops; no lease was left behind", life - 1);
        drill.stops().await;
        drill.serves("").await;
    }
    enough.store(true, Ordering::SeqCst);
    let written = writing.await.unwrap();
    drill.everything_is_carried().await;
    assert_eq!(drill.texts_at_crm(&line).len(), written + 1);
    each_once(drill.texts_at_crm(&line));
    // A COMMIT that a stop breaks off is followed by a ROLLBACK; one a message would fill PostgreSQL's own log.
    let warned = drill.logged("transaction in progress");
    assert!(warned.len() < written, "PostgreSQL warns of {written} messages: {warned:?}");
    drill.ends_well().await;
}

macro_rules! on_both {
    ($($name:ident),+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(super::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(super::Engine::Postgres).await;
            }
        }
    )+};
}
on_both!(dies_at_every_point, is_killed_at_any_moment, stops_politely_under_load);

mod memory;
mod migration;
mod moments;
mod power;
mod start;
