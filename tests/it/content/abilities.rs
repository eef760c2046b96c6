//! The connectors' abilities in `docs/connectors.md`: generated from the code by `UPDATE_DOCS=1`.

use std::fmt::Write;

use base::config::Config;
use base::http_client::HttpClients;
use connectors::{Abilities, AfterUnknown, Connectors, Length, Support};

use crate::walls::read::root;

const HEAD: &str = "# What messengers can do

Generated from `connectors/src` by the test `content::abilities`: `UPDATE_DOCS=1 cargo nextest run -p parom-tests -E
'test(connectors_are_documented)'`. The panel shows the same as text.

`native`: supported · `text`, `picture`, `file`: converted to this · `apart`: sent as a separate message · `known`: only to customers
who already have a chat · `refused`: a message fails with 905 and a reason, anything else is omitted.
";

fn rows(
    table: &mut String,
    head: &str,
    kinds: &[(&str, &Abilities)],
    of: fn(&Abilities) -> Vec<(&'static str, Support)>,
) {
    let names: Vec<_> = kinds.iter().map(|(name, _)| *name).collect();
    let _ = write!(table, "\n| {head} | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (place, (thing, _)) in of(kinds[0].1).iter().enumerate() {
        let words: Vec<_> = kinds.iter().map(|(_, abilities)| of(abilities)[place].1.word()).collect();
        let _ = writeln!(table, "| {} | {} |", thing.replace('_', " "), words.join(" | "));
    }
}

fn limits(table: &mut String, kinds: &[(&str, &Abilities)]) {
    let names: Vec<_> = kinds.iter().map(|(name, _)| *name).collect();
    let _ = write!(table, "\n| limit | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    let length =
        |length: Option<Length>| length.map_or("none".to_owned(), |one| format!("{} {}", one.most, one.unit.word()));
    let mut row = |name: &str, of: &dyn Fn(&Abilities) -> String| {
        let values: Vec<_> = kinds.iter().map(|(_, abilities)| of(abilities)).collect();
        let _ = writeln!(table, "| {name} | {} |", values.join(" | "));
    };
    row("text of one message", &|one| length(one.text_length));
    row("caption", &|one| length(one.caption_length));
    row("requests a second", &|one| one.requests_per_second.to_string());
    row("at once", &|one| one.at_once.to_string());
    row("acceptance counts as delivered", &|one| if one.delivered_on_accept { "yes" } else { "no" }.to_owned());
    row("reading is reported", &|one| if one.reports_reading { "yes" } else { "no" }.to_owned());
    row("after an unknown outcome", &|one| {
        match one.after_unknown {
            AfterUnknown::RepeatMarked => "repeated, marked",
            AfterUnknown::RepeatFreely => "repeated, without effect",
            AfterUnknown::AwaitStatus => "waits for the messenger's report",
            AfterUnknown::ResendOnce => "one resend after 60 s, marked",
        }
        .to_owned()
    });
}

/// Compares a page with what it should be, or makes it so.
pub fn keeps(page: &str, wanted: &str) {
    let file = root().join("docs").join(page);
    if base::config::variable("UPDATE_DOCS").is_some() {
        std::fs::write(&file, wanted).unwrap();
    }
    let there = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(there, wanted, "docs/{page}: run with UPDATE_DOCS=1 and look at the difference");
}

/// All that are built in.
pub fn connectors() -> Connectors {
    base::http_client::install_crypto_provider();
    let text = parom_tests::settings::config_text(1, "sqlite://x", "http://127.0.0.1:1");
    let config = Config::from_toml(&text).unwrap();
    Connectors::new(&HttpClients::new(&config.network).unwrap(), &config)
}

#[test]
fn connectors_are_documented() {
    let connectors = connectors();
    let kinds: Vec<_> = connectors.kinds().map(|kind| (kind, connectors.get(kind).unwrap().abilities())).collect();
    let mut whole = HEAD.to_owned();
    rows(&mut whole, "content", &kinds, |abilities| abilities.content.rows());
    rows(&mut whole, "feature", &kinds, |abilities| abilities.features.rows());
    limits(&mut whole, &kinds);
    keeps("connectors.md", &whole);
}
