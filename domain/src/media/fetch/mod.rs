//! Fetching: a due file is claimed, opened, read into the store, and settled.
//!
//! A claim is one conditional update that raises the epoch; its holder fetches as long as the lease is prolonged. A
//! fetch that died is taken over when its lease has expired; its partial file has its own epoch's name and is deleted
//! by the successor.

pub(super) mod settle;

use std::time::Duration;

use base::http_client::{AMOCRM, FILE_TIMEOUT, Guarded, HttpClients, is_no_server, refusal};
use base::message::Direction;
use chrono::TimeDelta;
use connectors::file::{NotOpened, OpenFile};
use entity::media::{self, Column};
use futures_util::StreamExt;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::files::FileKey;
use super::{FileOrigin, MediaContext, MediaKind, MediaState, quota};
use settle::{FetchOutcome, FileNotKept, Sink};

/// Duration of a lease.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// Interval of its prolongation.
const BEAT: Duration = Duration::from_secs(20);
/// Time limit for silence of the other side.
const SILENCE: Duration = Duration::from_secs(20);
/// The reason key for a full quota.
const NO_ROOM: &str = "no_room";
/// Attempts at one file that never ended properly, after which it is given up.
const POISON: i32 = 12;

/// Due rows, longest waiting first, except those of these accounts.
pub(super) async fn due(app: &MediaContext, but: &[Uuid], limit: u64) -> Result<Vec<media::Model>, DbErr> {
    let now = app.store.now().await?;
    let due = media::Entity::find()
        .filter(Column::NextTryAt.lte(now))
        .filter(Column::TenantId.is_not_in(but.iter().copied()))
        .order_by_asc(Column::NextTryAt)
        .limit(limit);
    app.store.all_in_reach(due).await
}

/// Fetches everything due now, once; returns how many were tried. For tests and tools.
pub async fn fetch_all(app: &MediaContext) -> anyhow::Result<usize> {
    let mut tried = 0;
    loop {
        let mut some = 0;
        for row in due(app, &[], 64).await? {
            let Some(claimed) = claim(app, row).await? else { continue };
            some += 1;
            attempt(app, claimed, None).await;
        }
        tried += some;
        if some == 0 {
            return Ok(tried);
        }
    }
}

/// Claims a due row for this process; `None` if another has it.
pub(super) async fn claim(app: &MediaContext, row: media::Model) -> Result<Option<media::Model>, DbErr> {
    let until = Some(app.store.now().await? + LEASE.num_milliseconds());
    let claimed = media::Model {
        epoch: row.epoch.saturating_add(1),
        tries: row.tries.saturating_add(1),
        leased: true,
        next_try_at: until,
        ..row
    };
    let done = media::Entity::update_by_id((row.tenant_id, row.id))
        .col_expr(Column::Epoch, Expr::value(claimed.epoch))
        .col_expr(Column::Tries, Expr::value(claimed.tries))
        .col_expr(Column::Leased, Expr::value(true))
        .col_expr(Column::NextTryAt, Expr::value(until))
        .filter(Column::Epoch.eq(row.epoch))
        .filter(Column::State.eq(MediaState::Wanted.number()))
        .filter(Column::NextTryAt.eq(row.next_try_at))
        .exec(app.store.write())
        .await?;
    Ok((done.rows_affected == 1).then_some(claimed))
}

/// Fetches a claimed row and records the outcome. Gives up, without counting the attempt, when the `budget` of an
/// impatient caller is over or the server stops.
pub(super) async fn attempt(app: &MediaContext, row: media::Model, budget: Option<Duration>) {
    let (tenant_id, id) = (row.tenant_id, row.id);
    let started = Instant::now();
    let outcome = tokio::select! {
        outcome = fetch(app, &row) => outcome,
        () = app.stop.cancelled() => FetchOutcome::Released,
        () = tokio::time::sleep(budget.unwrap_or(FILE_TIMEOUT)) => FetchOutcome::Released,
    };
    let word = outcome.word();
    if app.faults.hit("media.before_commit").is_err() {
        return;
    }
    let is_full = matches!(outcome, FetchOutcome::Refused { failure: NO_ROOM });
    match settle::settle(app, &row, outcome).await {
        Ok(true) => {
            if is_full {
                quota::is_full(app, tenant_id).await;
            }
            metrics::counter!("parom_media_fetches_total", "outcome" => word).increment(1);
            metrics::histogram!("parom_media_fetch_seconds").record(started.elapsed());
            tracing::debug!(tenant.id = %tenant_id, media.id = %id, outcome = word, "a download of a file was attempted");
        }
        Ok(false) => {
            tracing::info!(tenant.id = %tenant_id, media.id = %id, "a file was already downloaded by another process")
        }
        Err(error) => {
            tracing::error!(tenant.id = %tenant_id, media.id = %id, %error, "the outcome of a download could not be stored");
        }
    }
    app.media.settled.notify_waiters();
}

