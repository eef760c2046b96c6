//! A source's state, determined in one place: from its row, its account, its channel and the reason its letters wait,
//! with since when, why, and the one action to take.
//!
//! ```text
//! blocked > stopped > unpaid > paused > crm_unreachable > needs_attention > checking > working
//! ```

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use base::error::{Error, Result};
use base::i18n::{LocalizedText, When, Words};
use base::message::Direction;
use base::store::Store;
use base::worded::worded;
use connectors::kinds::has_own_server;
use entity::{letter, source, tenant, tenant_channel, turn};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::line::{self, FailedTest};
use super::{SourceContext, SourceStatus};
use crate::alert::{self, WEBHOOK_SUSPENDED};
use crate::tenant::{self as tenants, ChannelStatus, TenantStatus};

/// The state shown to people and in the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    pub status: SourceStatus,
    /// Milliseconds since 1970.
    pub since: i64,
    pub reason: Option<StateReason>,
    /// The step at which the last test failed, if that is the reason; else empty.
    pub step: String,
    /// The other side's own text; empty if none.
    pub detail: String,
    /// The action offered.
    pub action: Option<StateAction>,
    /// When a message or a test last succeeded.
    pub proved_at: Option<i64>,
    /// Who paused it; empty if unknown.
    pub paused_by: String,
    /// When a side that does not answer is called next; none if that is not known, or it answers.
    pub next_at: Option<i64>,
    /// It is said to work and was never called: a developer's server is not checked when its source is created.
    pub is_untested: bool,
}

impl SourceState {
    /// The end of the key of its name: `source-state-{word}`.
    pub fn word(&self) -> &'static str {
        if self.is_untested { "untested" } else { self.status.as_str() }
    }

    /// What it means: the reason, else the state itself, which claims no proof before the first success.
    pub fn sentence(&self, words: Words, crm: &str, when: impl Fn(i64) -> When) -> String {
        let text = match (self.reason, self.status, self.proved_at) {
            (Some(reason), ..) => words.text_of("source-reason-", reason.as_str()),
            (None, SourceStatus::Working, None) => words.text("source-state-working-unproved"),
            (None, status, _) => words.text(format!("source-state-{}-hint", status.as_str())),
        };
        let name = match self.paused_by.as_str() {
            "" => words.text("source-someone").to_string(),
            name => name.to_owned(),
        };
        text.with("crm", crm)
            .with("payer", crm)
            .with("days", KEPT_UNPAID)
            .with("time", when(self.proved_at.unwrap_or(self.since)).adverb())
            .with("stamp", when(self.since).stamp())
            .with("name", name)
            .with("reason", self.said().in_words(words, crm))
            .to_string()
    }

    /// The other side's own text; that of a failed test names the step.
    pub fn said(&self) -> LocalizedText {
        let detail = LocalizedText::stored(&self.detail);
        if self.step.is_empty() {
            return detail;
        }
        let step = LocalizedText::new(format!("source-test-{}", self.step));
        LocalizedText::new("source-test-failed").with("step", step).with("reason", detail)
    }
}

/// Days for which messages of an account are kept that is not paid.
const KEPT_UNPAID: i64 = 7;

/// Consecutive failures after which a side counts as not answering.
pub const NOT_ANSWERING: i32 = 3;

/// Everything that determines a state.
struct StateFacts<'facts> {
    source: &'facts source::Model,
    tenant: &'facts tenant::Model,
    channel: Option<&'facts tenant_channel::Model>,
    /// When the account's trouble began, as its alert says.
    account_since: Option<i64>,
    /// The channel's turn: letters to amoCRM.
    to_crm: Option<&'facts turn::Model>,
    /// When a message of the source was last delivered; the source's row learns of it a few seconds later.
    proof: Option<i64>,
    /// The source's turn: letters to its messenger.
    to_messenger: Option<&'facts turn::Model>,
    /// When the oldest waiting letter to a side that does not answer was accepted: to amoCRM, to the messenger.
    waits_since: Option<i64>,
    waits_for_messenger_since: Option<i64>,
}

/// A candidate for the state.
struct StateCandidate {
    status: SourceStatus,
    reason: Option<StateReason>,
    since: i64,
    step: String,
    detail: String,
}

