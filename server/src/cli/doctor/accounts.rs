//! What the database tells of accounts: access, channels, sources, alarms, and what was put aside.

use std::collections::BTreeMap;

use entity::{alert, oauth_grant, raw_hook, source, stray_source, tenant, tenant_channel};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::Check;
use crate::store::{Store, VENDOR};
use crate::tenant::access;

/// So many are named in one line.
const NAMED: usize = 5;
const DAY: i64 = 24 * 3_600_000;

/// What was found, by the line it belongs to.
#[derive(Default)]
struct Found {
    lost: Vec<String>,
    ending: Vec<String>,
    /// The fewest days that access is left anywhere.
    fewest: Option<(i64, String)>,
    not_allowed: Vec<String>,
    misconfigured: Vec<String>,
    disconnected: Vec<String>,
    sources: Vec<String>,
    strays: Vec<String>,
    alarms: Vec<String>,
    aside: BTreeMap<String, i64>,
}

/// Looks at all accounts, or at one.
pub async fn look(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) {
    if let Err(error) = look_at(store, only, checks).await {
        checks.push(Check::warn("accounts", format!("the accounts could not be read: {error}"), "run: parom migrate"));
    }
}

async fn look_at(store: &Store, only: Option<Uuid>, checks: &mut Vec<Check>) -> Result<(), DbErr> {
    let all = only.map_or_else(tenant::Entity::find, tenant::Entity::of_tenant).all(store.read()).await?;
    let mut found = Found::default();
    for tenant in &all {
        // Whoever left, or was taken off on purpose, is no trouble.
        if !matches!(tenant.status.as_str(), "uninstalled" | "disconnected") {
            access_of(store, tenant, &mut found).await?;
            channels_of(store, tenant, &mut found).await?;
            sources_of(store, tenant, &mut found).await?;
        }
        alarms_of(store, tenant.tenant_id, &tenant.host, &mut found).await?;
        quarantined(store, tenant.tenant_id, &mut found.aside).await?;
    }
    if only.is_none() {
        alarms_of(store, VENDOR, "", &mut found).await?;
        quarantined(store, VENDOR, &mut found.aside).await?;
    }
    checks.push(Check::ok("accounts", format!("{} installed", all.len())));
    say(&found, checks);
    Ok(())
}

async fn access_of(store: &Store, tenant: &tenant::Model, found: &mut Found) -> Result<(), DbErr> {
    let used = oauth_grant::Entity::of_tenant(tenant.tenant_id).filter(oauth_grant::Column::InUse.eq(true));
    let Some(grant) = used.one(store.read()).await? else { return Ok(()) };
    let days = access::days_left(&grant, store.clock().millis());
    if grant.dead || days == 0 {
        let since = (store.clock().millis() - grant.refreshed_at).max(0) / DAY;
        found.lost.push(format!("{} (last renewed {since} days ago)", tenant.host));
        return Ok(());
    }
    if days <= access::EXPIRING_DAYS {
        found.ending.push(format!("{} ({days} days left)", tenant.host));
    }
    if found.fewest.as_ref().is_none_or(|(fewest, _)| days < *fewest) {
        found.fewest = Some((days, tenant.host.clone()));
    }
    Ok(())
}

async fn channels_of(store: &Store, tenant: &tenant::Model, found: &mut Found) -> Result<(), DbErr> {
    for row in tenant_channel::Entity::of_tenant(tenant.tenant_id).all(store.read()).await? {
        let named = format!("{} (account {}, channel {})", tenant.host, tenant.account_id, row.channel_id);
        match row.status.as_str() {
            "connected" => {}
            "not_allowed" => found.not_allowed.push(named),
            "misconfigured" => found.misconfigured.push(format!("{named}: {}", row.detail)),
            _ => found.disconnected.push(named),
        }
    }
    Ok(())
}

async fn sources_of(store: &Store, tenant: &tenant::Model, found: &mut Found) -> Result<(), DbErr> {
    let broken = source::Entity::of_tenant(tenant.tenant_id)
        .filter(source::Column::DeletedAt.is_null())
        .filter(source::Column::Status.is_in(["needs_attention", "stopped", "blocked", "unpaid"]));
    for row in broken.all(store.read()).await? {
        found.sources.push(format!("{} at {}: {} ({})", row.name, tenant.host, row.status, row.status_reason));
    }
    let strays = stray_source::Entity::of_tenant(tenant.tenant_id).count(store.read()).await?;
    if strays > 0 {
        found.strays.push(format!("{} ({strays})", tenant.host));
    }
    Ok(())
}

