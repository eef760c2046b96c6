//! `parom import`: stores a file of earlier messages, which the running server then imports.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use base::i18n::{CRM, Language, Sentence, When, Words, Zone, duration};
use bytes::Bytes;
use clap::{Args, ValueEnum};
use entity::{import, source};
use futures_util::{Stream, stream};
use indicatif::ProgressBar;
use parom::api::imports::shown;
use parom::app::App;
use parom::audit::Actor;
use parom::import::{
    self as imports, DateOrder, DumpOptions, Format, ImportState, LeadsMode, Received, ReceivedImport, UploadOptions,
};
use parom::source::By;
use uuid::Uuid;

use crate::help::left_to_a_server;
use crate::terminal;

/// Interval between progress checks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Bytes per read.
const CHUNK: usize = 64 * 1024;
/// Without a terminal, a line is printed at every tenth of the import.
const TENTHS: i64 = 10;

#[derive(Debug, Args)]
pub struct ImportCommand {
    /// File of messages (one JSON object per line, CSV or an Excel workbook), or an export of Telegram Desktop, WhatsApp or
    /// Chatwoot; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Source to import the messages into (Parom's id)
    #[arg(long, value_name = "ID", value_parser = crate::terminal::id)]
    source: Uuid,
    /// Only counts what would be imported
    #[arg(long)]
    dry_run: bool,
    /// Which messages create leads and notifications: the newest of each chat, or none
    #[arg(long, value_enum, default_value_t = LeadsOption::Newest)]
    leads: LeadsOption,
    /// Links new chats to existing contacts by the customer's phone or e-mail
    #[arg(long)]
    link_contacts: bool,
    /// Format of the file [default: by its first bytes, else its name]
    #[arg(long, value_enum)]
    format: Option<FormatOption>,
    /// What the columns of a table mean, in their order, such as `sent_at,sender,phone,,text`; `auto`: as their names say
    /// [sent_at, time, text, sender, name, phone, email, manager, file, chat, id]
    #[arg(long, value_name = "LIST")]
    columns: Option<String>,
    /// In an export or a table: the name under which your side wrote, if the export does not say it
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    we: String,
    /// In an export: the customer's phone number, if the export has a name instead
    #[arg(long, value_name = "NUMBER", default_value = "", hide_default_value = true)]
    phone: String,
    /// In an export or a table: the order of day and month, if its dates do not show it
    #[arg(long, value_enum)]
    dates: Option<DatesOption>,
    /// In an export or a table: the time zone of its times, such as Europe/Moscow [default: the account's]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    zone: Option<Zone>,
    /// Exits once the file is stored; the server continues the import
    #[arg(long)]
    no_wait: bool,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LeadsOption {
    Newest,
    None,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatOption {
    Ndjson,
    Csv,
    Xlsx,
    Telegram,
    Whatsapp,
    Chatwoot,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DatesOption {
    DayFirst,
    MonthFirst,
}

fn zone(name: &str) -> Result<Zone, String> {
    Zone::parse(name).ok_or_else(|| "a time zone has a name like Europe/Moscow".to_owned())
}

/// Skipped lines that are read for the list of reasons, and lines named beside each.
const MOST_SKIPS: u64 = 10_000;
const FIRST_LINES: usize = 5;
/// Chats that a dry run shows.
const MOST_CHATS: u64 = 10;

/// Stores the file, prints what will happen, and follows the import to its end.
pub async fn run(command: ImportCommand, app: &Arc<App>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let words = Words::new(terminal::language());
    let source = app.lookup.source(command.source).await?;
    let live = |source: &Arc<source::Model>| source.deleted_at.is_none() && source.is_made();
    let source = source.filter(live).with_context(|| crate::terminal::no_source(command.source))?;
    let arrived = take_in(&command, app, &source).await?;
    if !command.json {
        reported_before(app, &source, &arrived, words, out).await?;
    }
    let row = arrived.keep(&app.usage, &By::from(Actor::Cli)).await.map_err(as_error)?;
    if !command.json && row.skipped > 0 {
        print_skipped(app, &row, words, out).await?;
    }
    if !command.dry_run {
        left_to_a_server(app).await;
    }
    let row = match command.dry_run || command.no_wait || ImportState::from_number(row.state)?.is_over() {
        true => row,
        false => follow(app, row, words, command.json, out).await?,
    };
    let (state, total, skipped) = (ImportState::from_number(row.state)?, row.total, row.skipped);
    if command.json {
        // Programs read English, as in the API's default.
        let given = shown(&app.usage, row, Language::En).await.map_err(as_error)?;
        serde_json::to_writer(&mut *out, &given).context("standard output cannot be written")?;
        print(out, "")?;
    } else if !command.dry_run {
        print(out, &ended(&row, words))?;
    }
    ensure!(state != ImportState::Failed, "the import failed");
    ensure!(state != ImportState::Cancelled, "the import was cancelled");
    ensure!(total > 0 || skipped == 0, "no line of {} is a message", command.file.display());
    Ok(ExitCode::SUCCESS)
}

async fn take_in(command: &ImportCommand, app: &App, source: &source::Model) -> anyhow::Result<ReceivedImport> {
    let name = command.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let format = command.format.map(|format| match format {
        FormatOption::Ndjson => Format::Lines,
        FormatOption::Csv => Format::Csv,
        FormatOption::Xlsx => Format::Workbook,
        FormatOption::Telegram => Format::Telegram,
        FormatOption::Whatsapp => Format::WhatsApp,
        FormatOption::Chatwoot => Format::Chatwoot,
    });
    let dump = DumpOptions {
        we: command.we.clone(),
        phone: command.phone.clone(),
        dates: command.dates.map(|dates| match dates {
            DatesOption::DayFirst => DateOrder::DayFirst,
            DatesOption::MonthFirst => DateOrder::MonthFirst,
        }),
        zone: command.zone,
    };
    let leads = match command.leads {
        LeadsOption::Newest => LeadsMode::Newest,
        LeadsOption::None => LeadsMode::None,
    };
    let link_contacts = command.link_contacts;
    let dry_run = command.dry_run;
    let wish = UploadOptions { format, dump, tables: true, leads, link_contacts, dry_run, file_name: name };
    let received = receive(command, app, source, wish.clone()).await?;
    let columns = command.columns.as_deref();
    imports::with_columns(&app.usage, source, received, columns, &wish).await.map_err(as_error)
}

async fn receive(
    command: &ImportCommand,
    app: &App,
    source: &source::Model,
    wish: UploadOptions,
) -> anyhow::Result<Received> {
    if command.file.to_str() == Some("-") {
        return imports::take_in(&app.usage, source, wish, chunks(io::stdin())).await.map_err(as_error);
    }
    let mut file = File::open(&command.file).with_context(|| format!("cannot read {}", command.file.display()))?;
    // A pipe has one beginning.
    let about = file.metadata().with_context(|| format!("cannot read {}", command.file.display()))?;
    let bar = match command.json {
        true => ProgressBar::hidden(),
        false => terminal::bar(about.len(), terminal::PERCENT),
    };
    let taken = if about.is_file() && is_dump(&mut file, &wish)? {
        imports::take_in_dump(&app.usage, source, wish, bar.wrap_read(file)).await
    } else {
        imports::take_in(&app.usage, source, wish, chunks(bar.wrap_read(file))).await
    };
    bar.finish_and_clear();
    taken.map_err(as_error)
}

fn is_dump(file: &mut File, wish: &UploadOptions) -> anyhow::Result<bool> {
    let mut head = Vec::new();
    let most = u64::try_from(CHUNK).unwrap_or(u64::MAX);
    Read::take(&mut *file, most).read_to_end(&mut head).context("the file cannot be read")?;
    file.rewind().context("the file cannot be read from its beginning")?;
    Ok(imports::is_dump(&head, &wish.file_name, wish.format))
}

fn chunks(file: impl Read) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk)?;
        chunk.truncate(read);
        Ok((read > 0).then(|| (Bytes::from(chunk), file)))
    })
}

