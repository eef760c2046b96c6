use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;
use crate::telemetry::Metrics;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The code of the server without its tests.
fn code() -> Vec<String> {
    let mut files = Vec::new();
    for member in ["base", "queue", "connectors", "server"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(member).join("src"), &mut files);
    }
    let texts = files.into_iter().filter(|file| !file.to_string_lossy().contains("/tests"));
    texts.map(|file| std::fs::read_to_string(file).unwrap()).collect()
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
    for (name, _) in [PUT_OFF, REMOTE_ERRORS, RESTARTS] {
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
        .flat_map(|(_, values)| values.iter().copied())
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
