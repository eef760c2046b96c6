//! Alerts: conditions that need a person's attention, a tenant's own or the vendor's (under [`base::store::VENDOR`]).
//! One cause is one row, however often it is seen; the code that sees the cause gone resolves it.
//!
//! ```text
//! raise ─▶ open ─▶ notice after a minute or some ─▶ one more after four hours
//!          │ take, mute: notices are postponed
//!          ├─ resolve ─▶ a closing notice, if one was sent before; a return is reported an hour later at the earliest
//!          └─ end     ─▶ no notice: the object is gone, which is no recovery
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base::i18n::{LocalizedText, Sentence, When, Words, Zone, duration};
use base::store::{Store, VENDOR};
use chrono::TimeDelta;
use entity::alert::{self, Column};
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::platform::PlatformContext;

/// The kinds of a tenant's alerts, which people subscribe to separately; message keys are `alert-kind-{kind}`.
pub const KINDS: [&str; 33] = [
    UNDELIVERED,
    LATE,
    "found_in_history",
    "source_stopped",
    SOURCE_BLOCKED,
    WEBHOOK_SUSPENDED,
    MESSENGER_UNREACHABLE,
    "source_moved",
    LINE_NOT_SET,
    LINE_FAILING,
    LINE_TROUBLE,
    BUSINESS_OFF,
    SOURCE_SILENT,
    CHATS_FLOODED,
    CHATS_HELD,
    TOKEN_EXPIRING,
    "source_gone",
    PIPELINE_ARCHIVED,
    ROUTE_FAILED,
    SALES_NOT_SENT,
    "needs_reauth",
    "unpaid",
    "blocked",
    CRM_UNREACHABLE,
    LIMIT_NEAR,
    LIMIT_REACHED,
    PLAN_ENDING,
    PLAN_GRACE,
    PLAN_ENDED,
    "media_full",
    "template_rejected",
    "template_paused",
    "template_changed",
];
/// Messages were not delivered and wait for a person.
pub const UNDELIVERED: &str = "undelivered";
/// Messages take much longer than usual.
pub const LATE: &str = "late";
/// The messenger blocks a bot or number.
pub const SOURCE_BLOCKED: &str = "source_blocked";
/// A source is quieter than it usually is at this hour of the week.
pub const SOURCE_SILENT: &str = "source_silent";
/// Visitors begin more chats in a web chat than an hour may have.
pub const CHATS_FLOODED: &str = "chats_flooded";
/// New chats above the pace of their source wait for a person.
pub const CHATS_HELD: &str = "chats_held";
/// A messenger does not answer.
pub const MESSENGER_UNREACHABLE: &str = "messenger_unreachable";
/// Our address is not registered with the messenger, which refuses it.
pub const LINE_NOT_SET: &str = "line_not_set";
/// The messenger's calls to us fail.
pub const LINE_FAILING: &str = "line_failing";
/// The messenger reports a problem of the line itself.
pub const LINE_TROUBLE: &str = "line_trouble";
/// A person disconnected the bot from their chats.
pub const BUSINESS_OFF: &str = "business_off";
/// A messenger's token ends soon.
pub const TOKEN_EXPIRING: &str = "token_expiring";
/// The pipeline of a source is archived in amoCRM, or gone.
pub const PIPELINE_ARCHIVED: &str = "pipeline_archived";
/// amoCRM refuses what a rule for new enquiries asks for.
pub const ROUTE_FAILED: &str = "route_failed";
/// A target of the account's sales refuses them, or gives no access.
pub const SALES_NOT_SENT: &str = "sales_not_sent";
/// amoCRM does not answer.
pub const CRM_UNREACHABLE: &str = "crm_unreachable";
/// A limit of the account is nearly reached.
pub const LIMIT_NEAR: &str = "limit_near";
/// A limit of the account is reached.
pub const LIMIT_REACHED: &str = "limit_reached";
/// The subscription to the service ends soon.
pub const PLAN_ENDING: &str = "plan_ending";
/// It has ended, and messages are delivered for some days more.
pub const PLAN_GRACE: &str = "plan_grace";
/// The subscription and the grace after it are over.
pub const PLAN_ENDED: &str = "plan_ended";
/// A developer's endpoint failed for a day. Also the reason with which its letters are held.
pub const WEBHOOK_SUSPENDED: &str = "webhook_suspended";
/// The vendor's kinds: their texts say what to do.
pub const VENDOR_KINDS: [&str; 11] = [
    "integration_refused",
    "channel_not_allowed",
    "channel_misconfigured",
    "channel_hook_version",
    "revoke_unconfirmed",
    "installs_unclear",
    "disk_full",
    "hooks_lost",
    "vendor_gap",
    "task_failing",
    "vendor_webhook_failing",
];

