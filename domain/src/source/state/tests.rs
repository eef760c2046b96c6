use uuid::Uuid;

use super::*;
use entity::fixture;

struct Case {
    source: source::Model,
    tenant: tenant::Model,
    channel: tenant_channel::Model,
    to_crm: turn::Model,
    to_messenger: turn::Model,
    proof: Option<i64>,
}

fn turn() -> turn::Model {
    turn::Model {
        tenant_id: Uuid::nil(),
        target: Uuid::nil(),
        pool: String::new(),
        ready_at: None,
        tokens: 0,
        refilled_at: 0,
        reason: String::new(),
        failures: 0,
        failing_since: None,
        failing: 0,
        rate: 0,
        rate_at: 0,
        calls: 0,
        errors: 0,
        counted_from: 0,
        last_source: None,
    }
}

impl Case {
    fn new() -> Self {
        let tenant = tenant::Model { updated_at: 700, ..fixture::tenant(Uuid::nil()) };
        let channel = tenant_channel::Model { checked_at: 800, ..fixture::channel(Uuid::nil(), Uuid::nil()) };
        Self {
            source: crate::source::tests::source("working", false),
            tenant,
            channel,
            to_crm: turn(),
            to_messenger: turn(),
            proof: None,
        }
    }

    fn state(&self) -> SourceState {
        let facts = StateFacts {
            source: &self.source,
            tenant: &self.tenant,
            channel: Some(&self.channel),
            to_crm: Some(&self.to_crm),
            to_messenger: Some(&self.to_messenger),
            account_since: None,
            proof: self.proof,
            waits_since: Some(600),
            waits_for_messenger_since: Some(650),
        };
        facts.state()
    }

    #[track_caller]
    fn is(&self, status: SourceStatus, reason: Option<StateReason>, action: Option<StateAction>) {
        let state = self.state();
        assert_eq!((state.status, state.reason, state.action), (status, reason, action), "{state:?}");
    }
}

#[test]
fn the_worst_state_is_the_one_shown() {
    let mut case = Case::new();
    case.is(SourceStatus::Working, None, Some(StateAction::Test));
    case.source.status = "checking".into();
    case.is(SourceStatus::Checking, None, Some(StateAction::Test));
    case.to_messenger.failures = 3;
    case.is(SourceStatus::NeedsAttention, Some(StateReason::MessengerUnreachable), Some(StateAction::Test));
    assert_eq!(case.state().since, 650, "the oldest that waits for it, not the source's own state");
    case.to_messenger.failing_since = Some(640);
    assert_eq!(case.state().since, 640, "the first call that failed");
    case.to_crm.failures = 3;
    case.is(SourceStatus::CrmUnreachable, None, None);
    assert_eq!(case.state().since, 600, "the oldest that waits");
    case.to_crm.failing_since = Some(590);
    assert_eq!(case.state().since, 590, "the first call that failed");
    case.source.paused = true;
    case.source.paused_by = "Anna".into();
    case.is(SourceStatus::Paused, None, Some(StateAction::Resume));
    assert_eq!(case.state().paused_by, "Anna");
    case.tenant.status = "unpaid".into();
    case.is(SourceStatus::Unpaid, Some(StateReason::AccountUnpaid), Some(StateAction::Pay));
    assert_eq!(case.state().paused_by, "", "only of what is paused");
    case.source.status = "stopped".into();
    case.source.status_reason = "access_refused: your server answered 401".into();
    case.source.kind = "telegram".into();
    case.is(SourceStatus::Stopped, Some(StateReason::AccessRefused), Some(StateAction::Reconnect));
    assert_eq!(case.state().detail, "your server answered 401");
    case.source.status = "blocked".into();
    case.source.status_reason = String::new();
    case.is(SourceStatus::Blocked, None, Some(StateAction::Support));
}

#[test]
fn a_test_that_failed_counts_until_something_proves_the_source() {
    let mut case = Case::new();
    case.source.proved_at = Some(500);
    case.is(SourceStatus::Working, None, None);
    case.source.facts = r#"{"test":{"step":"webhook","words":"no connection to your server","since":700}}"#.into();
    case.is(SourceStatus::NeedsAttention, Some(StateReason::TestFailed), Some(StateAction::Test));
    let state = case.state();
    assert_eq!((state.since, state.step.as_str()), (700, "webhook"));
    assert!(state.said().to_string().ends_with("no connection to your server"), "{}", state.said());
    case.to_messenger.failures = 3;
    case.is(SourceStatus::NeedsAttention, Some(StateReason::MessengerUnreachable), Some(StateAction::Test));
    case.to_messenger.failures = 0;
    case.proof = Some(701);
    case.is(SourceStatus::Working, None, None);
}

