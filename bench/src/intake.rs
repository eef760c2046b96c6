//! `bench intake`: how many hooks a second become durable, and how long each waits.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hdrhistogram::Histogram;

use crate::raw::per_second;
use crate::{disk, hooks, load, raw, report, stage};

#[derive(Args)]
pub struct Options {
    /// A PostgreSQL database, empty and only for this run; a fresh SQLite file otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Hooks of the throughput run.
    #[arg(long, default_value_t = 80_000)]
    hooks: usize,
    /// Hooks a second of the latency run.
    #[arg(long, default_value_t = 1000)]
    rate: u32,
    /// Seconds of the latency run.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    #[arg(long, default_value_t = 50)]
    tenants: usize,
    /// Conversations of each tenant.
    #[arg(long, default_value_t = 40)]
    conversations: usize,
    /// Connections of the throughput run.
    #[arg(long, default_value_t = 1024)]
    connections: usize,
}

/// Runs all parts on one machine in one go and prints the figures with their ratios.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let stage = stage::build(options.database.as_deref(), options.tenants, options.conversations).await?;
    let engine = if options.database.is_some() { "PostgreSQL" } else { "SQLite" };
    report(&format!("intake on {engine}: {} tenants, {} conversations", options.tenants, stage.lines.len()));
    let fsync = disk::fsync_times(&stage.folder)?;
    report(&line("fsync of 4 KiB", &fsync));

    let address = stage.running.url().trim_start_matches("http://").to_owned();
    let lines = Arc::new(stage.lines.clone());
    let store = stage.running.app.store.clone();

    // Warm: caches, prepared statements, connections.
    let warm = Arc::new(hooks::make(&lines, 4000, &address));
    load::send(&address, warm, None, 64).await?;
    // What the warm-up left to the database's background work is not the steady state's.
    tokio::time::sleep(Duration::from_secs(2)).await;

    let latency = Arc::new(hooks::make(&lines, usize::try_from(options.rate * options.seconds)?, &address));
    let steady = load::send(&address, latency, Some(options.rate), 64).await?;
    report(&line(&format!("accept at {}/s", options.rate), &steady.latency));
    anyhow::ensure!(steady.refused == 0, "{} hooks were refused", steady.refused);

    // Halves around the raw limit, so that a machine that slows down does so for both.
    let mut ours = Vec::new();
    let mut limits = Vec::new();
    for _ in 0..2 {
        let flood = Arc::new(hooks::make(&lines, options.hooks / 2, &address));
        let flooded = load::send(&address, flood.clone(), None, options.connections).await?;
        anyhow::ensure!(flooded.refused == 0, "{} hooks were refused", flooded.refused);
        ours.push(per_second(options.hooks / 2, flooded.took));
        report(&format!(
            "  accepts        {:>9.0}/s   {}",
            ours.last().copied().unwrap_or(0.0),
            times(&flooded.latency)
        ));
        for connections in [1, 2] {
            let fresh = Arc::new(hooks::make(&lines, options.hooks / 2, &address));
            limits.push(raw::rows_per_second(&store, lines.clone(), fresh, connections).await?);
            report(&format!("  raw, {connections} conn.   {:>9.0}/s", limits.last().copied().unwrap_or(0.0)));
        }
    }
    let best = |figures: &[f64]| figures.iter().copied().fold(0.0, f64::max);
    let (ours, limit) = (best(&ours), best(&limits));
    let wanted = if options.database.is_some() { 0.5 } else { 0.4 };
    let ratio = ours / limit;
    report(&format!("durable accepts {ours:.0}/s, raw limit {limit:.0}/s, ratio {ratio:.2} (wanted {wanted:.2})"));
    let bound = (5 * fsync.value_at_quantile(0.99)).max(20_000);
    let p99 = steady.latency.value_at_quantile(0.99);
    report(&format!("p99 at {}/s {} (wanted at most {})", options.rate, millis(p99), millis(bound)));

    let folder = stage.folder.clone();
    stage.running.stop().await;
    std::fs::remove_dir_all(folder)?;
    anyhow::ensure!(ratio >= wanted, "the ratio {ratio:.2} is below {wanted:.2}");
    anyhow::ensure!(p99 <= bound, "the p99 {} is above {}", millis(p99), millis(bound));
    Ok(())
}

fn line(name: &str, figures: &Histogram<u64>) -> String {
    format!("{name:<18} {}", times(figures))
}

fn times(figures: &Histogram<u64>) -> String {
    let at = |quantile: f64| millis(figures.value_at_quantile(quantile));
    format!("p50 {:>9}  p99 {:>9}  p99.9 {:>9}  max {:>9}", at(0.5), at(0.99), at(0.999), millis(figures.max()))
}

fn millis(micros: u64) -> String {
    format!("{:.2} ms", Duration::from_micros(micros).as_secs_f64() * 1000.0)
}