/// Warnings to print before the import starts.
async fn reported_before(
    app: &App,
    source: &source::Model,
    arrived: &ReceivedImport,
    words: Words,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let row = arrived.row();
    for note in imports::notes(row, Some(source)) {
        print(out, &note.plain(words, CRM))?;
    }
    let seconds = imports::seconds_expected(&app.usage, row);
    let result = words.text("import-plan-result").with("messages", row.total - row.duplicates).with("chats", row.chats);
    print(out, &plain(&result.with("duration", duration(seconds * 1000, words))))?;
    if row.duplicates > 0 {
        print(out, &plain(&words.text("import-plan-duplicates").with("count", row.duplicates)))?;
    }
    if row.dry_run {
        let tenant = app.lookup.tenant(row.tenant_id).await?.context("the account is gone")?;
        let (now, zone) = (app.clock.millis(), Zone::named(&tenant.time_zone));
        for chat in imports::chats(&app.usage, row, MOST_CHATS).await? {
            print(out, &format!("  {}", plain(&chat.sentence(words, now, zone))))?;
        }
        print(out, &plain(&words.text("import-preview")))?;
        for shown in imports::preview(&app.usage, row, words.language()).await? {
            let Ok(message) = shown.message else { continue };
            let time = message.sent_at.map(|at| When::new(at, now, zone, words).stamp()).unwrap_or_default();
            let time = time.replace('\u{a0}', " ");
            let side = if message.is_ours { "→" } else { "←" };
            let text = message.text.replace('\n', " ");
            print(out, &format!("  {time} {side} {}: {text} {}", message.customer, message.file))?;
        }
    }
    print(out, &plain(&words.text("import-leads").with("leads", row.leads_expected)))?;
    if row.skipped > 0 {
        print(out, &plain(&words.text("import-skipped-lines").with("count", row.skipped)))?;
    }
    Ok(())
}

