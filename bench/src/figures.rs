//! What is measured, and how it is shown: rates, medians, times, and processor time of servers and of PostgreSQL on
//! this machine, as Linux counts it (hundredths of a second).

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use base::store::Store;
use hdrhistogram::Histogram;
use sea_orm::{ConnectionTrait, Statement};

/// Items per second.
#[expect(clippy::as_conversions, reason = "counts of a benchmark are far below 2^52")]
pub fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// The median; of an even number the lower of the middle two. Zero if empty.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0)
}

/// All figures in one line, in their order.
pub fn all(figures: &[f64]) -> String {
    figures.iter().map(|figure| format!("{figure:.0}")).collect::<Vec<_>>().join(" ")
}

/// The quantiles of times in microseconds.
pub fn times(figures: &Histogram<u64>) -> String {
    let at = |quantile: f64| millis(figures.value_at_quantile(quantile));
    format!("p50 {:>9}  p99 {:>9}  p99.9 {:>9}  max {:>9}", at(0.5), at(0.99), at(0.999), millis(figures.max()))
}

/// Microseconds as milliseconds.
pub fn millis(micros: u64) -> String {
    format!("{:.2} ms", Duration::from_micros(micros).as_secs_f64() * 1000.0)
}

/// Times of 4 KiB appended and synced on this disk, in microseconds.
pub fn fsync_times(folder: &Path) -> anyhow::Result<Histogram<u64>> {
    let path = folder.join("fsync.probe");
    let mut file = std::fs::File::create(&path).context("a probe file")?;
    let mut times = Histogram::new(3)?;
    for _ in 0..400 {
        file.write_all(&[7; 4096])?;
        let started = Instant::now();
        file.sync_data()?;
        times.record(u64::try_from(started.elapsed().as_micros())?)?;
    }
    std::fs::remove_file(path)?;
    Ok(times)
}

/// The unit of times in `/proc`, whatever the kernel's tick.
const TICK: Duration = Duration::from_millis(10);

/// The counted processes: the server, and all of PostgreSQL's if that runs on this machine.
pub struct Counted {
    server: u32,
    postmaster: Option<u32>,
}

impl Counted {
    /// `server` is the number of its process.
    pub async fn of(store: &Store, server: u32) -> anyhow::Result<Self> {
        if store.is_sqlite() {
            return Ok(Self { server, postmaster: None });
        }
        let asked = Statement::from_string(store.backend(), "SELECT pg_backend_pid() AS pid");
        let row = store.read().query_one_raw(asked).await?.context("PostgreSQL returned no process id")?;
        let backend = u32::try_from(row.try_get::<i32>("", "pid")?)?;
        let stat = Stat::of(backend).context("the PostgreSQL is not on this machine, so its time cannot be counted")?;
        Ok(Self { server, postmaster: Some(stat.parent) })
    }

    /// Time used so far.
    pub fn used(&self) -> anyhow::Result<Duration> {
        let mut all = Stat::of(self.server).context("the server has ended")?.used;
        if let Some(postmaster) = self.postmaster {
            for entry in std::fs::read_dir("/proc")? {
                let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
                let stat = Stat::of(pid).filter(|stat| pid == postmaster || stat.parent == postmaster);
                // Connections come and go; their time is added to the parent process.
                all += stat.map_or(Duration::ZERO, |stat| stat.used + stat.ended);
            }
        }
        Ok(all)
    }
}

struct Stat {
    parent: u32,
    used: Duration,
    /// Time used by children that have ended.
    ended: Duration,
}

impl Stat {
    /// None if there is no such process any more.
    fn of(pid: u32) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Fields 4 (parent), 14 and 15 (time in user and kernel mode), 16 and 17 (the same of children) of proc(5); the
    /// name in field 2 may contain anything.
    fn parse(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split_whitespace().collect();
        let both = |at: usize| {
            let number = |at: usize| fields.get(at)?.parse::<u32>().ok();
            Some(TICK * number(at)?.checked_add(number(at + 1)?)?)
        };
        Some(Self { parent: fields.get(1)?.parse().ok()?, used: both(11)?, ended: both(13)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_the_figures() {
        assert_eq!([median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0]), median(&[])], [2.0, 1.0, 0.0]);
    }

    #[test]
    fn a_line_of_proc_is_read() {
        let stat = Stat::parse("42 (post gres: (x) y) S 7 42 42 0 -1 4194304 9 0 0 0 150 50 70 30 20 0 1 0").unwrap();
        assert_eq!((stat.parent, stat.used, stat.ended), (7, Duration::from_secs(2), Duration::from_secs(1)));
        assert!(Stat::parse("nothing").is_none());
    }
}
