//! Measures Parom and the baselines in turns, so that a slower machine affects all of them alike.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::store::Store;
use clap::Args;
use sea_orm::ConnectionTrait;

use crate::bare::Bare;
use crate::cpu::Counted;
use crate::figures::{all, median, per_second};
use crate::hooks::{self, Hook, Popularity};
use crate::line::Line;
use crate::stage::Stage;
use crate::{database, load, naive, raw, report};

/// Amount of load.
#[derive(Args, Clone, Debug)]
pub struct Volume {
    /// Hooks per throughput run.
    #[arg(long, default_value_t = 40_000)]
    pub hooks: usize,
    /// Throughput runs; the median counts.
    #[arg(long, default_value_t = 5)]
    pub runs: usize,
    /// Connections of the throughput runs. All are opened before the first request; of silent connections the server keeps
    /// 512.
    #[arg(long, default_value_t = 400)]
    pub connections: usize,
}

/// Sends hooks to a server, and writes the same rows into its database in other ways.
pub struct Beside {
    /// Hooks go to all of these in turn.
    pub addresses: Vec<String>,
    pub lines: Arc<Vec<Line>>,
    pub popularity: Popularity,
    pub store: Store,
    pub volume: Volume,
    /// The numbers of the servers' processes.
    pub processes: Vec<u32>,
    /// Where servers keep hooks that are not in the database yet.
    spools: PathBuf,
}

#[derive(Default)]
struct Figures {
    ours: Vec<f64>,
    /// Processor seconds of the server and the database per accept.
    accept: Vec<f64>,
    /// The better of one and of two connections.
    raw: Vec<f64>,
    bare: Vec<f64>,
    /// Processor seconds per row of the raw limit, and per request of the bare handler including its generator.
    row: Vec<f64>,
    request: Vec<f64>,
    one: Vec<f64>,
    pool: Vec<f64>,
}

/// The results of a comparison, each a median.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// Durable accepts per second.
    pub ours: f64,
    pub raw: f64,
    /// The possible rate of both cores if only the raw rows and the bare requests cost time.
    pub reach: f64,
    pub bare: f64,
    pub one: f64,
    /// With PostgreSQL only: SQLite has one writer.
    pub pool: Option<f64>,
}

impl Beside {
    /// All lines of a stage equally, at its server.
    pub fn of(stage: &Stage, volume: Volume) -> anyhow::Result<Self> {
        Ok(Self {
            addresses: vec![stage.address()],
            lines: Arc::new(stage.lines.clone()),
            popularity: Popularity::Even,
            store: stage.app.store.clone(),
            volume,
            processes: vec![stage.process()?.id()?],
            spools: stage.folder.join("spool"),
        })
    }

    /// Fills caches, prepares statements, opens connections.
    pub async fn warms_up(&self) -> anyhow::Result<()> {
        load::send(&self.addresses, self.make(4_000)?, None, 64).await?;
        // Background work of the database caused by the warm-up is not part of the steady state.
        self.rests().await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(())
    }

    /// Lets the database write back its log, so that no run pays for the previous one.
    pub async fn rests(&self) -> anyhow::Result<()> {
        write_log_back(&self.store).await
    }

    /// Compares ours with the raw limit, a bare handler and naive receivers; prints the figures.
    pub async fn compare(&self) -> anyhow::Result<Compared> {
        let (counted, mut figures) = (Counted::of(&self.store, &self.processes).await?, Figures::default());
        for _ in 0..self.volume.runs {
            let before = counted.product()?;
            figures.ours.push(self.ours().await?);
            figures.accept.push(each(counted.product()? - before, self.volume.hooks));
            let (raw, row) = self.raw().await?;
            figures.raw.push(raw);
            figures.row.push(row);
            self.bare(&mut figures).await?;
            figures.one.push(self.naive(1).await?);
            if !self.store.is_sqlite() {
                figures.pool.push(self.naive(16).await?);
            }
        }
        let cores = f64::from(u32::try_from(std::thread::available_parallelism()?.get())?);
        let compared = Compared {
            ours: median(&figures.ours),
            raw: median(&figures.raw),
            reach: cores / (median(&figures.row) + median(&figures.request)),
            bare: median(&figures.bare),
            one: median(&figures.one),
            pool: (!figures.pool.is_empty()).then(|| median(&figures.pool)),
        };
        report(&format!(
            "durable accepts   {:>9.0}/s   {:.0} µs of processor time each, server and database   runs {}",
            compared.ours,
            median(&figures.accept) * 1e6,
            all(&figures.ours)
        ));
        report(&format!("raw limit         {:>9.0}/s   ratio {:.2}", compared.raw, compared.ours / compared.raw));
        report(&format!(
            "bare handler      {:>9.0}/s   {:.1} µs a request, {:.1} µs a raw row: both together {:.0}/s, ratio {:.2} (wanted 0.75)",
            compared.bare,
            median(&figures.request) * 1e6,
            median(&figures.row) * 1e6,
            compared.reach,
            compared.ours / compared.reach
        ));
        against("naive, one connection", compared.ours, compared.one, 4.0);
        if let Some(pool) = compared.pool {
            against("naive, a pool of 16", compared.ours, pool, 1.5);
        }
        Ok(compared)
    }

