//! Every action that the server or the command line writes to the audit log has its sentence: without one a person reads
//! its name.

use std::collections::BTreeSet;

use base::i18n::{Language, Words};

use crate::walls::read::{code, root, rust_files};

/// Names of the same form that are no actions of the log.
const OTHERS: &[&str] = &[
    // Events of webhooks.
    "account.installed",
    "account.left",
    "account.needs_attention",
    "alert.changed",
    "message.created",
    "message.edited",
    "source.stopped",
    "source.updated",
    "template.review",
    // A point at which tests let a process fail, and the name of a file.
    "import.before_commit",
    "undelivered.csv",
];

/// The first words of actions.
const OBJECTS: &[&str] = &[
    "account",
    "alert",
    "announcement",
    "backup",
    "card",
    "data",
    "import",
    "integration",
    "key",
    "member",
    "message",
    "operator",
    "quarantine",
    "queue",
    "report",
    "source",
    "stray_source",
    "template",
    "text",
    "undelivered",
    "vault",
    "vendor_event",
    "webhook",
];

/// Literals such as `"message.sent_again"`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
    text.split('"').filter(move |literal| {
        let parts = literal.split_once('.');
        parts.is_some_and(|(object, deed)| OBJECTS.contains(&object) && is_word(deed))
    })
}

#[test]
fn every_action_of_the_log_has_its_sentence() {
    let files = ["server/src", "cli/src"].into_iter().flat_map(|folder| rust_files(&root().join(folder)));
    let texts: Vec<String> = files.filter(|file| !file.ends_with("tests.rs")).map(|file| code(&file)).collect();
    let found: BTreeSet<&str> = texts.iter().flat_map(|text| names(text)).collect();
    assert!(found.contains("message.given_up") && found.len() > 80, "{found:?}");
    let unsaid = |action: &&&str| {
        let key = format!("audit-did-{}", action.replace('.', "-"));
        Language::COMPLETE.into_iter().any(|language| !Words::new(language).has(&key))
    };
    let unsaid: Vec<&&str> = found.iter().filter(|name| !OTHERS.contains(*name)).filter(unsaid).collect();
    assert!(unsaid.is_empty(), "these have no audit-did-… in locales/*/team.ftl: {unsaid:?}");
    let gone: Vec<_> = OTHERS.iter().filter(|name| !found.contains(*name)).collect();
    assert!(gone.is_empty(), "these are gone, take them off the list: {gone:?}");
}
