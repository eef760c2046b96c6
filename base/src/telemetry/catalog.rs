//! The catalog of metrics (`metrics.txt`): their help texts, and the counters that exist from the start.

use metrics::{Label, counter, describe_counter, describe_gauge, describe_histogram};

const CATALOG: &str = include_str!("metrics.txt");

/// An entry of the catalog.
struct Metric {
    kind: &'static str,
    name: &'static str,
    help: &'static str,
    /// `door=amocrm,crm status=200,401`: the labels of its series.
    labels: Vec<&'static str>,
}

/// All of them.
fn described() -> impl Iterator<Item = Metric> {
    let mut lines = CATALOG.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).peekable();
    std::iter::from_fn(move || {
        let (kind, rest) = lines.next()?.split_once(' ')?;
        let (name, help) = rest.split_once(' ')?;
        let labels = std::iter::from_fn(|| lines.next_if(|line| line.starts_with(' ')).map(str::trim)).collect();
        Some(Metric { kind, name, help, labels })
    })
}

/// Registers every metric's help text and initialises the counters at 0, for the installed recorder.
pub(super) fn start() {
    for Metric { kind, name, help, labels } in described() {
        match kind {
            "gauge" => describe_gauge!(name, help),
            "histogram" => describe_histogram!(name, help),
            _ => {
                describe_counter!(name, help);
                let lines = if labels.is_empty() { vec![""] } else { labels };
                for series in lines.into_iter().filter(|line| !line.contains("=*")).flat_map(products) {
                    counter!(name, series).increment(0);
                }
            }
        }
    }
}

/// Initialises the counters of these values of a label at 0: remotes, which the configuration names, or kinds of jobs.
pub fn start_counters_of(label: &'static str, values: impl IntoIterator<Item = String>) {
    let open = format!("{label}=*");
    for value in values {
        for Metric { name, labels, .. } in described() {
            for mut series in labels.into_iter().filter(|line| line.starts_with(&open)).flat_map(products) {
                series[0] = Label::new(label, value.clone());
                counter!(name, series).increment(0);
            }
        }
    }
}

/// Every combination of the values of these labels.
fn products(line: &'static str) -> Vec<Vec<Label>> {
    let mut all = vec![Vec::new()];
    for (name, values) in line.split(' ').filter_map(|label| label.split_once('=')) {
        let with = |begun: &Vec<Label>| {
            let begun = begun.clone();
            values.split(',').map(move |value| [begun.clone(), vec![Label::from_static_parts(name, value)]].concat())
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
        let known = described().map(|metric| (metric.kind.to_owned(), metric.name.to_owned()));
        assert_eq!(known.collect::<BTreeSet<_>>(), written());
    }

    /// P1: `increase()` sees the first loss only if the counter existed before.
    #[test]
    fn p1_counters_are_there_before_anything_happens() {
        let metrics = Metrics::install().unwrap();
        start_counters_of("remote", ["catalog_test".to_owned()]);
        start_counters_of("kind", ["catalog_test".to_owned()]);
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
            "parom_jobs_total{kind=\"catalog_test\",outcome=\"given_up\"} 0",
        ] {
            assert!(page.lines().any(|one| one.starts_with(line)), "{line}");
        }
        for Metric { name, labels, .. } in described().filter(|metric| metric.kind == "counter") {
            // Of the others no value is known yet.
            if labels.is_empty() || labels.iter().any(|line| !line.contains("=*")) {
                assert!(page.contains(&format!("# HELP {name} ")), "{name}");
                assert!(page.lines().any(|line| line.starts_with(name)), "{name}");
            }
        }
    }

    /// P1: all quarantine reasons in the code are listed here.
    #[test]
    fn p1_reasons_that_the_code_names_begin_at_0() {
        let known: BTreeSet<&str> = described()
            .filter(|metric| matches!(metric.name, "parom_quarantined_total" | "parom_ignored_total"))
            .flat_map(|metric| metric.labels)
            .filter_map(|line| line.split_once("reason="))
            .flat_map(|(_, values)| values.split(','))
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
