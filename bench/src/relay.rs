//! `bench relay`: messages end to end over HTTP, both ways, compared with a relay that makes the same calls without
//! storing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use hdrhistogram::Histogram;

use crate::bare::{AT_ONCE, Bare};
use crate::fake::Fake;
use crate::figures::{median, times};
use crate::hooks::{self, Hook, Popularity};
use crate::load::Connection;
use crate::stage::{Size, Stage};
use crate::{customers, load, report};

#[derive(Args)]
pub struct RelayOptions {
    #[command(flatten)]
    size: Size,
    /// Messages per run.
    #[arg(long, default_value_t = 8_000)]
    messages: usize,
    /// Messages of the busy conversation.
    #[arg(long, default_value_t = 400)]
    hot: usize,
    /// Messages of the idle system, one at a time.
    #[arg(long, default_value_t = 300)]
    idle: usize,
    /// Runs of each figure; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Milliseconds after which the fakes answer; several separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "0,50")]
    delays: Vec<u64>,
    /// Connections of the generator.
    #[arg(long, default_value_t = 64)]
    connections: usize,
}

/// The direction of messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToCrm,
    ToMessenger,
}

impl Way {
    pub const ALL: [Self; 2] = [Self::ToCrm, Self::ToMessenger];

    pub const fn name(self) -> &'static str {
        match self {
            Self::ToCrm => "customer → amoCRM",
            Self::ToMessenger => "manager → messenger",
        }
    }
}

/// Prints the figures and their ratios.
pub async fn run(options: RelayOptions) -> anyhow::Result<()> {
    for delay in options.delays.clone() {
        run_at(&options, Duration::from_millis(delay)).await?;
    }
    Ok(())
}

async fn run_at(options: &RelayOptions, delay: Duration) -> anyhow::Result<()> {
    let most = options.messages.max(options.hot).max(options.idle);
    report(&format!("relay on {}, fakes that answer after {} ms", options.size.engine(), delay.as_millis()));
    for way in Way::ALL {
        let (mut ours, mut bare, mut calls) = (Vec::new(), Vec::new(), (0, 0));
        for _ in 0..options.runs {
            let fake = Fake::start(delay, most)?;
            let stage = build(options, &fake).await?;
            let letters = letters(way, &stage, options.messages)?;
            ours.push(load::end_to_end(&stage.address(), letters.clone(), options.connections, &fake).await?);
            calls.0 = fake.arrivals.calls();
            stage.end().await?;
            fake.stop().await;

            let (rate, called) = beside(delay, letters, AT_ONCE, options.connections).await?;
            bare.push(rate);
            calls.1 = called;
        }
        let (ours, bare) = (median(&ours), median(&bare));
        report(&format!(
            "  {:<20} {ours:>7.0}/s   bare relay {bare:>7.0}/s   ratio {:.2} (wanted 0.40)   calls {} and {}",
            way.name(),
            ours / bare,
            calls.0,
            calls.1
        ));
    }
    idle(options, delay).await?;
    hot(options, delay).await
}

/// The same messages through a bare relay: how many per second, and how many calls it made.
async fn beside(
    delay: Duration,
    letters: Arc<Vec<Hook>>,
    at_once: usize,
    connections: usize,
) -> anyhow::Result<(f64, usize)> {
    let fake = Fake::start(delay, letters.len())?;
    let relay = Bare::relay(&fake.url, at_once)?;
    let rate = load::end_to_end(&relay.address, letters, connections, &fake).await?;
    let calls = fake.arrivals.calls();
    relay.stop().await;
    fake.stop().await;
    Ok((rate, calls))
}

async fn build(options: &RelayOptions, fake: &Fake) -> anyhow::Result<Stage> {
    Stage::build(options.size.clone(), Some(fake.url.clone())).await
}

/// Messages of that direction, over all lines in turn.
pub fn letters(way: Way, stage: &Stage, count: usize) -> anyhow::Result<Arc<Vec<Hook>>> {
    let address = stage.address();
    Ok(Arc::new(match way {
        Way::ToCrm => customers::messages(&stage.lines, count, &address, &stage.key),
        Way::ToMessenger => hooks::make(&stage.lines, 0..count, &address, Popularity::Even)?,
    }))
}

/// From a request's first byte in to the first byte out, one message at a time.
async fn idle(options: &RelayOptions, delay: Duration) -> anyhow::Result<()> {
    for way in Way::ALL {
        let fake = Fake::start(delay, options.idle)?;
        let stage = build(options, &fake).await?;
        let letters = letters(way, &stage, options.idle)?;
        let mut added = Histogram::<u64>::new(3)?;
        let mut connection = Connection::open(&stage.address()).await?;
        for (number, letter) in letters.iter().enumerate() {
            let begun = Instant::now();
            anyhow::ensure!(load::is_taken(connection.post(letter).await?), "{number} was refused");
            fake.arrivals.wait_for(number + 1).await?;
            let there = fake.arrivals.at(number).ok_or_else(|| anyhow::anyhow!("{number} did not arrive"))?;
            added.record(u64::try_from(there.saturating_duration_since(begun).as_micros())?.max(1))?;
            // The next one starts with an idle system.
            tokio::time::sleep(delay + Duration::from_millis(20)).await;
        }
        report(&format!("  idle, {:<14} {}", way.name(), times(&added)));
        stage.end().await?;
        fake.stop().await;
    }
    Ok(())
}

/// One conversation with many messages at once.
async fn hot(options: &RelayOptions, delay: Duration) -> anyhow::Result<()> {
    let wanted = if delay.is_zero() { 150.0 } else { 18.0 };
    for way in Way::ALL {
        let fake = Fake::start(delay, options.hot)?;
        let mut stage = build(options, &fake).await?;
        stage.lines.truncate(1);
        let letters = letters(way, &stage, options.hot)?;
        // Over one connection: the order of arrival is the order of the numbers.
        let rate = load::end_to_end(&stage.address(), letters.clone(), 1, &fake).await?;
        let order = fake.arrivals.order();
        anyhow::ensure!(order.is_sorted(), "the order was broken: {order:?}");
        stage.end().await?;
        fake.stop().await;

        let (bare, _) = beside(delay, letters, 1, 1).await?;
        report(&format!(
            "  one conversation, {:<20} {rate:>6.1}/s, in order (wanted {wanted:.0})   bare relay {bare:>6.1}/s",
            way.name()
        ));
    }
    Ok(())
}
