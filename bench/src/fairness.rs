//! `bench fairness`: how long a quiet account's messages take while others flood.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use hdrhistogram::Histogram;

use crate::fake::Fake;
use crate::figures::{median, millis, per_second, times};
use crate::hooks::{self, Popularity};
use crate::stage::{Line, Plan, Stage};
use crate::{load, report};

/// Messages a second of the quiet account.
const QUIET: u32 = 20;

#[derive(Args)]
pub struct Options {
    /// A PostgreSQL in which databases may be made; fresh SQLite files otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Messages of the runs that find the knee.
    #[arg(long, default_value_t = 8_000)]
    messages: usize,
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Milliseconds after which the messenger answers.
    #[arg(long, default_value_t = 20)]
    delay: u64,
    /// Accounts that flood; one more is quiet.
    #[arg(long, default_value_t = 50)]
    tenants: usize,
    /// Conversations of each.
    #[arg(long, default_value_t = 40)]
    conversations: usize,
}

/// Prints the figures.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let engine = if options.database.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut knees = Vec::new();
    for _ in 0..options.runs {
        knees.push(knee(&options).await?);
    }
    let knee = median(&knees);
    report(&format!(
        "fairness on {engine}: the knee of the relay is {knee:.0} messages/s, the messenger takes {} ms",
        options.delay
    ));
    let mut own = None;
    for (share, wanted) in [(0.0, 1.0), (0.5, 1.5), (2.0, 3.0)] {
        let found = beside(&options, knee * share).await?;
        let p99 = found.value_at_quantile(0.99);
        let first = *own.get_or_insert(p99);
        report(&format!(
            "  flood at {:>3.0} %   {}   p99 {:.2} times its own (wanted {wanted}), own {}",
            share * 100.0,
            times(&found),
            Duration::from_micros(p99).as_secs_f64() / Duration::from_micros(first).as_secs_f64(),
            millis(first)
        ));
    }
    Ok(())
}

/// Messages a second end to end, all accounts alike.
async fn knee(options: &Options) -> anyhow::Result<f64> {
    let (fake, stage) = build(options, options.messages).await?;
    let letters = hooks::make(&stage.lines, 0..options.messages, &stage.address(), Popularity::Even)?;
    let started = Instant::now();
    let sent = load::send(&[stage.address()], Arc::new(letters), None, 64).await?;
    sent.all_taken()?;
    fake.arrivals.wait_for(options.messages).await?;
    let rate = per_second(options.messages, started.elapsed());
    stage.end().await?;
    fake.stop().await;
    Ok(rate)
}

/// The quiet account's times from the planned hook to the messenger, while the others send at `rate` a second.
async fn beside(options: &Options, rate: f64) -> anyhow::Result<Histogram<u64>> {
    let quiet = usize::try_from(QUIET * options.seconds)?;
    let (fake, stage) = build(options, quiet).await?;
    let (flooding, still) = stage.lines.split_at(options.tenants * options.conversations);
    let address = [stage.address()];
    let count: usize = format!("{:.0}", rate * f64::from(options.seconds)).parse()?;
    // Numbers that the fake does not look for.
    let flood = hooks::make(flooding, quiet..quiet + count, &address[0], Popularity::Even)?;
    let sends = async {
        if rate > 0.0 { load::send(&address, Arc::new(flood), Some(rate), 256).await.map(|_| ()) } else { Ok(()) }
    };
    let (flooded, found) = tokio::join!(sends, quietly(&fake, still, quiet, &address[0]));
    flooded?;
    let found = found?;
    stage.end().await?;
    fake.stop().await;
    Ok(found)
}

/// One message after the other by plan, never waiting for the last.
async fn quietly(fake: &Fake, lines: &[Line], count: usize, address: &str) -> anyhow::Result<Histogram<u64>> {
    // The flood is under way.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let letters = hooks::make(lines, 0..count, address, Popularity::Even)?;
    let begun = Instant::now();
    let planned = |number: usize| Some(begun + Duration::from_secs(1) * u32::try_from(number).ok()? / QUIET);
    let mut connection = load::Connection::open(address).await?;
    for (number, letter) in letters.iter().enumerate() {
        if let Some(at) = planned(number) {
            tokio::time::sleep_until(at.into()).await;
        }
        anyhow::ensure!(load::is_taken(connection.post(letter).await?), "{number} was refused");
    }
    fake.arrivals.wait_for(count).await?;
    let mut found = Histogram::new(3)?;
    for number in 0..count {
        if let Some((there, at)) = fake.arrivals.at(number).zip(planned(number)) {
            found.record(u64::try_from(there.saturating_duration_since(at).as_micros())?.max(1))?;
        }
    }
    Ok(found)
}

async fn build(options: &Options, numbers: usize) -> anyhow::Result<(Fake, Stage)> {
    let fake = Fake::start(Duration::from_millis(options.delay), numbers)?;
    let (postgres, tenants, conversations) = (options.database.clone(), options.tenants + 1, options.conversations);
    let stage = Stage::build(Plan { postgres, tenants, conversations, fakes: Some(fake.url.clone()) }).await?;
    Ok((fake, stage))
}
