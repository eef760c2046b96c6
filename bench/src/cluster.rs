//! Runs several processes on one PostgreSQL under load, kills and freezes them at random, and then checks what
//! happened.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use parom_tests::cluster::Cluster;
use parom_tests::cluster::{Traffic, history};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::report;
use crate::stage::Product;

/// Maximum time without a kill, a freeze or a restart.
const CALM: Duration = Duration::from_millis(2_500);
/// Everything has ended this long after the last kill: leases last a minute.
const HEALS_WITHIN: Duration = Duration::from_secs(240);

#[derive(clap::Args, Debug)]
pub struct ClusterOptions {
    #[command(flatten)]
    product: Product,
    /// Number of its processes.
    #[arg(long, default_value_t = 3)]
    processes: usize,
    /// How many seconds they are killed and frozen.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Conversations, each with messages from both sides.
    #[arg(long, default_value_t = 12)]
    conversations: usize,
    /// Decides which process is killed or frozen, and when.
    #[arg(long)]
    seed: Option<u64>,
}

/// Fails if the checker finds a violation.
pub async fn run(options: ClusterOptions) -> anyhow::Result<()> {
    let seed = options.seed.unwrap_or_else(rand::random);
    let binary = options.product.path()?;
    let cluster = Cluster::prepare(&binary, options.processes).await;
    let mut cluster = cluster.context("PAROM_TEST_POSTGRES names a PostgreSQL in which databases may be made")?;
    // The account is installed at one process; the others join.
    cluster.starts(0).await;
    let line = cluster.line("support").await;
    for number in 1..options.processes {
        cluster.starts(number).await;
    }
    report(&format!("{} processes serve; seed {seed}", options.processes));
    let enough = Arc::new(AtomicBool::new(false));
    let traffic = Traffic::start(&cluster, &line, options.conversations, &enough).await;
    let deaths = trouble(&mut cluster, &options, seed).await;
    enough.store(true, Ordering::SeqCst);
    let spoken = traffic.ends().await;
    report(&format!("{} messages were written; now everything heals", spoken.written.len()));
    let healed = tokio::time::timeout(HEALS_WITHIN, spoken.is_all_there(&cluster)).await.is_ok();
    let history = history(&cluster, &line, spoken, deaths).await;
    let violations = history.violations();
    for one in &violations {
        report(&one.to_string());
    }
    let (written, requests) = (history.written.len(), history.arrived.len());
    cluster.ends().await;
    ensure!(healed, "not everything has ended within {} s", HEALS_WITHIN.as_secs());
    ensure!(violations.is_empty(), "{} violations with seed {seed}", violations.len());
    report(&format!(
        "{written} messages, {requests} requests, {deaths} kills and freezes: nothing lost, nothing doubled, nothing reordered"
    ));
    Ok(())
}

/// Kills, freezes and restarts processes until the time is over; at the end all run. Returns the number of kills and
/// freezes.
async fn trouble(cluster: &mut Cluster, options: &ClusterOptions, seed: u64) -> usize {
    let mut random = StdRng::seed_from_u64(seed);
    let end = Instant::now() + Duration::from_secs(options.seconds);
    let mut deaths = 0;
    while Instant::now() < end {
        tokio::time::sleep(CALM.mul_f64(random.random_range(0.2..1.0))).await;
        let number = random.random_range(0..options.processes);
        if cluster.is_frozen(number) {
            cluster.thaws(number).await;
            report(&format!("process {number} goes on"));
        } else if !cluster.runs(number) {
            cluster.starts(number).await;
            report(&format!("process {number} starts again"));
        } else if random.random_bool(0.5) {
            cluster.is_killed(number).await;
            report(&format!("process {number} is killed"));
            deaths += 1;
        } else {
            cluster.freezes(number).await;
            report(&format!("process {number} is frozen"));
            deaths += 1;
        }
    }
    for number in 0..options.processes {
        if cluster.is_frozen(number) {
            cluster.thaws(number).await;
        } else if !cluster.runs(number) {
            cluster.starts(number).await;
        }
    }
    deaths
}