async fn fetch(app: &MediaContext, row: &media::Model) -> FetchOutcome {
    if row.tries > POISON {
        return FetchOutcome::Refused { failure: "poison" };
    }
    match read(app, row).await {
        Ok(outcome) => outcome,
        Err(error) => {
            let cause = format!("{error:#}");
            tracing::error!(tenant.id = %row.tenant_id, media.id = %row.id, cause, "a file could not be stored; it will be retried");
            FetchOutcome::Broken
        }
    }
}

/// Kind and origin of a row.
fn origin_of(app: &MediaContext, row: &media::Model) -> anyhow::Result<(MediaKind, FileOrigin)> {
    Ok((MediaKind::from_number(row.kind)?, FileOrigin::of(app, row)?))
}

/// Errors are our own, the store's or the database's: the other side is not at fault, so the file waits as long as
/// necessary.
async fn read(app: &MediaContext, row: &media::Model) -> anyhow::Result<FetchOutcome> {
    let (kind, origin) = match origin_of(app, row) {
        Ok(wanted) => wanted,
        Err(error) => {
            let cause = format!("{error:#}");
            tracing::error!(tenant.id = %row.tenant_id, media.id = %row.id, cause, "a file's row is damaged");
            return Ok(FetchOutcome::Refused { failure: "damaged" });
        }
    };
    let mut opened = match open(app, row, &origin).await? {
        Ok(opened) => opened,
        Err(not_opened) => return Ok(not_opened.into()),
    };
    let limit = kind.limit(&app.config.media);
    let room = quota::room(app, row.tenant_id).await?;
    let mut sink = Sink::new(app, FileKey { tenant_id: row.tenant_id, id: row.id, epoch: row.epoch }, limit, room);
    if let Some(not_kept) = opened.announced.and_then(|announced| sink.refuses(announced)) {
        return Ok(not_kept.into());
    }
    let mut beaten = Instant::now();
    loop {
        let chunk = match tokio::time::timeout(SILENCE, opened.bytes.next()).await {
            Ok(None) => break,
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(reason))) => return Ok(sink.give_up(FileNotKept::BrokeOff(reason)).await.into()),
            Err(_) => return Ok(sink.give_up(FileNotKept::BrokeOff("silence".to_owned())).await.into()),
        };
        if let Err(not_kept) = sink.take(chunk).await? {
            return Ok(sink.give_up(not_kept).await.into());
        }
        if beaten.elapsed() >= BEAT {
            beaten = Instant::now();
            if !prolong(app, row).await? {
                return Ok(sink.give_up(FileNotKept::Lost).await.into());
            }
        }
    }
    Ok(match sink.finish().await? {
        Ok(stored) => FetchOutcome::of(kind, row, stored),
        Err(not_kept) => not_kept.into(),
    })
}

/// False if the row is gone or another process took it over.
async fn prolong(app: &MediaContext, row: &media::Model) -> Result<bool, DbErr> {
    let until = app.store.now().await? + LEASE.num_milliseconds();
    let mine = settle::mine(row).col_expr(Column::NextTryAt, Expr::value(Some(until)));
    Ok(mine.exec(app.store.write()).await?.rows_affected == 1)
}

impl From<NotOpened> for FetchOutcome {
    fn from(not_opened: NotOpened) -> Self {
        match not_opened {
            NotOpened::Never(failure) => Self::Refused { failure },
            NotOpened::Gone(failure) => Self::Gone { failure },
            NotOpened::Later { reason, after } => Self::Later { failure: reason, after },
        }
    }
}

