//! A small world that goes wrong at random, from a seed: two accounts with lines and chats of the same names, customers
//! and managers, hooks that are doubled, held back and lost, an amoCRM and a messenger that fail, a database that does,
//! workers and processes that die. Then everything heals, and the whole history is checked (`crate::history`).
//!
//! It is the real server with its real requests over the loopback interface; time is a frozen clock that the simulation
//! moves. A seed fixes what happens and in which order it is begun. What it does not fix is the order in which calls that
//! run at the same moment end: one seed shows several runs that differ in this.

mod gather;
mod heal;
mod log;
mod people;
mod scene;
mod steps;
mod trouble;

use parom::fault::DEFECTS;

use crate::Engine;
use crate::history::Violation;

pub use log::Log;
use scene::Scene;

/// Seeds that found something once; they are run with every other.
pub const FOUND_BY: &[u64] = &[13, 61, 158, 230];

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub engine: Engine,
    /// How many steps before it heals.
    pub steps: usize,
    /// A mistake of `fault::DEFECTS` that is made on purpose.
    pub defect: Option<&'static str>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub violations: Vec<Violation>,
    /// The steps as they were taken, for people.
    pub story: Vec<String>,
    pub messages: usize,
    pub requests: usize,
    /// Processes and workers that died.
    pub deaths: usize,
}

/// Runs a plan. None: this engine is not there.
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
