//! States of an account and of its channels (docs/operations.md#the-life-of-an-account).

use entity::tenant;

/// State of an account. Stored as text, except [`TenantStatus::Suspended`] and [`TenantStatus::PlanEnded`], which are separate
/// flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TenantStatus {
    /// Access was given, the channels are not connected yet.
    Provisioning,
    /// Waits for a login in the widget (customers mode `password` or `remote`); no channel is connected.
    AwaitingCredentials,
    /// Everything works.
    Active,
    /// The refresh token was refused permanently. Messages go on: they are signed with the channel's secret.
    NeedsReauth,
    /// amoCRM requires payment.
    Unpaid,
    /// amoCRM refuses every call.
    Blocked,
    /// The vendor stopped delivery; intake goes on.
    Suspended,
    /// The subscription to the service and the grace after it are over: nothing is delivered; intake goes on.
    PlanEnded,
    /// Disconnected from the widget; sources are kept.
    Disconnected,
    /// Switched off in amoCRM, confirmed by a call; sources are kept, tokens are wiped.
    Uninstalled,
}

impl TenantStatus {
    const ALL: [Self; 10] = [
        Self::Provisioning,
        Self::AwaitingCredentials,
        Self::Active,
        Self::NeedsReauth,
        Self::Unpaid,
        Self::Blocked,
        Self::Suspended,
        Self::PlanEnded,
        Self::Disconnected,
        Self::Uninstalled,
    ];

    /// The word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::AwaitingCredentials => "awaiting_credentials",
            Self::Active => "active",
            Self::NeedsReauth => "needs_reauth",
            Self::Unpaid => "unpaid",
            Self::Blocked => "blocked",
            Self::Suspended => tenant::SUSPENDED,
            Self::PlanEnded => tenant::PLAN_ENDED,
            Self::Disconnected => "disconnected",
            Self::Uninstalled => "uninstalled",
        }
    }

    /// Parses a word; none if it is not a state.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

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

/// State of a channel's connection to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelStatus {
    Connected,
    /// The channel is private and this account is not on its list.
    NotAllowed,
    /// amoCRM refuses because of the vendor's configuration: no such channel, wrong secret, obsolete hook version.
    Misconfigured,
    Disconnected,
}

impl ChannelStatus {
    const ALL: [Self; 4] = [Self::Connected, Self::NotAllowed, Self::Misconfigured, Self::Disconnected];

    /// The word of the public API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NotAllowed => "not_allowed",
            Self::Misconfigured => "misconfigured",
            Self::Disconnected => "disconnected",
        }
    }

    /// Parses a word; none if it is not a state.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entity::fixture;

    #[test]
    fn words_and_states_correspond() {
        for status in TenantStatus::ALL {
            assert_eq!(TenantStatus::parse(status.as_str()), Some(status));
        }
        for status in ChannelStatus::ALL {
            assert_eq!(ChannelStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(TenantStatus::parse("Active"), None);
        assert_eq!(ChannelStatus::parse(""), None);
    }

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
}
