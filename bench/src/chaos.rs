//! Runs the simulator over many seeds, each in a process of its own: `cargo run --release -p bench -- chaos --seeds
//! 300`.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use anyhow::{Context, ensure};
use base::fault::DEFECTS;
use parom_tests::Engine;
use parom_tests::simulation::{self, FOUND_BY, Log, Plan};
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::report;

#[derive(clap::Args, Clone, Debug)]
pub struct ChaosOptions {
    /// Number of seeds, in addition to those that once found something.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// Steps per seed before all faults end.
    #[arg(long, default_value_t = 80)]
    steps: usize,
    /// Two instances on PostgreSQL, in the cluster of PAROM_TEST_POSTGRES, instead of one on SQLite.
    #[arg(long)]
    postgres: bool,
    /// A defect to introduce on purpose (fault::DEFECTS), to check that it is found.
    #[arg(long)]
    defect: Option<String>,
    /// Run only the first seed, in this process, and print all its events.
    #[arg(long)]
    one: bool,
}

/// Fails if a seed finds a violation.
pub async fn run(options: ChaosOptions) -> anyhow::Result<()> {
    if options.one {
        return one(&options).await;
    }
    let program = std::env::current_exe().context("this program")?;
    let at_once = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));
    let mut running = JoinSet::new();
    for seed in FOUND_BY.iter().copied().chain(options.first..options.first + options.seeds) {
        let (program, options, at_once) = (program.clone(), options.clone(), at_once.clone());
        running.spawn(async move {
            let _place = at_once.acquire().await?;
            anyhow::Ok((seed, alone(&program, &options, seed).await?))
        });
    }
    let (mut done, mut bad) = (0, Vec::new());
    while let Some(ended) = running.join_next().await {
        let (seed, output) = ended.context("a seed")??;
        done += 1;
        let stdout = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            report(&format!("{stdout}{}", String::from_utf8_lossy(&output.stderr)));
            bad.push(seed);
        } else if let Some(line) = stdout.lines().last() {
            report(line);
        }
    }
    ensure!(bad.is_empty(), "{} of {done} seeds failed: {bad:?}", bad.len());
    report(&format!("{done} seeds, no violation"));
    Ok(())
}

async fn alone(program: &Path, options: &ChaosOptions, seed: u64) -> anyhow::Result<Output> {
    let mut command = Command::new(program);
    let (first, steps) = (seed.to_string(), options.steps.to_string());
    command.args(["chaos", "--one", "--first", &first, "--steps", &steps]).kill_on_drop(true);
    if options.postgres {
        command.arg("--postgres");
    }
    if let Some(defect) = &options.defect {
        command.args(["--defect", defect]);
    }
    command.output().await.context("a process of its own for each seed")
}

async fn one(options: &ChaosOptions) -> anyhow::Result<()> {
    let defect = match &options.defect {
        Some(name) => Some(*DEFECTS.iter().find(|known| *known == name).context("one of fault::DEFECTS")?),
        None => None,
    };
    let engine = if options.postgres { Engine::Postgres } else { Engine::Sqlite };
    let plan = Plan { seed: options.first, engine, steps: options.steps, defect };
    let outcome = simulation::run(plan, &Log::start()).await.context("PAROM_TEST_POSTGRES names the cluster")?;
    let count = outcome.violations.len();
    if count > 0 {
        outcome.story.iter().for_each(|line| report(line));
        outcome.violations.iter().for_each(|one| report(&one.to_string()));
    }
    report(&format!(
        "seed {}: {} messages, {} requests, {} deaths, {count} violations",
        plan.seed, outcome.messages, outcome.requests, outcome.deaths
    ));
    ensure!(count == 0, "seed {} found {count} violations", plan.seed);
    Ok(())
}
