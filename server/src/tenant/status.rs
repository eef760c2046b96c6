//! States of an account and of its channels (docs/operations.md#the-life-of-an-account).

use entity::tenant;

/// State of an account. Stored as text, except [`TenantStatus::Suspended`], which is a separate flag of the vendor's.
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
    /// Disconnected from the widget; sources are kept.
    Disconnected,
    /// Switched off in amoCRM, confirmed by a call; sources are kept, tokens are wiped.
    Uninstalled,
}

impl TenantStatus {
    const ALL: [Self; 9] = [
        Self::Provisioning,
        Self::AwaitingCredentials,
        Self::Active,
        Self::NeedsReauth,
        Self::Unpaid,
        Self::Blocked,
        Self::Suspended,
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
            Self::Suspended => "suspended",
            Self::Disconnected => "disconnected",
            Self::Uninstalled => "uninstalled",
        }
    }

    /// Parses a word; none if it is not a state.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// The state shown to people and in the API: `suspended` overrides every state except those in which nothing is
    /// delivered anyway.
    pub fn shown(tenant: &tenant::Model) -> Self {
        Self::stored(tenant).under(tenant.suspended)
    }

    /// This state as shown while the account is suspended or not.
    #[must_use]
    pub fn under(self, suspended: bool) -> Self {
        match self {
            Self::Uninstalled | Self::Disconnected => self,
            _ if suspended => Self::Suspended,
            _ => self,
        }
    }

    /// The state without the suspension.
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
    use crate::fixture;

    #[test]
    fn words_and_states_are_the_same_thing() {
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
    fn a_suspension_hides_what_is_below_unless_nothing_goes_anyway() {
        let mut tenant =
            tenant::Model { host: "a.amocrm.ru".into(), suspended: true, ..fixture::tenant(uuid::Uuid::nil()) };
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Suspended);
        assert_eq!(TenantStatus::stored(&tenant), TenantStatus::Active);
        tenant.status = "uninstalled".into();
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Uninstalled);
        tenant.status = "active".into();
        tenant.suspended = false;
        assert_eq!(TenantStatus::shown(&tenant), TenantStatus::Active);
    }
}
