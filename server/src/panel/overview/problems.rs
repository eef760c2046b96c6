//! Problems that need a person: the account's own state, sources that need an action, other open alerts.

use std::collections::BTreeSet;

use base::error::Result;
use base::i18n::Words;
use entity::{alert, audit, dead_letter, source};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::alert::PLAN_ENDED;
use crate::panel::PanelContext;
use crate::panel::{Member, PageContext, Right};
use crate::source::{SourceState, SourceStatus, StateAction, StateReason};
use crate::tenant::{TenantStatus, plan};

pub(super) struct Problems {
    /// The account's state if it is not simply "connected": tone, state, meaning.
    pub account: Option<(&'static str, String, String)>,
    pub sources: Vec<SourceProblem>,
    pub alerts: Vec<ProblemAlert>,
    /// Sources that only wait for the account, shown in one card because they have the same cause.
    pub waiting: Vec<(Uuid, String)>,
    /// amoCRM's payment page, if the account is unpaid.
    pub pay: Option<String>,
    /// Letters that are no longer retried.
    pub undelivered: u64,
    /// Live sources of the account.
    pub count: usize,
}

pub(super) struct SourceProblem {
    pub id: Uuid,
    pub name: String,
    pub tone: &'static str,
    pub state: String,
    pub since: i64,
    /// What happened, as a sentence; empty if the state already expresses it.
    pub text: String,
    /// The text of the button; `None` for readers without the right.
    pub action: Option<String>,
}

pub(super) struct ProblemAlert {
    pub text: String,
    pub since: i64,
    pub source_id: Option<Uuid>,
}

/// Alerts that the state of their source already expresses.
const OF_SOURCE: &[&str] = &["source_stopped", "source_gone"];
/// Alerts that the account's state already expresses.
const OF_STATE: &[&str] = &["needs_reauth", "unpaid", "blocked", PLAN_ENDED];

/// `rows`: the account's live sources, with their states.
pub(super) async fn of(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    rows: &[source::Model],
    states: &[SourceState],
) -> Result<Problems> {
    let tenant_id = member.tenant.tenant_id;
    let words = page.words;
    let status = TenantStatus::shown(&member.tenant);
    let (of_account, own): (Vec<_>, Vec<_>) = rows
        .iter()
        .zip(states)
        .filter(|(_, state)| {
            state.action.is_some() && !matches!(state.status, SourceStatus::Working | SourceStatus::Checking)
        })
        .partition(|(_, state)| status != TenantStatus::Active && waits_for_account(state.action));
    let mut found: Vec<(SourceStatus, SourceProblem)> = own
        .into_iter()
        .map(|(row, state)| {
            let reason =
                state.reason.map(|reason| words.text_of("source-reason-", reason.as_str()).with("crm", page.crm));
            let action = state
                .action
                .filter(|_| member.may(Right::EditSources))
                .map(|action| words.text_of("source-action-", action.as_str()).with("crm", page.crm));
            let problem = SourceProblem {
                id: row.id,
                name: row.name.clone(),
                tone: tone(state.status),
                state: words.text_of("source-state-", state.status.as_str()).with("crm", page.crm).to_string(),
                since: state.since,
                text: reason.map(|reason| reason.to_string()).unwrap_or_default(),
                action: action.map(|action| action.to_string()),
            };
            (state.status, problem)
        })
        .collect();
    // Worst first; within one state the longest-lasting first.
    found.sort_by_key(|(status, problem)| (rank(*status), problem.since));
    let cut_off = states.iter().any(|state| state.reason == Some(StateReason::ChannelDisconnected));
    let suspension = if status == TenantStatus::Suspended { suspended_for(app, tenant_id).await? } else { None };
    let undelivered = dead_letter::Entity::of_tenant(tenant_id).count(app.store.read()).await?;
    let open = crate::alert::open(app.store.read(), tenant_id).await?;
    let shown: BTreeSet<Uuid> = found.iter().map(|(_, problem)| problem.id).collect();
    let is_shown = |id: Uuid| shown.contains(&id);
    let end = plan::end_date(&app.config, &member.tenant, app.clock.millis(), words);
    Ok(Problems {
        account: (status != TenantStatus::Active).then(|| {
            let reason =
                suspension.map(|reason| words.text("tenant-suspended-reason").with("reason", reason).to_string());
            let word = words.text_of("tenant-state-", status.as_str()).with("crm", page.crm).to_string();
            let hint = account_hint(page, status, cut_off, &end);
            (account_tone(status), word, reason.map_or(hint.clone(), |reason| format!("{hint} {reason}")))
        }),
        waiting: of_account.into_iter().map(|(row, _)| (row.id, row.name.clone())).collect(),
        pay: (status == TenantStatus::Unpaid).then(|| page.pay_url()),
        undelivered,
        sources: found.into_iter().map(|(_, problem)| problem).collect(),
        alerts: open
            .into_iter()
            .filter(|row| !(OF_SOURCE.contains(&row.kind.as_str()) && row.source_id.is_some_and(is_shown)))
            .filter_map(|row| problem_alert(row, words, page))
            .collect(),
        count: rows.len(),
    })
}

fn problem_alert(row: alert::Model, words: Words, page: &PageContext) -> Option<ProblemAlert> {
    if OF_STATE.contains(&row.kind.as_str()) {
        return None;
    }
    let text = crate::alert::texts::of(words, &row, "subject", &page.account, page.crm)?;
    Some(ProblemAlert { text: text.to_string(), since: row.opened_at, source_id: row.source_id })
}

/// The vendor's reason for a suspension; the form where it is entered promises that the account sees it.
async fn suspended_for(app: &PanelContext, tenant_id: Uuid) -> Result<Option<String>> {
    let last = audit::Entity::of_tenant(tenant_id)
        .filter(audit::Column::Action.eq("account.suspended"))
        .order_by_desc(audit::Column::Id)
        .limit(1)
        .one(app.store.read())
        .await?;
    let detail: serde_json::Value =
        serde_json::from_str(&last.map(|row| row.detail).unwrap_or_default()).unwrap_or_default();
    Ok(detail.get("reason").and_then(serde_json::Value::as_str).map(str::to_owned))
}

/// Whether an action of the account is needed, not one for the source.
fn waits_for_account(action: Option<StateAction>) -> bool {
    matches!(action, Some(StateAction::AllowAccess | StateAction::ConnectAccount | StateAction::Pay))
}

/// The meaning of an account's state, and what still works; `cut_off`: the chat channel is disconnected as well; `end`: the
/// date on which the subscription ends.
pub(in crate::panel) fn account_hint(page: &PageContext, status: TenantStatus, cut_off: bool, end: &str) -> String {
    // Letters to amoCRM are kept for a week (docs/operations.md#when-something-waits), the log of an uninstalled
    // account for a month.
    let days = if status == TenantStatus::Uninstalled { 30 } else { 7 };
    let key = match status {
        TenantStatus::NeedsReauth if cut_off => "tenant-state-needs_reauth-cut_off-hint".to_owned(),
        _ => format!("tenant-state-{}-hint", status.as_str()),
    };
    page.words.text(key).with("crm", page.crm).with("days", days).with("date", end).to_string()
}

/// The tone of an account's state.
pub(in crate::panel) fn account_tone(status: TenantStatus) -> &'static str {
    match status {
        TenantStatus::Active => "ok",
        TenantStatus::Provisioning | TenantStatus::AwaitingCredentials => "wait",
        TenantStatus::NeedsReauth | TenantStatus::Unpaid => "warn",
        TenantStatus::Blocked | TenantStatus::Suspended | TenantStatus::PlanEnded => "bad",
        TenantStatus::Disconnected | TenantStatus::Uninstalled => "off",
    }
}

pub(super) fn tone(status: SourceStatus) -> &'static str {
    match status {
        SourceStatus::Working => "ok",
        SourceStatus::Checking | SourceStatus::CrmUnreachable => "wait",
        SourceStatus::NeedsAttention | SourceStatus::Unpaid => "warn",
        SourceStatus::Stopped | SourceStatus::Blocked => "bad",
        SourceStatus::Paused => "off",
    }
}

fn rank(status: SourceStatus) -> u8 {
    match status {
        SourceStatus::Blocked => 0,
        SourceStatus::Stopped => 1,
        SourceStatus::Unpaid => 2,
        SourceStatus::CrmUnreachable => 3,
        SourceStatus::NeedsAttention => 4,
        SourceStatus::Paused => 5,
        SourceStatus::Checking | SourceStatus::Working => 6,
    }
}
