//! The key at a start: a server that cannot open what its database holds is not started, and a new key is made only for
//! a database that holds nothing sealed.

use std::collections::BTreeSet;

use anyhow::Context;
use base::config::Config;
use base::store::Store;
use base::vault::{KeyId, Place, Vault, VaultError};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query};
use sea_orm::{ConnectionTrait, DbErr};

/// Places without which nothing is delivered or nobody signs in. Each has few rows; the others have millions.
const ESSENTIAL: [Place; 7] = [
    Place::OauthRefresh,
    Place::SourceSecrets,
    Place::Integration,
    Place::CrmSubscription,
    Place::AlertWebhook,
    Place::Totp,
    Place::VaultKey,
];

/// Opens the vault for this database, or says which key is missing.
pub async fn open(config: &Config, store: &Store) -> anyhow::Result<Vault> {
    let sealed = sealed_by(store).await.context("it cannot be read which key sealed the data")?;
    if sealed.is_empty() {
        return Ok(Vault::open(&config.secrets, config.database.is_sqlite())?);
    }
    let vault = match Vault::open(&config.secrets, false) {
        Err(VaultError::KeyFileMissing { path }) => anyhow::bail!(
            "the data in this database were sealed by key {}, and the key file {} (secrets.key_file) does not exist: put \
             the file with that key there; it is not part of backups. Nothing was changed",
            list(&sealed),
            path.display()
        ),
        opened => opened?,
    };
    let known: BTreeSet<KeyId> = vault.key_ids().into_iter().collect();
    anyhow::ensure!(
        !known.is_disjoint(&sealed),
        "the data in this database were sealed by key {}, which is not there: the configured key is {}. Put the earlier \
         key back, as a further line of secrets.key_file or behind a space in secrets.key. Nothing was changed",
        list(&sealed),
        list(&known)
    );
    Ok(vault)
}

/// The keys that sealed the essential values of a database.
pub async fn sealed_by(store: &Store) -> Result<BTreeSet<KeyId>, DbErr> {
    let mut keys = BTreeSet::new();
    for place in ESSENTIAL {
        let table = place.table();
        for column in table.columns {
            let call = |name: &str| Func::cust(Alias::new(name));
            let column = || Expr::col(Alias::new(*column));
            let head = call("substr").args([column(), Expr::value(1_i32), Expr::value(KeyId::PREFIX)]);
            let mut query = Query::select();
            query.distinct().expr_as(Expr::expr(head), Alias::new("head")).from(Alias::new(table.name));
            query.and_where(Expr::expr(call("length").arg(column())).gt(0_i32));
            for row in store.write().query_all_raw(store.backend().build(&query)).await? {
                keys.extend(KeyId::of_prefix(&row.try_get::<Vec<u8>>("", "head")?));
            }
        }
    }
    Ok(keys)
}

/// Ids of keys as a text.
pub fn list(keys: &BTreeSet<KeyId>) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
