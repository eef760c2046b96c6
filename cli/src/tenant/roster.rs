//! Lists accounts and finds the one that a command names.

use std::io::Write;

use anyhow::{Context, bail};
use base::json::Moment;
use entity::{source, tenant, tenant_channel};
use parom::app::App;
use parom::tenant::{self as tenants, TenantStatus};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use uuid::Uuid;

/// Accounts per read.
const PAGE: u64 = 200;

/// All accounts, newest first.
pub(crate) async fn all(app: &App) -> anyhow::Result<Vec<tenant::Model>> {
    let mut all = Vec::new();
    let mut before: Option<Uuid> = None;
    loop {
        let mut page = tenant::Entity::find().order_by_desc(tenant::Column::TenantId).limit(PAGE);
        if let Some(before) = before {
            page = page.filter(tenant::Column::TenantId.lt(before));
        }
        let page = page.all(app.store.read()).await.context("the accounts cannot be read")?;
        let Some(last) = page.last() else { return Ok(all) };
        before = Some(last.tenant_id);
        all.extend(page);
    }
}

/// Prints all accounts, newest first.
pub(super) async fn list(app: &App, as_json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for tenant in self::all(app).await? {
        all.push(line(app, &tenant).await?);
    }
    if as_json {
        return writeln!(out, "{}", json!({ "tenants": all })).context("standard output is closed");
    }
    if all.is_empty() {
        crate::hints::nothing_listed("no account has installed an integration yet");
    }
    for one in &all {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
        let days = one.get("access_days_left").and_then(Value::as_i64);
        let days = days.map_or_else(|| "no access".to_owned(), |days| format!("access {days} d"));
        let used = one.get("sources").and_then(Value::as_u64).unwrap_or(0);
        let (id, account, status, host) = (text("id"), text("account_id"), text("status"), text("host"));
        writeln!(out, "{id}  {account:>10}  {status:<20}  {days:<12}  {used:>3} sources  {host}")
            .context("standard output is closed")?;
    }
    Ok(())
}

pub(super) async fn line(app: &App, tenant: &tenant::Model) -> anyhow::Result<Value> {
    let id = tenant.tenant_id;
    let access = tenants::access(&app.tenants, id).await?;
    let sources = source::Entity::of_tenant(id).filter(source::Column::DeletedAt.is_null());
    let channels = tenant_channel::Entity::of_tenant(id).all(app.store.read()).await?;
    let channels: Vec<Value> = channels
        .into_iter()
        .map(|row| json!({"channel_id": row.channel_id, "status": row.status, "detail": row.detail}))
        .collect();
    Ok(json!({
        "id": id, "integration": tenant.integration, "account_id": tenant.account_id.to_string(),
        "host": tenant.host, "name": tenant.name, "status": TenantStatus::shown(tenant).as_str(),
        "suspended": tenant.suspended, "sources_limit": tenant.sources_limit, "weight": tenant.weight,
        "plan": tenant.plan, "trial_until": tenant.trial_until.map(Moment), "paid_until": tenant.paid_until.map(Moment),
        "sources": sources.count(app.store.read()).await?, "channels": channels,
        "access": access.state.as_str(), "access_days_left": access.days_left,
        "created_at": Moment(tenant.created_at),
    }))
}

/// Finds an account by Parom's id, its number in amoCRM or its host.
pub(crate) async fn find(app: &App, name: &str) -> anyhow::Result<tenant::Model> {
    let db = app.store.read();
    if let Ok(id) = Uuid::try_parse(name) {
        let found = tenants::load(db, id).await?;
        return found
            .with_context(|| format!("there is no account with the id {id}: parom tenant list shows them all"));
    }
    let by = match name.parse::<i64>() {
        Ok(number) => tenant::Column::AccountId.eq(number),
        Err(_) => tenant::Column::Host.eq(name.to_ascii_lowercase()),
    };
    let mut found = tenant::Entity::find().filter(by).all(db).await?;
    match found.len() {
        0 => bail!("there is no account {name}: parom tenant list shows them all"),
        1 => found.pop().context("one account was found"),
        _ => {
            let ids: Vec<_> = found.iter().map(|one| format!("{} ({})", one.tenant_id, one.integration)).collect();
            bail!("{name} matches several accounts; use one of these ids: {}", ids.join(", "))
        }
    }
}
