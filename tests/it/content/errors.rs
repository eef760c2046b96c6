//! The meaning of messengers' refusals in `docs/errors.md`: generated from the error catalog by `UPDATE_DOCS=1`.

use std::fmt::Write;

use connectors::error_catalog::{self, CatalogEntry, ErrorCatalog, RefusalClass};

use super::abilities::keeps;

const HEAD: &str = "# What a messenger's refusal means

Generated from `connectors/src/error_catalog` by the test `content::errors`: `UPDATE_DOCS=1 cargo nextest run -p parom-tests -E
'test(refusals_are_documented)'`. The first matching row counts: the code is equal, and one of the texts is contained in the
response, ignoring case. The manager sees the text in the account's language (`locales/`); amoCRM gets the code.

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

fn table(page: &mut String, catalog: &ErrorCatalog) {
    let _ = write!(page, "\n## {}\n\n", catalog.kind);
    page.push_str("| # | code | text | cause | what is done | amoCRM |\n|---|---|---|---|---|---|\n");
    for row in catalog.rows.iter().chain(catalog.defaults) {
        let texts: Vec<_> = row.texts.iter().map(|text| format!("`{text}`")).collect();
        let texts = if texts.is_empty() { "any".to_owned() } else { texts.join(", ") };
        let amocrm = row.failure.map_or("–".to_owned(), |code| code.amocrm_code().to_string());
        let (id, codes, class) = (row.id.to_uppercase(), codes(row), class(row));
        let _ = writeln!(page, "| {id} | {codes} | {texts} | {} | {class} | {amocrm} |", row.cause);
    }
}

#[test]
fn refusals_are_documented() {
    let mut page = HEAD.to_owned();
    for catalog in ["telegram"].into_iter().filter_map(error_catalog::of) {
        table(&mut page, &catalog);
    }
    keeps("errors.md", &page);
}
