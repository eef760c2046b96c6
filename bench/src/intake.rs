//! `bench intake`: how many hooks a second become durable, and how long each waits.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use hdrhistogram::Histogram;
use parom::store::Store;

use crate::bare::Bare;
use crate::cpu::Counted;
use crate::figures::{median, millis, per_second, times};
use crate::hooks::Hook;
use crate::stage::{Line, Plan};
use crate::{disk, hooks, load, naive, raw, report, stage};

#[derive(Args)]
pub struct Options {
    /// A PostgreSQL database, empty and only for this run; a fresh SQLite file otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Hooks of each throughput run.
    #[arg(long, default_value_t = 40_000)]
    hooks: usize,
    /// Throughput runs; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
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
    let plan = Plan { tenants: options.tenants, conversations: options.conversations, fakes: None };
    let stage = stage::build(options.database.as_deref(), &plan).await?;
    let engine = if options.database.is_some() { "PostgreSQL" } else { "SQLite" };
    report(&format!("intake on {engine}: {} tenants, {} conversations", options.tenants, stage.lines.len()));
    let fsync = disk::fsync_times(&stage.folder)?;
    report(&line("fsync of 4 KiB", &fsync));

    let address = stage.address();
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

    let beside = Beside { options: &options, address, lines, store };
    let ratio = beside.compare().await?;
    let wanted = if options.database.is_some() { 0.5 } else { 0.4 };
    let bound = (5 * fsync.value_at_quantile(0.99)).max(20_000);
    let p99 = steady.latency.value_at_quantile(0.99);
    report(&format!("p99 at {}/s {} (wanted at most {})", options.rate, millis(p99), millis(bound)));

    stage.end().await?;
    anyhow::ensure!(ratio >= wanted, "the ratio {ratio:.2} is below {wanted:.2}");
    anyhow::ensure!(p99 <= bound, "the p99 {} is above {}", millis(p99), millis(bound));
    Ok(())
}

/// Our figure and those that stand beside it, in turns, so that a machine that slows down does so for all.
struct Beside<'a> {
    options: &'a Options,
    address: String,
    lines: Arc<Vec<Line>>,
    store: Store,
}

#[derive(Default)]
struct Figures {
    ours: Vec<f64>,
    /// The better of one and of two connections.
    raw: Vec<f64>,
    bare: Vec<f64>,
    /// Processor seconds a row of the raw limit, and a request of the bare handler with its generator.
    row: Vec<f64>,
    request: Vec<f64>,
    one: Vec<f64>,
    pool: Vec<f64>,
}

impl Beside<'_> {
    /// Prints the figures; gives the plain ratio to the raw limit.
    async fn compare(&self) -> anyhow::Result<f64> {
        let mut figures = Figures::default();
        for _ in 0..self.options.runs {
            self.one_run(&mut figures).await?;
        }
        let (ours, raw) = (median(&figures.ours), median(&figures.raw));
        let cores = f64::from(u32::try_from(std::thread::available_parallelism()?.get())?);
        let reach = cores / (median(&figures.row) + median(&figures.request));
        report(&format!("durable accepts   {ours:>9.0}/s"));
        report(&format!("raw limit         {raw:>9.0}/s   ratio {:.2}", ours / raw));
        report(&format!(
            "bare handler      {:>9.0}/s   {:.1} µs a request, {:.1} µs a raw row: both together {reach:.0}/s, ratio {:.2} (wanted 0.75)",
            median(&figures.bare),
            median(&figures.request) * 1e6,
            median(&figures.row) * 1e6,
            ours / reach
        ));
        let naive = [("one connection", &figures.one, 4.0), ("a pool of 16", &figures.pool, 1.5)];
        for (name, figures, wanted) in naive.into_iter().filter(|(_, figures, _)| !figures.is_empty()) {
            let naive = median(figures);
            report(&format!(
                "naive, {name:<14} {naive:>6.0}/s   we are {:.1} times as fast (wanted {wanted:.1})",
                ours / naive
            ));
        }
        Ok(ours / raw)
    }

    async fn one_run(&self, figures: &mut Figures) -> anyhow::Result<()> {
        let (count, connections) = (self.options.hooks, self.options.connections);
        let counted = Counted::of(&self.store).await?;
        let flooded = load::send(&self.address, self.hooks(count), None, connections).await?;
        anyhow::ensure!(flooded.refused == 0, "{} hooks were refused", flooded.refused);
        figures.ours.push(per_second(count, flooded.took));
        let (mut best, mut row) = (0.0, 0.0);
        for connections in [1, 2] {
            let (hooks, before) = (self.hooks(count), counted.now()?);
            let rate = raw::rows_per_second(&self.store, self.lines.clone(), hooks, connections).await?;
            if rate > best {
                (best, row) = (rate, each(counted.now()? - before, count));
            }
        }
        figures.raw.push(best);
        figures.row.push(row);
        let bare = Bare::handler()?;
        let (hooks, before) = (self.hooks(count), counted.now()?);
        let sent = load::send(&bare.address, hooks, None, connections).await?;
        figures.request.push(each(counted.now()? - before, count));
        figures.bare.push(per_second(count, sent.took));
        bare.stop().await;
        self.naive(figures).await
    }

    /// A tenth of the hooks: it is slow.
    async fn naive(&self, figures: &mut Figures) -> anyhow::Result<()> {
        let count = (self.options.hooks / 10).max(1);
        // SQLite has one writer, so a pool of them is the same.
        let pools = if self.store.is_sqlite() { &[1][..] } else { &[1, 16] };
        for pool in pools {
            let hooks = self.hooks(count);
            let naive = naive::start(self.store.clone(), self.lines.clone(), hooks.clone(), *pool)?;
            let sent = load::send(&naive.address, hooks, None, 64).await?;
            naive.stop().await;
            anyhow::ensure!(sent.refused == 0, "the naive receiver refused {}", sent.refused);
            let kept = if *pool == 1 { &mut figures.one } else { &mut figures.pool };
            kept.push(per_second(count, sent.took));
        }
        Ok(())
    }

    fn hooks(&self, count: usize) -> Arc<Vec<Hook>> {
        Arc::new(hooks::make(&self.lines, count, &self.address))
    }
}

/// Seconds of each of so many.
fn each(used: Duration, count: usize) -> f64 {
    1.0 / per_second(count, used)
}

fn line(name: &str, figures: &Histogram<u64>) -> String {
    format!("{name:<18} {}", times(figures))
}
