//! The floor of a message's cost: the same calls and the same rows, in as many commits, with as few threads as possible
//! and nothing else. It looks nothing up, keeps no order, limits no rate, and what it had begun is lost in a crash.
//!
//! Everything runs on one thread. On SQLite the transactions block it, so no statement is handed over; on PostgreSQL
//! the rows of a commit are one statement.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use anyhow::Context;
use base::clock::Clock;
use base::config;
use base::message::{Direction, Stream, day_of, lane_id};
use base::store::{BlockingConnection, Store};
use clap::Args;
use sea_orm::{ConnectionTrait, Statement, Value};
use tokio::process::Command;
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::bare::Relay;
use crate::line::{CHANNEL, Line};
use crate::process::Process;
use crate::report;
use crate::stage::{Stage, free_address};

/// The conversations that the relay knows.
const LINES: &str = "lines.json";
/// Milliseconds.
const LEASE: i64 = 60_000;

/// What a message inserts and changes when it is accepted. The values: 1 tenant, 2 message, 3 source, 4 conversation,
/// 5 lane, 6 id at the other side, 7 raw bytes, 8 text, 9 time, 10 day, 11 instance, 12 direction, 13 end of the lease,
/// 14 the target of the raw bytes, 15 number.
const ACCEPT: [&str; 7] = [
    "INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day) \
     VALUES (?1, ?11, ?6, 1, ?2, 0, ?10)",
    "INSERT INTO raw_hook (tenant_id, id, kind, target, received_at, headers, body, quarantine) \
     VALUES (?1, ?2, 'amocrm', ?14, ?9, '{}', ?7, '')",
    "INSERT INTO message (tenant_id, id, source_id, conversation_id, direction, state, reported, external_id, \
     amocrm_message_id, body, error, sent_at, accepted_at, day, position, possible_duplicate) \
     VALUES (?1, ?2, ?3, ?4, ?12, 0, 0, '', ?6, ?8, '', ?9, ?9, ?10, 0, false)",
    "INSERT INTO letter (tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, \
     attempts, unknown, resends, late, accepted_at, expires_at, day) \
     VALUES (?1, ?5, ?9, ?15, ?2, ?2, ?3, ?12, 1, '', 0, false, 0, false, ?9, ?9, ?10)",
    "INSERT INTO turn (tenant_id, target, pool, tokens, refilled_at, reason, failures) \
     VALUES (?1, ?3, '', 0, ?9, '', 0) \
     ON CONFLICT (tenant_id, target) DO UPDATE SET tokens = excluded.tokens, refilled_at = excluded.refilled_at",
    "INSERT INTO lane (tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, last_key, \
     max_key, waiting, due_at, owner, epoch, leased_until, starts, carried) \
     VALUES (?1, ?5, ?4, ?3, ?12, 1, ?3, 2, ?9, ?9, 1, ?13, ?11, 1, ?13, 1, 0) \
     ON CONFLICT (tenant_id, lane_id) DO UPDATE SET next_seq = lane.next_seq + 1, max_key = excluded.max_key, \
     last_key = excluded.last_key, waiting = lane.waiting + 1, due_at = excluded.due_at, owner = excluded.owner, \
     epoch = lane.epoch + 1, leased_until = excluded.leased_until, starts = lane.starts + 1",
    "INSERT INTO ledger_delta (tenant_id, source_id, direction, day, instance, accepted, delivered, failed) \
     VALUES (?1, ?3, ?12, ?10, ?11, 1, 0, 0) \
     ON CONFLICT (tenant_id, source_id, direction, day, instance) \
     DO UPDATE SET accepted = ledger_delta.accepted + excluded.accepted",
];

/// What it changes once it is delivered; the same values.
const SETTLE: [&str; 5] = [
    "DELETE FROM letter WHERE tenant_id = ?1 AND lane_id = ?5 AND order_key = ?9 AND seq = ?15",
    "UPDATE message SET state = 2, position = 1 WHERE tenant_id = ?1 AND id = ?2",
    "UPDATE lane SET owner = NULL, leased_until = 0, starts = 0, last_key = 0, waiting = lane.waiting - 1, \
     due_at = NULL, carried = lane.carried + 1 WHERE tenant_id = ?1 AND lane_id = ?5",
    "INSERT INTO attempt (tenant_id, message_id, letter_id, number, kind, direction, at, ms, verdict, status, answer, \
     reason, event, took) VALUES (?1, ?2, ?2, 1, 1, ?12, ?9, 1, 'done', 200, '', '', '', 1)",
    "UPDATE ledger_delta SET delivered = delivered + 1 WHERE tenant_id = ?1 AND source_id = ?3 AND direction = ?12 \
     AND day = ?10 AND instance = ?11",
];

