//! Checks of accounts in the database: access, channels, sources, alerts and quarantined hooks.

use std::collections::{BTreeMap, BTreeSet};

use base::i18n::LocalizedText;
use base::millis::{DAY, MINUTE};
use base::store::{Store, VENDOR};
use chrono::TimeDelta;
use entity::{alert, dead_letter, history_look, oauth_grant, raw_hook, source, stray_source, tenant, tenant_channel};
use queue::accept_batch::HistoryMessage;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Check, because};
use crate::alert as alerts;
use crate::source::{SourceState, SourceStatus, states_of};
use crate::tenant::grant;
use crate::tenant::subscription::{self, SubscriptionState};

/// Maximum number of accounts named in one line.
const NAMED: usize = 5;
/// The reason of calls about a number or an account at a messenger that belongs to no source here.
const UNKNOWN_LINE: &str = "unknown_line";

/// Quarantined hooks of one reason.
#[derive(Default)]
struct Aside {
    count: i64,
    /// For [`UNKNOWN_LINE`]: the messenger and its id of the line.
    lines: BTreeSet<String>,
}

impl Aside {
    /// `2 × unknown_line (whatsapp 330022334455667)`.
    fn named(&self, reason: &str) -> String {
        let lines: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        let lines = if lines.is_empty() { String::new() } else { format!(" ({})", lines.join("; ")) };
        format!("{} × {reason}{lines}", self.count)
    }
}

/// The findings, by the line that reports them.
#[derive(Default)]
struct AccountFindings {
    lost: Vec<LocalizedText>,
    ending: Vec<LocalizedText>,
    /// The account whose access ends first, and the days left.
    fewest: Option<(i64, String)>,
    not_allowed: Vec<LocalizedText>,
    misconfigured: Vec<LocalizedText>,
    disconnected: Vec<LocalizedText>,
    sources: Vec<LocalizedText>,
    /// Sources that neither a message nor a test has proved.
    unproved: Vec<LocalizedText>,
    strays: Vec<LocalizedText>,
    /// Accounts whose changes of contacts amoCRM does not report.
    unreported: Vec<LocalizedText>,
    alarms: Vec<LocalizedText>,
    aside: BTreeMap<String, Aside>,
}

/// Checks all accounts, or one.
pub async fn look(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) {
    if let Err(error) = look_at(store, only, checks).await {
        let detail = because("doctor-accounts-wrong", error.to_string());
        checks.push(Check::warn("accounts", detail, "doctor-migrate-fix"));
    }
}

async fn look_at(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) -> Result<(), DbErr> {
    let all = only.map_or_else(tenant::Entity::find, tenant::Entity::of_tenant).all(store.read()).await?;
    let mut found = AccountFindings::default();
    for tenant in &all {
        // An account that left, or was disconnected on purpose, is not a problem.
        if !matches!(tenant.status.as_str(), "uninstalled" | "disconnected") {
            access_of(store, tenant, &mut found).await?;
            channels_of(store, tenant, &mut found).await?;
            sources_of(store, tenant, &mut found).await?;
            collect_subscription(store, tenant, &mut found).await?;
        }
        alarms_of(store, tenant.tenant_id, &tenant.host, &mut found).await?;
        quarantined(store, tenant.tenant_id, &mut found.aside).await?;
    }
    if only.is_none() {
        alarms_of(store, VENDOR, "", &mut found).await?;
        quarantined(store, VENDOR, &mut found.aside).await?;
    }
    checks.push(Check::ok("accounts", LocalizedText::new("doctor-accounts").with("count", all.len())));
    report(&found, checks);
    Ok(())
}

async fn access_of(store: &Store, tenant: &tenant::Model, found: &mut AccountFindings) -> Result<(), DbErr> {
    let used = oauth_grant::Entity::of_tenant(tenant.tenant_id).filter(oauth_grant::Column::InUse.eq(true));
    let Some(grant) = used.one(store.read()).await? else { return Ok(()) };
    let days = grant::days_left(&grant, store.clock().millis());
    let detail = |key, days: i64| LocalizedText::new(key).with("host", tenant.host.as_str()).with("days", days);
    if grant.dead || days == 0 {
        let since = (store.clock().millis() - grant.refreshed_at).max(0) / DAY;
        found.lost.push(detail("doctor-token-lost-one", since));
        return Ok(());
    }
    if days <= grant::EXPIRING_DAYS {
        found.ending.push(detail("doctor-token-ending-one", days));
    }
    if found.fewest.as_ref().is_none_or(|(fewest, _)| days < *fewest) {
        found.fewest = Some((days, tenant.host.clone()));
    }
    Ok(())
}

