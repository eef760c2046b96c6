//! Display of accounts' states in the admin: tone and text.

use std::collections::BTreeSet;

use base::i18n::{Sentence, Words};
use domain::source::NOT_ANSWERING;
use domain::tenant::grant::{Access, AccessState};
use domain::tenant::{AMOJO, ChannelStatus, TenantStatus};
use entity::{tenant, turn};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::panel::{PanelContext, Tone};

/// The platform's name if the integration was removed from the configuration.
const AMOCRM: &str = "amoCRM";

/// A state as tone and text.
#[derive(Clone, Debug)]
pub struct StateBadge {
    pub tone: Tone,
    pub text: Sentence,
}

/// The name of an account's platform.
pub fn crm(app: &PanelContext, tenant: &tenant::Model) -> &'static str {
    app.integrations.named(&tenant.integration).map_or(AMOCRM, |integration| integration.platform.brand())
}

/// The state of an account. `is_away`: its amoCRM does not answer.
pub fn account(app: &PanelContext, words: Words, tenant: &tenant::Model, is_away: bool) -> StateBadge {
    let status = TenantStatus::shown(tenant);
    let (tone, text) = match status {
        TenantStatus::Active if is_away => (Tone::Bad, words.text("source-state-crm_unreachable")),
        status => (tone(status), status_word(words, status)),
    };
    StateBadge { tone, text: text.with("crm", crm(app, tenant)) }
}

/// Turns of channels whose amoCRM does not answer, as the states of their sources have it.
pub(super) fn away() -> Condition {
    Condition::all().add(turn::Column::Failures.gte(NOT_ANSWERING)).add(turn::Column::Pool.starts_with(AMOJO))
}

/// The ids of their accounts.
pub(super) fn away_accounts() -> SelectStatement {
    Query::select().column(turn::Column::TenantId).from(turn::Entity).cond_where(away()).to_owned()
}

/// Those of these accounts whose amoCRM does not answer.
pub async fn away_of(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeSet<Uuid>, DbErr> {
    let found = turn::Entity::find().filter(turn::Column::TenantId.is_in(ids.iter().copied())).filter(away());
    let found: Vec<Uuid> = found.select_only().column(turn::Column::TenantId).into_tuple().all(db).await?;
    Ok(found.into_iter().collect())
}

/// The text of a state; the caller fills in `crm`.
pub fn status_word(words: Words, status: TenantStatus) -> Sentence {
    words.text_of("tenant-state-", status.as_str())
}

/// The tone in which a state is shown.
pub const fn tone(status: TenantStatus) -> Tone {
    match status {
        TenantStatus::Active => Tone::Ok,
        TenantStatus::Provisioning | TenantStatus::AwaitingCredentials => Tone::Wait,
        TenantStatus::NeedsReauth | TenantStatus::Unpaid => Tone::Warn,
        TenantStatus::Blocked | TenantStatus::PlanEnded => Tone::Bad,
        TenantStatus::Suspended | TenantStatus::Disconnected | TenantStatus::Uninstalled => Tone::Off,
    }
}

/// Days left while the access is valid, else what is wrong with it.
pub fn access(words: Words, access: &Access) -> StateBadge {
    let tone = match access.state {
        AccessState::Valid | AccessState::Refreshing => Tone::Ok,
        AccessState::Expiring | AccessState::RefreshFailing => Tone::Warn,
        AccessState::Expired | AccessState::Revoked => Tone::Bad,
        AccessState::Missing => Tone::Off,
    };
    let text = match (access.state, access.days_left) {
        (AccessState::Valid | AccessState::Expiring | AccessState::Refreshing, Some(days)) => {
            words.text("time-days-left").with("count", days)
        }
        (state, _) => words.text_of("token-state-", state.as_str()),
    };
    StateBadge { tone, text }
}

/// The state of a channel's connection.
pub fn channel(words: Words, status: &str) -> StateBadge {
    let tone = match ChannelStatus::parse(status) {
        Some(ChannelStatus::Connected) => Tone::Ok,
        Some(ChannelStatus::Disconnected) | None => Tone::Off,
        Some(ChannelStatus::NotAllowed | ChannelStatus::Misconfigured) => Tone::Bad,
    };
    StateBadge { tone, text: words.text_of("channel-state-", status) }
}

/// Whether the account's administrator must renew the consent.
pub fn wants_access(tenant: &tenant::Model, state: AccessState) -> bool {
    match TenantStatus::stored(tenant) {
        TenantStatus::NeedsReauth => true,
        TenantStatus::Uninstalled | TenantStatus::Provisioning => false,
        _ => matches!(state, AccessState::Expired | AccessState::Revoked | AccessState::Missing),
    }
}

/// The displayed state: a hold overrides every state except those without delivery anyway.
pub(super) fn in_state(state: TenantStatus) -> Condition {
    let gone = [TenantStatus::Disconnected, TenantStatus::Uninstalled];
    let gone_words = gone.map(TenantStatus::as_str);
    match state {
        TenantStatus::Suspended => {
            Condition::all().add(tenant::Column::Suspended.eq(true)).add(tenant::Column::Status.is_not_in(gone_words))
        }
        TenantStatus::PlanEnded => Condition::all()
            .add(tenant::Column::PlanEnded.eq(true))
            .add(tenant::Column::Suspended.eq(false))
            .add(tenant::Column::Status.is_not_in(gone_words)),
        _ if gone.contains(&state) => Condition::all().add(tenant::Column::Status.eq(state.as_str())),
        _ => Condition::all()
            .add(tenant::Column::Status.eq(state.as_str()))
            .add(tenant::Column::Suspended.eq(false))
            .add(tenant::Column::PlanEnded.eq(false)),
    }
}
