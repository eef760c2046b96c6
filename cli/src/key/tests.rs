//! Keys made, listed and ended on a database of their own.

use base::vault::hash;
use clap::Parser;
use entity::tenant;
use sea_orm::IntoActiveModel;

use super::*;
use crate::fixture;

#[derive(Debug, Parser)]
struct KeyCli {
    #[command(subcommand)]
    command: KeyCommand,
}

const START: i64 = 1_795_000_000_123;

async fn store(folder: &tempfile::TempDir) -> Store {
    let url = format!("sqlite://{}", folder.path().join("parom.db").display());
    let settings = base::config::Database {
        url: SecretString::from(url),
        migrate: true,
        max_connections: 4,
        one_account_a_commit: false,
    };
    let store = Store::open(&settings, Clock::frozen(START)).await.unwrap();
    base::store::migrate(&store).await.unwrap();
    store
}

async fn add_tenant(store: &Store, id: Uuid) {
    let row = fixture::tenant(id).into_active_model();
    tenant::Entity::insert(row).exec_without_returning(store.write()).await.unwrap();
}

async fn printed(store: &Store, arguments: &[&str]) -> anyhow::Result<String> {
    let command = KeyCli::try_parse_from([&["parom"], arguments].concat())?.command;
    let mut out = Vec::new();
    run(command, store, &mut out).await?;
    Ok(String::from_utf8(out)?)
}

#[tokio::test]
async fn a_key_has_a_name_that_a_list_can_show() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let made = async |name: &str| printed(&store, &["create", "--name", name]).await.map_err(|error| error.to_string());
    for (name, said) in [
        ("x".repeat(100_000).as_str(), "--name has 100000 characters; 100 are the most"),
        (" ", "--name must not be empty"),
        ("\u{200b}\u{3164}", "--name must not be empty"),
        ("two\nlines", "--name must be one line"),
    ] {
        let refused = made(name).await.unwrap_err();
        assert!(refused.starts_with(said), "{refused:.200}");
    }
    assert!(made(&"я".repeat(100)).await.is_ok());
    assert_eq!(list(&store, None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_is_printed_once_and_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let key = printed(&store, &["create", "--name", "check vendor", "--scope", "admin"]).await.unwrap();
    assert!(key.starts_with("prm_") && key.ends_with('\n') && key.trim().len() == 47);
    let entry = entries::find(store.read(), entries::IdKind::ApiKey, &hash(key.trim()), START).await.unwrap().unwrap();
    assert_eq!(entry.tenant_id, VENDOR);
    let rows = list(&store, None).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].scope.as_str(), rows[0].tail.as_str()), ("admin", &key.trim()[43..]));
    let table = printed(&store, &["list"]).await.unwrap();
    assert!(table.contains("check vendor") && !table.contains(key.trim()));
    let json: serde_json::Value = serde_json::from_str(&printed(&store, &["list", "--json"]).await.unwrap()).unwrap();
    assert_eq!(json["keys"][0]["created_by"], "parom key create");
    assert!(table.contains("(by parom key create)"), "{table}");
    assert_eq!(
        (&json["keys"][0]["tenant_id"], &json["keys"][0]["name"]),
        (&serde_json::Value::Null, &"check vendor".into())
    );
}

#[tokio::test]
async fn a_tenants_key_needs_a_tenant() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let id = Uuid::from_u128(7);
    let text = id.to_string();
    let arguments = ["create", "--name", "shop", "--tenant", text.as_str()];
    let refused = printed(&store, &arguments).await.unwrap_err().to_string();
    assert_eq!(refused, format!("there is no account {id}: parom tenant list shows them all"));
    add_tenant(&store, id).await;
    printed(&store, &arguments).await.unwrap();
    printed(&store, &["create", "--name", "ours"]).await.unwrap();
    let own = list(&store, Some(id)).await.unwrap();
    assert_eq!((own.len(), own[0].scope.as_str(), list(&store, None).await.unwrap().len()), (1, "write", 2));
}

#[tokio::test]
async fn a_key_is_revoked_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    printed(&store, &["create", "--name", "short", "--expires", "90d"]).await.unwrap();
    let row = list(&store, None).await.unwrap().remove(0);
    assert_eq!(row.expires_at, Some(START + 90 * 86_400_000));
    let id = row.id.to_string();
    printed(&store, &["revoke", &id]).await.unwrap();
    assert_eq!(list(&store, None).await.unwrap()[0].revoked_at, Some(START));
    assert!(printed(&store, &["revoke", &id]).await.unwrap_err().to_string().contains("was revoked before"));
    let unknown = Uuid::from_u128(9).to_string();
    assert!(printed(&store, &["revoke", &unknown]).await.unwrap_err().to_string().contains("there is no key"));
    let past = printed(&store, &["create", "--name", "x", "--expires", "2020-01-01"]).await.unwrap_err();
    assert!(past.to_string().contains("in the past"));
}

#[tokio::test]
async fn programs_get_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let document = async |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&printed(&store, arguments).await.unwrap()).unwrap()
    };
    let made = document(&["create", "--name", "x", "--json"]).await;
    let row = list(&store, None).await.unwrap().remove(0);
    assert_eq!(made["id"], row.id.to_string());
    assert_eq!(hash(made["key"].as_str().unwrap()), row.hash);
    let revoked = document(&["revoke", &row.id.to_string(), "--json"]).await;
    assert_eq!(revoked, json!({"id": row.id, "status": "revoked"}));
}

#[test]
fn endings_are_read() {
    assert_eq!(ending("90d"), Ok(Ending::After(90 * 86_400_000)));
    assert_eq!(ending("12h"), Ok(Ending::After(43_200_000)));
    assert_eq!(ending("2027-01-31"), Ok(Ending::At(1_801_353_600_000)));
    assert_eq!(ending("2027-01-31T12:00:00Z"), Ok(Ending::At(1_801_396_800_000)));
    for wrong in ["", "d", "0d", "-1d", "tomorrow", "2027-02-30", "5m", "é"] {
        assert!(ending(wrong).is_err(), "{wrong}");
    }
}
