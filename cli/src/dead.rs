//! `parom dead`: dead letters, which are not retried automatically. The running server does the retries.

use std::cmp::Reverse;
use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use base::json::Moment;
use base::message::{Direction, LetterKind};
use clap::{Args, Subcommand};
use entity::{dead_letter, tenant};
use parom::app::App;
use parom::delivery::dead_letters;
use parom::delivery::read::dead as read;
use parom::delivery::read::dead::DeadLetterFilter;
use parom::delivery::replay::{self, A_SECOND, ReplayAction};
use parom::tenant as tenants;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::help::left_to_a_server;
use crate::tenant::{all_accounts, find_account, note};
use crate::terminal;

/// Letters per read.
const PAGE: u64 = 200;
const CLOSED: &str = "standard output cannot be written";

#[derive(Debug, Subcommand)]
pub enum DeadCommand {
    /// Lists dead letters of one account or of all, newest first
    List {
        #[command(flatten)]
        which: DeadLetterArgs,
        /// Prints JSON, one object per line
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
        #[arg(value_name = "REPLAY", value_parser = terminal::id)]
        id: Uuid,
    },
}

#[derive(Clone, Debug, Args)]
pub struct Many {
    #[command(flatten)]
    which: DeadLetterArgs,
    /// All dead letters of all accounts
    #[arg(long, conflicts_with_all = ["named", "source", "reason", "id"])]
    all: bool,
    /// Only counts the dead letters
    #[arg(long)]
    dry_run: bool,
    /// Prints JSON: {"action","dry_run","letters","maybe_twice","replays":[{"id","host","letters"}]}
    #[arg(long)]
    json: bool,
}

/// Runs one command.
pub async fn run(command: DeadCommand, app: &App, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        DeadCommand::List { which, json } => list(app, &which, json, out).await?,
        DeadCommand::Retry(many) => take_up(app, &many, ReplayAction::Retry, out).await?,
        DeadCommand::Drop(many) => take_up(app, &many, ReplayAction::Drop, out).await?,
        DeadCommand::Cancel { account, id } => {
            let tenant = find_account(app, &account).await?;
            let done = replay::cancel(&app.delivery, tenant.tenant_id, id).await?;
            ensure!(
                done,
                "no retry or drop with the id {id} runs at {}: it ended, or it belongs to another account",
                tenant.host
            );
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

fn letters(count: u64) -> String {
    if count == 1 { "1 letter".to_owned() } else { format!("{count} letters") }
}

/// All letters of an account that match.
async fn rows_of(app: &App, tenant_id: Uuid, wanted: &DeadLetterFilter) -> anyhow::Result<Vec<dead_letter::Model>> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let rows = read::page(app.store.read(), tenant_id, wanted, after, PAGE).await?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = Some(last.id);
        all.extend(rows);
    }
}

async fn list(app: &App, which: &DeadLetterArgs, as_json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let mut rows: Vec<(dead_letter::Model, String)> = Vec::new();
    let mut add = async |tenant: tenant::Model, wanted: DeadLetterFilter| {
        let found = rows_of(app, tenant.tenant_id, &wanted).await?;
        rows.extend(found.into_iter().map(|row| (row, tenant.host.clone())));
        Ok::<_, anyhow::Error>(())
    };
    match which.find(app).await? {
        Named::Letters(letters) => {
            for (tenant, id) in letters {
                add(tenant, DeadLetterFilter { ids: Some(vec![id]), ..DeadLetterFilter::default() }).await?;
            }
        }
        Named::Accounts(accounts) => {
            for tenant in accounts {
                add(tenant, which.wanted()).await?;
            }
        }
    }
    rows.sort_unstable_by_key(|(row, _)| Reverse(row.id));
    if rows.is_empty() && !as_json {
        crate::help::nothing_listed("no dead letter is stored, or none matches");
    }
    let mut lines = Vec::new();
    for (row, host) in rows {
        let shown = shown(&row, &host)?;
        if as_json {
            writeln!(out, "{shown}").context(CLOSED)?;
            continue;
        }
        let text = |name: &str| shown.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, at, direction, tries) = (row.id.to_string(), text("last_at"), text("direction"), tries(row.attempts));
        lines.push([id, at, host, direction, row.reason, tries, row.detail]);
    }
    let headings = ["ID", "LAST ATTEMPT", "ACCOUNT", "DIRECTION", "REASON", "ATTEMPTS", "DETAIL"];
    out.write_all(terminal::table(headings, lines).as_bytes()).context(CLOSED)
}