impl StateFacts<'_> {
    fn state(&self) -> SourceState {
        let found = self.findings().into_iter().min_by_key(|finding| rank(finding.status));
        let StateCandidate { status, reason, since, step, detail } = found.unwrap_or_else(|| self.stored());
        let proved_at = self.proved_at();
        let is_working = status == SourceStatus::Working;
        let action = reason.map_or_else(|| StateAction::of(status), StateReason::action);
        SourceState {
            status,
            since,
            reason,
            step,
            detail,
            action: action.filter(|_| !(is_working && proved_at.is_some())),
            proved_at,
            is_untested: is_working && proved_at.is_none() && has_own_server(&self.source.kind),
            next_at: match (status, reason) {
                (SourceStatus::CrmUnreachable, None) => self.to_crm.and_then(|turn| turn.ready_at),
                (_, Some(StateReason::MessengerUnreachable)) => self.to_messenger.and_then(|turn| turn.ready_at),
                _ => None,
            },
            paused_by: if status == SourceStatus::Paused { self.source.paused_by.clone() } else { String::new() },
        }
    }

    fn proved_at(&self) -> Option<i64> {
        self.source.proved_at.max(self.proof)
    }

    fn findings(&self) -> Vec<StateCandidate> {
        // Of two equal ranks the first is used: an unreachable account comes before problems of its sources.
        let mut found: Vec<StateCandidate> = self.account().into_iter().collect();
        found.push(self.stored());
        found.extend(self.channel());
        found.extend(self.line());
        if self.source.paused {
            let suspended =
                self.to_messenger.is_some_and(|turn| turn.reason.strip_prefix("held:") == Some(WEBHOOK_SUSPENDED));
            found.push(self.finding(SourceStatus::Paused, suspended.then_some(StateReason::WebhookSuspended)));
        }
        if self.to_crm.is_some_and(|turn| turn.failures >= NOT_ANSWERING) {
            let since = self.not_answering_since(self.to_crm, self.waits_since);
            found.push(StateCandidate { since, ..self.finding(SourceStatus::CrmUnreachable, None) });
        }
        if self.to_messenger.is_some_and(|turn| turn.failures >= NOT_ANSWERING) {
            let since = self.not_answering_since(self.to_messenger, self.waits_for_messenger_since);
            let reason = Some(StateReason::MessengerUnreachable);
            found.push(StateCandidate { since, ..self.finding(SourceStatus::NeedsAttention, reason) });
        }
        if let Some(FailedTest { step, words, since }) = line::failed_test(&line::of(self.source), self.proved_at()) {
            let finding = self.finding(SourceStatus::NeedsAttention, Some(StateReason::TestFailed));
            found.push(StateCandidate { since, step, detail: words, ..finding });
        }
        found
    }

    fn finding(&self, status: SourceStatus, reason: Option<StateReason>) -> StateCandidate {
        StateCandidate {
            status,
            reason,
            since: self.source.status_since.max(self.source.created_at),
            step: String::new(),
            detail: String::new(),
        }
    }

    /// Since when a side does not answer: the first call that failed, else the oldest letter that waits for it. The
    /// source's own state is older than that and says nothing about it.
    fn not_answering_since(&self, turn: Option<&turn::Model>, waits_since: Option<i64>) -> i64 {
        turn.and_then(|turn| turn.failing_since).or(waits_since).unwrap_or(self.source.status_since)
    }

    /// The finding stored in the source itself. A reason of an older release is shown as text.
    fn stored(&self) -> StateCandidate {
        let stored = SourceStatus::parse(&self.source.status).unwrap_or(SourceStatus::Checking);
        let proof = self.proof.filter(|at| stored == SourceStatus::Checking && *at >= self.source.status_since);
        if let Some(since) = proof {
            return StateCandidate { since, ..self.finding(SourceStatus::Working, None) };
        }
        let text = self.source.status_reason.as_str();
        let (key, words) = text.split_once(": ").unwrap_or((text, ""));
        let reason = StateReason::parse(key);
        let detail = if reason.is_some() { words } else { text };
        let status = match (stored, reason) {
            // A pause of an older release: the row says itself whether it is still paused.
            (SourceStatus::Paused, _) => SourceStatus::Working,
            // A developer's server that answers 401, 403 or 410 pauses its source; a messenger that takes the
            // credentials back stops it.
            (SourceStatus::Stopped, Some(StateReason::AccessRefused)) if has_own_server(&self.source.kind) => {
                SourceStatus::Paused
            }
            _ => stored,
        };
        StateCandidate { detail: detail.to_owned(), ..self.finding(status, reason) }
    }

    /// Findings of the messenger: where it delivers messages, and who disconnected the bot from their chats.
    fn line(&self) -> Option<StateCandidate> {
        let facts = line::of(self.source);
        let attention = |reason, since, detail| {
            Some(StateCandidate { since, detail, ..self.finding(SourceStatus::NeedsAttention, Some(reason)) })
        };
        if let Some((reason, since, detail)) = line::trouble(&facts) {
            return attention(reason, since, detail);
        }
        let off = facts
            .get("owners")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .find(|(_, owner)| owner.get("is_enabled").and_then(Value::as_bool) == Some(false));
        let (_, owner) = off?;
        let since = owner.get("at").and_then(Value::as_i64).unwrap_or(self.source.status_since);
        let name = owner.get("name").and_then(Value::as_str).unwrap_or_default();
        attention(StateReason::BusinessOff, since, name.to_owned())
    }

    fn account(&self) -> Option<StateCandidate> {
        let (status, reason) = match TenantStatus::shown(self.tenant) {
            TenantStatus::Active => return None,
            TenantStatus::Provisioning | TenantStatus::AwaitingCredentials => {
                (SourceStatus::Checking, StateReason::AccountNotConnected)
            }
            TenantStatus::NeedsReauth => (SourceStatus::NeedsAttention, StateReason::AccountAccessLost),
            TenantStatus::Unpaid => (SourceStatus::Unpaid, StateReason::AccountUnpaid),
            TenantStatus::Blocked => (SourceStatus::CrmUnreachable, StateReason::AccountBlocked),
            TenantStatus::Suspended => (SourceStatus::Paused, StateReason::AccountSuspended),
            TenantStatus::PlanEnded => (SourceStatus::Paused, StateReason::AccountPlanEnded),
            TenantStatus::Disconnected | TenantStatus::Uninstalled => {
                (SourceStatus::Stopped, StateReason::AccountDisconnected)
            }
        };
        Some(StateCandidate {
            since: self.account_since.unwrap_or(self.tenant.updated_at),
            ..self.finding(status, Some(reason))
        })
    }

    /// An unconnected channel stops its sources. If the whole account is not connected, that is reported instead.
    fn channel(&self) -> Option<StateCandidate> {
        if !TenantStatus::stored(self.tenant).was_connected() {
            return None;
        }
        let status =
            self.channel.map_or(Some(ChannelStatus::Disconnected), |channel| ChannelStatus::parse(&channel.status));
        let reason = match status {
            None | Some(ChannelStatus::Connected) => return None,
            Some(ChannelStatus::NotAllowed) => StateReason::ChannelNotAllowed,
            Some(ChannelStatus::Misconfigured) => StateReason::ChannelMisconfigured,
            Some(ChannelStatus::Disconnected) => StateReason::ChannelDisconnected,
        };
        let since = self.channel.map_or(self.source.created_at, |channel| channel.checked_at);
        let detail = self.channel.map(|channel| channel.detail.clone()).unwrap_or_default();
        Some(StateCandidate { since, detail, ..self.finding(SourceStatus::Stopped, Some(reason)) })
    }
}

