//! What has one cause, so that the overview shows one card for it: sources that wait for the account or for the same side,
//! alerts and failing sides that another card or a sentence above the page already explains.

use connectors::kinds::has_own_server;
use domain::alert::{self, OpenAlerts};
use domain::source::{SourceState, SourceStatus, StateAction, StateReason};
use domain::tenant::TenantStatus;
use domain::usage;
use entity::alert::Model as Alert;
use entity::source;

/// Alerts that the account's state already expresses.
const OF_STATE: &[&str] = &["needs_reauth", "unpaid", "blocked"];
/// Alerts that are a sentence above every page.
const OF_STRIP: &[&str] = &[alert::PLAN_ENDING, alert::PLAN_GRACE, alert::PLAN_ENDED];

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

/// Whether an alert of a source is already expressed by the state that its card shows.
pub(super) fn is_of_source(alert: &Alert, state: &SourceState) -> bool {
    let reason = match alert.kind.as_str() {
        "source_stopped" | "source_gone" => return true,
        alert::SOURCE_BLOCKED => return state.status == SourceStatus::Blocked,
        alert::WEBHOOK_SUSPENDED => StateReason::WebhookSuspended,
        alert::MESSENGER_UNREACHABLE => StateReason::MessengerUnreachable,
        "source_moved" => StateReason::LineElsewhere,
        alert::LINE_NOT_SET => StateReason::LineNotSet,
        alert::LINE_FAILING => StateReason::LineFailing,
        alert::LINE_TROUBLE => StateReason::LineTrouble,
        alert::BUSINESS_OFF => StateReason::BusinessOff,
        alert::PIPELINE_ARCHIVED => StateReason::PipelineArchived,
        _ => return false,
    };
    state.reason == Some(reason)
}

/// Whether an alert of the account is already expressed by its state, by a sentence above the page, or by the count of
/// undelivered messages.
pub(super) fn is_of_page(alert: &Alert, open: &OpenAlerts, undelivered: u64) -> bool {
    let kind = alert.kind.as_str();
    OF_STATE.contains(&kind)
        || OF_STRIP.contains(&kind)
        || ([alert::LIMIT_NEAR, alert::LIMIT_REACHED].contains(&kind) && usage::is_noticed(&alert.detail))
        || (kind == "media_full" && open.limits.iter().any(|detail| usage::is_about_files(detail)))
        || (kind == alert::UNDELIVERED && undelivered > 0)
}