async fn channels_of(store: &Store, tenant: &tenant::Model, found: &mut AccountFindings) -> Result<(), DbErr> {
    for row in tenant_channel::Entity::of_tenant(tenant.tenant_id).all(store.read()).await? {
        let named = |key| {
            let detail = LocalizedText::new(key).with("host", tenant.host.as_str());
            detail.with("account", tenant.account_id.to_string()).with("channel", row.channel_id.to_string())
        };
        match row.status.as_str() {
            "connected" => {}
            "not_allowed" => found.not_allowed.push(named("doctor-channel-one")),
            "misconfigured" => {
                let detail = named("doctor-channel-one-because").with("reason", LocalizedText::stored(&row.detail));
                found.misconfigured.push(detail);
            }
            _ => found.disconnected.push(named("doctor-channel-one")),
        }
    }
    Ok(())
}

async fn sources_of(store: &Store, tenant: &tenant::Model, found: &mut AccountFindings) -> Result<(), DbErr> {
    let all = source::Entity::of_tenant(tenant.tenant_id).filter(source::Column::DeletedAt.is_null());
    let all = all.all(store.read()).await?;
    for (row, state) in all.iter().zip(states_of(store, tenant, &all, |_| None).await?) {
        let named = |key| LocalizedText::new(key).with("source", row.name.as_str()).with("host", tenant.host.as_str());
        match (state.status, state.reason) {
            // Problems of an account or its channels have checks of their own.
            (_, Some(reason)) if reason.is_of_account() => {}
            (SourceStatus::Working | SourceStatus::Checking, _) if state.proved_at.is_none() => {
                found.unproved.push(named("doctor-source-unproved-one"));
            }
            (SourceStatus::Working | SourceStatus::Checking | SourceStatus::CrmUnreachable, _)
            | (SourceStatus::Paused, None) => {}
            _ => found.sources.push(named("doctor-source-one").with("reason", why(&state))),
        }
    }
    let strays = stray_source::Entity::of_tenant(tenant.tenant_id).count(store.read()).await?;
    if strays > 0 {
        found.strays.push(LocalizedText::quoted(format!("{} ({strays})", tenant.host)));
    }
    Ok(())
}

async fn collect_subscription(store: &Store, tenant: &tenant::Model, found: &mut AccountFindings) -> Result<(), DbErr> {
    let standing = subscription::standing(store.read(), tenant.tenant_id).await?;
    if let Some(standing) = standing.filter(|standing| standing.state == SubscriptionState::Refused) {
        let detail = LocalizedText::new("doctor-contacts-one").with("host", tenant.host.as_str());
        found.unreported.push(detail.with("reason", LocalizedText::quoted(standing.detail)));
    }
    Ok(())
}

/// The reason and the other side's words. Older releases stored plain text.
fn why(state: &SourceState) -> LocalizedText {
    let Some(reason) = state.reason.filter(|_| state.step.is_empty()) else {
        let is_said = !state.detail.is_empty() || !state.step.is_empty();
        return if is_said {
            state.said()
        } else {
            LocalizedText::new(format!("doctor-source-{}", state.status.as_str()))
        };
    };
    let detail = LocalizedText::new(format!("doctor-source-{}", reason.as_str()));
    if state.detail.is_empty() {
        return detail;
    }
    LocalizedText::new("doctor-source-why").with("reason", detail).with("text", state.said())
}

async fn alarms_of(store: &Store, tenant_id: Uuid, host: &str, found: &mut AccountFindings) -> Result<(), DbErr> {
    let open = alert::Entity::of_tenant(tenant_id).filter(alert::Column::ResolvedAt.is_null());
    for row in open.all(store.read()).await? {
        let days = (store.clock().millis() - row.opened_at).max(0) / DAY;
        let detail = LocalizedText::new(if host.is_empty() { "doctor-alarm-one" } else { "doctor-alarm-one-at" });
        // People of accounts subscribe to kinds; the vendor's have only their subjects.
        let what = match tenant_id {
            VENDOR => alerts::subject(&row),
            _ => LocalizedText::new(format!("alert-kind-{}", row.kind)),
        };
        let detail = detail.with("what", what).with("kind", row.kind).with("host", host);
        found.alarms.push(detail.with("days", days));
    }
    Ok(())
}