#[derive(Args)]
pub struct NaiveRelayOptions {
    /// `127.0.0.1:PORT`
    #[arg(long)]
    listen: String,
    #[arg(long)]
    database: String,
    /// With the conversations.
    #[arg(long)]
    folder: PathBuf,
    /// Address of amojo and the messengers.
    #[arg(long)]
    fakes: String,
}

/// Stops the stage's server, and starts the relay on its data in a process of its own.
pub async fn start(stage: &mut Stage, fakes: &str) -> anyhow::Result<Process> {
    stage.stop().await?;
    std::fs::write(stage.folder.join(LINES), serde_json::to_vec(&stage.lines)?)?;
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe().context("this program")?);
    command.args(["naive-relay", "--listen", &address, "--database", stage.database(), "--fakes", fakes, "--folder"]);
    command.arg(&stage.folder);
    let mut process = Process::run(command, &stage.folder, &address)?;
    process.listens().await?;
    Ok(process)
}

/// Serves until it is stopped by a signal.
pub fn serve(options: NaiveRelayOptions) -> anyhow::Result<()> {
    let lines: Vec<Line> = serde_json::from_slice(&std::fs::read(options.folder.join(LINES))?)?;
    let by_hook = lines.iter().map(|line| (format!("{} {}", line.scope_id, line.client_id), line.clone()));
    let by_chat = lines.iter().map(|line| (format!("{} {}", line.source_id, line.chat), line.clone()));
    let relay = web::Data::new(NaiveRelay {
        relay: Arc::new(Relay::to(&options.fakes)?),
        lines: by_hook.chain(by_chat).collect(),
        database: options.database,
        rows: OnceCell::new(),
        instance: Uuid::parse_str(CHANNEL)?,
        count: AtomicI64::new(0),
    });
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(relay.clone())
                .route("/location/{scope}", web::post().to(hook))
                .route("/api/v1/sources/{source}/messages", web::post().to(message))
        });
        let server = server.workers(1).bind(&options.listen)?.run();
        report(&format!("listening {}", options.listen));
        Ok(server.await?)
    })
}

struct NaiveRelay {
    relay: Arc<Relay>,
    /// By the names in the paths and bodies of requests.
    lines: HashMap<String, Line>,
    database: String,
    /// Opened by the first request, on the thread that uses it.
    rows: OnceCell<Rows>,
    instance: Uuid,
    /// Messages so far.
    count: AtomicI64,
}

/// Writes the rows.
enum Rows {
    Sqlite(BlockingConnection),
    Postgres(Store),
}

impl Rows {
    async fn open(database: &str) -> anyhow::Result<Self> {
        let settings = config::Database {
            url: database.to_owned().into(),
            migrate: false,
            max_connections: 4,
            one_account_a_commit: false,
        };
        let store = Store::open(&settings, Clock::system()).await?;
        Ok(match store.blocking() {
            Some(connection) => Self::Sqlite(connection),
            None => Self::Postgres(store),
        })
    }

    /// Runs the statements in one commit.
    async fn commit(&self, texts: &[&str], values: &[Value]) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let transaction = connection.write_tx().await?;
                for text in texts {
                    let used = (1..=values.len()).rev().find(|number| uses(text, *number)).unwrap_or(0);
                    let values = values[..used].to_vec();
                    let statement = Statement::from_sql_and_values(sea_orm::DbBackend::Sqlite, *text, values);
                    transaction.execute(&statement)?;
                }
                transaction.commit()?;
            }
            Self::Postgres(store) => {
                let used: Vec<usize> =
                    (1..=values.len()).filter(|number| texts.iter().any(|text| uses(text, *number))).collect();
                let last = texts.len() - 1;
                let mut whole = String::new();
                for (place, text) in texts.iter().enumerate() {
                    let (before, after) = match place {
                        0 => ("WITH ".to_owned() + "s0 AS (", ")"),
                        place if place == last => (" ".to_owned(), ""),
                        place => (format!(", s{place} AS ("), ")"),
                    };
                    whole += &(before + text + after);
                }
                for (place, number) in used.iter().enumerate().rev() {
                    whole = whole.replace(&format!("?{number}"), &format!("${}", place + 1));
                }
                let values: Vec<Value> = used.iter().map(|number| values[number - 1].clone()).collect();
                store.write().execute_raw(Statement::from_sql_and_values(store.backend(), whole, values)).await?;
            }
        }
        Ok(())
    }
}

