//! `parom key`: keys of the public API. A key is shown once, when it is created; only its hash is stored.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use base::clock::Clock;
use base::json::Moment;
use base::message::is_visible;
use base::store::{Store, VENDOR, directory as entries, finish_tx};
use chrono::{DateTime, NaiveDate};
use clap::{Subcommand, ValueEnum};
use entity::{api_key, directory, tenant};
use parom::api_key::Scope;
use parom::api_key::key_maker::{self, KeyMaker};
use parom::api_key::key_ring;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::audit_log;
use crate::terminal;

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Creates a key and prints it once, alone on stdout
    Create {
        /// Name of the key, to recognize it by
        #[arg(long)]
        name: String,
        /// Account that the key is for [default: a vendor key, for all accounts]
        #[arg(long, value_name = "ID", value_parser = terminal::id)]
        tenant: Option<Uuid>,
        /// Scope of the key
        #[arg(long, value_enum, default_value_t)]
        scope: ScopeOption,
        /// When the key expires: 90d, 12h, 2027-01-31 or 2027-01-31T12:00:00Z [default: never]
        #[arg(long, value_name = "WHEN", value_parser = ending)]
        expires: Option<Ending>,
        /// Prints JSON: {"id","key"}
        #[arg(long)]
        json: bool,
    },
    /// Lists keys, without their secrets
    List {
        /// Only keys of this account
        #[arg(long, value_name = "ID", value_parser = terminal::id)]
        tenant: Option<Uuid>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Revokes a key; running servers notice within a second
    Revoke {
        /// Id of the key, as shown by `parom key list`
        #[arg(value_parser = terminal::id)]
        id: Uuid,
        /// Prints JSON: {"id","status"}
        #[arg(long)]
        json: bool,
    },
}

/// What a key may do; each scope includes the ones before it.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum ScopeOption {
    /// Read-only.
    Read,
    /// Also writes messages, statuses, sources and dead letters.
    #[default]
    Write,
    /// Also exports and erases customers' data, and changes accounts (a vendor key).
    Admin,
}

impl From<ScopeOption> for Scope {
    fn from(scope: ScopeOption) -> Self {
        match scope {
            ScopeOption::Read => Self::Read,
            ScopeOption::Write => Self::Write,
            ScopeOption::Admin => Self::Admin,
        }
    }
}

/// When a key expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Milliseconds after its creation.
    After(i64),
    /// Milliseconds since 1970.
    At(i64),
}

fn ending(text: &str) -> Result<Ending, String> {
    let hours = match text.split_at_checked(text.len().saturating_sub(1)) {
        Some((number, "d")) => number.parse::<u32>().ok().map(|days| i64::from(days) * 24),
        Some((number, "h")) => number.parse::<u32>().ok().map(i64::from),
        _ => None,
    };
    if let Some(hours) = hours.filter(|hours| *hours > 0) {
        return Ok(Ending::After(hours * 3_600_000));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(Ending::At(at.timestamp_millis()));
    }
    let midnight = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0));
    midnight
        .map(|midnight| Ending::At(midnight.and_utc().timestamp_millis()))
        .ok_or_else(|| "say 90d, 12h, 2027-01-31 or 2027-01-31T12:00:00Z".to_owned())
}

