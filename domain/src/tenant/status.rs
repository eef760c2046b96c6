//! States of an account and of its channels (docs/operations.md#the-life-of-an-account).

use amocrm::Error as CrmError;
use amocrm::oauth::OAuthError;
use base::http_client;
use base::i18n::LocalizedText;
use base::millis::MINUTE;
use base::store::in_transaction;
use chrono::TimeDelta;
use entity::{tenant, tenant_channel};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::TenantContext;
use crate::alert::{self, Alarm};
use crate::audit::By;
use crate::job::{NewJob, schedule, schedule_by};
use crate::vendor_events::{self, VendorEventKind};

base::worded! {
    /// State of an account. Stored as text, except [`TenantStatus::Suspended`] and [`TenantStatus::PlanEnded`], which are separate
    /// flags.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum TenantStatus, as_str {
        /// Access was given, the channels are not connected yet.
        Provisioning = "provisioning",
        /// Waits for a login in the widget (customers mode `password` or `remote`); no channel is connected.
        AwaitingCredentials = "awaiting_credentials",
        /// Everything works.
        Active = "active",
        /// The refresh token was refused permanently. Messages go on: they are signed with the channel's secret.
        NeedsReauth = "needs_reauth",
        /// amoCRM requires payment.
        Unpaid = "unpaid",
        /// amoCRM refuses every call.
        Blocked = "blocked",
        /// The vendor stopped delivery; intake goes on.
        Suspended = tenant::SUSPENDED,
        /// The subscription to the service and the grace after it are over: nothing is delivered; intake goes on.
        PlanEnded = tenant::PLAN_ENDED,
        /// Disconnected from the widget; sources are kept.
        Disconnected = "disconnected",
        /// Switched off in amoCRM, confirmed by a call; sources are kept, tokens are wiped.
        Uninstalled = "uninstalled",
    }
}

impl TenantStatus {
    /// The state shown to people and in the API: a hold overrides every state except those in which nothing is delivered
    /// anyway.
    pub fn shown(tenant: &tenant::Model) -> Self {
        Self::stored(tenant).under(tenant.suspended, tenant.plan_ended)
    }

    /// This state as shown while the account is held, by a person or because its plan has ended.
    #[must_use]
    pub fn under(self, suspended: bool, plan_ended: bool) -> Self {
        match self {
            Self::Uninstalled | Self::Disconnected => self,
            _ => tenant::held(suspended, plan_ended).and_then(Self::parse).unwrap_or(self),
        }
    }

    /// The state without a hold.
    pub fn stored(tenant: &tenant::Model) -> Self {
        Self::parse(&tenant.status).unwrap_or_else(|| {
            tracing::error!(tenant.id = %tenant.tenant_id, status = tenant.status, "the account has an unknown state");
            Self::Provisioning
        })
    }

    /// Whether the account's channels are, or were until access was lost, connected with the owner's consent: a new
    /// grant may connect them again without asking for credentials.
    pub fn was_connected(self) -> bool {
        matches!(self, Self::Active | Self::NeedsReauth | Self::Unpaid | Self::Blocked)
    }
}

base::worded! {
    /// State of a channel's connection to an account.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ChannelStatus, as_str {
        Connected = "connected",
        /// The channel is private and this account is not on its list.
        NotAllowed = "not_allowed",
        /// amoCRM refuses because of the vendor's configuration: no such channel, wrong secret, obsolete hook version.
        Misconfigured = "misconfigured",
        Disconnected = "disconnected",
    }
}

/// True while a notice that the integration was switched off waits for amoCRM's confirmation.
pub(super) fn is_uninstall_noticed(tenant: &tenant::Model) -> bool {
    tenant.uninstalled_at.is_some() && TenantStatus::stored(tenant) != TenantStatus::Uninstalled
}

// An account's status with amoCRM, and the consequences of a change: an alert, a probe, resumed letters.

/// Spreads the restart of turns of many accounts.
const JITTER: TimeDelta = TimeDelta::milliseconds(250);