/// Interval between the last notice about a cause and one about its return.
const BETWEEN_NOTICES: TimeDelta = TimeDelta::hours(1);
/// By how much of it a return may be early.
const EARLY: TimeDelta = TimeDelta::minutes(1);
/// Interval before the next notice about a cause that returned before its end was reported.
const UNSAID: TimeDelta = TimeDelta::hours(4);

/// Time before the first notice: a cause that is gone by then is not reported, and causes raised together share
/// one notice. What often passes by itself has more time.
fn settles(kind: &str) -> TimeDelta {
    match kind {
        LATE | CRM_UNREACHABLE | MESSENGER_UNREACHABLE => TimeDelta::minutes(5),
        // Checked every five minutes: two checks in a row.
        LINE_NOT_SET | LINE_FAILING => TimeDelta::minutes(8),
        _ => TimeDelta::minutes(1),
    }
}

/// Since when something is wrong: a side that does not answer failed for a while before its alert was opened.
pub fn since(alert: &alert::Model) -> i64 {
    let detail: Value = match alert.kind.as_str() {
        CRM_UNREACHABLE | MESSENGER_UNREACHABLE => serde_json::from_str(&alert.detail).unwrap_or_default(),
        _ => Value::Null,
    };
    detail.get("at").and_then(Value::as_i64).unwrap_or(alert.opened_at)
}

/// An alert to raise.
#[derive(Clone, Debug)]
pub struct Alarm<'alarm> {
    /// The tenant concerned; [`base::store::VENDOR`] for the vendor.
    pub tenant_id: Uuid,
    /// Message keys are `alert-{kind}-subject` and `alert-{kind}-body`.
    pub kind: &'static str,
    /// The object concerned: each object of a kind has its own row. Empty if the kind has only one.
    pub object: &'alarm str,
    pub source_id: Option<Uuid>,
    /// Arguments of the messages, without secrets and message texts.
    pub detail: Value,
}

/// Opens an alert, reopens a resolved one, or counts one more occurrence of an open one. True if it was not open
/// before. An outage that was over keeps a row of its own, with a key that ends like that of its cause.
pub async fn raise(app: &PlatformContext, db: &impl ConnectionTrait, alarm: Alarm<'_>) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let key = key(alarm.kind, alarm.object);
    let detail = alarm.detail.to_string();
    let row = alert::Model {
        tenant_id: alarm.tenant_id,
        key: key.clone(),
        kind: alarm.kind.to_owned(),
        source_id: alarm.source_id,
        detail: detail.clone(),
        opened_at: now,
        last_at: now,
        count: 1,
        resolved_at: None,
        muted_until: None,
        letter_at: Some(now + settles(alarm.kind).num_milliseconds()),
        letters: 0,
        lettered_at: None,
        taken_by: String::new(),
    };
    let new = alert::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::TenantId, Column::Key]).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let seen = || {
        row_of(alarm.tenant_id, &key)
            .col_expr(Column::LastAt, Expr::value(now))
            .col_expr(Column::SourceId, Expr::value(alarm.source_id))
            .col_expr(Column::Detail, Expr::value(detail.clone()))
    };
    let mut opened = new > 0;
    let before = if opened { None } else { alert::Entity::find_by_id((alarm.tenant_id, key.clone())).one(db).await? };
    if let Some(over) = before.filter(|row| row.resolved_at.is_some()) {
        let again = seen()
            .col_expr(Column::OpenedAt, Expr::value(now))
            .col_expr(Column::Count, Expr::value(1_i64))
            .col_expr(Column::MutedUntil, Expr::value(Option::<i64>::None))
            .col_expr(Column::ResolvedAt, Expr::value(Option::<i64>::None))
            .col_expr(Column::LetterAt, returns(now, now + settles(alarm.kind).num_milliseconds()))
            .col_expr(Column::Letters, Expr::case(is_unsaid(), Expr::col(Column::Letters)).finally(0).into())
            .col_expr(Column::TakenBy, Expr::value(""))
            .filter(Column::ResolvedAt.is_not_null());
        opened = again.exec(db).await?.rows_affected > 0;
        if opened {
            let row = alert::Model { key: format!("{}/{key}", over.opened_at), letter_at: None, ..over };
            let kept = OnConflict::columns([Column::TenantId, Column::Key]).do_nothing().to_owned();
            alert::Entity::insert(row.into_active_model()).on_conflict(kept).exec_without_returning(db).await?;
        }
    }
    if opened {
        tracing::warn!(tenant.id = %alarm.tenant_id, kind = alarm.kind, object = alarm.object, "an alert was opened");
    } else {
        seen().col_expr(Column::Count, Expr::col(Column::Count).add(1)).exec(db).await?;
    }
    Ok(opened)
}

