//! `bench fairness`: how long a quiet account's messages take while others flood.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::cpu::Counted;
use crate::fake::Fake;
use crate::figures::{median, millis, times};
use crate::hooks::{self, Popularity};
use crate::line::Line;
use crate::stage::{Size, Stage};
use crate::{load, report};

/// Messages per second of the quiet account.
const QUIET: u32 = 20;

/// All accounts flood, except an additional quiet one.
#[derive(Args)]
pub struct FairnessOptions {
    #[command(flatten)]
    size: Size,
    /// Messages of the runs that find the saturation rate.
    #[arg(long, default_value_t = 8_000)]
    messages: usize,
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Seconds per measurement.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Milliseconds after which the messenger answers.
    #[arg(long, default_value_t = 20)]
    delay: u64,
}

/// Prints the figures.
pub async fn run(options: FairnessOptions) -> anyhow::Result<()> {
    let engine = options.size.engine();
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
        let p99 = found.arrived.value_at_quantile(0.99);
        let first = *own.get_or_insert(p99);
        report(&format!(
            "  flood at {:>3.0} %   {}   p99 {:.2} times its own (wanted {wanted}), own {}; taken after {}; {:.1} cores busy",
            share * 100.0,
            times(&found.arrived),
            Duration::from_micros(p99).as_secs_f64() / Duration::from_micros(first).as_secs_f64(),
            millis(first),
            times(&found.accepted),
            found.busy
        ));
    }
    Ok(())
}

/// The quiet account's times, in microseconds from the planned hook.
struct Quiet {
    /// To the answer.
    accepted: Histogram<u64>,
    /// To the messenger.
    arrived: Histogram<u64>,
    /// Average number of busy cores.
    busy: f64,
}

/// Messages per second end to end, all accounts alike.
async fn knee(options: &FairnessOptions) -> anyhow::Result<f64> {
    let (fake, stage) = build(options, options.messages).await?;
    let letters = hooks::make(&stage.lines, 0..options.messages, &stage.address(), Popularity::Even)?;
    let rate = load::end_to_end(&stage.address(), Arc::new(letters), 64, &fake).await?;
    stage.end().await?;
    fake.stop().await;
    Ok(rate)
}

/// The quiet account's times while the others send `rate` messages per second.
async fn beside(options: &FairnessOptions, rate: f64) -> anyhow::Result<Quiet> {
    let quiet = usize::try_from(QUIET * options.seconds)?;
    let (fake, stage) = build(options, quiet).await?;
    let (flooding, still) = stage.lines.split_at(options.size.tenants * options.size.conversations);
    let address = [stage.address()];
    let count: usize = format!("{:.0}", rate * f64::from(options.seconds)).parse()?;
    // Numbers that the fake does not track.
    let flood = hooks::make(flooding, quiet..quiet + count, &address[0], Popularity::Even)?;
    let sends = async {
        if rate > 0.0 { load::send(&address, Arc::new(flood), Some(rate), 256).await.map(|_| ()) } else { Ok(()) }
    };
    let counted = Counted::of(&stage.app.store, &[stage.process()?.id()?]).await?;
    let (before, begun) = (counted.now()?, Instant::now());
    let watched = async {
        let found = quietly(&fake, still, quiet, &address[0]).await?;
        let busy = (counted.now()? - before).as_secs_f64() / begun.elapsed().as_secs_f64();
        Ok::<_, anyhow::Error>(Quiet { busy, ..found })
    };
    let (flooded, found) = tokio::join!(sends, watched);
    flooded?;
    let found = found?;
    stage.end().await?;
    fake.stop().await;
    Ok(found)
}

/// One message after the other on schedule, each over its own connection, so that none waits for another's answer.
async fn quietly(fake: &Fake, lines: &[Line], count: usize, address: &str) -> anyhow::Result<Quiet> {
    // By then the flood is running.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let letters = Arc::new(hooks::make(lines, 0..count, address, Popularity::Even)?);
    let begun = Instant::now();
    let mut posts = JoinSet::new();
    for number in 0..count {
        let planned = begun + Duration::from_secs(1) * u32::try_from(number)? / QUIET;
        tokio::time::sleep_until(planned.into()).await;
        let (letters, address) = (letters.clone(), address.to_owned());
        posts.spawn(async move {
            let answer = load::Connection::open(&address).await?.post(&letters[number]).await?;
            anyhow::ensure!(load::is_taken(answer), "{number} was refused");
            Ok((number, planned, Instant::now()))
        });
    }
    let posted = posts.join_all().await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    fake.arrivals.wait_for(count).await?;
    let mut found = Quiet { accepted: Histogram::new(3)?, arrived: Histogram::new(3)?, busy: 0.0 };
    for (number, planned, answered) in posted {
        let since = |at: Instant| u64::try_from(at.saturating_duration_since(planned).as_micros());
        found.accepted.record(since(answered)?.max(1))?;
        if let Some(there) = fake.arrivals.at(number) {
            found.arrived.record(since(there)?.max(1))?;
        }
    }
    Ok(found)
}

async fn build(options: &FairnessOptions, numbers: usize) -> anyhow::Result<(Fake, Stage)> {
    let fake = Fake::start(Duration::from_millis(options.delay), numbers)?;
    let size = Size { tenants: options.size.tenants + 1, ..options.size.clone() };
    let stage = Stage::build(size, Some(fake.url.clone())).await?;
    Ok((fake, stage))
}
