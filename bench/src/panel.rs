//! `bench panel`: the panel's pages over an account with many messages.

mod seed;

use std::time::Instant;

use anyhow::Context;
use base::i18n::Language;
use clap::Args;
use parom::identity::person::{self, NewPerson};
use parom::identity::session::{self, NewSession, SessionKind};
use reqwest::Client;

use crate::figures::median;
use crate::product::Product;
use crate::report;
use crate::stage::{self, Stage};

#[derive(Args)]
pub struct PanelOptions {
    #[command(flatten)]
    product: Product,
    /// A PostgreSQL in which databases can be created; a fresh SQLite file otherwise.
    #[arg(long)]
    database: Option<String>,
    /// Stored messages, spread over the last seven days.
    #[arg(long, default_value_t = 100_000)]
    messages: i64,
    #[arg(long, default_value_t = 2_000)]
    conversations: usize,
    /// Requests of each page; the median counts.
    #[arg(long, default_value_t = 15)]
    runs: usize,
    /// Milliseconds that a page may take; the command fails if one takes longer.
    #[arg(long)]
    most_ms: Option<f64>,
}

/// Pages by their name in the table.
fn pages(seeded: &seed::Seeded) -> Vec<(&'static str, String)> {
    let messages = |filters: &str| format!("/panel/messages?{filters}");
    vec![
        ("overview", "/panel".into()),
        ("overview, 30 days", "/panel?period=30".into()),
        ("sources", "/panel/sources".into()),
        ("source", format!("/panel/sources/{}", seeded.busy)),
        ("messages, 7 days", messages("")),
        ("messages, all", messages("period=all")),
        ("messages to customers", messages("direction=to_messenger")),
        ("messages of a source", messages(&format!("source={}", seeded.busy))),
        ("messages of a source with few", messages(&format!("source={}", seeded.rare))),
        ("messages: delivered", messages("state=delivered")),
        ("messages: failed", messages("state=failed")),
        ("messages: waiting", messages("state=waiting")),
        ("messages: on hold", messages("state=held")),
        ("messages: read (none)", messages("state=read")),
        ("messages: customer unreachable", messages("reason=recipient_unreachable")),
        ("messages: blocked (none)", messages("reason=recipient_blocked")),
        ("messages: slower than 2 s", messages("slower=2")),
        ("messages: slower than 10 min", messages("slower=600")),
        ("messages: slowest first", messages("sort=took")),
        ("messages of one day", messages(&format!("from={day}&to={day}", day = seeded.day))),
        ("messages: search by name", messages("q=Customer+77")),
        ("messages: search, nothing found", messages("q=nobody")),
        ("message", format!("/panel/messages/{}", seeded.message)),
        ("chats", "/panel/conversations".into()),
        ("chat", format!("/panel/conversations/{}", seeded.conversation)),
        ("undelivered", "/panel/undelivered".into()),
        ("reports, 7 days", "/panel/reports?period=7".into()),
        ("reports, 30 days", "/panel/reports?period=30".into()),
        ("audit log", "/panel/audit".into()),
    ]
}

#[expect(clippy::disallowed_methods, reason = "the generator is outside of the server and shares no client with it")]
fn http_client() -> Client {
    Client::new()
}

/// Prints each page with its time and size.
pub async fn run(options: PanelOptions) -> anyhow::Result<()> {
    let size = stage::Size {
        product: options.product.clone(),
        database: options.database.clone(),
        tenants: 1,
        conversations: options.conversations,
    };
    let engine = size.engine();
    let stage = Stage::build(size, None).await?;
    let seeded = seed::messages(&stage, options.messages).await?;
    let (client, cookie) = (http_client(), cookie(&stage).await?);
    report(&format!(
        "{engine}, {} messages, {} chats, {} requests of each page",
        options.messages, options.conversations, options.runs
    ));
    report("| page | ms, median | ms, longest | KB |");
    report("| --- | --- | --- | --- |");
    let mut over = Vec::new();
    for (name, path) in pages(&seeded) {
        let address = format!("http://{}{path}", stage.address());
        let (mut times, mut bytes) = (Vec::new(), 0);
        // The first request fills caches; it is not counted.
        for number in 0..=options.runs {
            let begun = Instant::now();
            let answer = client.get(&address).header("cookie", &cookie).header("accept-language", "en").send().await?;
            let status = answer.status();
            bytes = answer.bytes().await?.len();
            anyhow::ensure!(status.is_success(), "{path} was answered with {status}");
            if number > 0 {
                times.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
        }
        let (middle, longest) = (median(&times), times.iter().copied().fold(0.0, f64::max));
        report(&format!("| {name} | {middle:.0} | {longest:.0} | {} |", bytes.div_ceil(1024)));
        if options.most_ms.is_some_and(|most| middle > most) {
            over.push(name);
        }
    }
    stage.end().await?;
    anyhow::ensure!(over.is_empty(), "these pages took longer than wanted: {}", over.join(", "));
    Ok(())
}

/// The session of an operator who looks at the account.
async fn cookie(stage: &Stage) -> anyhow::Result<String> {
    let app = &stage.app;
    let new = NewPerson { email: "bench@example.com", name: "Bench", language: Language::En, is_operator: true };
    let operator = person::add(&app.identity, app.store.write(), new).await?.context("a new person")?;
    let tenant_id = stage.lines.first().context("an account")?.tenant_id;
    let new = NewSession {
        tenant_id,
        kind: SessionKind::ViewAs,
        person_id: Some(operator.id),
        crm_user_id: None,
        is_admin: false,
        via: "operator",
        language: "en",
        reason: "bench",
    };
    let issued = session::open(&app.identity, app.store.write(), new).await?;
    Ok(format!("parom={}", issued.token))
}
