//! `bench siege`: how amoCRM's hooks, the API and pages fare while other callers hold connections open and send little.
//!
//! The server is a separate process. It is measured alone, then while attackers hold all they can from ten loopback
//! addresses, then while they do so from the address that the measured calls come from. Connections that the
//! server closes are reopened by the attackers a second later.

mod attack;
mod probe;

use std::time::Duration;

use anyhow::Context;
use base::clock::Clock;
use clap::Args;
use entity::{directory, source};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use crate::fake::Fake;
use crate::hooks::{self, Popularity};
use crate::product::Product;
use crate::report;
use crate::stage::{Size, Stage};
use attack::{Addresses, Attack, Numbers};
use probe::{Kind, Measured};

/// The goal: p99 under siege relative to the undisturbed p99, and memory.
const SLOWER: f64 = 3.0;
const LARGER: f64 = 1.5;

#[derive(Args)]
pub struct SiegeOptions {
    #[command(flatten)]
    product: Product,
    /// A PostgreSQL in which databases can be created; a fresh SQLite file otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Seconds of each of the three measurements.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Calls per second of each of the three kinds.
    #[arg(long, default_value_t = 40)]
    rate: u32,
    /// Idle connections.
    #[arg(long, default_value_t = 2_000)]
    idle: usize,
    /// Announced bodies of a megabyte that are never sent.
    #[arg(long, default_value_t = 500)]
    announced: usize,
    /// Uploads that send one byte per second.
    #[arg(long, default_value_t = 200)]
    trickling: usize,
    /// Event streams whose clients do not read.
    #[arg(long, default_value_t = 100)]
    streams: usize,
}

/// Prints the table.
pub async fn run(options: SiegeOptions) -> anyhow::Result<()> {
    parom::load_shedding::connections::open_files();
    let (product, database) = (options.product.clone(), options.database.clone());
    let size = Size { product, database, tenants: 10, conversations: 10 };
    let engine = size.engine();
    let fake = Fake::start(Duration::ZERO, 1)?;
    let mut stage = Stage::build(size, Some(fake.url.clone())).await?;
    let chat = web_chat(&stage).await?;
    stage.stop().await?;
    let mut process = stage.launch()?;
    let address = process.address.clone();
    process.first_accept(&hooks::make(&stage.lines, 0..1, &address, Popularity::Even)?[0]).await?;

    let took = Duration::from_secs(options.seconds);
    // Warm-up: filling caches is not to be measured.
    probe::measure(&stage, &address, options.rate, Duration::from_secs(3)).await?;
    let quiet = probe::measure(&stage, &address, options.rate, took).await?;
    let before = process.resident()?;
    let mut columns = Vec::new();
    for addresses in [Addresses::Ten, Addresses::One] {
        let numbers = Numbers {
            idle: options.idle,
            announced: options.announced,
            trickling: options.trickling,
            streams: options.streams,
        };
        let attack = Attack::begin(&address, &chat, addresses, numbers);
        attack.is_complete().await?;
        let measured = probe::measure(&stage, &address, options.rate, took).await?;
        let resident = process.resident()?;
        report(&format!("  {}: held {}", addresses.words(), attack.held()));
        attack.end().await;
        columns.push((measured, resident));
    }
    process.stop().await?;
    stage.end().await?;
    fake.stop().await;
    table(engine, &quiet, before, &columns)
}

/// A web chat of the first account, inserted into the database.
async fn web_chat(stage: &Stage) -> anyhow::Result<String> {
    let line = stage.lines.first().context("an account")?;
    let store = &stage.app.store;
    let known = source::Entity::find_by_id((line.tenant_id, line.source_id)).one(store.read()).await?;
    let known = known.context("the account's source")?;
    let id = Clock::system().uuid_v7();
    let mut chat = known.into_active_model().reset_all();
    chat.id = Set(id);
    chat.kind = Set("webchat".into());
    chat.external_id = Set("siege".into());
    chat.settings = Set("{}".into());
    source::Entity::insert(chat).exec_without_returning(store.write()).await?;
    let entry = directory::ActiveModel {
        kind: Set("source".into()),
        key: Set(id.to_string()),
        tenant_id: Set(line.tenant_id),
        id: Set(id),
        note: Set(String::new()),
        expires_at: Set(None),
    };
    directory::Entity::insert(entry).exec_without_returning(store.write()).await?;
    Ok(id.to_string())
}

fn table(engine: &str, quiet: &Measured, before: u64, columns: &[(Measured, u64)]) -> anyhow::Result<()> {
    report(&format!(
        "| {engine} | quiet p99 | besieged from ten addresses | ratio | from its own address | ratio | wanted |"
    ));
    report("| --- | --- | --- | --- | --- | --- | --- |");
    let mut kept = true;
    for kind in Kind::ALL {
        let alone = quiet.p99(kind);
        let mut row = format!("| {} | {} |", kind.words(), millis(alone));
        for (measured, _) in columns {
            let ratio = ratio(measured.p99(kind), alone);
            kept &= ratio <= SLOWER && measured.refused(kind) == 0;
            row.push_str(&format!(" {} | {ratio:.1} |", millis(measured.p99(kind))));
            if measured.refused(kind) > 0 {
                row.push_str(&format!(" **{} refused** |", measured.refused(kind)));
            }
        }
        report(&format!("{row} {SLOWER:.0} |"));
    }
    let mega = |bytes: u64| format!("{} MB", bytes.div_ceil(1_000_000));
    let mut row = format!("| resident memory | {} |", mega(before));
    for (_, resident) in columns {
        let ratio = ratio(*resident, before);
        kept &= ratio <= LARGER;
        row.push_str(&format!(" {} | {ratio:.2} |", mega(*resident)));
    }
    report(&format!("{row} {LARGER} |"));
    report(if kept { "  all of it is as wanted" } else { "  NOT all of it is as wanted" });
    Ok(())
}

fn millis(micros: u64) -> String {
    crate::figures::millis(micros)
}

#[expect(clippy::as_conversions, reason = "figures of a benchmark are far below 2^52")]
fn ratio(of: u64, to: u64) -> f64 {
    of as f64 / to.max(1) as f64
}
