//! Every metric with its help text, and the label values that counters have from the start: a counter that appears with
//! its first increment hides that increment from `increase()`, and an alert for the first loss would never fire.

use metrics::{Label, counter, describe_counter, describe_gauge, describe_histogram};

/// A label's name and the values it takes, separated by blanks.
type Values = (&'static str, &'static str);

/// Name, help, and the labels with which it exists at 0 from the start; a name may be listed several times.
type Counter = (&'static str, &'static str, &'static [Values]);

const MESSENGERS: &str = "avito facebook instagram max telegram vk whatsapp";
const COUNTERS: &[Counter] = &[
    (
        "parom_hooks_total",
        "Calls of amoCRM and of messengers that were answered, by door and HTTP status.",
        &[("door", "amocrm crm"), ("status", "200 401 503")],
    ),
    ("parom_hooks_total", "", &[("door", MESSENGERS), ("status", "200 401 503")]),
    (
        "parom_quarantined_total",
        "Genuine calls that could not be processed and were quarantined, by reason.",
        &[
            ("door", "amocrm"),
            (
                "reason",
                "unknown_scope foreign_account version_1 unreadable unknown_event unknown_conversation \
                 unknown_message stale unstorable",
            ),
        ],
    ),
    ("parom_quarantined_total", "", &[("door", "crm"), ("reason", "unreadable foreign_account")]),
    (
        "parom_quarantined_total",
        "",
        &[("door", MESSENGERS), ("reason", "broke_off conflict invalid unknown unknown_update unreadable unstorable")],
    ),
    ("parom_quarantined_total", "", &[("door", "facebook instagram whatsapp"), ("reason", "unknown_line")]),
    (
        "parom_ignored_total",
        "Updates of messengers that mean nothing to a conversation, by door and reason.",
        &[
            ("door", "telegram"),
            ("reason", "callback_query channel echo group live_location my_chat_member own_notes service"),
        ],
    ),
    (
        "parom_ignored_total",
        "",
        &[
            ("door", "max"),
            ("reason", "channel comment dialog_cleared dialog_muted echo group members message_callback"),
        ],
    ),
    (
        "parom_ignored_total",
        "",
        &[
            ("door", "facebook instagram"),
            ("reason", "echo empty feed message_edit own_comment own_reaction postback service"),
        ],
    ),
    ("parom_ignored_total", "", &[("door", "avito"), ("reason", "avito_chat echo own_send ping system")]),
    (
        "parom_ignored_total",
        "",
        &[
            ("door", "vk"),
            (
                "reason",
                "confirmation echo group_reading new_reaction own_comment own_reaction own_reading own_typing service \
                 unknown_message",
            ),
        ],
    ),
    (
        "parom_ignored_total",
        "",
        &[("door", "whatsapp"), ("reason", "account address_book history number other_number status user_preferences")],
    ),
    (
        "parom_spooled_total",
        "Hooks of amoCRM that the database did not store in time; kept=\"no\" was answered 503 and is lost.",
        &[("kept", "yes no")],
    ),
    (
        "parom_attempts_total",
        "Attempts to deliver letters that made a call, by direction and verdict.",
        &[("direction", "to_crm to_messenger"), ("verdict", "done unknown retry part bury")],
    ),
    (
        "parom_refreshes_total",
        "Renewals of accounts' OAuth tokens, by outcome.",
        &[("outcome", "renewed refused account_refused later broken")],
    ),
    (
        "parom_found_in_history_total",
        "Managers' messages found in amoCRM's history without a hook; held ones wait for a person.",
        &[("what", "sent held")],
    ),
    ("parom_history_calls_total", "Requests for the history of chats at amoCRM.", &[]),
    ("parom_interruptions_total", "Interruptions in which no process took hooks, by their heartbeats.", &[]),
    (
        "parom_media_fetches_total",
        "Attempts to fetch files of messages, by outcome.",
        &[("outcome", "kept gone refused later broken released")],
    ),
    (
        "parom_shed_total",
        "Requests that were refused because of overload, by class.",
        &[("class", "page api messenger other hook")],
    ),
    (
        "parom_cut_short_total",
        "Requests that were ended before their body was complete, by class and reason.",
        &[("class", "page api messenger other hook"), ("why", "busy too_many slow no_room")],
    ),
    ("parom_connections_refused_total", "Connections that were refused because their address had too many.", &[]),
    ("parom_connections_silent_ended_total", "Connections without a request that made room for newer ones.", &[]),
    ("parom_hooks_waited_total", "Hooks of amoCRM that waited because the memory for bodies was full.", &[]),
    (
        "parom_strangers_refused_total",
        "Calls of unknown callers that were refused by the rate limit of their address.",
        &[],
    ),
    ("parom_rest_calls_total", "Calls of amoCRM's REST API, each within its account's rate limit.", &[]),
    (
        "parom_detached_panics_total",
        "Panics in work detached from a request, by task.",
        &[(
            "task",
            "admin_link button channel_renew chats_hook connect crm_act crm_hook disconnect erasure http \
             installation job lookup_read mail messenger_hook revoke_notice sign_in_link source_change \
             source_create source_delete source_leftover source_restore stray_adopt stray_remove token unregister \
             users",
        )],
    ),
    (
        "parom_jobs_total",
        "Attempts of work that outlives its process, by kind and outcome.",
        &[
            (
                "kind",
                "accounts alert_bot alert_checks alert_limits contacts expired_rows lead_notes lead_origins lines moved_rows \
                 plans polls renewals replays sale_checks sales sessions subscriptions templates unregister_line",
            ),
            ("outcome", "done failed given_up"),
        ],
    ),
    ("parom_spans_dropped_total", "Spans of traces that were not exported.", &[]),
    ("parom_log_lines_dropped_total", "Lines of the log that were dropped because stderr was not read in time.", &[]),
];

const PUT_OFF: (&str, &str) =
    ("parom_put_off_total", "Retries that were put off because the retry budget of the host was used up, by remote.");
const REMOTE_ERRORS: (&str, &str) =
    ("parom_remote_errors_total", "Calls that the other side refused, broke or did not answer, by remote.");
const RESTARTS: (&str, &str) = ("parom_task_restarts_total", "Restarts of background tasks that failed, by task.");
const HTTP_REQUESTS: (&str, &str) = (
    "parom_http_requests_total",
    "Requests that were answered, by the pattern of their route and the class of the status.",
);
const ERRORS: [&str; 4] = ["no_answer", "slow_down", "refused", "broken"];

const GAUGES: &[(&str, &str)] = &[
    ("parom_build_info", "1, with the release and the commit of this binary."),
    ("parom_db_connections", "Connections to the database, by pool and state."),
    ("parom_disk_free_percent", "Free space of the disk with the data, in percent."),
    ("parom_host_breaker_open", "1 while the breaker of a remote is open."),
    (
        "parom_ledger_gap",
        "Messages by which accepted differs from delivered, failed and waiting; anything but 0 is a bug.",
    ),
    ("parom_letters", "Letters in the queue, by direction and state."),
    ("parom_queue_age_seconds", "Age of the oldest letter that could leave, by direction."),
    ("parom_retention_done_seconds", "When old rows were last removed, in Unix seconds."),
    ("parom_spool_hooks", "Hooks that wait on the disk for the database."),
    ("parom_task_failing", "1 while a background task keeps failing, by task."),
    ("parom_targets_hindered", "Targets whose letters wait, by what holds them up."),
];

const HISTOGRAMS: &[(&str, &str)] = &[
    ("parom_checkpoint_seconds", "How long SQLite's log took to be checkpointed."),
    ("parom_commit_seconds", "How long commits of the queue's writer took."),
    ("parom_hook_accept_seconds", "From a call's arrival until its answer, by door."),
    ("parom_hook_lag_seconds", "From amoCRM's making of a hook until its arrival, by remote."),
    ("parom_http_request_seconds", "From a request until its answer begins, by the pattern of its route."),
    ("parom_media_fetch_seconds", "How long an attempt to fetch a file took."),
    ("parom_remote_seconds", "How long calls to the other side took, by remote."),
];

/// Registers every metric's help text and initialises the counters at 0, for the installed recorder.
pub(super) fn start() {
    for (name, help, labels) in COUNTERS {
        if !help.is_empty() {
            describe_counter!(*name, *help);
        }
        for labels in products(labels) {
            counter!(*name, labels).increment(0);
        }
    }
    for (name, help) in [PUT_OFF, REMOTE_ERRORS, RESTARTS, HTTP_REQUESTS] {
        describe_counter!(name, help);
    }
    for (name, help) in GAUGES {
        describe_gauge!(*name, *help);
    }
    for (name, help) in HISTOGRAMS {
        describe_histogram!(*name, *help);
    }
}

/// Initialises the counters of these remotes at 0: integrations and kinds of messengers, which the configuration names.
pub fn start_remotes(remotes: impl IntoIterator<Item = String>) {
    for remote in remotes {
        counter!(PUT_OFF.0, "remote" => remote.clone()).increment(0);
        for error in ERRORS {
            counter!(REMOTE_ERRORS.0, "remote" => remote.clone(), "error" => error).increment(0);
        }
    }
}

/// Every combination of the labels' values.
fn products(labels: &[Values]) -> Vec<Vec<Label>> {
    let mut all = vec![Vec::new()];
    for (name, values) in labels {
        let with = |begun: &Vec<Label>| {
            let begun = begun.clone();
            values.split(' ').map(move |value| [begun.clone(), vec![Label::from_static_parts(name, value)]].concat())
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::source_code;
    use crate::telemetry::Metrics;

    /// The code without its tests.
    fn code() -> Vec<String> {
        let files =
            source_code::rust_files().into_iter().filter(|(path, _)| !path.to_string_lossy().contains("/tests"));
        files.map(|(_, text)| text).collect()
    }

    /// String literals after this call.
    fn literals<'a>(text: &'a str, call: &str) -> Vec<&'a str> {
        let rest = text.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
        rest.filter_map(|rest| rest.split_once('"').map(|(literal, _)| literal)).collect()
    }

    /// Names of metrics that the code writes, with the macros used.
    fn written() -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        for text in code() {
            for kind in ["counter", "gauge", "histogram"] {
                let names = literals(&text, &format!("metrics::{kind}!("));
                let ours = names.into_iter().filter(|name| name.starts_with("parom_"));
                found.extend(ours.map(|name| (kind.to_owned(), name.to_owned())));
            }
        }
        found
    }

    /// P2: only written metrics are described, and all of them.
    #[test]
    fn p2_every_metric_that_is_written_is_described() {
        let mut described: BTreeSet<(String, String)> = BTreeSet::new();
        let mut add = |kind: &str, name: &str| described.insert((kind.to_owned(), name.to_owned()));
        for (name, _, _) in COUNTERS {
            add("counter", name);
        }
        for (name, _) in [PUT_OFF, REMOTE_ERRORS, RESTARTS, HTTP_REQUESTS] {
            add("counter", name);
        }
        for (name, _) in GAUGES {
            add("gauge", name);
        }
        for (name, _) in HISTOGRAMS {
            add("histogram", name);
        }
        assert_eq!(described, written());
        assert!(COUNTERS.iter().all(|(name, help, _)| {
            !help.is_empty() || COUNTERS.iter().any(|(other, help, _)| other == name && !help.is_empty())
        }));
    }

    /// P1: `increase()` sees the first loss only if the counter existed before.
    #[test]
    fn p1_counters_are_there_before_anything_happens() {
        let metrics = Metrics::install().unwrap();
        start_remotes(["catalog_test".to_owned()]);
        let page = metrics.render();
        for line in [
            "parom_found_in_history_total{what=\"sent\"}",
            "parom_quarantined_total{door=\"amocrm\",reason=\"version_1\"}",
            "parom_quarantined_total{door=\"crm\",reason=\"unreadable\"}",
            "parom_refreshes_total{outcome=\"later\"}",
            "parom_spooled_total{kept=\"no\"}",
            "parom_attempts_total{direction=\"to_crm\",verdict=\"unknown\"}",
            "parom_hooks_total{door=\"amocrm\",status=\"401\"}",
            "parom_remote_errors_total{remote=\"catalog_test\",error=\"no_answer\"} 0",
            "parom_put_off_total{remote=\"catalog_test\"} 0",
        ] {
            assert!(page.lines().any(|one| one.starts_with(line)), "{line}");
        }
        for (name, _, _) in COUNTERS {
            assert!(page.contains(&format!("# HELP {name} ")), "{name}");
            assert!(page.lines().any(|line| line.starts_with(name)), "{name}");
        }
    }

    /// P1: all quarantine reasons in the code are listed here.
    #[test]
    fn p1_reasons_that_the_code_names_begin_at_0() {
        let known: BTreeSet<&str> = COUNTERS
            .iter()
            .filter(|(name, _, _)| matches!(*name, "parom_quarantined_total" | "parom_ignored_total"))
            .flat_map(|(_, _, labels)| labels.iter().filter(|(name, _)| *name == "reason"))
            .flat_map(|(_, values)| values.split(' '))
            .collect();
        let code = code();
        // Concatenated, so that this file does not match itself.
        let calls = [("StoreError", "Permanent"), ("Self", "Permanent"), ("InboundEvent", "Nothing")]
            .map(|(of, kind)| format!("{of}::{kind}("));
        let reasons: Vec<&str> =
            code.iter().flat_map(|text| calls.iter().flat_map(move |call| literals(text, call))).collect();
        let unknown: Vec<&&str> = reasons.iter().filter(|reason| !known.contains(**reason)).collect();
        assert!(reasons.len() > 10 && unknown.is_empty(), "{unknown:?} of {}", reasons.len());
    }
}
