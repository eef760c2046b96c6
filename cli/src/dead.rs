//! `parom dead`: dead letters, which are not retried automatically. The running server does the retries.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use base::json::Moment;
use base::message::{Direction, LetterKind};
use clap::{Args, Subcommand};
use entity::{dead_letter, tenant};
use parom::app::App;
use parom::delivery::dead;
use parom::delivery::read::dead::{self as read, DeadLetterFilter};
use parom::delivery::replay::{self, A_SECOND, ReplayAction};
use serde_json::{Value, json};
use uuid::Uuid;

use super::tenant::{note, roster};

/// Letters per read.
const PAGE: u64 = 200;
const CLOSED: &str = "standard output is closed";

#[derive(Debug, Subcommand)]
pub enum DeadCommand {
    /// Lists dead letters, newest first; with --json, one object per line, which also serves as an export
    List {
        #[command(flatten)]
        which: DeadLetterArgs,
        /// Prints one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Retries dead letters, 20 per second
    Retry(Many),
    /// Deletes dead letters permanently; their messages stay failed
    Drop(Many),
    /// Cancels a running `retry` or `drop`
    Cancel {
        /// The account: Parom's id, its number in amoCRM, or its host
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// Id that `retry` or `drop` printed
        #[arg(value_name = "REPLAY", value_parser = crate::id::id)]
        id: Uuid,
    },
}

/// Which dead letters.
#[derive(Clone, Debug, Args)]
pub struct DeadLetterArgs {
    /// The account: Parom's id, its number in amoCRM, or its host
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// Only dead letters of this source (Parom's id)
    #[arg(long, value_name = "ID", value_parser = crate::id::id)]
    source: Option<Uuid>,
    /// Only dead letters with this reason, as shown by `list`
    #[arg(long)]
    reason: Option<String>,
    /// Only this dead letter, instead of all that match
    #[arg(long, value_name = "ID", conflicts_with_all = ["source", "reason"], value_parser = crate::id::id)]
    id: Option<Uuid>,
}

#[derive(Clone, Debug, Args)]
pub struct Many {
    #[command(flatten)]
    which: DeadLetterArgs,
    /// Only counts the dead letters
    #[arg(long)]
    dry_run: bool,
}

impl DeadLetterArgs {
    fn wanted(&self) -> DeadLetterFilter {
        let ids = self.id.map(|id| vec![id]);
        DeadLetterFilter { source_id: self.source, reason: self.reason.clone(), ids, ..DeadLetterFilter::default() }
    }

    /// Checks that the named dead letter exists.
    async fn is_there(&self, app: &App, tenant: &tenant::Model) -> anyhow::Result<()> {
        let Some(id) = self.id else { return Ok(()) };
        let found = read::dry_run(app.store.read(), tenant.tenant_id, &[id]).await?.count > 0;
        ensure!(found, "there is no undelivered letter {id} at {}", tenant.host);
        Ok(())
    }
}

/// Runs one command.
pub async fn run(command: DeadCommand, app: &App, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        DeadCommand::List { which, json } => list(app, &which, json, out).await?,
        DeadCommand::Retry(many) => take_up(app, &many, ReplayAction::Retry, out).await?,
        DeadCommand::Drop(many) => take_up(app, &many, ReplayAction::Drop, out).await?,
        DeadCommand::Cancel { account, id } => {
            let tenant = roster::find(app, &account).await?;
            ensure!(replay::cancel(app, tenant.tenant_id, id).await?, "{id} does not run");
            note(app, tenant.tenant_id, "undelivered.stopped", "", json!({ "replay": id })).await?;
            writeln!(out, "Cancelled. Dead letters that it had not reached stay undelivered.").context(CLOSED)?;
        }
    }
    out.flush().context(CLOSED)?;
    Ok(ExitCode::SUCCESS)
}

fn tries(count: i32) -> String {
    if count == 1 { "1 try".to_owned() } else { format!("{count} tries") }
}