/// Runs one command.
pub async fn run(command: KeyCommand, store: &Store, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let clock = store.clock();
    match command {
        KeyCommand::Create { name, tenant, scope, expires, json } => {
            let expires = expires.map(|ending| match ending {
                Ending::After(millis) => clock.millis() + millis,
                Ending::At(at) => at,
            });
            let (key, id) = create(store, clock, &name, tenant, scope.into(), expires).await?;
            let key = key.expose_secret();
            if json { writeln!(out, "{}", json!({ "id": id, "key": key })) } else { writeln!(out, "{key}") }
        }
        KeyCommand::List { tenant, json } => {
            let keys = list(store, tenant).await?;
            if keys.is_empty() && !json {
                crate::help::nothing_listed("there is no API key; parom key create makes one");
            }
            let mut shown = Vec::with_capacity(keys.len());
            for key in &keys {
                shown.push(KeyOut::of(key, key_maker::name(store.read(), key).await?));
            }
            if json { writeln!(out, "{:#}", json!({ "keys": shown })) } else { print_table(out, &shown) }
        }
        KeyCommand::Revoke { id, json } => {
            revoke(store, clock, id).await?;
            let object = json!({ "id": id, "status": "revoked" });
            if json { writeln!(out, "{object}") } else { writeln!(out, "Revoked {id}.") }
        }
    }
    .and_then(|()| out.flush())
    .context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

/// Creates a key, without a tenant a vendor key, for the caller to show once, with its id. `expires`: milliseconds since
/// 1970.
pub async fn create(
    store: &Store,
    clock: &Clock,
    name: &str,
    tenant_id: Option<Uuid>,
    scope: Scope,
    expires: Option<i64>,
) -> anyhow::Result<(SecretString, Uuid)> {
    let name = name.trim();
    ensure!(is_visible(name), "--name must not be empty: it is how the key is recognised");
    let (length, most) = (name.chars().count(), key_ring::NAME_CHARS);
    ensure!(length <= most, "--name has {length} characters; {most} are the most: lists show a key in one line");
    ensure!(!name.chars().any(char::is_control), "--name must be one line: lists show a key in one");
    ensure!(expires.is_none_or(|end| end > clock.millis()), "--expires lies in the past");
    if let Some(tenant_id) = tenant_id {
        let found = tenant::Entity::of_tenant(tenant_id).one(store.read()).await.context("cannot read the accounts")?;
        ensure!(found.is_some(), "there is no account {tenant_id}: parom tenant list shows them all");
    }
    let made = key_ring::NewKey { name, scope, expires_at: expires, maker: KeyMaker::CommandLine };
    let tx = store.write_tx().await.context("cannot write to the database")?;
    let log = tenant_id.unwrap_or(VENDOR);
    let added = async {
        let (key, id) = key_ring::add(&tx, clock, log, &made).await.context("cannot store the key")?;
        let detail = json!({ "name": name, "scope": scope.name(), "expires_at": expires });
        audit_log::record(&tx, clock, "key.created", log, &id.to_string(), detail).await?;
        Ok((key, id))
    };
    let added = added.await;
    finish_tx(tx, added).await
}

/// All keys or one account's, oldest first, including revoked ones.
pub async fn list(store: &Store, tenant_id: Option<Uuid>) -> anyhow::Result<Vec<api_key::Model>> {
    let db = store.read();
    let tenants = match tenant_id {
        Some(tenant_id) => vec![tenant_id],
        None => {
            let rows = directory::Entity::find()
                .filter(directory::Column::Kind.eq(entries::IdKind::ApiKey.name()))
                .all(db)
                .await?;
            let mut tenants: Vec<Uuid> = rows.into_iter().map(|row| row.tenant_id).collect();
            tenants.sort();
            tenants.dedup();
            tenants
        }
    };
    let mut keys = Vec::new();
    for tenant_id in tenants {
        keys.extend(api_key::Entity::of_tenant(tenant_id).order_by_asc(api_key::Column::Id).all(db).await?);
    }
    Ok(keys)
}

/// Revokes a key permanently.
pub async fn revoke(store: &Store, clock: &Clock, id: Uuid) -> anyhow::Result<()> {
    let entry = directory::Entity::find()
        .filter(directory::Column::Kind.eq(entries::IdKind::ApiKey.name()))
        .filter(directory::Column::Id.eq(id))
        .one(store.read())
        .await?;
    let Some(entry) = entry else { bail!("there is no key {id}; parom key list shows all") };
    let tx = store.write_tx().await.context("cannot write to the database")?;
    let done = async {
        let done = key_ring::revoke(&tx, clock, entry.tenant_id, id).await?;
        ensure!(done, "the key {id} was revoked before");
        let key = key_ring::one(&tx, entry.tenant_id, id).await?;
        let detail = json!({ "name": key.map(|key| key.name).unwrap_or_default() });
        audit_log::record(&tx, clock, "key.revoked", entry.tenant_id, &id.to_string(), detail).await
    };
    let done = done.await;
    finish_tx(tx, done).await
}

/// A key as JSON.
#[derive(Serialize)]
struct KeyOut<'a> {
    id: Uuid,
    /// Null for a vendor key.
    tenant_id: Option<Uuid>,
    name: &'a str,
    scope: &'a str,
    tail: &'a str,
    created_at: Moment,
    /// Null if unknown.
    created_by: Option<String>,
    expires_at: Option<Moment>,
    revoked_at: Option<Moment>,
}

