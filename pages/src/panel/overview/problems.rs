//! Problems, each once and in the colour of its consequence: the account's own state, amoCRM that does not answer, sources
//! that need an action, other open alerts. Red is what keeps messages from flowing; anything less is yellow.

use base::error::Result;
use base::i18n::{Sentence, Words};
use base::millis::{DAY, MINUTE};
use connectors::kinds::has_own_server;
use domain::alert::OpenAlerts;
use domain::alert_notices::remedy_of;
use domain::delivery::read::activity;
use domain::delivery::read::figures::{Figures, OVERDUE, Span};
use domain::source::{SourceState, SourceStatus, StateAction, StateReason};
use domain::tenant::{TenantStatus, plan};
use domain::{alert as alerts, usage};
use entity::alert::{self, Model as Alert};
use entity::{audit, source};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::panel::reasons::{next_try, source_tone};
use crate::panel::{Member, PageContext, PanelContext, Right};

pub(super) struct Problems {
    /// The account's state if it is not simply "connected".
    pub account: Option<AccountProblem>,
    /// amoCRM does not answer.
    pub away: Option<AwayProblem>,
    pub sources: Vec<SourceProblem>,
    pub alerts: Vec<ProblemAlert>,
    /// Outages of the last 24 hours that are over, the latest first.
    pub over: Vec<Sentence>,
    /// Messages that are undelivered, as every page counts them.
    pub undelivered: i64,
    /// Messages that wait for longer than a minute, as the figure of what is delivered counts them.
    pub overdue: i64,
    /// Live sources of the account.
    pub count: usize,
    /// Names of sides whose failing calls are explained by another card.
    pub explained: Vec<String>,
}

impl Problems {
    /// Sources that need an action of their own while their messages flow.
    pub fn bad_sources(&self) -> usize {
        self.sources_of(false).map(|problem| problem.sources.len()).sum()
    }

    /// The account itself keeps messages from flowing.
    pub fn is_stopped(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.tone == "bad")
    }

    /// Sources whose messages flow, or do not.
    pub fn sources_of(&self, stopped: bool) -> impl Iterator<Item = &SourceProblem> {
        self.sources.iter().filter(move |problem| (problem.tone == "bad") == stopped)
    }

    /// The state of the account is the headline: it does more than ask for attention.
    pub fn account_leads(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.tone != "warn")
    }

    /// Messages do not flow.
    pub fn is_red(&self) -> bool {
        self.is_stopped() || self.away.is_some() || self.sources_of(true).next().is_some()
    }

    /// How it is, in one sentence, with its tone; none without sources that anything could be said of. `failing`: sides
    /// whose calls fail.
    pub fn headline(&self, page: &PageContext, failing: usize) -> Option<(&'static str, String)> {
        if let Some(stopped) = self.stopped(page) {
            return Some(("bad", stopped.to_string()));
        }
        if let Some(account) = self.account.as_ref().filter(|_| self.account_leads()) {
            return Some((account.tone, account.state.clone()));
        }
        let works = || match self.overdue {
            0 => page.words.text("health-all-good").with("count", self.count).to_string(),
            overdue => {
                let late = page.words.text("health-late").with("count", overdue);
                late.with("delay", page.duration(&OVERDUE)).to_string()
            }
        };
        let bad = self.sources_of(false).count();
        Some(match self.lesser(failing) {
            0 if self.count == 0 => return None,
            0 => (if self.overdue > 0 { "warn" } else { "ok" }, works()),
            lesser if bad == lesser => {
                ("warn", page.words.text("health-some-bad").with("bad", self.bad_sources()).to_string())
            }
            lesser => {
                let some = page.words.text("health-some").with("count", lesser).to_string();
                ("warn", if bad > 0 || self.count == 0 { some } else { format!("{} {some}", works()) })
            }
        })
    }

    /// The worst of what keeps messages from flowing; none if they flow.
    fn stopped(&self, page: &PageContext) -> Option<Sentence> {
        let waits = |cause: &str| page.words.text("health-stopped").with("cause", cause);
        if let Some(account) = self.account.as_ref().filter(|_| self.is_stopped()) {
            return Some(waits(&account.state));
        }
        if let Some(away) = &self.away {
            return Some(waits(&away.state));
        }
        let mut stopped = self.sources_of(true);
        let (worst, others) = (stopped.next()?, stopped.map(|other| other.sources.len()).sum::<usize>());
        Some(match (worst.sources.as_slice(), others) {
            ([(_, name)], 0) => page.words.text("health-stopped-source").with("name", name.as_str()),
            (_, 0) => page.words.text("health-stopped-source").with("name", worst.name.as_str()),
            (sources, _) => page.words.text("health-stopped-sources").with("count", sources.len() + others),
        })
    }

    /// How many other things need a look, with this many sides whose calls fail.
    pub fn lesser(&self, failing: usize) -> usize {
        usize::from(self.account.is_some() && !self.account_leads())
            + self.sources_of(false).count()
            + self.alerts.len()
            + failing
            + usize::from(self.undelivered > 0)
    }
}

