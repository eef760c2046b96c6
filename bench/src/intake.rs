//! How many of amoCRM's hooks per second become durable, and how long each waits.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use crate::figures::{Counted, all, fsync_times, median, millis, per_second, times};
use crate::load::{self, Outcome, Way};
use crate::report;
use crate::stage::{Size, Stage};

/// Maximum answer time, whatever the load.
const LONGEST: Duration = Duration::from_secs(3);
/// With more delay of its own than this the generator would measure itself.
const LAG: Duration = Duration::from_millis(10);

/// The options of the command.
#[derive(Args)]
pub struct IntakeOptions {
    #[command(flatten)]
    size: Size,
    /// Hooks per throughput run.
    #[arg(long, default_value_t = 40_000)]
    hooks: usize,
    /// Throughput runs; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Connections of the throughput runs. All are opened before the first request; of silent connections the server keeps
    /// 512.
    #[arg(long, default_value_t = 400)]
    connections: usize,
    /// Seconds of each latency run.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
}

/// Prints the knee, the latency at half of it and what is left at twice of it.
pub async fn run(options: IntakeOptions) -> anyhow::Result<()> {
    let stage = Stage::build(&options.size, None).await?;
    let (engine, tenants) = (options.size.engine(), options.size.tenants);
    report(&format!("intake on {engine}: {tenants} tenants, {} conversations", stage.lines.len()));
    report(&format!("fsync of 4 KiB    {}", times(&fsync_times(&stage.folder)?)));
    // Fills caches, prepares statements, opens connections. The background work of the database that this causes is not
    // part of the steady state.
    load::send(&stage.address, Way::ToMessenger.requests(&stage, 4_000), None, 64).await?.all_taken()?;
    stage.rests().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;

    let knee = knee(&options, &stage).await?;
    let half = at(&stage, knee / 2.0, options.seconds, options.connections / 2).await?;
    half.all_taken()?;
    report(&format!("answer at half    {}", times(&half.latency)));
    let lag = half.lag.value_at_quantile(0.99);
    if u128::from(lag) > LAG.as_micros() {
        report(&format!("the generator itself was late by {}: the latency is its own, too", millis(lag)));
    }
    let over = at(&stage, knee * 2.0, options.seconds.div_ceil(2), options.connections).await?;
    let taken = per_second(usize::try_from(over.answered.len())? - over.refused, over.took);
    report(&format!(
        "twice the knee    {taken:.0}/s taken, {:.0} % of the knee; {} refused; longest answer {}",
        100.0 * taken / knee,
        over.refused,
        millis(over.answered.max())
    ));
    stage.end().await?;
    anyhow::ensure!(u128::from(over.answered.max()) <= LONGEST.as_micros(), "an answer took more than 3 s");
    Ok(())
}

/// Durable hooks a second, as fast as answers come. Spooled hooks count when they are in the database.
async fn knee(options: &IntakeOptions, stage: &Stage) -> anyhow::Result<f64> {
    let counted = Counted::of(&stage.store, stage.process()?).await?;
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        stage.rests().await?;
        let requests = Way::ToMessenger.requests(stage, options.hooks);
        let before = counted.used()?;
        let sent = load::send(&stage.address, requests, None, options.connections).await?;
        sent.all_taken()?;
        let answered = Instant::now();
        while is_spooled(&stage.folder.join("spool"))? {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        rates.push(per_second(options.hooks, sent.took + answered.elapsed()));
        costs.push(1e6 / per_second(options.hooks, counted.used()?.saturating_sub(before)));
    }
    report(&format!(
        "durable hooks     {:.0}/s   {:.0} µs of processor time each, server and database   ({})",
        median(&rates),
        median(&costs),
        all(&rates)
    ));
    Ok(median(&rates))
}

/// Open loop at a rate for some seconds.
async fn at(stage: &Stage, rate: f64, seconds: u32, connections: usize) -> anyhow::Result<Outcome> {
    stage.rests().await?;
    let count = format!("{:.0}", rate * f64::from(seconds)).parse().context("a rate")?;
    load::send(&stage.address, Way::ToMessenger.requests(stage, count), Some(rate), connections).await
}

/// Whether a file of hooks is below this folder: each process has a folder of its own there, and removes a file when
/// all of it is in the database.
fn is_spooled(spools: &Path) -> anyhow::Result<bool> {
    if !spools.exists() {
        return Ok(false);
    }
    for folder in std::fs::read_dir(spools)? {
        for file in std::fs::read_dir(folder?.path())? {
            if file?.path().extension().is_some_and(|ending| ending == "spool") {
                return Ok(true);
            }
        }
    }
    Ok(false)
}
