//! Reasons for a source's state and the actions to take: keys of the API and of the texts.

use crate::source::SourceStatus;

/// A reason; its text is `source-reason-{key}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateReason {
    /// The messenger refuses the credentials, or the webhook answered that it no longer exists.
    AccessRefused,
    /// The account had left, and its credentials were erased.
    CredentialsErased,
    /// The messenger does not answer.
    MessengerUnreachable,
    /// A developer's endpoint failed for a day: Parom paused its source.
    WebhookSuspended,
    /// The messenger delivers messages to another service.
    LineElsewhere,
    /// Our address is not registered with the messenger, which refuses it.
    LineNotSet,
    /// The messenger's calls to us fail.
    LineFailing,
    /// The messenger reports a problem of the line itself.
    LineTrouble,
    /// A person disconnected the bot from their chats.
    BusinessOff,
    /// A user deleted it in amoCRM.
    DeletedInCrm,
    /// Its pipeline is archived in amoCRM, or gone.
    PipelineArchived,
    AccountNotConnected,
    AccountAccessLost,
    AccountUnpaid,
    AccountBlocked,
    AccountSuspended,
    AccountPlanEnded,
    AccountDisconnected,
    ChannelDisconnected,
    ChannelMisconfigured,
    ChannelNotAllowed,
}

impl StateReason {
    /// All reasons, for the tests of texts.
    pub const ALL: [Self; 21] = [
        Self::AccessRefused,
        Self::CredentialsErased,
        Self::MessengerUnreachable,
        Self::WebhookSuspended,
        Self::LineElsewhere,
        Self::LineNotSet,
        Self::LineFailing,
        Self::LineTrouble,
        Self::BusinessOff,
        Self::DeletedInCrm,
        Self::PipelineArchived,
        Self::AccountNotConnected,
        Self::AccountAccessLost,
        Self::AccountUnpaid,
        Self::AccountBlocked,
        Self::AccountSuspended,
        Self::AccountPlanEnded,
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
            Self::LineTrouble => "line_trouble",
            Self::BusinessOff => "business_off",
            Self::DeletedInCrm => "deleted_in_crm",
            Self::PipelineArchived => "pipeline_archived",
            Self::AccountNotConnected => "account_not_connected",
            Self::AccountAccessLost => "account_access_lost",
            Self::AccountUnpaid => "account_unpaid",
            Self::AccountBlocked => "account_blocked",
            Self::AccountSuspended => "account_suspended",
            Self::AccountPlanEnded => "account_plan_ended",
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

    /// The action to take.
    pub const fn action(self) -> Option<StateAction> {
        Some(match self {
            Self::AccessRefused | Self::CredentialsErased => StateAction::Reconnect,
            Self::MessengerUnreachable => StateAction::Test,
            Self::WebhookSuspended => StateAction::Resume,
            Self::LineElsewhere | Self::LineNotSet => StateAction::TakeBack,
            Self::LineFailing | Self::LineTrouble | Self::BusinessOff => StateAction::Test,
            Self::DeletedInCrm => StateAction::Restore,
            Self::PipelineArchived => StateAction::ChoosePipeline,
            Self::AccountNotConnected | Self::AccountDisconnected => StateAction::ConnectAccount,
            Self::AccountAccessLost | Self::ChannelDisconnected => StateAction::AllowAccess,
            Self::AccountUnpaid => StateAction::Pay,
            Self::AccountBlocked
            | Self::AccountSuspended
            | Self::AccountPlanEnded
            | Self::ChannelMisconfigured
            | Self::ChannelNotAllowed => StateAction::Support,
        })
    }
}

/// An action; its text is `source-action-{key}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StateAction {
    /// Test the source.
    Test,
    /// Enter new credentials for the messenger.
    Reconnect,
    /// End the pause.
    Resume,
    /// Create it in amoCRM again.
    Restore,
    /// Make the messenger deliver messages here again.
    TakeBack,
    /// Choose another pipeline.
    ChoosePipeline,
    /// Allow access to the amoCRM account again.
    AllowAccess,
    /// Connect the account.
    ConnectAccount,
    /// Pay for amoCRM.
    Pay,
    /// Contact support.
    Support,
}

impl StateAction {
    /// All actions, for the tests of texts.
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

    /// The action for a state without a reason. There is none while amoCRM does not answer.
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
