//! Browsers that show a person's alerts. A subscription's address is a secret: with it and the keys anyone can send.

use base::http_client::UrlRefused;
use base::store::{VENDOR, finish_tx};
use base::vault::{Place, hash};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::alert_device::{self, Column};
use p256::PublicKey;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use super::encrypt::Receiver;
use crate::alert_notices::AlertNoticeContext;

/// Devices of a person.
pub const MOST: u64 = 10;
/// Longest address of a subscription, in bytes.
const ADDRESS: usize = 2_000;

/// A browser's subscription, as its script reports it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    endpoint: String,
    /// Keys in base64url: the public one, and what only the browser and we know.
    p256dh: String,
    auth: String,
}

/// Why a subscription is not stored.
pub enum NotSubscribed {
    /// Its address may not be called.
    Refused(UrlRefused),
    /// The person has [`MOST`] devices.
    TooMany,
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for NotSubscribed {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<DbErr> for NotSubscribed {
    fn from(error: DbErr) -> Self {
        Self::Failed(error.into())
    }
}

impl Subscription {
    /// Parses what a script reported; none if it is no subscription.
    pub fn reported(endpoint: &str, p256dh: &str, auth: &str) -> Option<Self> {
        let text = |key: &str| key.trim_end_matches('=').to_owned();
        let read = Self { endpoint: endpoint.to_owned(), p256dh: text(p256dh), auth: text(auth) };
        (endpoint.len() <= ADDRESS && read.url().is_ok() && read.receiver().is_ok()).then_some(read)
    }

    pub(super) fn url(&self) -> anyhow::Result<Url> {
        // The parser's error quotes nothing of the address.
        Ok(Url::parse(&self.endpoint)?)
    }

    pub(super) fn receiver(&self) -> anyhow::Result<Receiver> {
        let damaged = || anyhow::anyhow!("the keys of a browser's subscription are damaged");
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| damaged());
        let public = PublicKey::from_sec1_bytes(&decoded(&self.p256dh)?).map_err(|_| damaged())?;
        let auth = decoded(&self.auth)?.try_into().map_err(|_| damaged())?;
        Ok(Receiver { public, auth })
    }
}

/// Stores a browser's subscription as one of this person, also if it was another person's.
pub async fn add(
    app: &AlertNoticeContext,
    person_id: Uuid,
    subscription: &Subscription,
    name: &str,
) -> Result<(), NotSubscribed> {
    app.http.guarded().check_reachable(&subscription.url()?).await.map_err(NotSubscribed::Refused)?;
    let (id, key) = (app.clock.uuid_v7(), hash(&subscription.endpoint));
    let plain = serde_json::to_vec(subscription).map_err(anyhow::Error::from)?;
    let row = alert_device::Model {
        tenant_id: VENDOR,
        id,
        person_id,
        subscription: app.vault.seal(VENDOR, Place::AlertDevice, &id.to_string(), &plain),
        endpoint_hash: key.clone(),
        name: name.to_owned(),
        created_at: app.clock.millis(),
    };
    let tx = app.store.write_tx().await?;
    let done = async {
        alert_device::Entity::delete_many()
            .filter(Column::TenantId.eq(VENDOR))
            .filter(Column::EndpointHash.eq(key))
            .exec(&tx)
            .await?;
        if of(person_id).count(&tx).await? >= MOST {
            return Err(NotSubscribed::TooMany);
        }
        alert_device::Entity::insert(row.into_active_model()).exec_without_returning(&tx).await?;
        Ok(())
    };
    let done = done.await;
    finish_tx(tx, done).await
}

fn of(person_id: Uuid) -> sea_orm::Select<alert_device::Entity> {
    alert_device::Entity::of_tenant(VENDOR).filter(Column::PersonId.eq(person_id))
}

/// The devices of these people, the oldest first.
pub async fn all(
    db: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<alert_device::Model>, DbErr> {
    let rows = alert_device::Entity::of_tenant(VENDOR).filter(Column::PersonId.is_in(people));
    rows.order_by_asc(Column::Id).all(db).await
}

pub(super) fn open(app: &AlertNoticeContext, row: &alert_device::Model) -> anyhow::Result<Subscription> {
    let plain = app.vault.open_sealed(VENDOR, Place::AlertDevice, &row.id.to_string(), &row.subscription)?;
    // The error's own text would quote the address.
    serde_json::from_slice(&plain).map_err(|_| anyhow::anyhow!("a browser's subscription is damaged"))
}

/// Removes a device of a person. False if there is none.
pub async fn remove(db: &impl ConnectionTrait, person_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let gone = alert_device::Entity::delete_many()
        .filter(Column::TenantId.eq(VENDOR))
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(gone.rows_affected > 0)
}

#[cfg(test)]
mod tests {
    use super::super::encrypt::new_key;
    use super::*;

    #[test]
    fn only_subscriptions_are_accepted() {
        let key = URL_SAFE_NO_PAD.encode(new_key().public_key().to_sec1_bytes());
        let auth = URL_SAFE_NO_PAD.encode([7; 16]);
        let is = |endpoint: &str, key: &str, auth: &str| Subscription::reported(endpoint, key, auth).is_some();
        let at = "https://push.example/abc";
        assert!(is(at, &key, &auth) && is(at, &key, &format!("{auth}==")));
        let long = format!("https://push.example/{}", "a".repeat(ADDRESS));
        let short = URL_SAFE_NO_PAD.encode([7; 15]);
        let off_the_curve = URL_SAFE_NO_PAD.encode([4; 65]);
        for (endpoint, key, auth) in [
            ("", &*key, &*auth),
            ("push", &key, &auth),
            (&long, &key, &auth),
            (at, "", &auth),
            (at, &off_the_curve, &auth),
            (at, &key, &short),
            (at, &key, "?"),
        ] {
            assert!(!is(endpoint, key, auth), "{endpoint} {key} {auth}");
        }
    }
}
