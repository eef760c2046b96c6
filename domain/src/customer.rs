//! Logins by which accounts are connected: who may use this service (docs/widget.md#who-may-connect-an-account).
//!
//! ```text
//! open: everyone who installed │ password: our own logins ─▶ logins │ remote: the vendor's own service ─▶ remote
//! ```
//!
//! A login only allows connecting an account; its holders are not members of the panel.

use std::net::IpAddr;
use std::time::Duration;

use base::clock::Clock;
use base::config::CustomersMode;
use base::store::{Store, VENDOR, directory, in_transaction};
use connectors::custom::signed;
use entity::customer::{self, Column};
use entity::tenant;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;
use uuid::Uuid;

use crate::identity::throttle::{self, AttemptOrigin};
use crate::identity::{IdentityContext, password};

/// The credentials entered in the widget to connect an account.
#[derive(Debug)]
pub struct Credentials {
    pub login: String,
    pub password: SecretString,
}

/// Who wants to connect which account, and from which address.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'asking> {
    pub tenant_id: Uuid,
    pub account_id: i64,
    pub amojo_id: &'asking str,
    pub address: Option<IpAddr>,
}

/// The result of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerificationOutcome {
    /// Accepted; with the login, if logins are ours.
    Yes(Option<Uuid>),
    /// Refused. Neither text nor time reveals whether the login exists.
    No,
    /// Too many attempts for this account, login or address: seconds to wait.
    Wait(u32),
    /// The vendor's service does not answer properly: seconds to wait.
    Away(u32),
}

/// Decides whether an account may be connected. Counts each attempt, except in mode `open`.
pub async fn decide(
    app: &IdentityContext,
    asking: Asking<'_>,
    given: Option<Credentials>,
) -> anyhow::Result<VerificationOutcome> {
    let mode = app.config.customers.mode;
    if mode == CustomersMode::Open {
        return Ok(VerificationOutcome::Yes(None));
    }
    let Some(given) = given else { return Ok(VerificationOutcome::No) };
    let (account, login) = (asking.tenant_id.to_string(), key(&given.login));
    // A login is counted per account that tries it, so attempts from one account do not lock it out in another.
    let origin = AttemptOrigin::of_account(asking.tenant_id, asking.address);
    for (door, name) in [("connect", &account), ("connect_login", &login)] {
        if let Err(wait) = throttle::login(app, door, name, origin.clone()).await? {
            return Ok(VerificationOutcome::Wait(u32::try_from(wait.seconds).unwrap_or(60)));
        }
    }
    let outcome = match mode {
        CustomersMode::Remote => ask_remote(app, asking, &given).await,
        CustomersMode::Open | CustomersMode::Password => check(app, given).await?,
    };
    if matches!(outcome, VerificationOutcome::Yes(_)) {
        throttle::forgive(app, "connect", &account, origin.clone()).await?;
        throttle::forgive(app, "connect_login", &login, origin).await?;
    }
    Ok(outcome)
}

// Our own logins (mode `password`), created by `parom customer`.

/// Longest login.
pub const LONGEST: usize = 200;

/// Why a login was not found or not created.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    #[error("a login has 1 to {LONGEST} characters without spaces around them")]
    Form,
    #[error("the login {0} is there already; parom customer password {0} gives it another password")]
    Taken(String),
    #[error("there is no login {0}; parom customer list shows all")]
    Unknown(String),
}

