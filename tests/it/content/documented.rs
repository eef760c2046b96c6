//! Tables of `docs/` that are generated from the code by `UPDATE_DOCS=1`: abilities of connectors, meanings of
//! refusals.

use std::fmt::Write;

use base::config::Config;
use base::http_client::HttpClients;
use base::i18n::{CRM, Language, Words};
use connectors::error_catalog::{self, CatalogEntry, ErrorCatalog, RefusalClass};
use connectors::{Abilities, AfterUnknown, Connectors, Length, Shadow, Support};

use crate::walls::read::root;

const HEAD: &str = "# What messengers can do

Generated from `connectors/src` by the test `content::documented`: `UPDATE_DOCS=1 cargo nextest run --workspace -E
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

fn shadow(what: Shadow) -> &'static str {
    match what {
        Shadow::No => "refused",
        Shadow::Nothing => "nothing",
        Shadow::Questions => "customers' messages",
        Shadow::Both => "both sides",
    }
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
    let beside: Vec<_> = kinds.iter().map(|(kind, _)| shadow(connectors.get(kind).unwrap().shadow())).collect();
    let _ = writeln!(whole, "| [beside another service](takeover.md) it sees | {} |", beside.join(" | "));
    keeps("connectors.md", &whole);
}

// The meaning of messengers' refusals in `docs/errors.md`: generated from the error catalog by `UPDATE_DOCS=1`.

const ERRORS_HEAD: &str = "# What a messenger's refusal means

Generated from `connectors/src/error_catalog` by the test `content::documented`: `UPDATE_DOCS=1 cargo nextest run --workspace -E
'test(refusals_are_documented)'`. The first matching row counts: the code is equal, and one of the texts is contained in the
response, ignoring case. The manager reads what happened and what to do in the account's language, one of four
(`passport-telegram-t1` and so on in `locales/`), and shown by the panel; amoCRM gets the code of the last column.

`permanent`: the message fails · `transient`: it is retried with back-off, or when the messenger asks for it · `pause`: nothing is
sent to the source until a person repairs it, its messages wait · `resend`: the request is changed once and sent again within the
same attempt; if it is rejected again, it is permanent · `done`: nothing is left to do · `unknown`: it may have arrived; it is sent
once more after 60 s, marked as a possible duplicate.
";

fn class(row: &CatalogEntry) -> String {
    match row.class {
        RefusalClass::Permanent => "permanent".to_owned(),
        RefusalClass::Transient => "transient".to_owned(),
        RefusalClass::Pause => "pause".to_owned(),
        RefusalClass::Resend(fix) => format!("resend {}", fix.word()),
        RefusalClass::Done => "done".to_owned(),
        RefusalClass::Unknown => "unknown".to_owned(),
    }
}

fn codes(row: &CatalogEntry) -> String {
    match (*row.codes.start(), *row.codes.end()) {
        (0, _) => "–".to_owned(),
        (one, last) if one == last => one.to_string(),
        (first, last) => format!("{first}–{last}"),
    }
}

fn table(catalog: &ErrorCatalog) -> String {
    let mut page = "| # | code | text | cause | what is done | amoCRM |\n|---|---|---|---|---|---|\n".to_owned();
    for row in catalog.rows.iter().chain(catalog.defaults) {
        let texts: Vec<_> = row.texts.iter().map(|text| format!("`{text}`")).collect();
        let texts = if texts.is_empty() { "any".to_owned() } else { texts.join(", ") };
        let amocrm = row.failure.map_or("–".to_owned(), |code| code.amocrm_code().to_string());
        let (id, codes, class) = (row.id.to_uppercase(), codes(row), class(row));
        let _ = writeln!(page, "| {id} | {codes} | {texts} | {} | {class} | {amocrm} |", row.cause);
    }
    page
}

const PROBLEMS_HEAD: &str = "# Problems of the API

Generated from `locales/en/problems.ftl` by the test `content::documented`: `UPDATE_DOCS=1 cargo nextest run --workspace -E
'test(problems_are_documented)'`. The `type` of a problem document is an address of the server: its page says the same in English and Russian. The
widget's API writes the names with dashes.

| `type` | what happened | what to do |
|---|---|---|
";

#[test]
fn problems_are_documented() {
    let words = Words::new(Language::En);
    let texts = std::fs::read_to_string(root().join("locales/en/problems.ftl")).unwrap();
    let mut names: Vec<&str> =
        texts.lines().filter_map(|line| line.split_once(" =")?.0.strip_prefix("problem-fix-")).collect();
    names.sort_unstable();
    let mut page = PROBLEMS_HEAD.to_owned();
    for name in names {
        let (title, to_do) = (base::error::title(name, words, CRM), words.text_of("problem-fix-", name));
        let _ = writeln!(page, "| `/problems/{name}` | {title} | {to_do} |");
    }
    keeps("problems.md", &page);
}

#[test]
fn refusals_are_documented() {
    // Messengers of one API have one table.
    let mut tables: Vec<(String, String)> = Vec::new();
    for catalog in error_catalog::ALL {
        let table = table(&catalog);
        match tables.iter_mut().find(|(_, same)| *same == table) {
            Some((kinds, _)) => *kinds = format!("{kinds}, {}", catalog.kind),
            None => tables.push((catalog.kind.to_owned(), table)),
        }
    }
    let sections = tables.iter().map(|(kinds, table)| format!("\n## {kinds}\n\n{table}"));
    keeps("errors.md", &[ERRORS_HEAD.to_owned()].into_iter().chain(sections).collect::<String>());
}
