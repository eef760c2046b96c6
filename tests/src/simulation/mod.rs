//! A small world with random failures from a seed: two accounts whose lines and chats have the same names, customers
//! and managers, hooks that are duplicated, delayed and lost, a failing amoCRM, messenger and database, workers and
//! processes that die. Then everything recovers, and the whole history is checked (`crate::history`).
//!
//! It uses the real server with real requests over the loopback interface; the simulation advances a frozen clock. A
//! seed determines what happens and in which order it starts. It does not determine the order in which concurrent calls
//! end: one seed gives several runs that differ in this.

mod at_once;
mod gather;
mod heal;
mod log;
mod people;
mod scene;
mod steps;
mod trouble;

use base::fault::DEFECTS;

use crate::Engine;
use crate::history::Violation;

pub use log::Log;
use scene::Scene;

/// Seeds that once found a defect; every run includes them.
pub const FOUND_BY: &[u64] = &[13, 61, 158, 230, 7087, 7253];

/// The parameters of a run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub engine: Engine,
    /// Steps before recovery.
    pub steps: usize,
    /// A defect of `fault::DEFECTS` to switch on.
    pub defect: Option<&'static str>,
}

/// The result of a run.
#[derive(Debug)]
pub struct Outcome {
    pub violations: Vec<Violation>,
    /// The steps as they happened, for people.
    pub story: Vec<String>,
    pub messages: usize,
    pub requests: usize,
    /// Processes and workers that died.
    pub deaths: usize,
}

/// Runs a plan. `None` if the engine is unavailable.
pub async fn run(plan: Plan, log: &Log) -> Option<Outcome> {
    log.take();
    let mut scene = Scene::set(plan).await?;
    if let Some(defect) = plan.defect {
        assert!(DEFECTS.contains(&defect), "{defect} is none of fault::DEFECTS");
        scene.world.faults.add(&format!("{defect}=every:1")).expect("a plan");
    }
    for _ in 0..plan.steps {
        scene.step().await;
    }
    scene.heal().await;
    let history = scene.history(log).await;
    let (requests, deaths, story) = (history.arrived.len(), scene.deaths, std::mem::take(&mut scene.story));
    scene.end().await;
    Some(Outcome { violations: history.violations(), story, messages: history.written.len(), requests, deaths })
}