    /// Compares ours with a pool of 16 while each flush of PostgreSQL's log takes `millis` longer.
    pub async fn with_slow_commits(&self, database: &str, millis: u64) -> anyhow::Result<()> {
        slow_commits(database, millis).await?;
        let (mut ours, mut pool) = (Vec::new(), Vec::new());
        for _ in 0..self.volume.runs {
            ours.push(self.ours().await?);
            pool.push(self.naive(16).await?);
        }
        slow_commits(database, 0).await?;
        report(&format!("each flush {millis} ms longer: {:.0}/s", median(&ours)));
        against("naive, a pool of 16", median(&ours), median(&pool), 4.0);
        Ok(())
    }

    /// Accepts per second, durable and in the database: spooled hooks count when they are stored there.
    pub async fn ours(&self) -> anyhow::Result<f64> {
        self.rests().await?;
        let flooded = load::send(&self.addresses, self.make(self.volume.hooks)?, None, self.volume.connections).await?;
        flooded.all_taken()?;
        let answered = Instant::now();
        if is_spooled(&self.spools)? {
            while is_spooled(&self.spools)? {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            report(&format!("    some were on the disk at the last answer and drained in {:.1?}", answered.elapsed()));
            return Ok(per_second(self.volume.hooks, flooded.took + answered.elapsed()));
        }
        Ok(per_second(self.volume.hooks, flooded.took))
    }

    /// Rows per second of the raw limit, the better of one and of two connections; processor seconds per row.
    pub async fn raw(&self) -> anyhow::Result<(f64, f64)> {
        let counted = Counted::of(&self.store, &[]).await?;
        let mut best = (0.0, 0.0);
        for connections in [1, 2] {
            self.rests().await?;
            let (hooks, before) = (self.make(self.volume.hooks)?, counted.now()?);
            let rate = raw::rows_per_second(&self.store, self.lines.clone(), hooks, connections).await?;
            if rate > best.0 {
                best = (rate, each(counted.now()? - before, self.volume.hooks));
            }
        }
        Ok(best)
    }

    async fn bare(&self, figures: &mut Figures) -> anyhow::Result<()> {
        let counted = Counted::of(&self.store, &[]).await?;
        let bare = Bare::handler()?;
        let (hooks, before) = (self.make(self.volume.hooks)?, counted.now()?);
        let sent = load::send(std::slice::from_ref(&bare.address), hooks, None, self.volume.connections).await?;
        figures.request.push(each(counted.now()? - before, self.volume.hooks));
        figures.bare.push(per_second(self.volume.hooks, sent.took));
        bare.stop().await;
        Ok(())
    }

    /// Accepts per second of a receiver that commits each hook, measured with a tenth of the hooks because it is
    /// slow.
    async fn naive(&self, pool: usize) -> anyhow::Result<f64> {
        let count = (self.volume.hooks / 10).max(1);
        let hooks = self.make(count)?;
        self.rests().await?;
        let naive = naive::start(self.store.clone(), self.lines.clone(), hooks.clone(), pool)?;
        let sent = load::send(std::slice::from_ref(&naive.address), hooks, None, 64).await?;
        naive.stop().await;
        sent.all_taken()?;
        Ok(per_second(count, sent.took))
    }

    /// This many hooks for these lines.
    pub fn make(&self, count: usize) -> anyhow::Result<Arc<Vec<Hook>>> {
        let host = self.addresses.first().map_or("", String::as_str);
        Ok(Arc::new(hooks::make(&self.lines, 0..count, host, self.popularity)?))
    }
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

fn against(name: &str, ours: f64, theirs: f64, wanted: f64) {
    report(&format!("{name:<22} {theirs:>5.0}/s   we are {:.1} times as fast (wanted {wanted:.1})", ours / theirs));
}

/// Delays each flush of PostgreSQL's log while its lock is held, so that the disk seems slower.
async fn slow_commits(database: &str, millis: u64) -> anyhow::Result<()> {
    let delay = format!("ALTER SYSTEM SET commit_delay = {}", millis * 1000);
    database::say(database, &[&delay, "ALTER SYSTEM SET commit_siblings = 0", "SELECT pg_reload_conf()"]).await?;
    // Each backend reads its configuration before its next statement.
    tokio::time::sleep(Duration::from_millis(500)).await;
    Ok(())
}

/// Lets the database write its log back to its files.
pub async fn write_log_back(store: &Store) -> anyhow::Result<()> {
    let word = if store.is_sqlite() { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "CHECKPOINT" };
    store.write().execute_unprepared(word).await?;
    Ok(())
}

/// Seconds per item.
fn each(used: Duration, count: usize) -> f64 {
    1.0 / per_second(count, used)
}