async fn list(app: &App, which: &DeadLetterArgs, as_json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let tenant = roster::find(app, &which.account).await?;
    which.is_there(app, &tenant).await?;
    let (wanted, mut after) = (which.wanted(), None);
    loop {
        let rows = read::page(app.store.read(), tenant.tenant_id, &wanted, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        for row in rows {
            let shown = shown(&row)?;
            let text = |name: &str| shown.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let line = match as_json {
                true => shown.to_string(),
                false => format!(
                    "{}  {}  {:<12}  {:<20}  {}  {}",
                    row.id,
                    text("last_at"),
                    text("direction"),
                    row.reason,
                    tries(row.attempts),
                    row.detail
                ),
            };
            writeln!(out, "{line}").context(CLOSED)?;
        }
    }
}

fn shown(row: &dead_letter::Model) -> anyhow::Result<Value> {
    Ok(json!({
        "id": row.id, "source_id": row.source_id, "conversation_id": row.conversation_id,
        "message_id": row.message_id, "kind": LetterKind::from_number(row.kind)?,
        "direction": Direction::from_number(row.direction)?, "reason": row.reason, "detail": row.detail,
        "attempts": row.attempts, "first_at": Moment(row.first_at), "last_at": Moment(row.last_at),
    }))
}

async fn take_up(app: &App, many: &Many, action: ReplayAction, out: &mut impl Write) -> anyhow::Result<()> {
    let tenant = roster::find(app, &many.which.account).await?;
    many.which.is_there(app, &tenant).await?;
    if let Some(id) = many.which.id {
        return one(app, &tenant, (id, action), many.dry_run, out).await;
    }
    let wanted = many.which.wanted();
    let count = read::count(app.store.read(), tenant.tenant_id, &wanted).await?;
    let first = read::ids(app.store.read(), tenant.tenant_id, &wanted, PAGE).await?;
    let twice = read::dry_run(app.store.read(), tenant.tenant_id, &first).await?.maybe_twice;
    let deed = if action == ReplayAction::Retry { "sent again" } else { "removed" };
    let letters = if count == 1 { "1 letter".to_owned() } else { format!("{count} letters") };
    if many.dry_run || count == 0 {
        writeln!(out, "{letters} of {} would be {deed}. Nothing is done yet.", tenant.host).context(CLOSED)?;
        if twice > 0 && action == ReplayAction::Retry {
            writeln!(out, "At least {twice} of them may reach their customers twice.").context(CLOSED)?;
        }
        return Ok(());
    }
    let row = replay::start(app, tenant.tenant_id, action, &wanted, "cli").await?;
    note(app, tenant.tenant_id, noted(action), "", json!({ "count": row.total, "replay": row.id })).await?;
    let host = &tenant.host;
    writeln!(out, "{letters} of {host} are {deed} by the running server, {A_SECOND} a second.").context(CLOSED)?;
    writeln!(out, "To stop it: parom dead cancel {host} {}", row.id).context(CLOSED)
}

async fn one(
    app: &App,
    tenant: &tenant::Model,
    (id, action): (Uuid, ReplayAction),
    dry_run: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let line = match (action, dry_run) {
        (ReplayAction::Retry, true) => "1 letter would be sent again. Nothing is done yet.",
        (ReplayAction::Drop, true) => "1 letter would be removed. Nothing is done yet.",
        (ReplayAction::Retry, false) => "It is sent again by the running server.",
        (ReplayAction::Drop, false) => "It is removed.",
    };
    if !dry_run {
        let done = match action {
            ReplayAction::Retry => dead::retry(app, tenant.tenant_id, id).await?,
            ReplayAction::Drop => dead::drop(app, tenant.tenant_id, id).await?,
        };
        if done {
            note(app, tenant.tenant_id, noted(action), &id.to_string(), json!({ "count": 1 })).await?;
        }
    }
    writeln!(out, "{line}").context(CLOSED)
}

const fn noted(action: ReplayAction) -> &'static str {
    match action {
        ReplayAction::Retry => "undelivered.retried",
        ReplayAction::Drop => "undelivered.dropped",
    }
}
