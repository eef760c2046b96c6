//! `bench intake`: how many hooks per second become durable, and how long each waits.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::beside::{Beside, Compared, Volume};
use crate::cpu::Counted;
use crate::figures::{millis, per_second, times};
use crate::plot::{self, Bar};
use crate::stage::{Size, Stage};
use crate::{disk, load, report};

/// Maximum answer time, whatever the load.
const LONGEST: Duration = Duration::from_secs(3);
/// With more delay of its own than this the generator would measure itself.
const LAG: Duration = Duration::from_millis(10);

#[derive(Args)]
pub struct IntakeOptions {
    #[command(flatten)]
    size: Size,
    #[command(flatten)]
    volume: Volume,
    /// Seconds of each latency run.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Milliseconds added to each flush in a last comparison (PostgreSQL; its settings are changed).
    #[arg(long, default_value_t = 5)]
    slow: u64,
    /// A folder for plots.
    #[arg(long)]
    plots: Option<PathBuf>,
}

/// Runs all parts on one machine in one go and prints the figures with their ratios.
pub async fn run(options: IntakeOptions) -> anyhow::Result<()> {
    let stage = Stage::build(options.size.clone(), None).await?;
    let engine = options.size.engine();
    report(&format!("intake on {engine}: {} tenants, {} conversations", options.size.tenants, stage.lines.len()));
    let fsync = disk::fsync_times(&stage.folder)?;
    report(&format!("fsync of 4 KiB    {}", times(&fsync)));

    let beside = Beside::of(&stage, options.volume.clone())?;
    beside.warms_up().await?;
    let compared = beside.compare().await?;
    if let Some(address) = options.size.database.as_deref().filter(|_| options.slow > 0) {
        beside.with_slow_commits(address, options.slow).await?;
    }

    beside.rests().await?;
    let counted = Counted::of(&beside.store, &beside.processes).await?;
    let before = counted.now()?;
    let half = at(&beside, compared.ours / 2.0, options.seconds, options.volume.connections / 2).await?;
    let cores = std::thread::available_parallelism()?.get();
    let busy = (counted.now()? - before).as_secs_f64() / half.took.as_secs_f64();
    let bound = (3 * fsync.value_at_quantile(0.99)).max(20_000);
    report(&format!(
        "accept at half    {}   lag p99 {}   {busy:.1} of {cores} cores busy",
        times(&half.latency),
        millis(half.lag.value_at_quantile(0.99))
    ));
    let p99 = half.latency.value_at_quantile(0.99);
    report(&format!("p99 at half of the knee {} (wanted at most {})", millis(p99), millis(bound)));
    half.all_taken()?;
    let lag = half.lag.value_at_quantile(0.99);
    if u128::from(lag) > LAG.as_micros() {
        report(&format!("the generator itself was late by {}: the latency is its own, too", millis(lag)));
    }

    beside.rests().await?;
    let over = at(&beside, compared.ours * 2.0, options.seconds.div_ceil(2), options.volume.connections).await?;
    let goodput = per_second(usize::try_from(over.answered.len())? - over.refused, over.took);
    report(&format!(
        "twice the knee    {goodput:.0}/s taken, {:.0} % of the knee (wanted 80); {} refused; longest answer {} (wanted 3 s)",
        100.0 * goodput / compared.ours,
        over.refused,
        millis(over.answered.max())
    ));
    if let Some(folder) = &options.plots {
        draw(folder, engine, &compared, &half.latency)?;
    }
    stage.end().await?;
    anyhow::ensure!(u128::from(over.answered.max()) <= LONGEST.as_micros(), "an answer took more than 3 s");
    anyhow::ensure!(p99 <= bound, "the p99 {} is above {}", millis(p99), millis(bound));
    Ok(())
}

/// Open loop at a rate for some seconds.
async fn at(beside: &Beside, rate: f64, seconds: u32, connections: usize) -> anyhow::Result<load::Outcome> {
    let count = format!("{:.0}", rate * f64::from(seconds)).parse().context("a rate")?;
    load::send(&beside.addresses, beside.make(count)?, Some(rate), connections).await
}

fn draw(
    folder: &std::path::Path,
    engine: &str,
    compared: &Compared,
    latency: &hdrhistogram::Histogram<u64>,
) -> anyhow::Result<()> {
    let name = engine.to_lowercase();
    let mut bars = vec![
        Bar { name: "bare handler, nothing kept".into(), value: compared.bare, is_ours: false },
        Bar { name: "raw limit of the database".into(), value: compared.raw, is_ours: false },
        Bar { name: "both, by processor time".into(), value: compared.reach, is_ours: false },
        Bar { name: "Parom".into(), value: compared.ours, is_ours: true },
    ];
    bars.extend(compared.pool.map(|value| Bar { name: "naive, pool of 16".into(), value, is_ours: false }));
    bars.push(Bar { name: "naive, one connection".into(), value: compared.one, is_ours: false });
    plot::bars(&folder.join(format!("intake-{name}.svg")), &format!("Hooks made durable a second, {engine}"), &bars)?;
    plot::quantiles(
        &folder.join(format!("accept-{name}.svg")),
        &format!("Hook to durable 200 at half of the knee, {engine}"),
        latency,
    )
}