pub(super) struct AccountProblem {
    pub tone: &'static str,
    pub state: String,
    pub hint: String,
    /// Sources that only wait for the account: the same cause, so the same card.
    pub waiting: Vec<(Uuid, String)>,
    /// amoCRM's payment page, if the account is unpaid.
    pub pay: Option<String>,
    /// The vendor's support, if only it can help; empty if not.
    pub support: String,
}

pub(super) struct AwayProblem {
    pub state: String,
    /// When the first call failed.
    pub since: i64,
    /// The sources whose messages wait.
    pub sources: Vec<(Uuid, String)>,
    /// How many messages wait, and for how long; none if none does yet.
    pub waiting: Option<Sentence>,
    /// When it is called next; empty if that is not known.
    pub next: String,
}

pub(super) struct SourceProblem {
    /// One source, or several that have one cause.
    pub sources: Vec<(Uuid, String)>,
    /// Whose cause it is, if several sources have it: amoCRM's or a messenger's.
    pub name: String,
    pub tone: &'static str,
    pub state: String,
    pub since: i64,
    /// What happened, as a sentence; empty if the state already expresses it.
    pub text: String,
    /// The button and where it leads; `None` for readers without the right.
    pub action: Option<(String, String)>,
    /// What the sources have in common.
    cause: Option<String>,
    status: SourceStatus,
}

pub(super) struct ProblemAlert {
    pub text: String,
    pub since: i64,
    /// The button and where it leads; none if that is this page.
    pub action: Option<(String, String)>,
}

/// `rows`: the account's live sources, with their states.
pub(super) async fn of(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    rows: &[source::Model],
    states: &[SourceState],
    figures: &Figures,
) -> Result<Problems> {
    let tenant_id = member.tenant_id;
    let words = page.words;
    let status = TenantStatus::shown(&member.here.tenant);
    let (of_account, own): (Vec<_>, Vec<_>) = rows
        .iter()
        .zip(states)
        .filter(|(_, state)| state.action.is_some() && !is_well(state))
        .partition(|(_, state)| is_of_account(status, state));
    let cut_off = states.iter().any(|state| state.reason == Some(StateReason::ChannelDisconnected));
    let suspension = if status == TenantStatus::Suspended { suspension_reason(app, tenant_id).await? } else { None };
    let (away, undelivered) = (away(page, rows, states, figures), figures.undelivered());
    let open = domain::alert::open(app.store.read(), tenant_id).await?;
    let limits = domain::alert::about_limits(&open);
    let is_own = |id: Uuid, state: &SourceState| is_well(state) || own.iter().any(|(row, _)| row.id == id);
    let state_of = |id: Uuid| rows.iter().zip(states).find(|(row, state)| row.id == id && is_own(id, state));
    let end = plan::end_date(&app.config, &member.here.tenant, app.clock.millis(), words);
    // amoCRM's failing calls have the same cause.
    let crm_is_explained = matches!(status, TenantStatus::Unpaid | TenantStatus::Blocked)
        || states.iter().any(|state| state.reason.is_some_and(is_of_channel));
    let tone = account_tone(status, cut_off);
    let nothing_flows = away.is_some() || tone == "bad";
    let overdue = figures.slots(Span::Hours).iter().map(|slot| slot.overdue).sum();
    let failing = own.iter().filter(|(_, state)| explains_failures(state));
    let explained = failing.map(|(row, _)| words.text_of("connector-", &row.kind).to_string());
    Ok(Problems {
        account: (status != TenantStatus::Active).then(|| {
            let reason =
                suspension.map(|reason| words.text("tenant-suspended-reason").with("reason", reason).to_string());
            let hint = account_hint(page, status, cut_off, &end);
            AccountProblem {
                tone,
                state: words.text_of("tenant-state-", status.as_str()).with("crm", page.crm).to_string(),
                hint: reason.map_or(hint.clone(), |reason| format!("{hint} {reason}")),
                waiting: of_account.iter().map(|(row, _)| (row.id, row.name.clone())).collect(),
                pay: (status == TenantStatus::Unpaid).then(|| page.pay_url()),
                support: support_of(page, status),
            }
        }),
        explained: explained.chain(crm_is_explained.then(|| page.crm.to_owned())).collect(),
        undelivered,
        overdue,
        alerts: open
            .iter()
            .filter(|row| !row.source_id.and_then(state_of).is_some_and(|(_, state)| is_of_source(row, state)))
            .filter(|row| !is_of_page(row, &limits, undelivered > 0))
            // What does not flow is late, and the headline says how much is.
            .filter(|row| !((nothing_flows || overdue > 0) && row.kind == alerts::LATE))
            .filter_map(|row| problem_alert(row, words, page))
            .collect(),
        over: over(app, tenant_id, page, rows, states).await?,
        sources: of_sources(app, member, page, &own).await?,
        count: rows.len(),
        away,
    })
}

