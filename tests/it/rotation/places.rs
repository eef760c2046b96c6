//! A wall: the re-sealer knows every sealed column there is.

use std::collections::BTreeSet;

use base::vault::{ColumnStorage, Place};
use parom_tests::{Office, both};
use sea_orm::{ConnectionTrait, Statement};

use crate::conformance::hold::{Named, is_there};
use crate::walls::read::{root, rust_files};

/// Columns of bytes that hold nothing sealed, and why.
const PLAIN: &[(&str, &str)] = &[
    // Hooks as they came: for a week, in the open like the messages that they carry.
    ("raw_hook", "body"),
    // Pictures that chats show to all visitors.
    ("chat_logo", "picture"),
];

async fn columns(office: &Office) -> Vec<(String, String, String)> {
    let sql = if office.store.is_sqlite() {
        "SELECT m.name AS t, c.name AS c, lower(c.type) AS k FROM sqlite_master m JOIN pragma_table_info(m.name) c \
         WHERE m.type = 'table'"
    } else {
        "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k FROM information_schema.columns \
         WHERE table_schema = 'public'"
    };
    let rows = office.store.read().query_all_raw(Statement::from_string(office.store.backend(), sql)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<String>("", name).unwrap();
    rows.iter().map(|row| (text(row, "t"), text(row, "c"), text(row, "k"))).collect()
}

/// Sealed values are bytes, or text in places declared as such; every column of bytes is a place.
async fn m9_every_sealed_column_is_known_to_the_re_sealer(office: &mut Office) {
    let columns = columns(office).await;
    let is_bytes = |kind: &str| kind.starts_with("blob") || kind == "bytea";
    let mut sealed = BTreeSet::new();
    for place in Place::ALL {
        let table = place.table();
        for column in table.columns {
            let found = columns.iter().find(|(t, c, _)| t == table.name && c == column);
            let (_, _, kind) = found.unwrap_or_else(|| panic!("{place:?}: there is no {}.{column}", table.name));
            assert_eq!(is_bytes(kind), table.kept == ColumnStorage::Bytes, "{place:?}: {} is {kind}", table.name);
            sealed.insert((table.name, *column));
        }
        for (key, _) in table.keys {
            assert!(columns.iter().any(|(t, c, _)| t == table.name && c == key), "{place:?}: {}.{key}", table.name);
        }
    }
    // SQLite stores ids as blobs, too; those are keys and references, recognised by their names.
    let uuids = |name: &str| {
        name == "id" || name.ends_with("_id") || ["owner", "origin_id", "instance", "lease_owner"].contains(&name)
    };
    for (table, column, kind) in &columns {
        let known = sealed.contains(&(table.as_str(), column.as_str()))
            || PLAIN.contains(&(table.as_str(), column.as_str()))
            || kind.contains("uuid")
            || uuids(column);
        assert!(!is_bytes(kind) || known, "{table}.{column} holds {kind}: sealed values need a vault::Place");
    }
}

both!(m9_every_sealed_column_is_known_to_the_re_sealer);

/// Requirement 6: every secret has its section in `docs/operations.md`, and each section a test that is there.
#[test]
fn m9_the_operations_page_describes_the_replacement_of_each_secret_and_its_test() {
    let text = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let (_, turning) = text.split_once("\n## Replacing keys and secrets\n").unwrap();
    let turning = turning.split("\n## ").next().unwrap();
    let sections: Vec<(&str, &str)> =
        turning.split("\n### ").skip(1).map(|section| section.split_once('\n').unwrap()).collect();
    let titles: Vec<&str> = sections.iter().map(|(title, _)| *title).collect();
    let wanted = [
        "The vault's key",
        "A channel's secret",
        "An integration's client secret",
        "API keys",
        "Sessions and cookies",
        "Webhook secrets",
    ];
    assert_eq!(titles, wanted);
    for (title, body) in sections {
        let names: Vec<&str> = body
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| name.starts_with("parom") && name.contains("::"))
            .collect();
        let tests: Vec<Named<'_>> = names.iter().filter_map(|name| Named::read(name)).collect();
        assert!(!tests.is_empty(), "{title}: no test");
        assert!(tests.iter().all(is_there), "{title}: a test is not there: {names:?}");
    }
}

/// Places where values are derived from the key. The table of `docs/operations.md` must describe how each is replaced.
const DERIVED: &[(&str, &str)] = &[
    ("media/link.rs", "signatures of links to files"),
    ("media/new.rs", "ids of avatars"),
    ("identity/device.rs", "cookies of devices"),
    ("oauth/state.rs", "states of installations in a browser"),
    ("probe.rs", "answers to `GET /healthz?nonce=`"),
    ("tenant/install/known.rs", "addresses of genuine install calls"),
    ("webchat/by_email/token.rs", "links in letters about answers in a chat"),
    ("widget_api/session.rs", "session tokens of the widget"),
];

#[test]
fn m9_the_replacement_of_each_derived_value_is_documented() {
    let folder = root().join("server/src");
    let derives = |path: &std::path::Path| {
        let text = std::fs::read_to_string(path).unwrap();
        ["vault.derive(", "vault\n        .derive(", "vault.derived("].iter().any(|call| text.contains(call))
    };
    let found: BTreeSet<String> = rust_files(&folder)
        .into_iter()
        .filter(|path| derives(path))
        .map(|path| path.strip_prefix(&folder).unwrap().display().to_string())
        .filter(|path| !path.starts_with("vault"))
        .collect();
    let reported: BTreeSet<String> = DERIVED.iter().map(|(file, _)| (*file).to_owned()).collect();
    assert_eq!(found, reported);
    let text = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    for (file, words) in DERIVED {
        assert!(text.contains(&format!("| {words}")), "{file}: docs/operations.md does not say how it turns");
    }
}
