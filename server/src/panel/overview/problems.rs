//! What needs a person: the account's own state, sources that need an action, other open alerts.

use base::error::Result;
use base::i18n::Words;
use entity::{alert, source};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use crate::panel::PanelContext;
use crate::panel::{Member, PageContext, Right};
use crate::source::{self as sources, SourceStatus};
use crate::tenant::TenantStatus;

pub(super) struct Problems {
    /// The account's state if it is not simply connected: tone, state, meaning.
    pub account: Option<(&'static str, String, String)>,
    pub sources: Vec<SourceProblem>,
    pub alerts: Vec<ProblemAlert>,
    /// Live sources of the account.
    pub count: usize,
}

pub(super) struct SourceProblem {
    pub id: Uuid,
    pub name: String,
    pub tone: &'static str,
    pub state: String,
    pub since: i64,
    /// What happened, as a sentence; empty if the state says it all.
    pub text: String,
    /// The text of the one button; `None` for readers without the right.
    pub action: Option<String>,
}

pub(super) struct ProblemAlert {
    pub text: String,
    pub since: i64,
    pub source_id: Option<Uuid>,
}

/// Alerts that the account's state already expresses.
const OF_STATE: &[&str] = &["needs_reauth", "unpaid", "blocked"];

pub(super) async fn of(app: &PanelContext, member: &Member, page: &PageContext) -> Result<Problems> {
    let tenant_id = member.tenant.tenant_id;
    let words = page.words;
    let rows =
        source::Entity::of_tenant(tenant_id).filter(source::Column::DeletedAt.is_null()).all(app.store.read()).await?;
    let states = sources::states(app, tenant_id, &rows).await?;
    let waiting = rows.iter().zip(&states).filter(|(_, state)| {
        state.action.is_some() && !matches!(state.status, SourceStatus::Working | SourceStatus::Checking)
    });
    let mut found: Vec<(SourceStatus, SourceProblem)> = waiting
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
    let status = TenantStatus::shown(&member.tenant);
    let open = crate::alert::open(app.store.read(), tenant_id).await?;
    Ok(Problems {
        account: (status != TenantStatus::Active).then(|| {
            let word = words.text_of("tenant-state-", status.as_str()).with("crm", page.crm).to_string();
            (account_tone(status), word, account_hint(words, page.crm, status))
        }),
        sources: found.into_iter().map(|(_, problem)| problem).collect(),
        alerts: open.into_iter().filter_map(|row| problem_alert(row, words, page)).collect(),
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

/// The meaning of an account's state, and what still works.
pub(in crate::panel) fn account_hint(words: Words, crm: &'static str, status: TenantStatus) -> String {
    // Letters to amoCRM are kept a week (docs/operations.md#when-something-waits), the log of an uninstalled account a
    // month.
    let days = if status == TenantStatus::Uninstalled { 30 } else { 7 };
    words.text(format!("tenant-state-{}-hint", status.as_str())).with("crm", crm).with("days", days).to_string()
}

/// The tone of an account's state.
pub(in crate::panel) fn account_tone(status: TenantStatus) -> &'static str {
    match status {
        TenantStatus::Active => "ok",
        TenantStatus::Provisioning | TenantStatus::AwaitingCredentials => "wait",
        TenantStatus::NeedsReauth | TenantStatus::Unpaid => "warn",
        TenantStatus::Blocked | TenantStatus::Suspended => "bad",
        TenantStatus::Disconnected | TenantStatus::Uninstalled => "off",
    }
}

fn tone(status: SourceStatus) -> &'static str {
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
