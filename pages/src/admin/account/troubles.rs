//! Everything that is wrong with an account, each with the one thing to do about it.

use std::collections::HashSet;

use base::i18n::{Sentence, Words};
use base::message::Direction;
use domain::alert as kinds;
use domain::delivery::read::reason::Reason;
use domain::tenant::TenantStatus;
use entity::{alert, tenant, turn};
use queue::HELD;
use sea_orm::{ColumnTrait, DbErr, QueryFilter};
use uuid::Uuid;

use super::{AccountChannelRow, SourceRow, address};
use crate::admin::accounts::AccountFigures;
use crate::admin::alerts;
use crate::admin::states;
use crate::panel::{PanelContext, Tone};

/// One thing that is wrong.
pub(super) struct Trouble {
    pub tone: Tone,
    pub text: String,
    /// None if it is not known.
    pub since: Option<i64>,
    /// The source, or the account.
    pub whom: String,
    /// The one thing to do.
    pub label: Sentence,
    pub href: String,
}

/// What the page has read already.
pub(super) struct ReadByPage<'page> {
    pub tenant: &'page tenant::Model,
    pub crm: &'static str,
    pub facts: &'page AccountFigures,
    pub alerts: &'page [alert::Model],
    pub channels: &'page [AccountChannelRow],
    pub sources: &'page [SourceRow],
}

/// Everything that is wrong, the account's own state first; empty if nothing is.
pub(super) async fn of(app: &PanelContext, words: Words, known: &ReadByPage<'_>) -> Result<Vec<Trouble>, DbErr> {
    let mut found: Vec<Trouble> = of_state(app, words, known).into_iter().collect();
    let status = TenantStatus::shown(known.tenant);
    if found.is_empty() {
        found.extend(of_access(words, known));
    }
    found.extend(of_outage(words, known));
    let about = |channel: &&AccountChannelRow| channel.state.tone == Tone::Bad;
    found.extend(known.channels.iter().filter(about).map(|channel| Trouble {
        tone: channel.state.tone,
        text: format!("{}: {}", words.text("admin-account-channels"), channel.state.text),
        since: None,
        whom: channel.title.clone(),
        label: words.text("admin-do-channels"),
        href: format!("{}/access#channels", address(known.tenant.tenant_id)),
    }));
    // The state says it already, with what to do.
    let others = known.alerts.iter().filter(|row| row.kind != status.as_str());
    found.extend(others.clone().map(|row| of_alert(words, known, row)));
    let mut explained: HashSet<Uuid> = others.filter_map(|row| row.source_id).collect();
    if status == TenantStatus::Active {
        let broken: Vec<&SourceRow> =
            known.sources.iter().filter(|source| source.is_broken && !explained.contains(&source.id)).collect();
        explained.extend(broken.iter().map(|source| source.id));
        found.extend(broken.into_iter().map(|source| of_source(words, known, source)));
        found.extend(of_queues(app, words, known, &explained).await?);
    }
    Ok(found)
}

/// The state of an account that is not simply connected.
fn of_state(app: &PanelContext, words: Words, known: &ReadByPage<'_>) -> Option<Trouble> {
    let status = TenantStatus::shown(known.tenant);
    let (key, href) = match status {
        TenantStatus::Active => return None,
        TenantStatus::Suspended => ("admin-resume", "#service".to_owned()),
        TenantStatus::PlanEnded => ("admin-do-plan", plan(known)),
        TenantStatus::Unpaid | TenantStatus::Blocked => ("admin-view-as", look(known)),
        _ => ("admin-link-for-administrator", access(known)),
    };
    let badge = states::account(app, words, known.tenant, false);
    let alert = known.alerts.iter().find(|row| row.kind == status.as_str());
    Some(Trouble {
        tone: badge.tone,
        text: badge.text.to_string(),
        since: alert.map(|row| row.opened_at),
        whom: known.tenant.host.clone(),
        label: words.text(key),
        href,
    })
}

