//! `parom demo --check`: runs a conversation in both directions step by step and prints the time of each step.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::kinds::both_ways;
use super::play::Play;
use super::stage::DemoStage;
use crate::print_line;

/// Runs all steps and stops at the first failure. Returns false if a step failed.
pub async fn run(folder: Option<PathBuf>) -> anyhow::Result<bool> {
    let temporary = folder.is_none();
    let stage = DemoStage::build(folder).await?;
    let right = steps(&stage).await;
    let folder = stage.folder().to_owned();
    stage.close().await;
    if temporary {
        // A check's data is not needed afterwards.
        let _ = std::fs::remove_dir_all(folder);
    }
    Ok(right)
}

async fn steps(stage: &DemoStage) -> bool {
    let mut play = Play::new(stage);
    let mut line = StepReport::default();
    line.step("the marketplace installs the integration", stage.install()).await;
    line.step("two sources exist in Parom and in amoCRM", play.creates_sources()).await;
    line.step("a customer writes in the web chat", play.customer_writes()).await;
    line.step("the manager sees it as an incoming lead", play.manager_sees()).await;
    line.step("the manager answers", play.manager_answers()).await;
    line.step("the customer sees the answer", play.customer_sees()).await;
    line.step("the manager sees it delivered", play.delivered()).await;
    line.step("the manager sees it read", play.read()).await;
    line.step("the same message sent again is refused as a duplicate", play.duplicate()).await;
    line.step("a forged hook is refused", play.forged_hook()).await;
    line.step("a message of an own messenger reaches the manager", play.own_messenger_in()).await;
    line.step("the manager's answer reaches it by a signed webhook", play.own_messenger_out()).await;
    line.step("its statuses delivered and read reach the manager", play.own_messenger_statuses()).await;
    line.step("the ledger adds up", play.ledger()).await;
    if !line.wrong {
        // All lines concurrently, each with its own time.
        let lines = stage.messengers.lines().iter().map(|of| async move {
            let started = Instant::now();
            let done = both_ways(stage, of).await;
            (of.kind, started.elapsed(), done)
        });
        for (kind, took, done) in join_all(lines).await {
            line.tell(&format!("{kind}: connected, a message in, an answer out"), took, done);
        }
    }
    !line.wrong
}

#[derive(Default)]
struct StepReport {
    wrong: bool,
}

impl StepReport {
    async fn step<T>(&mut self, name: &str, work: impl Future<Output = anyhow::Result<T>>) {
        if self.wrong {
            return;
        }
        let started = Instant::now();
        let done = work.await;
        self.tell(name, started.elapsed(), done);
    }

    fn tell<T>(&mut self, name: &str, took: Duration, done: anyhow::Result<T>) {
        let millis = took.as_millis();
        let print = |word: &str, more: &dyn Display| print_line(&format!("{word:<4}  {name:<52} {millis:>6} ms{more}"));
        let printed = match done {
            Ok(_) => print("ok", &""),
            Err(error) => {
                self.wrong = true;
                print("FAIL", &format!("  {}", format!("{error:#}").replace('\n', " ")))
            }
        };
        self.wrong |= printed.is_err();
    }
}