/// States in which amoCRM refuses us, each with an alert for the account.
const TROUBLES: [TenantStatus; 3] = [TenantStatus::NeedsReauth, TenantStatus::Unpaid, TenantStatus::Blocked];

/// The vendor's event of lost access. amoCRM ends the access of an account that leaves before it says that it leaves, so
/// this event waits, and is withdrawn if the account has left.
const ACCESS_LOST: VendorEventKind = VendorEventKind::AccountNeedsAttention;

/// Milliseconds until amoCRM is asked again after a refusal of its own: a minute, doubled up to 6 hours.
pub(super) fn slowly(tries: i32) -> i64 {
    let doubled = MINUTE << tries.clamp(0, 9);
    doubled.min(360 * MINUTE)
}

/// Milliseconds until it is asked again where nothing or a gateway answered: what was no verdict is over within five
/// minutes after the trouble.
pub(super) const AGAIN: i64 = 4 * MINUTE;

/// Moves a tenant to `to` if its current state is another one of `from`. True if it was moved. The caller must drop
/// the tenant from the `lookup` cache.
pub async fn change_status(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    from: &[TenantStatus],
    to: TenantStatus,
) -> Result<bool, DbErr> {
    let now = app.clock.millis();
    let change = tenant::Entity::update_of(tenant_id)
        .col_expr(tenant::Column::Status, Expr::value(to.as_str()))
        .col_expr(tenant::Column::UpdatedAt, Expr::value(now))
        .col_expr(tenant::Column::Probes, Expr::value(0))
        .filter(tenant::Column::Status.ne(to.as_str()))
        .filter(tenant::Column::Status.is_in(from.iter().map(|status| status.as_str())));
    if change.exec(db).await?.rows_affected == 0 {
        return Ok(false);
    }
    if matches!(to, TenantStatus::NeedsReauth | TenantStatus::Unpaid | TenantStatus::Blocked) {
        visit_at(db, tenant_id, now + slowly(0)).await?;
    }
    alarm(app, db, tenant_id, to).await?;
    note(app, db, tenant_id, from, to).await?;
    report(app, db, tenant_id, to).await?;
    Ok(true)
}

/// [`change_status`] in a transaction of its own.
pub(super) async fn change_alone(
    app: &TenantContext,
    tenant_id: Uuid,
    from: &[TenantStatus],
    to: TenantStatus,
) -> Result<bool, DbErr> {
    in_transaction(&app.store, async |tx| change_status(app, tx, tenant_id, from, to).await).await
}

/// Records the vendor's event of a new state, if there is one.
pub(super) async fn report(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    to: TenantStatus,
) -> Result<(), DbErr> {
    let (kind, data) = match to {
        TenantStatus::Active => (VendorEventKind::AccountConnected, json!({})),
        TenantStatus::NeedsReauth => {
            let data = json!({ "reason": to.as_str() });
            return vendor_events::record_tentatively(app, db, ACCESS_LOST, tenant_id, data).await;
        }
        TenantStatus::Unpaid | TenantStatus::Blocked => {
            (VendorEventKind::AccountNeedsAttention, json!({ "reason": to.as_str() }))
        }
        TenantStatus::Disconnected | TenantStatus::Uninstalled => {
            vendor_events::withdraw(app, db, ACCESS_LOST, tenant_id).await?;
            (VendorEventKind::AccountLeft, json!({ "reason": to.as_str() }))
        }
        TenantStatus::Provisioning
        | TenantStatus::AwaitingCredentials
        | TenantStatus::Suspended
        | TenantStatus::PlanEnded => return Ok(()),
    };
    vendor_events::record(app, db, kind, tenant_id, data).await
}

/// Records trouble with amoCRM and its end in the account's audit log, so that people can see when it began and ended.
async fn note(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    from: &[TenantStatus],
    to: TenantStatus,
) -> Result<(), DbErr> {
    let action = match to {
        TenantStatus::NeedsReauth => "account.access_lost",
        TenantStatus::Unpaid => "account.unpaid",
        TenantStatus::Blocked => "account.blocked",
        TenantStatus::Active if from.iter().all(|status| TROUBLES.contains(status)) => "account.served",
        _ => return Ok(()),
    };
    By::parom().did(app, db, action, (tenant_id, &tenant_id.to_string()), json!({})).await
}

