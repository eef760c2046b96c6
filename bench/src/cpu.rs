//! Processor time of this process, of servers and of PostgreSQL on this machine, as Linux counts it (hundredths of a
//! second).

use std::time::Duration;

use anyhow::Context;
use base::store::Store;
use sea_orm::{ConnectionTrait, Statement};

/// The unit of times in `/proc`, whatever the kernel's tick.
const TICK: Duration = Duration::from_millis(10);

/// The counted processes: this one, the servers, and all of PostgreSQL's if that runs on this machine.
pub struct Counted {
    servers: Vec<u32>,
    postmaster: Option<u32>,
}

impl Counted {
    /// `servers` are the numbers of their processes.
    pub async fn of(store: &Store, servers: &[u32]) -> anyhow::Result<Self> {
        let servers = servers.to_owned();
        if store.is_sqlite() {
            return Ok(Self { servers, postmaster: None });
        }
        let asked = Statement::from_string(store.backend(), "SELECT pg_backend_pid() AS pid");
        let row = store.read().query_one_raw(asked).await?.context("PostgreSQL returned no process id")?;
        let backend = u32::try_from(row.try_get::<i32>("", "pid")?)?;
        let stat = Stat::of(backend).context("the PostgreSQL is not on this machine, so its time cannot be counted")?;
        Ok(Self { servers, postmaster: Some(stat.parent) })
    }

    /// Time used so far.
    pub fn now(&self) -> anyhow::Result<Duration> {
        Ok(self.product()? + Stat::of(std::process::id()).context("this process has no /proc entry")?.used)
    }

    /// Time used so far by the servers and PostgreSQL, without this process.
    pub fn product(&self) -> anyhow::Result<Duration> {
        let mut all = Duration::ZERO;
        for server in &self.servers {
            all += Stat::of(*server).context("the server has ended")?.used;
        }
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
    fn a_line_of_proc_is_read() {
        let stat = Stat::parse("42 (post gres: (x) y) S 7 42 42 0 -1 4194304 9 0 0 0 150 50 70 30 20 0 1 0").unwrap();
        assert_eq!((stat.parent, stat.used, stat.ended), (7, Duration::from_secs(2), Duration::from_secs(1)));
        assert!(Stat::parse("nothing").is_none());
    }
}