/// Whether a statement uses the value with this number.
fn uses(text: &str, number: usize) -> bool {
    let mark = format!("?{number}");
    text.match_indices(&mark).any(|(at, _)| !text[at + mark.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

impl NaiveRelay {
    /// Writes the rows of a new message; returns the values for its end.
    async fn accept(
        &self,
        line: &Line,
        direction: Direction,
        external_id: &str,
        body: &[u8],
        text: &str,
    ) -> anyhow::Result<Vec<Value>> {
        let clock = self.relay.clock();
        let now = clock.millis();
        let values: Vec<Value> = vec![
            line.tenant_id.into(),
            clock.uuid_v7().into(),
            line.source_id.into(),
            line.conversation_id.into(),
            lane_id(line.conversation_id, direction, Stream::Messages).into(),
            external_id.into(),
            body.to_vec().into(),
            text.into(),
            now.into(),
            day_of(now).into(),
            self.instance.into(),
            direction.number().into(),
            (now + LEASE).into(),
            line.scope_id.as_str().into(),
            self.count.fetch_add(1, Ordering::Relaxed).into(),
        ];
        self.rows().await?.commit(&ACCEPT, &values).await?;
        Ok(values)
    }

    /// Writes the end of a message. A failure ends the process, so that no figure hides it.
    #[expect(clippy::print_stderr, reason = "the log of the bench's own process")]
    async fn settles(&self, called: anyhow::Result<()>, values: &[Value]) {
        let done = async {
            called?;
            self.rows().await?.commit(&SETTLE, values).await
        };
        if let Err(error) = done.await {
            eprintln!("{error:#}");
            std::process::abort();
        }
    }

    async fn rows(&self) -> anyhow::Result<&Rows> {
        self.rows.get_or_try_init(|| Rows::open(&self.database)).await
    }
}

async fn hook(
    relay: web::Data<NaiveRelay>,
    scope: web::Path<String>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let Some(hook) = relay.relay.verified(&request, &body) else { return HttpResponse::Unauthorized().finish() };
    let text = |pointer: &str| hook.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
    let name = format!("{scope} {}", text("/message/conversation/client_id"));
    let Some(line) = relay.lines.get(&name) else { return HttpResponse::NotFound().finish() };
    let id = text("/message/message/id");
    match relay.accept(line, Direction::ToMessenger, id, &body, text("/message/message/text")).await {
        Ok(values) => {
            actix_web::rt::spawn(async move {
                let called = relay.relay.calls_messenger(&hook).await;
                relay.settles(called, &values).await;
            });
            HttpResponse::Ok().finish()
        }
        Err(error) => HttpResponse::InternalServerError().body(format!("{error:#}")),
    }
}

async fn message(relay: web::Data<NaiveRelay>, source: web::Path<String>, body: web::Bytes) -> HttpResponse {
    let Ok(posted) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return HttpResponse::BadRequest().finish();
    };
    let text = |pointer: &str| posted.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
    let Some(line) = relay.lines.get(&format!("{source} {}", text("/conversation/id"))) else {
        return HttpResponse::NotFound().finish();
    };
    match relay.accept(line, Direction::ToCrm, text("/id"), &body, text("/content/text")).await {
        Ok(values) => {
            actix_web::rt::spawn(async move {
                let called = relay.relay.calls_amojo(&posted).await;
                relay.settles(called, &values).await;
            });
            HttpResponse::Accepted().finish()
        }
        Err(error) => HttpResponse::InternalServerError().body(format!("{error:#}")),
    }
}