/// Lower comes first.
const fn rank(status: SourceStatus) -> u8 {
    match status {
        SourceStatus::Blocked => 0,
        SourceStatus::Stopped => 1,
        SourceStatus::Unpaid => 2,
        SourceStatus::Paused => 3,
        SourceStatus::CrmUnreachable => 4,
        SourceStatus::NeedsAttention => 5,
        SourceStatus::Checking => 6,
        SourceStatus::Working => 7,
    }
}

// Reads the data for states: a fixed number of queries, however many sources are requested.

/// The state of one source.
pub async fn state(app: &SourceContext, source: &source::Model) -> Result<SourceState> {
    let found = states(app, source.tenant_id, std::slice::from_ref(source)).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// The states of one account's sources, in their order.
pub async fn states(app: &SourceContext, tenant_id: Uuid, sources: &[source::Model]) -> Result<Vec<SourceState>> {
    let tenant = tenants::load(app.store.read(), tenant_id).await?.ok_or(Error::NotFound)?;
    Ok(states_of(&app.store, &tenant, sources, |id| app.source_observations.proofs.last(id)).await?)
}

/// The same of sources in a store. `proof`: when a source was last proved, if that is newer than its row.
pub async fn states_of(
    store: &Store,
    tenant: &tenant::Model,
    sources: &[source::Model],
    proof: impl Fn(Uuid) -> Option<i64>,
) -> Result<Vec<SourceState>, DbErr> {
    let (db, tenant_id) = (store.read(), tenant.tenant_id);
    let channels = tenant_channel::Entity::of_tenant(tenant_id).all(db).await?;
    let targets = sources.iter().flat_map(|source| [source.id, source.channel_id]);
    let turns = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Target.is_in(targets)).all(db).await?;
    let turns: HashMap<Uuid, &turn::Model> = turns.iter().map(|turn| (turn.target, turn)).collect();
    let status = tenants::TenantStatus::stored(tenant);
    let account_since = match status {
        tenants::TenantStatus::Active => None,
        _ => alert::open(db, tenant_id).await?.into_iter().find(|row| row.kind == status.as_str()),
    };
    let account_since = account_since.map(|row| row.opened_at);
    let mut states = Vec::with_capacity(sources.len());
    for source in sources {
        let to_crm = turns.get(&source.channel_id).copied();
        let not_answering = to_crm.is_some_and(|turn| turn.failures >= NOT_ANSWERING);
        let away = turns.get(&source.id).is_some_and(|turn| turn.failures >= NOT_ANSWERING);
        let facts = StateFacts {
            source,
            tenant,
            channel: channels.iter().find(|channel| channel.channel_id == source.channel_id),
            to_crm,
            to_messenger: turns.get(&source.id).copied(),
            account_since,
            proof: proof(source.id),
            waits_since: if not_answering { oldest(store, source, Direction::ToCrm).await? } else { None },
            waits_for_messenger_since: if away { oldest(store, source, Direction::ToMessenger).await? } else { None },
        };
        states.push(facts.state());
    }
    Ok(states)
}