/// The normalised form in which logins are compared.
pub fn key(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Creates a login with the hash of its password.
pub async fn add(store: &Store, clock: &Clock, login: &str, hash: String) -> anyhow::Result<customer::Model> {
    let fits = login.trim() == login && !login.is_empty() && login.chars().count() <= LONGEST;
    anyhow::ensure!(fits && !login.contains(char::is_control), LoginError::Form);
    let row = customer::Model {
        tenant_id: VENDOR,
        id: clock.uuid_v7(),
        login: login.to_owned(),
        password_hash: hash,
        created_at: clock.millis(),
        disabled_at: None,
    };
    let entry = directory::DirectoryEntry { tenant_id: VENDOR, id: row.id, note: String::new(), expires_at: None };
    in_transaction(store, async |tx| {
        let is_new = directory::enter(tx, directory::IdKind::Customer, &key(login), entry).await?;
        anyhow::ensure!(is_new, LoginError::Taken(login.to_owned()));
        customer::Entity::insert(row.clone().into_active_model()).exec_without_returning(tx).await?;
        Ok(row)
    })
    .await
}

/// A login, including disabled ones.
pub async fn find(store: &Store, login: &str) -> anyhow::Result<Option<customer::Model>> {
    let now = store.clock().millis();
    let db = store.read();
    let Some(entry) = directory::find(db, directory::IdKind::Customer, &key(login), now).await? else {
        return Ok(None);
    };
    Ok(customer::Entity::find_by_id((VENDOR, entry.id)).one(db).await?)
}

/// All logins, the oldest first.
pub async fn list(store: &Store) -> anyhow::Result<Vec<customer::Model>> {
    Ok(customer::Entity::of_tenant(VENDOR).order_by_asc(Column::Id).all(store.read()).await?)
}

/// The accounts that a login connected.
pub async fn accounts(store: &Store, id: Uuid) -> anyhow::Result<Vec<tenant::Model>> {
    let connected = tenant::Entity::find().filter(tenant::Column::CustomerId.eq(id));
    Ok(connected.order_by_asc(tenant::Column::TenantId).all(store.read()).await?)
}

/// Sets another password; a disabled login is enabled again.
pub async fn set_password(store: &Store, login: &str, hash: String) -> anyhow::Result<()> {
    let row = find(store, login).await?.ok_or_else(|| LoginError::Unknown(login.to_owned()))?;
    customer::Entity::update_of(VENDOR)
        .col_expr(Column::PasswordHash, Expr::value(hash))
        .col_expr(Column::DisabledAt, Expr::value(Option::<i64>::None))
        .filter(Column::Id.eq(row.id))
        .exec(store.write())
        .await?;
    Ok(())
}

/// Disables a login and returns it. The caller, who can call amoCRM, disconnects its accounts.
pub async fn disable(store: &Store, clock: &Clock, login: &str) -> anyhow::Result<customer::Model> {
    let row = find(store, login).await?.ok_or_else(|| LoginError::Unknown(login.to_owned()))?;
    customer::Entity::update_of(VENDOR)
        .col_expr(Column::DisabledAt, Expr::value(Some(clock.millis())))
        .filter(Column::Id.eq(row.id))
        .filter(Column::DisabledAt.is_null())
        .exec(store.write())
        .await?;
    Ok(row)
}

/// Whether login and password are right. Unknown and disabled logins take as long as a wrong password.
async fn check(app: &IdentityContext, given: Credentials) -> anyhow::Result<VerificationOutcome> {
    let found = find(&app.store, &given.login).await?.filter(|row| row.disabled_at.is_none());
    let hash = found.as_ref().map(|row| row.password_hash.as_str());
    let right = password::check(app, given.password, hash).await?;
    Ok(found.filter(|_| right).map_or(VerificationOutcome::No, |row| VerificationOutcome::Yes(Some(row.id))))
}

// Asks the vendor's own service (mode `remote`) at `customers.verify_url`, with requests signed by the Standard
// Webhooks scheme.

/// A person is waiting in the widget.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Seconds that the widget waits before it retries if the service does not answer.
const WAIT_SECONDS: u32 = 10;

/// 200 means yes, 401 and 403 no, anything else "try again later".
async fn ask_remote(app: &IdentityContext, asking: Asking<'_>, given: &Credentials) -> VerificationOutcome {
    let customers = &app.config.customers;
    let (Some(url), Some(secret)) = (&customers.verify_url, &customers.verify_secret) else {
        tracing::error!("customers.mode is remote, but customers.verify_url or customers.verify_secret is not set");
        return VerificationOutcome::Away(WAIT_SECONDS);
    };
    match call(app, asking, given, url, secret).await {
        Ok(200) => VerificationOutcome::Yes(None),
        Ok(401 | 403) => VerificationOutcome::No,
        Ok(status) => {
            tracing::warn!(tenant.id = %asking.tenant_id, status, "customers.verify_url answered neither 200 nor 401 nor 403");
            VerificationOutcome::Away(WAIT_SECONDS)
        }
        Err(error) => {
            tracing::warn!(tenant.id = %asking.tenant_id, error = format!("{error:#}"), "customers.verify_url could not be reached");
            VerificationOutcome::Away(WAIT_SECONDS)
        }
    }
}

async fn call(
    app: &IdentityContext,
    asking: Asking<'_>,
    given: &Credentials,
    url: &Url,
    secret: &SecretString,
) -> anyhow::Result<u16> {
    let body = json!({
        "login": given.login,
        "password": given.password.expose_secret(),
        "amojo_id": asking.amojo_id,
        "account_id": asking.account_id.to_string(),
    });
    let body = body.to_string();
    // A configured address, so it is trusted.
    let request = app.http.trusted().post(url.clone()).timeout(ANSWER_WITHIN);
    let (id, sent_at) = (app.clock.uuid_v7().to_string(), app.clock.now().timestamp());
    let request = signed(request, secret, &id, sent_at, body).map_err(anyhow::Error::msg)?;
    let answer = request.send().await.map_err(reqwest::Error::without_url)?;
    Ok(answer.status().as_u16())
}

#[cfg(test)]
mod tests {
    use base::store;

    use super::*;

    async fn store(folder: &tempfile::TempDir) -> Store {
        let url = format!("sqlite://{}", folder.path().join("parom.db").display());
        let settings = base::config::Database {
            url: SecretString::from(url),
            migrate: true,
            max_connections: 4,
            one_account_a_commit: false,
        };
        let store = Store::open(&settings, Clock::frozen(1_795_000_000_123)).await.unwrap();
        store::migrate(&store).await.unwrap();
        store
    }

    #[tokio::test]
    async fn a_login_is_one_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let clock = store.clock().clone();
        add(&store, &clock, "Shop@Example.com", "hash".to_owned()).await.unwrap();
        let again = add(&store, &clock, "shop@example.COM", "other".to_owned()).await.unwrap_err();
        assert_eq!(again.downcast_ref(), Some(&LoginError::Taken("shop@example.COM".to_owned())));
        for form in ["", " shop", "shop ", "a\nb", &"x".repeat(201)] {
            let refused = add(&store, &clock, form, "hash".to_owned()).await.unwrap_err();
            assert_eq!(refused.downcast_ref(), Some(&LoginError::Form), "{form:?}");
        }
        let found = find(&store, "SHOP@example.com").await.unwrap().unwrap();
        assert_eq!((found.login.as_str(), found.password_hash.as_str()), ("Shop@Example.com", "hash"));
        assert_eq!(list(&store).await.unwrap().len(), 1);
        assert_eq!(key(" ПАРОМ "), "паром");
    }
}