/// Its end has not been reported yet: its return is no news.
fn is_unsaid() -> SimpleExpr {
    Column::LetterAt.is_not_null().and(Column::Letters.gt(0))
}

/// When a cause that returned is reported: after `settled`, and not within the hour after the last notice about it.
fn returns(now: i64, settled: i64) -> SimpleExpr {
    let recently = Expr::col(Column::LetteredAt).gt(now - (BETWEEN_NOTICES - EARLY).num_milliseconds());
    let later = Expr::col(Column::LetteredAt).add(BETWEEN_NOTICES.num_milliseconds());
    Expr::case(is_unsaid(), Expr::value(now + UNSAID.num_milliseconds()))
        .case(recently, later)
        .finally(Expr::value(settled))
        .into()
}

/// Closes an alert because its cause is proved gone; everyone who was notified is notified again. True if it was open.
pub async fn resolve(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let letter =
        Expr::case(Expr::col(Column::Letters).gt(0), Expr::value(Some(now))).finally(Expr::value(Option::<i64>::None));
    close(now, db, tenant_id, &key(kind, object), letter.into()).await
}

/// [`resolve`] where the alert is seldom open: as long as it is not, this only reads.
pub async fn resolve_if_open(app: &PlatformContext, tenant_id: Uuid, kind: &str, object: &str) -> Result<(), DbErr> {
    if is_open(app.store.read(), tenant_id, kind, object).await? {
        resolve(app, app.store.write(), tenant_id, kind, object).await?;
    }
    Ok(())
}

/// Closes an alert without a notice: its object is gone, or another alert replaces it. True if it was open.
pub async fn end(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
) -> Result<bool, DbErr> {
    close(app.clock.millis(), db, tenant_id, &key(kind, object), Expr::value(Option::<i64>::None)).await
}