/// Counts quarantined hooks by reason; those about a line that no account has also name the line.
async fn quarantined(store: &Store, tenant_id: Uuid, aside: &mut BTreeMap<String, Aside>) -> Result<(), DbErr> {
    let found: Vec<(String, String, String, i64)> = raw_hook::Entity::of_tenant(tenant_id)
        .filter(raw_hook::Column::Quarantine.ne(""))
        .select_only()
        .column(raw_hook::Column::Quarantine)
        .column(raw_hook::Column::Kind)
        .column(raw_hook::Column::Target)
        .column_as(raw_hook::Column::Id.count(), "count")
        .group_by(raw_hook::Column::Quarantine)
        .group_by(raw_hook::Column::Kind)
        .group_by(raw_hook::Column::Target)
        .into_tuple()
        .all(store.read())
        .await?;
    for (reason, kind, target, count) in found {
        let is_unknown_line = reason == UNKNOWN_LINE;
        let entry = aside.entry(reason).or_default();
        entry.count += count;
        if is_unknown_line && entry.lines.len() < NAMED {
            entry.lines.insert(format!("{kind} {target}").trim_end().to_owned());
        }
    }
    Ok(())
}

fn report(found: &AccountFindings, checks: &mut Vec<Check>) {
    if !found.lost.is_empty() {
        let check = named("tokens", "doctor-tokens-lost", &found.lost, "doctor-tokens-lost-fix");
        checks.push(check.remedied("address", "/oauth/install"));
    } else if !found.ending.is_empty() {
        checks.push(named("tokens", "doctor-tokens-ending", &found.ending, "doctor-tokens-ending-fix"));
    } else {
        checks.push(Check::ok(
            "tokens",
            match &found.fewest {
                Some((days, host)) => {
                    LocalizedText::new("doctor-tokens-fewest").with("days", *days).with("host", host.as_str())
                }
                None => LocalizedText::new("doctor-tokens-ok"),
            },
        ));
    }
    let lines = [
        (&found.not_allowed, "doctor-channels-not_allowed", "doctor-channels-not_allowed-fix"),
        (&found.misconfigured, "doctor-channels-misconfigured", "doctor-channels-misconfigured-fix"),
        (&found.disconnected, "doctor-channels-disconnected", "doctor-channels-disconnected-fix"),
    ];
    if lines.iter().all(|(bad, ..)| bad.is_empty()) {
        checks.push(Check::ok("channels", LocalizedText::new("doctor-channels-ok")));
    }
    for (bad, what, remedy) in lines.into_iter().filter(|(bad, ..)| !bad.is_empty()) {
        checks.push(named("channels", what, bad, remedy));
    }
    let or_well = |name, good, what, bad: &[LocalizedText], remedy| match bad {
        [] => Check::ok(name, LocalizedText::new(good)),
        bad => named(name, what, bad, remedy),
    };
    if !found.sources.is_empty() {
        checks.push(named("sources", "doctor-sources-bad", &found.sources, "doctor-sources-bad-fix"));
    }
    if !found.unproved.is_empty() || found.sources.is_empty() {
        let (good, bad, remedy) = ("doctor-sources-ok", "doctor-sources-unproved", "doctor-sources-unproved-fix");
        checks.push(or_well("sources", good, bad, &found.unproved, remedy));
    }
    let (good, bad, remedy) = ("doctor-strays-ok", "doctor-strays-bad", "doctor-strays-bad-fix");
    checks.push(or_well("strays", good, bad, &found.strays, remedy));
    let (good, bad, remedy) = ("doctor-contacts-ok", "doctor-contacts-bad", "doctor-contacts-bad-fix");
    checks.push(or_well("contacts", good, bad, &found.unreported, remedy));
    let (good, bad, remedy) = ("doctor-alarms-ok", "doctor-alarms-bad", "doctor-alarms-bad-fix");
    checks.push(or_well("alarms", good, bad, &found.alarms, remedy));
    checks.push(if found.aside.is_empty() {
        Check::ok("quarantine", LocalizedText::new("doctor-quarantine-ok"))
    } else {
        let all: Vec<_> = found.aside.iter().map(|(reason, aside)| aside.named(reason)).collect();
        let detail = LocalizedText::new("doctor-quarantine-bad").with("items", all.join(", "));
        Check::warn("quarantine", detail, "doctor-quarantine-bad-fix")
    });
}

