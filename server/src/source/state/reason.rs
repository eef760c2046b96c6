//! Why a source is in its state, and what to do about it: keys of the API and of the words.

use crate::source::SourceStatus;

/// Why; the words are `source-reason-{key}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The messenger refuses the credentials, or the webhook said that nobody is there any more.
    AccessRefused,
    /// The account had left, and its credentials went with it.
    CredentialsErased,
    /// The messenger does not answer.
    MessengerUnreachable,
    /// A developer's endpoint failed for a day: Parom paused its source.
    WebhookSuspended,
    /// Another service has the messenger bring its messages there.
    LineElsewhere,
    /// The messenger has not been told where to bring messages, and does not take it.
    LineNotSet,
    /// The messenger's calls to us fail.
    LineFailing,
    /// A person has taken the bot out of their chats.
    BusinessOff,
    /// A user deleted it in amoCRM.
    DeletedInCrm,
    /// Its pipeline is in amoCRM's archive, or gone.
    PipelineArchived,
    AccountNotConnected,
    AccountAccessLost,
    AccountUnpaid,
    AccountBlocked,
    AccountSuspended,
    AccountDisconnected,
    ChannelDisconnected,
    ChannelMisconfigured,
    ChannelNotAllowed,
}

impl Reason {
    /// All there are, for the tests of words.
    pub const ALL: [Self; 19] = [
        Self::AccessRefused,
        Self::CredentialsErased,
        Self::MessengerUnreachable,
        Self::WebhookSuspended,
        Self::LineElsewhere,
        Self::LineNotSet,
        Self::LineFailing,
        Self::BusinessOff,
        Self::DeletedInCrm,
        Self::PipelineArchived,
        Self::AccountNotConnected,
        Self::AccountAccessLost,
        Self::AccountUnpaid,
        Self::AccountBlocked,
        Self::AccountSuspended,
        Self::AccountDisconnected,
        Self::ChannelDisconnected,
        Self::ChannelMisconfigured,
        Self::ChannelNotAllowed,
    ];

    /// The key, as in the API's `status_reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessRefused => "access_refused",
            Self::CredentialsErased => "credentials_erased",
            Self::MessengerUnreachable => "messenger_unreachable",
            Self::WebhookSuspended => "webhook_suspended",
            Self::LineElsewhere => "line_elsewhere",
            Self::LineNotSet => "line_not_set",
            Self::LineFailing => "line_failing",
            Self::BusinessOff => "business_off",
            Self::DeletedInCrm => "deleted_in_crm",
            Self::PipelineArchived => "pipeline_archived",
            Self::AccountNotConnected => "account_not_connected",
            Self::AccountAccessLost => "account_access_lost",
            Self::AccountUnpaid => "account_unpaid",
            Self::AccountBlocked => "account_blocked",
            Self::AccountSuspended => "account_suspended",
            Self::AccountDisconnected => "account_disconnected",
            Self::ChannelDisconnected => "channel_disconnected",
            Self::ChannelMisconfigured => "channel_misconfigured",
            Self::ChannelNotAllowed => "channel_not_allowed",
        }
    }

    /// The reason of a key; none for anything else.
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == key)
    }

    /// What to do about it.
    pub const fn action(self) -> Option<Action> {
        Some(match self {
            Self::AccessRefused | Self::CredentialsErased => Action::Reconnect,
            Self::MessengerUnreachable => Action::Test,
            Self::WebhookSuspended => Action::Resume,
            Self::LineElsewhere | Self::LineNotSet => Action::TakeBack,
            Self::LineFailing | Self::BusinessOff => Action::Test,
            Self::DeletedInCrm => Action::Restore,
            Self::PipelineArchived => Action::ChoosePipeline,
            Self::AccountNotConnected | Self::AccountDisconnected => Action::ConnectAccount,
            Self::AccountAccessLost | Self::ChannelDisconnected => Action::AllowAccess,
            Self::AccountUnpaid => Action::Pay,
            Self::AccountBlocked | Self::AccountSuspended | Self::ChannelMisconfigured | Self::ChannelNotAllowed => {
                Action::Support
            }
        })
    }
}

/// The one button; the words are `source-action-{key}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Test the source.
    Test,
    /// Give the messenger's access anew.
    Reconnect,
    /// End the pause.
    Resume,
    /// Make it in amoCRM again.
    Restore,
    /// Have the messenger bring messages here again.
    TakeBack,
    /// Choose another pipeline.
    ChoosePipeline,
    /// Allow access to the amoCRM account again.
    AllowAccess,
    /// Connect the account.
    ConnectAccount,
    /// Pay for amoCRM.
    Pay,
    /// Write to support.
    Support,
}

impl Action {
    /// All there are, for the tests of words.
    pub const ALL: [Self; 10] = [
        Self::Test,
        Self::Reconnect,
        Self::Resume,
        Self::Restore,
        Self::TakeBack,
        Self::ChoosePipeline,
        Self::AllowAccess,
        Self::ConnectAccount,
        Self::Pay,
        Self::Support,
    ];

    /// The key, as in the API's `status_action`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Reconnect => "reconnect",
            Self::Resume => "resume",
            Self::Restore => "restore",
            Self::TakeBack => "take_back",
            Self::ChoosePipeline => "choose_pipeline",
            Self::AllowAccess => "allow_access",
            Self::ConnectAccount => "connect_account",
            Self::Pay => "pay",
            Self::Support => "support",
        }
    }

    /// What to do in a state that has no reason. Nothing helps while amoCRM does not answer.
    pub(super) const fn of(status: SourceStatus) -> Option<Self> {
        match status {
            SourceStatus::Working | SourceStatus::Checking | SourceStatus::NeedsAttention => Some(Self::Test),
            SourceStatus::Stopped => Some(Self::Reconnect),
            SourceStatus::Paused => Some(Self::Resume),
            SourceStatus::Unpaid => Some(Self::Pay),
            SourceStatus::Blocked => Some(Self::Support),
            SourceStatus::CrmUnreachable => None,
        }
    }
}