/// As [`SourceState`] has it: the third call in a row failed, which takes some seconds.
pub(in crate::panel) fn is_crm_away(state: &SourceState) -> bool {
    state.status == SourceStatus::CrmUnreachable && state.reason.is_none()
}

fn away(page: &PageContext, rows: &[source::Model], states: &[SourceState], figures: &Figures) -> Option<AwayProblem> {
    let affected = || rows.iter().zip(states).filter(|(_, state)| is_crm_away(state));
    Some(AwayProblem {
        state: page.words.text("source-state-crm_unreachable").with("crm", page.crm).to_string(),
        since: affected().map(|(_, state)| state.since).min()?,
        sources: affected().map(|(row, _)| (row.id, row.name.clone())).collect(),
        waiting: figures.waiting_for_crm().map(|(count, oldest)| {
            page.words.text("figure-waiting").with("count", count).with("delay", page.duration(&oldest))
        }),
        next: affected().find_map(|(_, state)| next_try(page, state)).unwrap_or_default(),
    })
}

/// It needs nothing.
fn is_well(state: &SourceState) -> bool {
    matches!(state.status, SourceStatus::Working | SourceStatus::Checking)
}

/// The outages of the last 24 hours that are over, at most three, the latest first. An alert may be resolved by a round of checks,
/// up to a minute after the other side answered.
async fn over(
    app: &PanelContext,
    tenant_id: Uuid,
    page: &PageContext,
    rows: &[source::Model],
    states: &[SourceState],
) -> Result<Vec<Sentence>> {
    let is_away = |id: Option<Uuid>| match id {
        None => states.iter().any(is_crm_away),
        Some(id) => rows.iter().zip(states).any(|(row, state)| row.id == id && state.next_at.is_some()),
    };
    let said = |row: &Alert| {
        let (from, until) = (alerts::since(row), row.resolved_at.filter(|at| page.now - at < DAY)?);
        let side = match row.kind.as_str() {
            alerts::CRM_UNREACHABLE => page.crm.to_owned(),
            alerts::MESSENGER_UNREACHABLE => rows.iter().find(|one| Some(one.id) == row.source_id)?.name.clone(),
            _ => return None,
        };
        let minutes = (until - from + MINUTE / 2) / MINUTE * MINUTE;
        (minutes > 0 && !is_away(row.source_id)).then(|| {
            let said = page.words.text("health-over").with("side", side).with("delay", page.duration(&minutes));
            said.with("from", page.when(&from).stamp()).with("until", page.when(&until).stamp())
        })
    };
    Ok(alerts::closed(app.store.read(), tenant_id).await?.iter().filter_map(said).take(3).collect())
}