async fn oldest(store: &Store, source: &source::Model, direction: Direction) -> Result<Option<i64>, DbErr> {
    let oldest = letter::Entity::of_tenant(source.tenant_id)
        .filter(letter::Column::SourceId.eq(source.id))
        .filter(letter::Column::Direction.eq(direction.number()))
        .order_by_asc(letter::Column::AcceptedAt)
        .limit(1)
        .one(store.read())
        .await?;
    Ok(oldest.map(|letter| letter.accepted_at))
}

// Reasons for a source's state and the actions to take: keys of the API and of the texts.

worded! {
    /// A reason, with its key in the API's `status_reason`; its text is `source-reason-{key}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum StateReason, as_str {
        /// The messenger refuses the credentials, or the webhook answered that it no longer exists.
        AccessRefused = "access_refused",
        /// The account had left, and its credentials were erased.
        CredentialsErased = "credentials_erased",
        /// The last test failed, and nothing has proved the source since.
        TestFailed = "test_failed",
        /// The messenger does not answer.
        MessengerUnreachable = "messenger_unreachable",
        /// A developer's endpoint failed for a day: Parom paused its source.
        WebhookSuspended = "webhook_suspended",
        /// The messenger delivers messages to another service.
        LineElsewhere = "line_elsewhere",
        /// Our address is not registered with the messenger, which refuses it.
        LineNotSet = "line_not_set",
        /// The messenger's calls to us fail.
        LineFailing = "line_failing",
        /// The messenger reports a problem of the line itself.
        LineTrouble = "line_trouble",
        /// A person disconnected the bot from their chats.
        BusinessOff = "business_off",
        /// A user deleted it in amoCRM.
        DeletedInCrm = "deleted_in_crm",
        /// Its pipeline is archived in amoCRM, or gone.
        PipelineArchived = "pipeline_archived",
        AccountNotConnected = "account_not_connected",
        AccountAccessLost = "account_access_lost",
        AccountUnpaid = "account_unpaid",
        AccountBlocked = "account_blocked",
        AccountSuspended = "account_suspended",
        AccountPlanEnded = "account_plan_ended",
        AccountDisconnected = "account_disconnected",
        ChannelDisconnected = "channel_disconnected",
        ChannelMisconfigured = "channel_misconfigured",
        ChannelNotAllowed = "channel_not_allowed",
    }
}

impl StateReason {
    /// Whether it is the account's or its channel's, and so that of all its sources.
    pub const fn is_of_account(self) -> bool {
        matches!(
            self,
            Self::AccountNotConnected
                | Self::AccountAccessLost
                | Self::AccountUnpaid
                | Self::AccountBlocked
                | Self::AccountSuspended
                | Self::AccountPlanEnded
                | Self::AccountDisconnected
                | Self::ChannelDisconnected
                | Self::ChannelMisconfigured
                | Self::ChannelNotAllowed
        )
    }

    /// The action to take.
    pub const fn action(self) -> Option<StateAction> {
        Some(match self {
            Self::AccessRefused | Self::CredentialsErased => StateAction::Reconnect,
            Self::TestFailed | Self::MessengerUnreachable => StateAction::Test,
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

worded! {
    /// An action, with its key in the API's `status_action`; its text is `source-action-{key}`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum StateAction, as_str {
        /// Test the source.
        Test = "test",
        /// Enter new credentials for the messenger.
        Reconnect = "reconnect",
        /// End the pause.
        Resume = "resume",
        /// Create it in amoCRM again.
        Restore = "restore",
        /// Make the messenger deliver messages here again.
        TakeBack = "take_back",
        /// Choose another pipeline.
        ChoosePipeline = "choose_pipeline",
        /// Allow access to the amoCRM account again.
        AllowAccess = "allow_access",
        /// Connect the account.
        ConnectAccount = "connect_account",
        /// Pay for amoCRM.
        Pay = "pay",
        /// Contact support.
        Support = "support",
    }
}

impl StateAction {
    /// The action for a state without a reason. There is none while amoCRM does not answer.
    const fn of(status: SourceStatus) -> Option<Self> {
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