fn named(name: &'static str, what: &'static str, bad: &[LocalizedText], remedy: &'static str) -> Check {
    let some = bad.get(..NAMED).unwrap_or(bad).to_vec();
    let more = bad.len().saturating_sub(NAMED);
    let detail = LocalizedText::new(what);
    let detail = if more > 0 {
        detail.with("items", LocalizedText::new("doctor-list-more").with("items", some).with("count", more))
    } else {
        detail.with("items", some)
    };
    Check::warn(name, detail, remedy)
}

// Missed hooks: whether chats are compared with amoCRM's history, and what was found there.

/// Chats are compared hourly; the check warns if that did not happen for this long.
const LATE: TimeDelta = TimeDelta::hours(3);

/// Checks all accounts, or one.
pub async fn look_at_history(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) {
    if let Err(error) = compare_history(store, only, checks).await {
        let detail = because("doctor-accounts-wrong", error.to_string());
        checks.push(Check::warn("history", detail, "doctor-migrate-fix"));
    }
}

async fn compare_history(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) -> Result<(), DbErr> {
    let db = store.read();
    let now = store.clock().millis();
    let (mut late, mut held) = (Vec::new(), Vec::new());
    let (mut oldest, mut found) = (None::<i64>, 0);
    for tenant in only.map_or_else(tenant::Entity::find, tenant::Entity::of_tenant).all(db).await? {
        for row in history_look::Entity::of_tenant(tenant.tenant_id).all(db).await? {
            found += row.found;
            if let Some(ended_at) = row.ended_at {
                oldest = Some(oldest.map_or(ended_at, |oldest| oldest.min(ended_at)));
            }
            if is_late(&row, now) && tenant.status == "active" {
                late.push(LocalizedText::quoted(tenant.host.clone()));
            }
        }
        let waiting = dead_letter::Entity::of_tenant(tenant.tenant_id)
            .filter(dead_letter::Column::Reason.eq(HistoryMessage::REASON))
            .count(db)
            .await?;
        if waiting > 0 {
            held.push(LocalizedText::quoted(format!("{} ({waiting})", tenant.host)));
        }
    }
    checks.push(match oldest {
        _ if !late.is_empty() => Check::warn(
            "history",
            LocalizedText::new("doctor-history-late").with("items", late),
            "doctor-history-late-fix",
        ),
        Some(oldest) => {
            let detail = LocalizedText::new("doctor-history-ok").with("minutes", (now - oldest).max(0) / MINUTE);
            Check::ok("history", detail.with("found", found))
        }
        None => Check::ok("history", LocalizedText::new("doctor-history-never")),
    });
    if !held.is_empty() {
        let detail = LocalizedText::new("doctor-history-held").with("items", held);
        checks.push(Check::warn("found", detail, "doctor-history-held-fix"));
    }
    Ok(())
}

/// A channel that was never compared is late by when it was due: its account may be older than its history.
fn is_late(row: &history_look::Model, now: i64) -> bool {
    now - row.ended_at.or(row.began_at).unwrap_or(row.next_at) > LATE.num_milliseconds()
}

#[cfg(test)]
mod tests {
    use base::millis::HOUR;

    use super::*;

    #[test]
    fn what_is_due_for_the_first_time_is_not_late() {
        let never = crate::missed_hooks::fresh((Uuid::nil(), Uuid::nil()), 100 * HOUR);
        assert!(!is_late(&never, 99 * HOUR) && !is_late(&never, 102 * HOUR) && is_late(&never, 104 * HOUR));
        let begun = history_look::Model { began_at: Some(96 * HOUR), ..never };
        assert!(!is_late(&begun, 98 * HOUR) && is_late(&begun, 100 * HOUR));
        let ended = history_look::Model { ended_at: Some(99 * HOUR), ..begun };
        assert!(!is_late(&ended, 100 * HOUR) && is_late(&ended, 103 * HOUR));
    }
}
