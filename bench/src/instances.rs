//! Several processes on one PostgreSQL: what they make each other wait for, in counts.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use futures_util::future::try_join_all;
use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::oneshot;

use crate::fake::Fake;
use crate::figures::per_second;
use crate::hooks::{self, Hook, Popularity};
use crate::line::Line;
use crate::load;
use crate::relay::{Way, letters};
use crate::report;
use crate::stage::{Size, Stage};

/// Time between two looks at what PostgreSQL's connections wait for.
const LOOKS_EVERY: Duration = Duration::from_millis(5);

/// The options of the command.
#[derive(Args)]
pub struct InstancesOptions {
    #[command(flatten)]
    size: Size,
    /// Numbers of processes, one measurement each.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4")]
    instances: Vec<usize>,
    /// Managers' messages of a measurement.
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    /// Connections of the generator.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Sends all messages of an account to one process, as a proxy does that chooses it by the path of the request.
    #[arg(long)]
    by_account: bool,
}

/// Prints a line for each number of processes.
pub async fn run(options: InstancesOptions) -> anyhow::Result<()> {
    anyhow::ensure!(options.size.database.is_some(), "SQLite serves one process: give --database");
    report("managers' messages through several processes on one PostgreSQL");
    for &instances in &options.instances {
        measure(&options, instances).await?;
    }
    Ok(())
}

async fn measure(options: &InstancesOptions, instances: usize) -> anyhow::Result<()> {
    let fake = Fake::start(Duration::ZERO, options.messages)?;
    let stage = Stage::build(options.size.clone(), Some(fake.url.clone())).await?;
    let mut others = Vec::new();
    for _ in 1..instances {
        others.push(stage.another().await?);
    }
    let addresses: Vec<String> =
        std::iter::once(stage.address()).chain(others.iter().map(|other| other.address.clone())).collect();
    let before = Counts::read(&stage).await?;
    let (stop, stopped) = oneshot::channel();
    let looks = tokio::spawn(look(stage.app.store.clone(), stopped));
    let parts = if options.by_account {
        by_account(options, &stage.lines, &addresses)?
    } else {
        vec![(addresses, letters(Way::ToMessenger, &stage, options.messages)?)]
    };
    let connections = options.connections / parts.len();
    let messages: usize = parts.iter().map(|(_, hooks)| hooks.len()).sum();
    let began = std::time::Instant::now();
    let sent = parts.iter().map(|(addresses, hooks)| load::send(addresses, hooks.clone(), None, connections));
    for outcome in try_join_all(sent).await? {
        outcome.all_taken()?;
    }
    fake.arrivals.wait_for(messages).await?;
    let rate = per_second(messages, began.elapsed());
    let _ = stop.send(());
    let looks = looks.await.context("the looks")??;
    let after = Counts::read(&stage).await?;
    report(&format!(
        "  {instances} processes {rate:>7.0}/s   {} commits, {} deadlocks   \
         waits for a lock: {} of {} active connections seen ({:.2} %)   calls {}",
        after.commits - before.commits,
        after.deadlocks - before.deadlocks,
        looks.waiting,
        looks.active,
        percent(looks.waiting, looks.active),
        fake.arrivals.calls(),
    ));
    for other in others {
        other.stop().await?;
    }
    stage.end().await?;
    fake.stop().await;
    Ok(())
}

/// Addresses, with the messages that are sent there.
type Part = (Vec<String>, Arc<Vec<Hook>>);

/// Each process's address, with the messages of its accounts.
fn by_account(options: &InstancesOptions, lines: &[Line], addresses: &[String]) -> anyhow::Result<Vec<Part>> {
    let count = options.messages / addresses.len();
    let part = |(place, address): (usize, &String)| {
        let mine = |line: &&Line| usize::from(line.tenant_id.as_bytes()[15]) % addresses.len() == place;
        let lines: Vec<Line> = lines.iter().filter(mine).cloned().collect();
        let hooks = hooks::make(&lines, place * count..(place + 1) * count, address, Popularity::Even)?;
        Ok((vec![address.clone()], Arc::new(hooks)))
    };
    addresses.iter().enumerate().map(part).collect()
}

fn percent(part: i64, whole: i64) -> f64 {
    #[expect(clippy::as_conversions, reason = "counts of a benchmark are far below 2^52")]
    let ratio = part as f64 / whole.max(1) as f64;
    ratio * 100.0
}

/// PostgreSQL's counts of the database's transactions.
struct Counts {
    commits: i64,
    deadlocks: i64,
}

impl Counts {
    async fn read(stage: &Stage) -> anyhow::Result<Self> {
        let store = &stage.app.store;
        let asked = "SELECT xact_commit, deadlocks FROM pg_stat_database WHERE datname = current_database()";
        let asked = Statement::from_string(store.backend(), asked);
        let row = store.read().query_one_raw(asked).await?.context("PostgreSQL has no counts")?;
        Ok(Self { commits: row.try_get("", "xact_commit")?, deadlocks: row.try_get("", "deadlocks")? })
    }
}

/// Connections that were seen at work, and those of them that waited for another one's lock.
#[derive(Default)]
struct Looks {
    active: i64,
    waiting: i64,
}

async fn look(store: base::store::Store, mut stop: oneshot::Receiver<()>) -> anyhow::Result<Looks> {
    let mut looks = Looks::default();
    let asked = "SELECT count(*) AS active, count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting \
                 FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()";
    while stop.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty) {
        let asked = Statement::from_string(store.backend(), asked);
        if let Some(row) = store.read().query_one_raw(asked).await? {
            looks.active += row.try_get::<i64>("", "active")?;
            looks.waiting += row.try_get::<i64>("", "waiting")?;
        }
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    Ok(looks)
}