impl From<FileNotKept> for FetchOutcome {
    fn from(not_kept: FileNotKept) -> Self {
        match not_kept {
            FileNotKept::TooLarge => Self::Refused { failure: "media_too_big" },
            FileNotKept::NoRoom => Self::Refused { failure: NO_ROOM },
            FileNotKept::Empty => Self::Gone { failure: "empty".to_owned() },
            FileNotKept::BrokeOff(failure) => Self::Later { failure, after: None },
            FileNotKept::Lost => Self::Released,
        }
    }
}

/// Redirects that are followed.
const HOPS: usize = 5;
/// Time limit of a whole fetch.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Errors are our own: the database or a damaged row.
async fn open(
    app: &MediaContext,
    row: &media::Model,
    origin: &FileOrigin,
) -> anyhow::Result<Result<OpenFile, NotOpened>> {
    let tenant_id = row.tenant_id;
    match origin {
        FileOrigin::Url(url) => Ok(call(way(app, row).await?.guarded(), url).await),
        FileOrigin::Connector { source_id, reference } => {
            let source = app.lookup.source(*source_id).await?;
            let Some(source) = source.filter(|source| source.tenant_id == tenant_id && source.deleted_at.is_none())
            else {
                return Ok(Err(NotOpened::Never("source_deleted")));
            };
            let Some(connector) = app.connectors.get(&source.kind) else {
                return Ok(Err(NotOpened::Never("unsupported")));
            };
            let settings = crate::settings::open(app, &source)?;
            Ok(connector.open_media(&settings, reference).await)
        }
    }
}

/// How an address is called: amoCRM's and those that a messenger named as these themselves, all others as a tenant's.
async fn way(app: &MediaContext, row: &media::Model) -> Result<HttpClients, DbErr> {
    if row.direction == Direction::ToMessenger.number() {
        return Ok(app.http.to(AMOCRM));
    }
    let source = app.lookup.source(row.source_id).await?;
    Ok(source.map_or_else(|| app.http.clone(), |source| app.http.to(&source.kind)))
}

async fn call(guarded: &Guarded, url: &str) -> Result<OpenFile, NotOpened> {
    let mut url = Url::parse(url).map_err(|_| NotOpened::Never("address_refused"))?;
    for _ in 0..=HOPS {
        let request = guarded.get(&url).map_err(|_| NotOpened::Never("address_refused"))?;
        let request = request.timeout(FILE_TIMEOUT).header(ACCEPT_ENCODING, "identity");
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if refusal(&error).is_some() => return Err(NotOpened::Never("address_refused")),
            Err(error) if is_no_server(&error) => return Err(NotOpened::Gone(unanswered(&error))),
            Err(error) => return Err(later(unanswered(&error), None)),
        };
        if !response.status().is_redirection() {
            return judge(response);
        }
        url = next(&url, &response).ok_or_else(|| NotOpened::Gone("redirect".to_owned()))?;
    }
    Err(NotOpened::Gone("redirect".to_owned()))
}

fn next(url: &Url, response: &Response) -> Option<Url> {
    let to = response.headers().get(LOCATION)?.to_str().ok()?;
    url.join(to).ok()
}

fn judge(response: Response) -> Result<OpenFile, NotOpened> {
    let status = response.status();
    let word = format!("status_{}", status.as_u16());
    match status {
        StatusCode::OK => {}
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            return Err(later(word, retry_after(response.headers())));
        }
        status if status.is_server_error() => return Err(later(word, retry_after(response.headers()))),
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(NotOpened::Gone(word)),
        // A page in place of a file may be a gateway's, which says nothing about the file.
        _ if is_page(&response) => return Err(later(word, retry_after(response.headers()))),
        _ => return Err(NotOpened::Gone(word)),
    }
    if response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(NotOpened::Gone("encoded".to_owned()));
    }
    let announced = response.content_length();
    let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|error| unanswered(&error)));
    Ok(OpenFile { announced, bytes: bytes.boxed() })
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The other side's failure without the address, which the client's errors contain.
fn unanswered(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "unreachable"
    } else {
        "broke_off"
    }
    .to_owned()
}

fn later(reason: String, after: Option<Duration>) -> NotOpened {
    NotOpened::Later { reason, after }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}