/// One card for each cause, the worst first; within one state the longest-lasting first.
async fn of_sources(
    app: &PanelContext,
    member: &Member,
    page: &PageContext,
    own: &[(&source::Model, &SourceState)],
) -> Result<Vec<SourceProblem>> {
    let mut found: Vec<SourceProblem> = Vec::new();
    for (row, state) in own {
        let (words, named) = (page.words, (row.id, row.name.clone()));
        let cause = shared(row, state);
        if let Some(same) = found.iter_mut().find(|problem| cause.is_some() && problem.cause == cause) {
            same.sources.push(named);
            same.since = same.since.min(state.since);
            // Each source of a messenger is tested by itself; what is done for the account is done once.
            same.action = same.action.take().filter(|_| state.reason.is_some_and(is_of_channel));
            continue;
        }
        let reason = match state.reason {
            Some(StateReason::AccessRefused) => {
                let waiting = activity::waiting(app.store.read(), member.tenant_id, row.id).await?;
                let messenger = words.text_of("connector-", &row.kind).to_string();
                Some(words.text("health-access-refused").with("messenger", messenger).with("count", waiting))
            }
            reason => reason.map(|reason| words.text_of("source-reason-", reason.as_str()).with("crm", page.crm)),
        };
        let action = state.action.filter(|_| member.may(Right::EditSources)).map(|action| {
            let label = words.text_of("source-action-", action.as_str()).with("crm", page.crm).to_string();
            let form = if action == StateAction::Reconnect { "/access" } else { "" };
            (label, format!("/panel/sources/{}{form}", row.id))
        });
        let text = reason.map(|reason| reason.to_string()).into_iter().chain(next_try(page, state));
        found.push(SourceProblem {
            sources: vec![named],
            name: match state.reason.is_some_and(is_of_channel) {
                true => page.crm.to_owned(),
                false => words.text_of("connector-", &row.kind).to_string(),
            },
            tone: source_tone(state),
            state: words.text_of("source-state-", state.status.as_str()).with("crm", page.crm).to_string(),
            since: state.since,
            text: text.collect::<Vec<_>>().join(" "),
            action,
            cause,
            status: state.status,
        });
    }
    found.sort_by_key(|problem| (problem.tone != "bad", rank(problem.status), problem.since));
    Ok(found)
}

fn problem_alert(row: &alert::Model, words: Words, page: &PageContext) -> Option<ProblemAlert> {
    let text = domain::alert::text(words, row, "subject", &page.account, page.crm)?;
    let text = alerts::without_account(&text.to_string(), &page.account, page.crm);
    let remedy = remedy_of(row, true);
    let label = words.text_of("alert-do-", remedy.button).to_string();
    let action = (remedy.path != "/panel").then_some((label, remedy.path));
    Some(ProblemAlert { text, since: domain::alert::since(row), action })
}

/// The vendor's support page, if only the vendor can change the account's state.
pub(in crate::panel) fn support_of(page: &PageContext, status: TenantStatus) -> String {
    match status {
        TenantStatus::Blocked | TenantStatus::Suspended | TenantStatus::PlanEnded => page.support_url.clone(),
        _ => String::new(),
    }
}