/// amoCRM does not answer, until an alert says so.
fn of_outage(words: Words, known: &ReadByPage<'_>) -> Option<Trouble> {
    let is_said = known.alerts.iter().any(|row| row.kind == kinds::CRM_UNREACHABLE);
    let is_active = TenantStatus::shown(known.tenant) == TenantStatus::Active;
    (known.facts.is_away && is_active && !is_said).then(|| Trouble {
        tone: Tone::Bad,
        text: words.text("source-state-crm_unreachable").with("crm", known.crm).to_string(),
        since: None,
        whom: known.tenant.host.clone(),
        label: words.text("admin-do-queues"),
        href: "/admin/queues".to_owned(),
    })
}

/// Access that ends, or has ended.
fn of_access(words: Words, known: &ReadByPage<'_>) -> Option<Trouble> {
    let badge = states::access(words, &known.facts.access);
    (badge.tone != Tone::Ok).then(|| Trouble {
        tone: badge.tone,
        text: format!("{}: {}", words.text("account-access").with("crm", known.crm), badge.text),
        since: None,
        whom: known.tenant.host.clone(),
        label: words.text("admin-link-for-administrator"),
        href: access(known),
    })
}

fn of_alert(words: Words, known: &ReadByPage<'_>, row: &alert::Model) -> Trouble {
    let (key, href) = match row.kind.as_str() {
        kinds::UNDELIVERED | "found_in_history" => {
            ("alert-do-undelivered", format!("/admin/undelivered/{}", known.tenant.tenant_id))
        }
        kinds::LATE | kinds::CRM_UNREACHABLE | kinds::MESSENGER_UNREACHABLE => {
            ("admin-do-queues", "/admin/queues".to_owned())
        }
        kinds::LIMIT_NEAR | kinds::LIMIT_REACHED => ("admin-do-limits", plan(known)),
        kinds::PLAN_ENDING | kinds::PLAN_GRACE | kinds::PLAN_ENDED => ("admin-do-plan", plan(known)),
        _ => ("admin-view-as", look(known)),
    };
    let source = known.sources.iter().find(|source| Some(source.id) == row.source_id);
    Trouble {
        tone: if row.kind == kinds::CRM_UNREACHABLE { Tone::Bad } else { Tone::Warn },
        text: alerts::row(words, row, Some(&known.tenant.host), known.crm).subject.to_string(),
        since: Some(row.opened_at),
        whom: source.map_or_else(|| known.tenant.host.clone(), |source| source.name.clone()),
        label: words.text(key),
        href,
    }
}

fn of_source(words: Words, known: &ReadByPage<'_>, source: &SourceRow) -> Trouble {
    let reason = source.reason.as_ref().map(|reason| format!(". {reason}")).unwrap_or_default();
    Trouble {
        tone: source.state.tone,
        text: format!("{}{reason}", source.state.text),
        since: Some(source.since),
        whom: source.name.clone(),
        label: words.text("admin-view-as"),
        href: look(known),
    }
}

/// Queues that are held, but for those whose source says why.
async fn of_queues(
    app: &PanelContext,
    words: Words,
    known: &ReadByPage<'_>,
    explained: &HashSet<Uuid>,
) -> Result<Vec<Trouble>, DbErr> {
    let held = turn::Entity::of_tenant(known.tenant.tenant_id).filter(turn::Column::Reason.starts_with(HELD));
    let held = held.all(app.store.read()).await?.into_iter().filter(|turn| !explained.contains(&turn.target));
    Ok(held
        .filter_map(|turn| {
            let source = known.sources.iter().find(|source| source.id == turn.target);
            let direction = if source.is_some() { Direction::ToMessenger } else { Direction::ToCrm };
            let reason = Reason::of_hold(turn.reason.strip_prefix(HELD)?, direction);
            Some(Trouble {
                tone: Tone::Off,
                text: words.text_of("reason-", reason.key).with("crm", known.crm).to_string(),
                since: None,
                whom: source.map_or_else(|| known.crm.to_owned(), |source| source.name.clone()),
                label: words.text("admin-do-queues"),
                href: "/admin/queues".to_owned(),
            })
        })
        .collect())
}

fn plan(known: &ReadByPage<'_>) -> String {
    format!("{}/plan", address(known.tenant.tenant_id))
}

fn access(known: &ReadByPage<'_>) -> String {
    format!("{}/access", address(known.tenant.tenant_id))
}

fn look(known: &ReadByPage<'_>) -> String {
    format!("{}/view-as", address(known.tenant.tenant_id))
}