fn shown(row: &dead_letter::Model, host: &str) -> anyhow::Result<Value> {
    Ok(json!({
        "id": row.id, "tenant_id": row.tenant_id, "host": host,
        "source_id": row.source_id, "conversation_id": row.conversation_id,
        "message_id": row.message_id, "kind": LetterKind::from_number(row.kind)?,
        "direction": Direction::from_number(row.direction)?, "reason": row.reason, "detail": row.detail,
        "attempts": row.attempts, "first_at": Moment(row.first_at), "last_at": Moment(row.last_at),
    }))
}

/// What a command did, or would do.
#[derive(Default)]
struct Outcome {
    text: String,
    letters: u64,
    maybe_twice: u64,
    replays: Vec<Value>,
}

async fn take_up(app: &App, many: &Many, action: ReplayAction, out: &mut impl Write) -> anyhow::Result<()> {
    let verb = action.word();
    ensure!(
        many.all || !many.which.names_nothing(),
        "say which: parom dead {verb} ACCOUNT, ids of dead letters, --source, --reason, or --all for all accounts"
    );
    let mut outcome = Outcome::default();
    match many.which.find(app).await? {
        Named::Letters(letters) => one_by_one(app, &letters, action, many.dry_run, &mut outcome).await?,
        Named::Accounts(accounts) => {
            let several = accounts.len() > 1;
            for tenant in accounts {
                replayed(app, &tenant, many, action, several, &mut outcome).await?;
            }
            if several && outcome.letters == 0 {
                outcome.text.push_str("0 letters.\n");
            }
        }
    }
    let Outcome { text, letters, maybe_twice, replays } = outcome;
    if letters > 0 && !many.dry_run && (action == ReplayAction::Retry || !replays.is_empty()) {
        left_to_a_server(app).await;
    }
    let object = json!({
        "action": verb, "dry_run": many.dry_run, "letters": letters, "maybe_twice": maybe_twice, "replays": replays,
    });
    if many.json { writeln!(out, "{object}") } else { write!(out, "{text}") }.context(CLOSED)
}

/// Begins a replay of an account's letters, or counts them. Of several accounts, those without letters are passed over.
async fn replayed(
    app: &App,
    tenant: &tenant::Model,
    many: &Many,
    action: ReplayAction,
    several: bool,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let wanted = many.which.wanted();
    let count = read::count(app.store.read(), tenant.tenant_id, &wanted).await?;
    if several && count == 0 {
        return Ok(());
    }
    let first = read::ids(app.store.read(), tenant.tenant_id, &wanted, PAGE).await?;
    let twice = match action {
        ReplayAction::Retry => read::dry_run(app.store.read(), tenant.tenant_id, &first).await?.maybe_twice,
        ReplayAction::Drop => 0,
    };
    outcome.letters += count;
    outcome.maybe_twice += twice;
    let (letters, participle, host) = (letters(count), participle(action), &tenant.host);
    if many.dry_run || count == 0 {
        outcome.text.push_str(&format!("{letters} of {host} would be {participle}. Nothing is done yet.\n"));
        if twice > 0 {
            outcome.text.push_str(&format!("At least {twice} of them may reach their customers twice.\n"));
        }
        return Ok(());
    }
    let row = replay::start(&app.delivery, tenant.tenant_id, action, &wanted, "cli").await?;
    note(app, tenant.tenant_id, action.noted(), "", json!({ "count": row.total, "replay": row.id })).await?;
    outcome.replays.push(json!({ "id": row.id, "host": host, "letters": row.total }));
    outcome.text.push_str(&format!(
        "{letters} of {host} are {participle} by the server, {A_SECOND} a second.\n\
         To stop it: parom dead cancel {host} {}\n",
        row.id
    ));
    Ok(())
}

const fn participle(action: ReplayAction) -> &'static str {
    match action {
        ReplayAction::Retry => "sent again",
        ReplayAction::Drop => "removed",
    }
}