#[test]
fn only_a_developers_server_is_not_called_before_its_source_works() {
    let mut case = Case::new();
    for (kind, is_untested) in [("custom", true), ("telegram", false)] {
        case.source.kind = kind.into();
        assert_eq!((case.state().is_untested, case.state().proved_at), (is_untested, None), "{kind}");
    }
    case.source.kind = "custom".into();
    assert_eq!(case.state().word(), "untested");
    case.proof = Some(1);
    assert_eq!(case.state().word(), "working");
}

#[test]
fn a_developers_server_that_locks_us_out_pauses_its_source() {
    let mut case = Case::new();
    case.source.status = "stopped".into();
    case.source.status_reason = "access_refused: your server answered 401".into();
    for (kind, status) in [("custom", SourceStatus::Paused), ("telegram", SourceStatus::Stopped)] {
        case.source.kind = kind.into();
        case.is(status, Some(StateReason::AccessRefused), Some(StateAction::Reconnect));
        assert_eq!(case.state().detail, "your server answered 401");
    }
}

#[test]
fn the_account_shows_through() {
    for (status, shown, reason) in [
        ("provisioning", SourceStatus::Checking, StateReason::AccountNotConnected),
        ("awaiting_credentials", SourceStatus::Checking, StateReason::AccountNotConnected),
        ("needs_reauth", SourceStatus::NeedsAttention, StateReason::AccountAccessLost),
        ("blocked", SourceStatus::CrmUnreachable, StateReason::AccountBlocked),
        ("disconnected", SourceStatus::Stopped, StateReason::AccountDisconnected),
        ("uninstalled", SourceStatus::Stopped, StateReason::AccountDisconnected),
    ] {
        let mut case = Case::new();
        case.tenant.status = status.into();
        case.channel.status =
            if status.starts_with('d') || status.starts_with('u') { "disconnected" } else { "connected" }.into();
        case.is(shown, Some(reason), reason.action());
        assert_eq!(case.state().since, 700);
    }
    let mut case = Case::new();
    case.tenant.suspended = true;
    case.is(SourceStatus::Paused, Some(StateReason::AccountSuspended), Some(StateAction::Support));
}

#[test]
fn credentials_that_were_erased_are_asked_for_once_the_account_is_back() {
    let mut case = Case::new();
    case.source.status = "stopped".into();
    case.source.status_reason = "credentials_erased".into();
    case.is(SourceStatus::Stopped, Some(StateReason::CredentialsErased), Some(StateAction::Reconnect));
    assert_eq!(case.state().detail, "");
    case.tenant.status = "uninstalled".into();
    case.is(SourceStatus::Stopped, Some(StateReason::AccountDisconnected), Some(StateAction::ConnectAccount));
}

#[test]
fn a_channel_that_is_not_connected_stops_its_sources() {
    for (status, reason) in [
        ("not_allowed", StateReason::ChannelNotAllowed),
        ("misconfigured", StateReason::ChannelMisconfigured),
        ("disconnected", StateReason::ChannelDisconnected),
    ] {
        let mut case = Case::new();
        case.channel.status = status.into();
        case.channel.detail = "amoCRM answered 403".into();
        case.is(SourceStatus::Stopped, Some(reason), reason.action());
        assert_eq!((case.state().since, case.state().detail.as_str()), (800, "amoCRM answered 403"));
    }
}

#[test]
fn reasons_of_older_releases_are_shown_as_words() {
    let mut case = Case::new();
    case.source.status = "needs_attention".into();
    case.source.status_reason = "your server answered 401".into();
    case.is(SourceStatus::NeedsAttention, None, Some(StateAction::Test));
    assert_eq!(case.state().detail, "your server answered 401");
    // A pause of an older release was stored as the state itself.
    case.source.status = "paused".into();
    case.source.status_reason = String::new();
    case.is(SourceStatus::Working, None, Some(StateAction::Test));
}

#[test]
fn a_delivered_message_proves_a_source_before_it_is_written() {
    let mut case = Case::new();
    case.source.status = "checking".to_owned();
    case.source.status_since = 1_000;
    case.source.proved_at = Some(900);
    case.proof = Some(900);
    case.is(SourceStatus::Checking, None, Some(StateAction::Test));
    case.proof = Some(1_000);
    let state = case.state();
    assert_eq!((state.status, state.since, state.proved_at), (SourceStatus::Working, 1_000, Some(1_000)));
    // It proves nothing about what stopped the source.
    case.source.status = "stopped".to_owned();
    assert_eq!(case.state().status, SourceStatus::Stopped);
}
