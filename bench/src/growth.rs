//! `bench growth`: the intake with more accounts, more stored messages, and more instances.

use std::path::PathBuf;

use clap::Args;

use crate::beside::{Beside, Volume};
use crate::figures::{all, median};
use crate::hooks::Popularity;
use crate::plot::{self, Curve};
use crate::process::Process;
use crate::product::Product;
use crate::stage::{self, Stage};
use crate::{past, report};

#[derive(Args)]
pub struct GrowthOptions {
    #[command(flatten)]
    product: Product,
    /// A PostgreSQL in which databases can be created; a fresh SQLite file otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Numbers of accounts, increasing.
    #[arg(long, value_delimiter = ',', default_value = "10,1000,100000")]
    tenants: Vec<usize>,
    /// Conversations per account.
    #[arg(long, default_value_t = 4)]
    conversations: usize,
    /// Numbers of stored messages with the most accounts, increasing.
    #[arg(long, value_delimiter = ',', default_value = "0,1000000,5000000")]
    messages: Vec<usize>,
    /// Numbers of instances on the PostgreSQL with the fewest accounts, increasing.
    #[arg(long, value_delimiter = ',', default_value = "1,2,4")]
    instances: Vec<usize>,
    #[command(flatten)]
    volume: Volume,
    /// A folder for plots.
    #[arg(long)]
    plots: Option<PathBuf>,
}

/// One size and its figures, medians of accepts and raw rows per second.
struct Size {
    name: String,
    even: f64,
    raw: f64,
    zipf: f64,
}

/// Prints the figures of each size and their ratios to the first.
pub async fn run(options: GrowthOptions) -> anyhow::Result<()> {
    let tenants = options.tenants.first().copied().unwrap_or(10);
    let size = stage::Size {
        product: options.product.clone(),
        database: options.database.clone(),
        tenants,
        conversations: options.conversations,
    };
    let engine = size.engine();
    let mut stage = Stage::build(size, None).await?;
    report(&format!("growth on {engine}, {} conversations an account", options.conversations));
    if !stage.is_sqlite() {
        instances(&options, &stage).await?;
    }
    let mut sizes = Vec::new();
    for tenants in &options.tenants {
        stage.grow(*tenants).await?;
        sizes.push(measure(&options, &stage, format!("{tenants} accounts")).await?);
    }
    let mut stored = 0;
    for messages in options.messages.iter().filter(|messages| **messages > 0) {
        stored += past::messages(&stage, messages.saturating_sub(stored)).await?;
        sizes.push(measure(&options, &stage, format!("and {stored} messages")).await?);
    }
    if let (Some(first), Some(last)) = (sizes.first(), sizes.last()) {
        report(&format!(
            "the largest against the first: {:.2}, with Zipf popularity {:.2}; against the raw limit of its size {:.2}",
            last.even / first.even,
            last.zipf / first.zipf,
            last.even / last.raw
        ));
    }
    if let Some(folder) = &options.plots {
        draw(folder, engine, &sizes)?;
    }
    stage.end().await
}

async fn measure(options: &GrowthOptions, stage: &Stage, name: String) -> anyhow::Result<Size> {
    let mut beside = Beside::of(stage, options.volume.clone())?;
    beside.warms_up().await?;
    let (mut even, mut raw, mut zipf) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.volume.runs {
        beside.popularity = Popularity::Even;
        even.push(beside.ours().await?);
        raw.push(beside.raw().await?.0);
        beside.popularity = Popularity::Zipf;
        zipf.push(beside.ours().await?);
    }
    let size = Size { name, even: median(&even), raw: median(&raw), zipf: median(&zipf) };
    report(&format!(
        "  {:<22} {:>7.0}/s   Zipf {:>7.0}/s   raw limit {:>7.0}/s   ratio {:.2}   runs {}",
        size.name,
        size.even,
        size.zipf,
        size.raw,
        size.even / size.raw,
        all(&even)
    ));
    Ok(size)
}

/// More instances on one PostgreSQL, all on the same cores.
async fn instances(options: &GrowthOptions, stage: &Stage) -> anyhow::Result<()> {
    let mut others: Vec<Process> = Vec::new();
    let mut first = None;
    for count in &options.instances {
        while others.len() + 1 < *count {
            others.push(stage.another().await?);
        }
        let mut beside = Beside::of(stage, options.volume.clone())?;
        beside.addresses.extend(others.iter().map(|other| other.address.clone()));
        beside.warms_up().await?;
        let mut rates = Vec::new();
        for _ in 0..options.volume.runs {
            rates.push(beside.ours().await?);
        }
        let rate = median(&rates);
        let ratio = rate / *first.get_or_insert(rate);
        report(&format!("  {count} instances           {rate:>7.0}/s   {ratio:.2} of one   runs {}", all(&rates)));
    }
    for other in others {
        other.stop().await?;
    }
    Ok(())
}

fn draw(folder: &std::path::Path, engine: &str, sizes: &[Size]) -> anyhow::Result<()> {
    let places = || (0_u8..).map(f64::from);
    let labels: Vec<(f64, String)> = places().zip(sizes).map(|(place, size)| (place, size.name.clone())).collect();
    let curve = |name: &str, of: fn(&Size) -> f64| Curve {
        name: name.to_owned(),
        points: places().zip(sizes).map(|(place, size)| (place, of(size))).collect(),
    };
    let curves = [
        curve("Parom, all accounts alike", |size| size.even),
        curve("raw limit of the database", |size| size.raw),
        curve("Parom, Zipf popularity", |size| size.zipf),
    ];
    let path = folder.join(format!("growth-{}.svg", engine.to_lowercase()));
    plot::curves(&path, &format!("Hooks made durable a second as {engine} grows"), "/s", &labels, &curves)
}