impl<'a> KeyOut<'a> {
    fn of(row: &'a api_key::Model, created_by: Option<String>) -> Self {
        Self {
            id: row.id,
            tenant_id: (row.tenant_id != VENDOR).then_some(row.tenant_id),
            name: &row.name,
            scope: &row.scope,
            tail: &row.tail,
            created_at: Moment(row.created_at),
            created_by,
            expires_at: row.expires_at.map(Moment),
            revoked_at: row.revoked_at.map(Moment),
        }
    }
}

fn print_table(out: &mut impl Write, keys: &[KeyOut<'_>]) -> std::io::Result<()> {
    let row = |key: &KeyOut<'_>| {
        let whose = key.tenant_id.map_or_else(|| "vendor".to_owned(), |id| id.to_string());
        let maker = key.created_by.as_deref().unwrap_or("unknown");
        let end = match (&key.revoked_at, &key.expires_at) {
            (Some(at), _) => format!("revoked {at}"),
            (None, Some(at)) => format!("expires {at}"),
            (None, None) => "valid".to_owned(),
        };
        let (id, tail) = (key.id.to_string(), format!("…{}", key.tail));
        [id, tail, key.scope.to_owned(), whose, end, key.name.to_owned(), maker.to_owned()]
    };
    let headings = ["ID", "KEY", "SCOPE", "ACCOUNT", "STATE", "NAME", "MAKER"];
    out.write_all(terminal::table(headings, keys.iter().map(row).collect()).as_bytes())
}

#[cfg(test)]
mod tests {
    use base::vault::hash;
    use entity::{fixture, tenant};
    use sea_orm::IntoActiveModel;

    use super::*;
    use crate::fixture::{START, app, parsed};

    async fn store(folder: &tempfile::TempDir) -> Store {
        app(folder, "").await.store.clone()
    }

    async fn add_tenant(store: &Store, id: Uuid) {
        let row = fixture::tenant(id).into_active_model();
        tenant::Entity::insert(row).exec_without_returning(store.write()).await.unwrap();
    }

    async fn printed(store: &Store, arguments: &[&str]) -> anyhow::Result<String> {
        let command = parsed::<KeyCommand>(arguments)?;
        let mut out = Vec::new();
        run(command, store, &mut out).await?;
        Ok(String::from_utf8(out)?)
    }

    #[tokio::test]
    async fn a_key_has_a_name_that_a_list_can_show() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let made =
            async |name: &str| printed(&store, &["create", "--name", name]).await.map_err(|error| error.to_string());
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
        let entry =
            entries::find(store.read(), entries::IdKind::ApiKey, &hash(key.trim()), START).await.unwrap().unwrap();
        assert_eq!(entry.tenant_id, VENDOR);
        let rows = list(&store, None).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].scope.as_str(), rows[0].tail.as_str()), ("admin", &key.trim()[43..]));
        let table = printed(&store, &["list"]).await.unwrap();
        assert!(table.contains("check vendor") && !table.contains(key.trim()));
        let json: serde_json::Value =
            serde_json::from_str(&printed(&store, &["list", "--json"]).await.unwrap()).unwrap();
        assert_eq!(json["keys"][0]["created_by"], "parom key create");
        assert!(table.contains("  parom key create"), "{table}");
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
}