/// Why lines are skipped: each reason once, with its first lines.
async fn print_skipped(app: &App, row: &import::Model, words: Words, out: &mut impl Write) -> anyhow::Result<()> {
    let found = imports::skips(&app.usage, row, 0, MOST_SKIPS, words.language()).await?;
    let mut reasons: Vec<(String, Vec<i64>)> = Vec::new();
    for skip in found {
        match reasons.iter_mut().find(|(reason, _)| *reason == skip.reason) {
            Some((_, lines)) => lines.push(skip.line),
            None => reasons.push((skip.reason, vec![skip.line])),
        }
    }
    for (reason, lines) in reasons {
        let first: Vec<String> = lines.iter().take(FIRST_LINES).map(i64::to_string).collect();
        let more = if lines.len() > FIRST_LINES { ", …" } else { "" };
        print(out, &format!("  {} × {}  ({}{more})", lines.len(), reason, first.join(", ")))?;
    }
    Ok(())
}

/// Watches the import until it has ended, paused or failed: a progress bar on a terminal, otherwise a line per tenth.
async fn follow(
    app: &App,
    mut row: import::Model,
    words: Words,
    quiet: bool,
    out: &mut impl Write,
) -> anyhow::Result<import::Model> {
    let bar = match quiet {
        true => ProgressBar::hidden(),
        false => terminal::bar(u64::try_from(row.total).unwrap_or(0), terminal::PERCENT),
    };
    let mut given = 0;
    loop {
        let state = ImportState::from_number(row.state)?;
        if !matches!(state, ImportState::Queued | ImportState::Running) {
            bar.finish_and_clear();
            return Ok(row);
        }
        bar.set_position(u64::try_from(row.done).unwrap_or(0));
        let text = plain(&progress_text(app, &row, words));
        let tenth = row.done * TENTHS / row.total.max(1);
        if bar.is_hidden() && !quiet && tenth > given {
            given = tenth;
            print(out, &text)?;
        }
        bar.set_message(text);
        tokio::time::sleep(LOOK_EVERY).await;
        row = imports::find(&app.usage, row.tenant_id, row.id).await?.context("the import is gone")?;
    }
}

fn progress_text(app: &App, row: &import::Model, words: Words) -> Sentence {
    let left = duration(imports::seconds_expected(&app.usage, row) * 1000, words);
    words.text("import-progress").with("done", row.done).with("total", row.total).with("duration", left)
}

fn ended(row: &import::Model, words: Words) -> String {
    let state = ImportState::from_number(row.state).map_or("failed", ImportState::word);
    let counts = words.text("import-finished").with("done", row.done).with("skipped", row.skipped);
    format!("{}: {}", plain(&words.text_of("import-state-", state)), plain(&counts))
}

fn plain(sentence: &Sentence) -> String {
    sentence.to_string().replace('\u{a0}', " ")
}

fn print(out: &mut impl Write, line: &str) -> anyhow::Result<()> {
    writeln!(out, "{line}").and_then(|()| out.flush()).context("standard output cannot be written")
}

fn as_error(error: base::error::Error) -> anyhow::Error {
    match error {
        base::error::Error::Internal(cause) => cause,
        other => anyhow::anyhow!(other.first_text().to_string()),
    }
}
