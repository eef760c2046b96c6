//! `bench footprint`: how much memory the program uses, and how soon it accepts the first hook.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::fake::Fake;
use crate::figures::median;
use crate::hooks::{self, Popularity};
use crate::product::Product;
use crate::stage::{Size, Stage};
use crate::{load, past, report};

/// By then freed memory is returned to the system.
const REST: Duration = Duration::from_secs(10);

#[derive(Args)]
pub struct FootprintOptions {
    #[command(flatten)]
    product: Product,
    /// A PostgreSQL in which databases can be created; a fresh SQLite file otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Accounts with messages.
    #[arg(long, default_value_t = 1_000)]
    active: usize,
    /// Installed accounts, most of them without messages.
    #[arg(long, default_value_t = 100_000)]
    installed: usize,
    /// Stored messages of those.
    #[arg(long, default_value_t = 5_000_000)]
    messages: usize,
    /// Starts; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// Prints the figures.
pub async fn run(options: FootprintOptions) -> anyhow::Result<()> {
    let (product, database) = (options.product.clone(), options.database.clone());
    let size = Size { product, database, tenants: 1, conversations: 1 };
    report(&format!("footprint on {}, beside it the fakes that it delivers to", size.engine()));
    let fake = Fake::start(Duration::ZERO, 1)?;
    let mut stage = Stage::build(size, Some(fake.url.clone())).await?;

    report(&format!("  idle, one account            {}", one(&options, &mut stage, 1).await?));
    stage.grow(options.active).await?;
    report(&format!(
        "  {} active accounts        {}",
        options.active,
        one(&options, &mut stage, options.active).await?
    ));
    stage.grow(options.installed).await?;
    let stored = past::messages(&stage, options.messages).await?;
    let figures = one(&options, &mut stage, options.active).await?;
    report(&format!("  {} installed, {stored} messages, {} active   {figures}", options.installed, options.active));

    stage.end().await?;
    fake.stop().await;
    Ok(())
}

/// Starts the program several times; then hooks are sent, five to each of `active` accounts, and delivered. The
/// stage's server is stopped meanwhile.
async fn one(options: &FootprintOptions, stage: &mut Stage, active: usize) -> anyhow::Result<String> {
    stage.stop().await?;
    let address = stage.address();
    let first = hooks::make(&stage.lines, 0..options.runs, &address, Popularity::Even)?;
    let mut starts = Vec::new();
    for hook in &first {
        let mut process = stage.launch()?;
        starts.push(process.first_accept(hook).await?.as_secs_f64());
        process.stop().await?;
    }
    let mut process = stage.launch()?;
    process.first_accept(&hooks::make(&stage.lines, 0..1, &address, Popularity::Even)?[0]).await?;
    tokio::time::sleep(REST).await;
    let idle = process.resident()?;
    let lines = stage.lines.get(..active).unwrap_or(&stage.lines);
    let spoken = hooks::make(lines, 0..active * 5, &address, Popularity::Even)?;
    let sent = load::send(std::slice::from_ref(&address), Arc::new(spoken), None, 64).await?;
    sent.all_taken()?;
    let busy = process.resident()?;
    tokio::time::sleep(REST).await;
    let after = process.resident()?;
    process.stop().await?;
    stage.restart().await?;
    let mega = |bytes: u64| bytes.div_ceil(1_000_000);
    Ok(format!(
        "start to first accept {:.0} ms; resident {} MB at rest, {} MB right after {} hooks, {} MB later",
        median(&starts) * 1000.0,
        mega(idle),
        mega(busy),
        active * 5,
        mega(after)
    ))
}