async fn alarms_of(store: &Store, tenant_id: Uuid, host: &str, found: &mut Found) -> Result<(), DbErr> {
    let open = alert::Entity::of_tenant(tenant_id).filter(alert::Column::ResolvedAt.is_null());
    for row in open.all(store.read()).await? {
        let days = (store.clock().millis() - row.opened_at).max(0) / DAY;
        let whose = if host.is_empty() { String::new() } else { format!(" at {host}") };
        found.alarms.push(format!("{}{whose} ({days} days)", row.kind));
    }
    Ok(())
}

/// Hooks put aside, by reason.
async fn quarantined(store: &Store, tenant_id: Uuid, aside: &mut BTreeMap<String, i64>) -> Result<(), DbErr> {
    let found: Vec<(String, i64)> = raw_hook::Entity::of_tenant(tenant_id)
        .filter(raw_hook::Column::Quarantine.ne(""))
        .select_only()
        .column(raw_hook::Column::Quarantine)
        .column_as(raw_hook::Column::Id.count(), "count")
        .group_by(raw_hook::Column::Quarantine)
        .into_tuple()
        .all(store.read())
        .await?;
    for (reason, count) in found {
        *aside.entry(reason).or_default() += count;
    }
    Ok(())
}

fn say(found: &Found, checks: &mut Vec<Check>) {
    let again = "send their administrators the address /oauth/install of this server";
    let well = match &found.fewest {
        Some((days, host)) => format!("every account's access works; the fewest days left: {days} at {host}"),
        None => "every account's access works".to_owned(),
    };
    if !found.lost.is_empty() {
        checks.push(named("tokens", "these accounts must allow access again", &found.lost, again));
    } else if !found.ending.is_empty() {
        let remedy = "idle access is renewed by a running server after 30 days: see its log why it is not, or let an administrator allow access again";
        checks.push(named("tokens", "the access of these accounts ends soon", &found.ending, remedy));
    } else {
        checks.push(Check::ok("tokens", well));
    }
    let lines = [
        (
            &found.not_allowed,
            "the channel is private and these accounts are not on its list",
            "ask amoCRM's support to add them to the channel, or to make it public; they are tried again by themselves",
        ),
        (
            &found.misconfigured,
            "amoCRM refuses the channel for these accounts",
            "compare id and secret of the channel with the letter from amoCRM; check with: parom chats sign",
        ),
        (
            &found.disconnected,
            "these channels are not connected",
            "they are connected again by themselves; if not, switch the integration off and on in amoCRM",
        ),
    ];
    if lines.iter().all(|(bad, ..)| bad.is_empty()) {
        checks.push(Check::ok("channels", "every channel is connected"));
    }
    for (bad, what, remedy) in lines.into_iter().filter(|(bad, ..)| !bad.is_empty()) {
        checks.push(named("channels", what, bad, remedy));
    }
    let or_well = |name, good: &str, what, bad: &[String], remedy| match bad {
        [] => Check::ok(name, good),
        bad => named(name, what, bad, remedy),
    };
    let remedy = "open the source in the panel: it says what to do";
    checks.push(or_well("sources", "every source works", "these sources need attention", &found.sources, remedy));
    let remedy = "adopt or remove them in the panel, page Sources";
    let what = "amoCRM has sources of this integration that are none of ours";
    checks.push(or_well("strays", "amoCRM has no other sources", what, &found.strays, remedy));
    let remedy =
        "each line above or the panel's overview says what to do; an alarm ends by itself when its cause is gone";
    checks.push(or_well("alarms", "no alarm is open", "open alarms", &found.alarms, remedy));
    checks.push(if found.aside.is_empty() {
        Check::ok("quarantine", "no hook was put aside")
    } else {
        let all: Vec<_> = found.aside.iter().map(|(reason, count)| format!("{count} × {reason}")).collect();
        let detail = format!("genuine hooks that could not be worked on are kept: {}", all.join(", "));
        Check::warn("quarantine", detail, "version_1: connect the account again; foreign_account, unknown_scope: is another server using this channel?")
    });
}

fn named(name: &'static str, what: &str, bad: &[String], remedy: &str) -> Check {
    let some = bad.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = bad.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Check::warn(name, format!("{what}: {some}{more}"), remedy)
}