/// Opens the alert of the current state and ends those of the others: as resolved if it is active.
pub(super) async fn alarm(
    app: &TenantContext,
    db: &impl ConnectionTrait,
    tenant_id: Uuid,
    now_in: TenantStatus,
) -> Result<(), DbErr> {
    for trouble in TROUBLES {
        let kind = trouble.as_str();
        if trouble == now_in {
            alert::raise(app, db, Alarm { tenant_id, kind, object: "", source_id: None, detail: json!({}) }).await?;
        } else if now_in == TenantStatus::Active {
            alert::resolve(app, db, tenant_id, kind, "").await?;
        } else {
            // Another state describes the problem now, or the account is gone.
            alert::end(app, db, tenant_id, kind, "").await?;
        }
    }
    Ok(())
}

/// amoCRM refused a call on behalf of the account: 402 means unpaid, 403 for what every user may read means blocked.
pub(super) async fn refused(app: &TenantContext, tenant_id: Uuid, to: TenantStatus) -> Result<(), DbErr> {
    let from = [TenantStatus::Active, TenantStatus::Unpaid, TenantStatus::Blocked];
    if change_alone(app, tenant_id, &from, to).await? {
        app.lookup.forget();
        tracing::warn!(tenant.id = %tenant_id, status = to.as_str(), "amoCRM rejects the account; retries are slow and messages wait");
    }
    Ok(())
}

/// Applies amojo's answer to a message to the account's state: a refusal for lack of payment sets the state at once,
/// and a success of an unpaid account makes Parom ask amoCRM now instead of at the next slow probe.
pub async fn chats_answered(app: &TenantContext, tenant_id: Uuid, is_paid: bool) -> Result<(), DbErr> {
    if !is_paid {
        return refused(app, tenant_id, TenantStatus::Unpaid).await;
    }
    let known = app.lookup.tenant(tenant_id).await.ok().flatten();
    if known.is_some_and(|tenant| TenantStatus::stored(&tenant) == TenantStatus::Unpaid) {
        visit_by(app.store.write(), tenant_id, app.clock.millis()).await?;
    }
    Ok(())
}

/// A call on behalf of the account succeeded: ends a refusal and resumes letters.
pub(super) async fn recover(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    let from = [TenantStatus::Unpaid, TenantStatus::Blocked];
    if !change_alone(app, tenant_id, &from, TenantStatus::Active).await? {
        return Ok(());
    }
    app.lookup.forget();
    tracing::info!(tenant.id = %tenant_id, "amoCRM serves the account again");
    go_on(app, tenant_id).await
}

/// Resumes the turns towards amoCRM of every connected channel, unless the vendor holds them.
pub(super) async fn go_on(app: &TenantContext, tenant_id: Uuid) -> Result<(), DbErr> {
    let tenant = super::load(app.store.read(), tenant_id).await?;
    if tenant.is_none_or(|tenant| tenant.held().is_some()) {
        return Ok(());
    }
    let connected = tenant_channel::Entity::of_tenant(tenant_id)
        .filter(tenant_channel::Column::Status.eq(ChannelStatus::Connected.as_str()));
    for channel in connected.all(app.store.read()).await? {
        app.queue.resume(tenant_id, channel.channel_id, rand::random_range(0..=JITTER.num_milliseconds())).await?;
    }
    app.writer.stored().notify_one();
    Ok(())
}

// When accounts are visited next (`watch`): scheduled in the commit of the change that needs a visit.

/// The kind of the jobs.
pub const KIND: &str = "accounts";

/// Schedules the next visit of an account.
pub(super) async fn visit_at(db: &impl ConnectionTrait, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule(db, at, NewJob::new(tenant_id, KIND, "", at)).await
}

