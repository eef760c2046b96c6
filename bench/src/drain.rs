//! `bench drain`: how fast a backlog is delivered, and whether new messages wait behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::fake::Fake;
use crate::figures::{median, per_second};
use crate::hooks::{self, Popularity};
use crate::stage::{Size, Stage};
use crate::{load, report};

#[derive(Args)]
pub struct DrainOptions {
    #[command(flatten)]
    size: Size,
    /// Messages in the backlog.
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Milliseconds after which the messenger answers; several separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "0,50")]
    delays: Vec<u64>,
}

/// Prints the figures.
pub async fn run(options: DrainOptions) -> anyhow::Result<()> {
    let engine = options.size.engine();
    for delay in options.delays.iter().copied().map(Duration::from_millis) {
        let mut rates = Vec::new();
        for _ in 0..options.runs {
            rates.push(one(&options, delay).await?);
        }
        report(&format!(
            "drain on {engine}: {} messages, fakes that answer after {} ms: {:.0}/s",
            options.messages,
            delay.as_millis(),
            median(&rates)
        ));
    }
    Ok(())
}

/// Messages per second, from the start of the server to the last arrival.
async fn one(options: &DrainOptions, delay: Duration) -> anyhow::Result<f64> {
    let fake = Fake::start(delay, options.messages)?;
    let mut stage = Stage::build(options.size.clone(), Some(fake.url.clone())).await?;
    stage.stop().await?;
    stage.start(None).await?;
    let letters = hooks::make(&stage.lines, 0..options.messages, &stage.address(), Popularity::Even)?;
    let sent = load::send(&[stage.address()], Arc::new(letters), None, 64).await?;
    sent.all_taken()?;
    stage.stop().await?;
    let started = Instant::now();
    stage.start(Some(fake.url.clone())).await?;
    fake.arrivals.wait_for(options.messages).await?;
    let rate = per_second(options.messages, started.elapsed());
    stage.end().await?;
    fake.stop().await;
    Ok(rate)
}
