//! What a message costs from its arrival to its delivery – processor time of the server and the database together – and
//! how long that takes: one message after the other, at a fixed rate, and as fast as answers come.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Args;
use hdrhistogram::Histogram;

use crate::fake::Fake;
use crate::figures::{Counted, all, median, per_second, times};
use crate::load::{self, Connection, Way};
use crate::report;
use crate::stage::{Size, Stage};

/// The options of the command.
#[derive(Args)]
pub struct MessageOptions {
    #[command(flatten)]
    size: Size,
    /// Messages that are sent one after the other: the next when the previous one has arrived.
    #[arg(long, default_value_t = 1_000)]
    alone: usize,
    /// Messages a second at the fixed rate.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Seconds at that rate, after one that is not counted: in it a new server plans its statements.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Messages that are sent as fast as answers come.
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    /// Connections of the generator then.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Runs of each figure; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Only compares customers' messages at the fixed rate with so many rules for new enquiries, and without.
    #[arg(long)]
    rules: Option<usize>,
}

/// The figures of one direction, a value a run.
#[derive(Default)]
struct Figures {
    /// Milliseconds of processor time a message.
    alone: Vec<f64>,
    at_rate: Vec<f64>,
    saturated: Vec<f64>,
    /// Messages a second, from the first request to the last arrival.
    throughput: Vec<f64>,
    /// From the planned time to the arrival, in microseconds.
    latency: Vec<Histogram<u64>>,
}

/// Prints the figures of both directions.
pub async fn run(options: MessageOptions) -> anyhow::Result<()> {
    report(&format!("a message on {}, fakes that answer at once", options.size.engine()));
    if let Some(rules) = options.rules {
        return compare(options, rules).await;
    }
    for way in Way::ALL {
        let mut figures = Figures::default();
        for _ in 0..options.runs {
            alone(&options, way, &mut figures).await?;
            at_rate(&options, way, &mut figures).await?;
            saturated(&options, way, &mut figures).await?;
        }
        print(&options, way, &figures);
    }
    Ok(())
}

/// Without and with rules in turn, so that both see the same machine. A conversation begins with an enquiry: every account has as
/// many of them as it has conversations.
async fn compare(mut options: MessageOptions, rules: usize) -> anyhow::Result<()> {
    let (mut without, mut with) = (Figures::default(), Figures::default());
    for _ in 0..options.runs {
        for (count, figures) in [(0, &mut without), (rules, &mut with)] {
            options.size.rules = Some(count);
            at_rate(&options, Way::ToCrm, figures).await?;
        }
    }
    for (name, figures) in [("without rules", &without), ("with rules", &with)] {
        let each: Vec<String> = figures.at_rate.iter().map(|figure| format!("{figure:.2}")).collect();
        let median = median(&figures.at_rate);
        report(&format!("  {name:<14} {median:>6.2} ms of processor time a message   ({})", each.join(" ")));
    }
    let more = (median(&with.at_rate) / median(&without.at_rate) - 1.0) * 100.0;
    report(&format!("  {rules} rules at {} messages a second: {more:+.1} %", options.rate));
    Ok(())
}

fn print(options: &MessageOptions, way: Way, figures: &Figures) {
    report(&format!("  {}", way.name()));
    let processor = |name: &str, runs: &[f64]| {
        let each: Vec<String> = runs.iter().map(|figure| format!("{figure:.2}")).collect();
        report(&format!("    {name:<24} {:>6.2} ms of processor time   ({})", median(runs), each.join(" ")));
    };
    processor("one after the other", &figures.alone);
    processor(&format!("at {} a second", options.rate), &figures.at_rate);
    processor("saturated", &figures.saturated);
    for latency in &figures.latency {
        report(&format!("    created to delivered at {} a second   {}", options.rate, times(latency)));
    }
    report(&format!(
        "    created to delivered, {} connections   {:.0}/s   ({})",
        options.connections,
        median(&figures.throughput),
        all(&figures.throughput)
    ));
}

/// A server with its fake, and messages for it.
struct Scene {
    fake: Fake,
    stage: Stage,
    requests: Arc<Vec<Bytes>>,
    counted: Counted,
}

impl Scene {
    async fn build(options: &MessageOptions, way: Way, count: usize) -> anyhow::Result<Self> {
        let fake = Fake::start(count)?;
        let stage = Stage::build(&options.size, Some(&fake.url)).await?;
        let requests = way.requests(&stage, count);
        let counted = Counted::of(&stage.store, stage.process()?).await?;
        Ok(Self { fake, stage, requests, counted })
    }

    /// Milliseconds of processor time a message since `before`; the server and its data are removed.
    async fn end(self, before: Duration) -> anyhow::Result<f64> {
        let used = self.counted.used()?.saturating_sub(before);
        self.stage.end().await?;
        self.fake.stop().await;
        Ok(1_000.0 / per_second(self.requests.len(), used))
    }
}

async fn alone(options: &MessageOptions, way: Way, figures: &mut Figures) -> anyhow::Result<()> {
    let scene = Scene::build(options, way, options.alone).await?;
    let mut connection = Connection::open(&scene.stage.address).await?;
    let before = scene.counted.used()?;
    for (number, request) in scene.requests.iter().enumerate() {
        anyhow::ensure!(load::is_taken(connection.post(request).await?), "{number} was refused");
        scene.fake.arrivals.wait_for(number + 1).await?;
    }
    figures.alone.push(scene.end(before).await?);
    Ok(())
}

async fn at_rate(options: &MessageOptions, way: Way, figures: &mut Figures) -> anyhow::Result<()> {
    let uncounted = usize::try_from(options.rate)?;
    let count = uncounted + usize::try_from(options.rate * options.seconds)?;
    let scene = Scene::build(options, way, count).await?;
    let before = scene.counted.used()?;
    let (address, requests) = (&scene.stage.address, scene.requests.clone());
    let sent = load::send(address, requests, Some(options.rate.into()), options.connections).await?;
    sent.all_taken()?;
    scene.fake.arrivals.wait_for(count).await?;
    if options.rules.is_some() {
        scene.stage.decides().await?;
    }
    let mut latency = Histogram::new(3)?;
    for (number, planned) in sent.planned.iter().flatten().enumerate().skip(uncounted) {
        let Some(at) = scene.fake.arrivals.at(number) else { continue };
        latency.record(u64::try_from(at.saturating_duration_since(*planned).as_micros())?.max(1))?;
    }
    figures.latency.push(latency);
    figures.at_rate.push(scene.end(before).await?);
    Ok(())
}

async fn saturated(options: &MessageOptions, way: Way, figures: &mut Figures) -> anyhow::Result<()> {
    let scene = Scene::build(options, way, options.messages).await?;
    let (before, started) = (scene.counted.used()?, Instant::now());
    let sent = load::send(&scene.stage.address, scene.requests.clone(), None, options.connections).await?;
    sent.all_taken()?;
    scene.fake.arrivals.wait_for(options.messages).await?;
    figures.throughput.push(per_second(options.messages, started.elapsed()));
    figures.saturated.push(scene.end(before).await?);
    Ok(())
}
