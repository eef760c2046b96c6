//! `docs/privacy.md` says of every column that can hold personal data what it holds and for how long.

use std::collections::BTreeSet;

use base::vault::Place;
use parom_tests::{Office, both};
use sea_orm::{ConnectionTrait, Statement};

use crate::walls::read::root;

/// Tables of the migrations, which have no data.
const NOT_DATA: [&str; 2] = ["migration_guard", "seaql_migrations"];

/// `table.column` of all columns that hold text or bytes, without ids.
async fn columns(office: &Office) -> BTreeSet<String> {
    let sql = if office.store.is_sqlite() {
        "SELECT m.name AS t, c.name AS c, lower(c.type) AS k FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k FROM information_schema.columns \
         WHERE table_schema = 'public'"
    };
    let rows = office.store.read().query_all_raw(Statement::from_string(office.store.backend(), sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    rows.iter()
        .map(|row| (text(row, "t"), text(row, "c"), text(row, "k")))
        .filter(|(table, _, kind)| {
            let holds = kind.contains("text") || kind.contains("char") || kind == "blob" || kind == "bytea";
            holds && !kind.contains("uuid") && !NOT_DATA.contains(&table.as_str())
        })
        .map(|(table, column, _)| format!("{table}.{column}"))
        .collect()
}

/// `table.column` of all sealed columns.
fn sealed() -> BTreeSet<String> {
    Place::ALL
        .iter()
        .flat_map(|place| {
            let table = place.table();
            table.columns.iter().map(move |column| format!("{}.{column}", table.name))
        })
        .collect()
}

/// The columns that a page names, in the order of the page, and whether it calls each of them sealed.
fn named(page: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| `") || line.starts_with('`')) {
        // The first cell, or a line of the list at the end.
        let cell = line.strip_prefix('|').map_or(line, |row| row.split('|').next().unwrap_or_default());
        let all = cell.contains("(all sealed)");
        let mut parts = cell.split('`');
        parts.next();
        while let (Some(name), after) = (parts.next(), parts.next().unwrap_or_default()) {
            if name.split_once('.').is_some_and(|(table, column)| !table.is_empty() && !column.is_empty()) {
                found.push((name.to_owned(), all || after.starts_with(" (sealed)")));
            }
        }
    }
    found
}

#[test]
fn names_and_their_seals_are_read_from_rows_and_lists() {
    let page = "| `a.b` (sealed), `a.c` | what `x.y` |\n| `d.e`, `d.f` (all sealed) | |\nwords `g.h`\n`i.j`, `k.l`\n";
    let names: Vec<(String, bool)> = named(page);
    let names: Vec<(&str, bool)> = names.iter().map(|(name, sealed)| (name.as_str(), *sealed)).collect();
    let wanted = [("a.b", true), ("a.c", false), ("d.e", true), ("d.f", true), ("i.j", false), ("k.l", false)];
    assert_eq!(names, wanted);
}

async fn every_column_with_text_has_its_row(office: &mut Office) {
    let page = std::fs::read_to_string(root().join("docs/privacy.md")).unwrap();
    let (_, page) = page.split_once("\n## Messages\n").unwrap();
    let (page, _) = page.split_once("\n## Outside the database\n").unwrap();
    let named = named(page);
    let mut seen = BTreeSet::new();
    for (name, _) in &named {
        assert!(seen.insert(name.clone()), "docs/privacy.md has {name} twice");
    }
    let columns = columns(office).await;
    let missing: Vec<&String> = columns.difference(&seen).collect();
    assert!(missing.is_empty(), "columns without a row in docs/privacy.md: {missing:?}");
    let unknown: Vec<&String> = seen.difference(&columns).collect();
    assert!(unknown.is_empty(), "docs/privacy.md has columns that the schema has not: {unknown:?}");
    let said: BTreeSet<String> = named.into_iter().filter(|(_, sealed)| *sealed).map(|(name, _)| name).collect();
    assert_eq!(said, sealed(), "what docs/privacy.md calls sealed, and what is");
}

both!(every_column_with_text_has_its_row);