/// The vendor's reason for a suspension; the form where it is entered promises that the account sees it.
async fn suspension_reason(app: &PanelContext, tenant_id: Uuid) -> Result<Option<String>> {
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

/// The tone of an account's state, by its consequence; `cut_off`: the chat channel is disconnected as well.
pub(in crate::panel) fn account_tone(status: TenantStatus, cut_off: bool) -> &'static str {
    match status {
        TenantStatus::Active => "ok",
        TenantStatus::Provisioning | TenantStatus::AwaitingCredentials => "wait",
        TenantStatus::NeedsReauth if !cut_off => "warn",
        TenantStatus::NeedsReauth
        | TenantStatus::Unpaid
        | TenantStatus::Blocked
        | TenantStatus::Suspended
        | TenantStatus::PlanEnded => "bad",
        TenantStatus::Disconnected | TenantStatus::Uninstalled => "off",
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

/// Alerts that the states of the account and of its sources already express: a state ends with its cause, its alert with
/// the next round of checks.
const OF_STATE: &[&str] =
    &["needs_reauth", "unpaid", "blocked", alerts::CRM_UNREACHABLE, alerts::MESSENGER_UNREACHABLE];
/// Alerts that are a sentence above every page.
const OF_STRIP: &[&str] = &[alerts::PLAN_ENDING, alerts::PLAN_GRACE, alerts::PLAN_ENDED];

/// Whether a source only waits for its account, which is not connected, paid or served.
pub(super) fn is_of_account(status: TenantStatus, state: &SourceState) -> bool {
    let of_account = matches!(
        state.reason,
        Some(
            StateReason::AccountNotConnected
                | StateReason::AccountAccessLost
                | StateReason::AccountUnpaid
                | StateReason::AccountBlocked
                | StateReason::AccountSuspended
                | StateReason::AccountPlanEnded
                | StateReason::AccountDisconnected
        )
    );
    let waits = matches!(state.action, Some(StateAction::AllowAccess | StateAction::ConnectAccount | StateAction::Pay));
    status != TenantStatus::Active && (of_account || waits)
}

/// The cause that sources have in common, as a key: the account's channel, or a messenger that does not answer.
pub(super) fn shared(source: &source::Model, state: &SourceState) -> Option<String> {
    let reason = state.reason?;
    match reason {
        reason if is_of_channel(reason) => Some(reason.as_str().to_owned()),
        StateReason::MessengerUnreachable if !has_own_server(&source.kind) => {
            Some(format!("{}/{}", reason.as_str(), source.kind))
        }
        _ => None,
    }
}

/// Whether amoCRM's side is why.
pub(super) const fn is_of_channel(reason: StateReason) -> bool {
    matches!(
        reason,
        StateReason::ChannelDisconnected | StateReason::ChannelMisconfigured | StateReason::ChannelNotAllowed
    )
}

/// Whether failing calls to the messenger are explained by the state of one of its sources.
pub(super) fn explains_failures(state: &SourceState) -> bool {
    let reasons = [StateReason::AccessRefused, StateReason::MessengerUnreachable, StateReason::WebhookSuspended];
    state.status == SourceStatus::Blocked || state.reason.is_some_and(|reason| reasons.contains(&reason))
}

/// Whether an alert of a source is already expressed by the state that its card shows, or is over: a source that works again
/// says so at once, its alert with the next proof or round of checks.
pub(super) fn is_of_source(alert: &Alert, state: &SourceState) -> bool {
    let reason = match alert.kind.as_str() {
        "source_stopped" | "source_gone" => return true,
        alerts::SOURCE_BLOCKED => return is_well(state) || state.status == SourceStatus::Blocked,
        alerts::WEBHOOK_SUSPENDED => StateReason::WebhookSuspended,
        "source_moved" => StateReason::LineElsewhere,
        alerts::LINE_NOT_SET => StateReason::LineNotSet,
        alerts::LINE_FAILING => StateReason::LineFailing,
        alerts::LINE_TROUBLE => StateReason::LineTrouble,
        alerts::BUSINESS_OFF => StateReason::BusinessOff,
        alerts::PIPELINE_ARCHIVED => StateReason::PipelineArchived,
        _ => return false,
    };
    is_well(state) || state.reason == Some(reason)
}

/// Whether an alert of the account is already expressed by its state, by a sentence above the page, or by the count of
/// undelivered messages.
pub(super) fn is_of_page(alert: &Alert, open: &OpenAlerts, has_undelivered: bool) -> bool {
    let kind = alert.kind.as_str();
    OF_STATE.contains(&kind)
        || OF_STRIP.contains(&kind)
        || ([alerts::LIMIT_NEAR, alerts::LIMIT_REACHED].contains(&kind) && usage::is_noticed(&alert.detail))
        || (kind == "media_full" && open.limits.iter().any(|detail| usage::is_about_files(detail)))
        || (kind == alerts::UNDELIVERED && has_undelivered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_red_when_its_messages_do_not_flow() {
        let tone = |status| account_tone(status, false);
        assert_eq!(account_tone(TenantStatus::NeedsReauth, true), "bad", "its channel is cut off");
        assert_eq!([tone(TenantStatus::NeedsReauth), tone(TenantStatus::Active)], ["warn", "ok"]);
        assert_eq!([tone(TenantStatus::Unpaid), tone(TenantStatus::PlanEnded)], ["bad", "bad"]);
    }
}