async fn one_by_one(
    app: &App,
    named: &[(tenant::Model, Uuid)],
    action: ReplayAction,
    dry_run: bool,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    outcome.letters = u64::try_from(named.len()).unwrap_or(u64::MAX);
    for (tenant, id) in named {
        if dry_run {
            continue;
        }
        let done = match action {
            ReplayAction::Retry => dead_letters::retry(&app.delivery, tenant.tenant_id, *id).await?,
            ReplayAction::Drop => dead_letters::drop(&app.delivery, tenant.tenant_id, *id).await?,
        };
        if done {
            note(app, tenant.tenant_id, action.noted(), &id.to_string(), json!({ "count": 1 })).await?;
        }
    }
    let participle = participle(action);
    outcome.text = match (dry_run, named.len()) {
        (true, _) => format!("{} would be {participle}. Nothing is done yet.\n", letters(outcome.letters)),
        (false, 1) if action == ReplayAction::Retry => "It is sent again by the server.\n".to_owned(),
        (false, 1) => "It is removed.\n".to_owned(),
        (false, _) if action == ReplayAction::Retry => "They are sent again by the server.\n".to_owned(),
        (false, _) => "They are removed.\n".to_owned(),
    };
    Ok(())
}

// Which dead letters a command means: those of an account, of all accounts, or single ones by their ids.

/// Which dead letters.
#[derive(Clone, Debug, Args)]
pub struct DeadLetterArgs {
    /// An account (Parom's id, its number in amoCRM, or its host), or ids of dead letters [default: all accounts]
    #[arg(value_name = "ACCOUNT|ID")]
    named: Vec<String>,
    /// Only dead letters of this source (Parom's id)
    #[arg(long, value_name = "ID", value_parser = terminal::id)]
    source: Option<Uuid>,
    /// Only dead letters with this reason, as shown by `list`
    #[arg(long)]
    reason: Option<String>,
    /// Only this dead letter, instead of all that match
    #[arg(long, value_name = "ID", conflicts_with_all = ["source", "reason"], value_parser = terminal::id)]
    id: Option<Uuid>,
}

/// What the arguments name.
enum Named {
    /// These letters, each with its account.
    Letters(Vec<(tenant::Model, Uuid)>),
    /// What matches the filter in these accounts.
    Accounts(Vec<tenant::Model>),
}

impl DeadLetterArgs {
    fn wanted(&self) -> DeadLetterFilter {
        DeadLetterFilter { source_id: self.source, reason: self.reason.clone(), ..DeadLetterFilter::default() }
    }

    const fn names_nothing(&self) -> bool {
        self.named.is_empty() && self.source.is_none() && self.reason.is_none() && self.id.is_none()
    }

    /// Finds the named account or letters; ids of letters decide by themselves.
    async fn find(&self, app: &App) -> anyhow::Result<Named> {
        let mut ids: Vec<Uuid> = self.named.iter().filter_map(|text| Uuid::try_parse(text).ok()).collect();
        let account = match (self.named.as_slice(), ids.as_slice()) {
            ([], _) => None,
            ([_], [id]) => tenants::load(app.store.read(), *id).await?,
            ([one], _) => Some(find_account(app, one).await?),
            (named, ids) if named.len() == ids.len() => None,
            _ => bail!("name one account, or ids of dead letters"),
        };
        if account.is_some() {
            ids.clear();
        }
        ids.extend(self.id);
        if ids.is_empty() {
            return Ok(Named::Accounts(match (account, self.source) {
                (Some(account), _) => vec![account],
                (None, Some(source)) => vec![whose(app, source).await?],
                (None, None) => all_accounts(app).await?,
            }));
        }
        ensure!(
            self.source.is_none() && self.reason.is_none(),
            "name letters by their ids or by a filter, not by both"
        );
        let at = account.as_ref().map(|account| format!(" at {}", account.host)).unwrap_or_default();
        let searched = match account {
            Some(account) => vec![account],
            None => all_accounts(app).await?,
        };
        let mut letters = Vec::new();
        for id in ids {
            let mut found = None;
            for tenant in &searched {
                if read::dry_run(app.store.read(), tenant.tenant_id, &[id]).await?.count > 0 {
                    found = Some(tenant.clone());
                    break;
                }
            }
            let unknown = || format!("there is no undelivered letter {id}{at}: parom dead list shows their ids");
            letters.push((found.with_context(unknown)?, id));
        }
        Ok(Named::Letters(letters))
    }
}

/// The account of a source.
async fn whose(app: &App, source_id: Uuid) -> anyhow::Result<tenant::Model> {
    let source = app.lookup.source(source_id).await?;
    let source = source.with_context(|| terminal::no_source(source_id))?;
    tenants::load(app.store.read(), source.tenant_id).await?.context("the source's account is gone")
}