async fn close(
    now: i64,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    key: &str,
    letter_at: SimpleExpr,
) -> Result<bool, DbErr> {
    let done = row_of(tenant_id, key)
        .col_expr(Column::ResolvedAt, Expr::value(Some(now)))
        .col_expr(Column::LetterAt, letter_at)
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Whether this alert is open.
pub async fn is_open(db: &impl ConnectionTrait, tenant_id: Uuid, kind: &str, object: &str) -> Result<bool, DbErr> {
    let found = alert::Entity::of_tenant(tenant_id).filter(Column::Key.eq(key(kind, object))).one(db).await?;
    Ok(found.is_some_and(|alert| alert.resolved_at.is_none()))
}

/// The open alerts of a tenant (or of the vendor), newest first, at most 200.
pub async fn open(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<alert::Model>, DbErr> {
    alert::Entity::of_tenant(tenant_id)
        .filter(Column::ResolvedAt.is_null())
        .order_by_desc(Column::LastAt)
        .limit(200)
        .all(db)
        .await
}

/// The alerts of a tenant that closed last, at most 20.
pub async fn closed(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<alert::Model>, DbErr> {
    let rows = alert::Entity::of_tenant(tenant_id).filter(Column::ResolvedAt.is_not_null());
    rows.order_by_desc(Column::ResolvedAt).limit(20).all(db).await
}

/// How many alerts of a tenant (or of the vendor) are open.
pub async fn count_open(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<u64, DbErr> {
    alert::Entity::of_tenant(tenant_id).filter(Column::ResolvedAt.is_null()).count(db).await
}

/// How many alerts of an account are open, and when the newest of them was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AccountAlerts {
    pub tenant_id: Uuid,
    pub count: i64,
    pub newest_at: i64,
}

/// Accounts with open alerts, those with the newest first, at most `limit`.
pub async fn accounts(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<AccountAlerts>, DbErr> {
    let open = open_by_account().filter(Column::TenantId.ne(VENDOR)).order_by_desc(Column::OpenedAt.max());
    open.limit(limit).into_model().all(db).await
}

/// The open alerts of these accounts; accounts without any are absent.
pub async fn of_accounts(
    db: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<AccountAlerts>, DbErr> {
    open_by_account().filter(Column::TenantId.is_in(accounts)).into_model().all(db).await
}

fn open_by_account() -> Select<alert::Entity> {
    alert::Entity::find()
        .filter(Column::ResolvedAt.is_null())
        .select_only()
        .column(Column::TenantId)
        .column_as(Column::Key.count(), "count")
        .column_as(Column::OpenedAt.max(), "newest_at")
        .group_by(Column::TenantId)
}

/// Tenants with an open alert of a kind that has no objects, at most 1000.
pub async fn whose(store: &Store, kind: &str) -> Result<Vec<Uuid>, DbErr> {
    let open = alert::Entity::find().filter(Column::Key.eq(kind)).filter(Column::ResolvedAt.is_null()).limit(1000);
    Ok(store.all_in_reach(open).await?.into_iter().map(|alert| alert.tenant_id).collect())
}

/// The primary key of an alert's row.
pub fn key(kind: &str, object: &str) -> String {
    if object.is_empty() { kind.to_owned() } else { format!("{kind}:{object}") }
}

/// The object of an open alert, as it was raised with; empty without one.
pub fn object_of(open: &alert::Model) -> &str {
    open.key.split_once(':').map_or("", |(_, object)| object)
}

fn row_of(tenant_id: Uuid, key: &str) -> UpdateMany<alert::Entity> {
    alert::Entity::update_of(tenant_id).filter(Column::Key.eq(key))
}

// Manual actions on an open alert: taking it on, and muting it.

/// Milliseconds without reminders after an alert was taken on.
const TAKEN: TimeDelta = TimeDelta::hours(4);

/// Records that a person handles it: postpones its e-mails by four hours. False if it is not open.
pub async fn take(
    app: &PlatformContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    key: &str,
    name: &str,
) -> Result<bool, DbErr> {
    let done = row_of(tenant_id, key)
        .col_expr(Column::TakenBy, Expr::value(name))
        .col_expr(Column::LetterAt, Expr::value(Some(app.clock.millis() + TAKEN.num_milliseconds())))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Sends no e-mails about it until then (milliseconds since 1970), then one more if it is still open. False if it is
/// not open.
pub async fn mute(db: &impl ConnectionTrait, tenant_id: Uuid, key: &str, until: i64) -> Result<bool, DbErr> {
    let done = row_of(tenant_id, key)
        .col_expr(Column::MutedUntil, Expr::value(Some(until)))
        .col_expr(Column::LetterAt, Expr::value(Some(until)))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

// What every page shows of the open alerts: how many there are, and those about limits with their last figures.

/// Alerts are counted up to this number, because larger numbers need not be exact.
const MOST: u64 = 1000;

/// The open alerts of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenAlerts {
    /// The kind of each.
    pub kinds: Vec<String>,
    /// The details of those about limits, as they are stored.
    pub limits: Vec<String>,
}

/// The kinds of an account's open alerts and the details of those about limits, in one statement.
pub async fn summary(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<OpenAlerts, DbErr> {
    let detail: SimpleExpr = Expr::case(is_about_a_limit(), Expr::col(Column::Detail)).finally("").into();
    let select = open_rows(tenant_id).select_only().column(Column::Kind).column_as(detail, "limit_detail");
    let rows: Vec<(String, String)> = select.limit(MOST).into_tuple().all(db).await?;
    let (kinds, limits): (_, Vec<String>) = rows.into_iter().unzip();
    Ok(OpenAlerts { kinds, limits: limits.into_iter().filter(|detail| !detail.is_empty()).collect() })
}

/// The details of the open alerts about limits.
pub async fn limit_details(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Vec<String>, DbErr> {
    let rows = open_rows(tenant_id).filter(is_about_a_limit()).select_only().column(Column::Detail);
    rows.into_tuple().all(db).await
}

/// The same of alerts that were read already.
pub fn about_limits(open: &[alert::Model]) -> OpenAlerts {
    let is_about = |row: &&alert::Model| [LIMIT_NEAR, LIMIT_REACHED].contains(&row.kind.as_str());
    let limits = open.iter().filter(is_about).map(|row| row.detail.clone()).collect();
    OpenAlerts { kinds: open.iter().map(|row| row.kind.clone()).collect(), limits }
}

/// Replaces the arguments of an open alert's messages, without counting one more occurrence.
pub async fn describe(
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    kind: &str,
    object: &str,
    detail: &Value,
) -> Result<(), DbErr> {
    row_of(tenant_id, &key(kind, object))
        .col_expr(Column::Detail, Expr::value(detail.to_string()))
        .filter(Column::ResolvedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

fn is_about_a_limit() -> SimpleExpr {
    Column::Kind.is_in([LIMIT_NEAR, LIMIT_REACHED])
}

fn open_rows(tenant_id: Uuid) -> Select<alert::Entity> {
    alert::Entity::of_tenant(tenant_id).filter(Column::ResolvedAt.is_null())
}

// The vendor's alerts about background tasks that keep failing.

const ALARM: &str = "task_failing";
/// Delay before raising an alert again that the database did not store or that another process closed.
const LOOK: Duration = Duration::from_secs(10);

/// Keeps the alerts in line with the state of this process's tasks, until the stop.
pub async fn watch_tasks(app: Arc<PlatformContext>, stop: CancellationToken) {
    // Alerts of dead processes; live processes raise theirs again.
    let mut raised = match open(app.store.read(), VENDOR).await {
        Ok(open) => {
            open.iter().filter_map(|alert| alert.key.strip_prefix("task_failing:").map(str::to_owned)).collect()
        }
        Err(_) => BTreeSet::new(),
    };
    loop {
        if let Err(error) = look(&app, &mut raised).await {
            tracing::warn!(%error, "an alert about a background task could not be stored; it will be retried");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.supervisor.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Raises alerts that are not open and closes those that are over; `raised` names the tasks whose alerts this process
/// may close.
async fn look(app: &PlatformContext, raised: &mut BTreeSet<String>) -> Result<(), DbErr> {
    let failing = app.supervisor.failing();
    for one in &failing {
        raised.insert(one.task.to_owned());
        if !is_open(app.store.read(), VENDOR, ALARM, one.task).await? {
            let detail = json!({ "task": one.task, "said": one.why });
            let alarm = Alarm { tenant_id: VENDOR, kind: ALARM, object: one.task, source_id: None, detail };
            raise(app, app.store.write(), alarm).await?;
        }
    }
    let over: Vec<String> =
        raised.iter().filter(|task| failing.iter().all(|one| one.task != task.as_str())).cloned().collect();
    for task in over {
        resolve(app, app.store.write(), VENDOR, ALARM, &task).await?;
        raised.remove(&task);
    }
    Ok(())
}

// Texts of an alert: `alert-{kind}-subject` and `alert-{kind}-body`, with its detail as arguments.

/// Arguments that the texts of alerts may have, separated by blanks; the detail provides them.
const PLACEABLES: &str = "source messenger integration host account_id channel_id said gap accepted delivered failed waiting count \
    held tenant_id template reason category quality most free place usual days percent who webhook task rule fault";

/// A subject for pages of the account itself, which need not name it.
pub fn without_account(subject: &str, account: &str, crm: &str) -> String {
    let named = [format!(" ({account})"), format!("\u{a0}({account})")];
    let Some(said) = subject.strip_prefix(account).and_then(|rest| rest.strip_prefix(':')) else {
        return named.iter().fold(subject.to_owned(), |said, name| said.replacen(name, "", 1));
    };
    let said = said.trim_start();
    let mut signs = said.chars();
    match signs.next() {
        Some(first) if !said.starts_with(crm) => first.to_uppercase().chain(signs).collect(),
        _ => said.to_owned(),
    }
}

/// The text of a part (`subject`, `body`) for an account and platform with these names. `None` if its kind has no
/// texts.
pub fn text(words: Words, alert: &alert::Model, part: &str, account: &str, crm: &'static str) -> Option<Sentence> {
    let key = format!("alert-{}-{part}", alert.kind);
    if !words.has(&key) {
        return None;
    }
    let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
    let named = words.text(key).with("crm", crm).with("account", account);
    let named = PLACEABLES.split(' ').fold(named, |sentence, name| match detail.get(name) {
        Some(Value::Number(number)) => match number.as_i64() {
            Some(number) => sentence.with(name, number),
            None => sentence.with(name, number.as_f64().unwrap_or_default()),
        },
        Some(Value::String(text)) => sentence.with(name, text.as_str()),
        _ => sentence.with(name, ""),
    });
    // The detail has its milliseconds.
    let delay = detail.get("delay").and_then(Value::as_i64).unwrap_or_default();
    let named = named.with("delay", duration(delay, words));
    let connector = detail.get("connector").and_then(Value::as_str);
    let named = match connector {
        Some(connector) => named.with("messenger", words.text_of("connector-", connector).to_string()),
        None => named,
    };
    // In UTC: who knows the account's time zone replaces it.
    let date = detail.get("at").and_then(Value::as_i64).map(|at| date(at, alert.opened_at, Zone::UTC, words));
    let named = named.with("date", date.unwrap_or_default());
    let target = detail.get("target").and_then(Value::as_str);
    let named = named
        .with("target", target.map(|target| words.text_of("sale-target-", target).to_string()).unwrap_or_default());
    let limit = detail.get("limit").and_then(Value::as_str);
    Some(named.with("limit", limit.map(|limit| words.text_of("limits-", limit).to_string()).unwrap_or_default()))
}

/// The subject of one of the vendor's alerts, for a reader whose language is not known yet.
pub fn subject(alert: &alert::Model) -> LocalizedText {
    let detail: Value = serde_json::from_str(&alert.detail).unwrap_or_default();
    let subject = LocalizedText::new(format!("alert-{}-subject", alert.kind));
    PLACEABLES.split(' ').fold(subject, |subject, name| match detail.get(name) {
        Some(Value::Number(number)) => subject.with(name, number.as_i64().unwrap_or_default()),
        Some(Value::String(text)) => subject.with(name, text.as_str()),
        _ => subject.with(name, ""),
    })
}

/// The date of a moment in a zone, with the year if that is another one than at `seen_at`.
fn date(at: i64, seen_at: i64, zone: Zone, words: Words) -> String {
    When::new(at, seen_at, zone, words).date()
}

#[cfg(test)]
mod tests {
    use base::i18n::Language;

    use super::*;

    #[test]
    fn inside_an_account_no_subject_names_it() {
        for words in [Language::En, Language::Ru, Language::Es, Language::Pt].map(Words::new) {
            for kind in KINDS {
                let subject = words.text(format!("alert-{kind}-subject")).with("account", "shop.example");
                let names = PLACEABLES.split(' ').chain(["crm", "delay", "date", "target", "limit"]);
                let subject = names.fold(subject, |subject, name| subject.with(name, "amoCRM")).to_string();
                let said = without_account(&subject, "shop.example", "amoCRM");
                assert!(!said.contains("shop.example") && !said.contains("  "), "{said}");
                assert!(said.starts_with("amoCRM") || said.starts_with(char::is_uppercase), "{said}");
            }
        }
    }
}