/// Schedules a visit of an account no later than `at`.
pub(super) async fn visit_by(db: &impl ConnectionTrait, tenant_id: Uuid, at: i64) -> Result<(), DbErr> {
    schedule_by(db, at, NewJob::new(tenant_id, KIND, "", at)).await
}

// Texts for people about amoCRM's errors and an account's status; amoCRM's own text is quoted unchanged.

/// Why a call to amoCRM failed.
pub fn error_text(error: &CrmError) -> LocalizedText {
    match error {
        CrmError::Refused { status, text, .. } if text.is_empty() => {
            LocalizedText::new("said-crm-answered-mute").with("status", *status)
        }
        CrmError::Refused { status, text, .. } => {
            LocalizedText::new("said-crm-answered").with("status", *status).with("text", text.as_str())
        }
        CrmError::Gateway { status, .. } => LocalizedText::new("said-crm-answered-mute").with("status", *status),
        CrmError::NotSent { reason, .. } => {
            LocalizedText::new("said-crm-unreached").with("reason", http_client::explain_failure(reason))
        }
        CrmError::NoAnswer { reason, .. } => {
            LocalizedText::new("said-crm-unknown").with("reason", http_client::explain_failure(reason))
        }
        CrmError::Unreadable { status, .. } => LocalizedText::new("said-crm-unreadable").with("status", *status),
        CrmError::Invalid { what, .. } => LocalizedText::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// Why a token call failed, for people; amoCRM's text is quoted.
pub fn oauth_error_text(error: &OAuthError) -> LocalizedText {
    let answered = |status: u16, hint: &str| {
        let key = if hint.is_empty() { "said-crm-answered-mute" } else { "said-crm-answered" };
        LocalizedText::new(key).with("status", status).with("text", hint)
    };
    match error {
        OAuthError::Rejected { hint, .. } => answered(400, hint),
        OAuthError::HostChanged { status, hint, .. } | OAuthError::Refused { status, hint, .. } => {
            answered(*status, hint)
        }
        OAuthError::Unpaid { .. } => LocalizedText::new("said-account-unpaid"),
        OAuthError::Blocked { .. } => LocalizedText::new("said-account-blocked"),
        OAuthError::Busy { .. } => LocalizedText::new("said-crm-busy"),
        OAuthError::Unavailable { status, .. } => answered(*status, ""),
        OAuthError::NotSent { reason, .. } => {
            LocalizedText::new("said-crm-unreached").with("reason", http_client::explain_failure(reason))
        }
        OAuthError::NoAnswer { reason, .. } => {
            LocalizedText::new("said-crm-unknown").with("reason", http_client::explain_failure(reason))
        }
        OAuthError::Unreadable { status, .. } => LocalizedText::new("said-crm-unreadable").with("status", *status),
        OAuthError::Invalid { what, .. } => LocalizedText::new("said-crm-invalid").with("reason", what.as_str()),
    }
}

/// The status of an account or of its channel, for use within a sentence.
pub fn status_text(status: &str) -> LocalizedText {
    LocalizedText::new(format!("said-status-{status}"))
}

#[cfg(test)]
mod tests {
    use entity::fixture;

    use super::*;

    #[test]
    fn a_suspension_hides_other_states_except_those_that_stop_everything() {
        let mut tenant =
            tenant::Model { host: "a.amocrm.ru".into(), suspended: true, ..fixture::tenant(uuid::Uuid::nil()) };
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Suspended);
        assert_eq!(TenantStatus::stored(&tenant), TenantStatus::Active);
        tenant.plan_ended = true;
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Suspended, "a person's word comes first");
        tenant.suspended = false;
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::PlanEnded);
        tenant.status = "uninstalled".into();
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Uninstalled);
        tenant.status = "active".into();
        tenant.plan_ended = false;
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Active);
    }

    #[test]
    fn slow_tries_grow_from_a_minute_to_six_hours() {
        let minutes: Vec<_> = (0..11).map(|tries| slowly(tries) / MINUTE).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(slowly(-1), slowly(0));
        assert_eq!(slowly(i32::MAX), 360 * MINUTE);
    }
}
