//! Alerts as notifications of a browser: Web Push (RFC 8030), encrypted for the browser (RFC 8291), from a server that
//! names itself by its key (RFC 8292).
//!
//! ```text
//! page: permission ─▶ subscription ─▶ alert_device, sealed ─▶ notice ─▶ the browser's push service ─▶ worker ─▶ shown
//!                                        ▲ 404, 410: the subscription has ended, the row is removed
//! ```

use std::time::Duration;

use aes_gcm::aead::{Aead, KeyInit, Nonce};
use aes_gcm::{Aes128Gcm, Key};
use anyhow::{Context, anyhow, ensure};
use base::http_client::{UrlRefused, not_accepted};
use base::store::{VENDOR, in_transaction};
use base::vault::{Place, hash};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use entity::alert_device::{self, Column};
use entity::{alert_notice, push_key};
use hkdf::Hkdf;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::{PublicKey, SecretKey};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;
use url::{Host, Url};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::AlertNoticeContext;
use super::notice::{NoticeTexts, SendOutcome};

const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// How long a push service keeps a notification for a browser that is not running, in seconds.
const KEPT: u32 = 86_400;

/// Whether browsers can subscribe.
pub fn is_on(app: &AlertNoticeContext) -> bool {
    is_trusted(&app.config.server.public_url)
}

/// Browsers subscribe only on pages that came over https, or from this machine.
fn is_trusted(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || is_here
}

/// Shows a notice in one of a person's browsers.
pub(super) async fn send(
    app: &AlertNoticeContext,
    devices: &[alert_device::Model],
    row: &alert_notice::Model,
    notice: &NoticeTexts,
) -> anyhow::Result<SendOutcome> {
    let Some(device) = devices.iter().find(|device| Some(device.id) == notice.device_id) else {
        return Ok(SendOutcome::Never("the browser was switched off".to_owned()));
    };
    let tag = tag(row.tenant_id, notice);
    let payload = notice.push(&tag, app.public_url()).to_string();
    let sent = push(app, &open_device(app, device)?, &tag, payload.as_bytes()).await?;
    if matches!(sent, SendOutcome::Never(_)) {
        remove_device(app.store.write(), device.person_id, device.id).await?;
    }
    Ok(sent)
}

/// The same for all notices about the same alerts: a browser shows the newest in place of the others, and a push service
/// keeps the newest for a browser that is not running. A topic has at most 32 characters (RFC 8030 §5.4).
fn tag(tenant_id: Uuid, notice: &NoticeTexts) -> String {
    let mut keys: Vec<&str> =
        notice.sections.iter().flat_map(|one| &one.about).map(|alert| alert.key.as_str()).collect();
    keys.sort_unstable();
    let mut tag = hash(&format!("{tenant_id} {}", keys.join(" ")));
    tag.truncate(32);
    tag
}

async fn push(
    app: &AlertNoticeContext,
    subscription: &Subscription,
    tag: &str,
    payload: &[u8],
) -> anyhow::Result<SendOutcome> {
    let url = subscription.url()?;
    let request = match app.http.guarded().post(&url) {
        Ok(request) => request.timeout(ANSWER_WITHIN),
        Err(refused) => return Ok(SendOutcome::Later(refused.text().to_string())),
    };
    let body = encrypt(&subscription.receiver()?, payload)?;
    let answer = request
        .header(AUTHORIZATION, authorization(app, &url).await?)
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_ENCODING, "aes128gcm")
        .header("TTL", KEPT)
        .header("Urgency", "high")
        .header("Topic", tag)
        .body(Bytes::from(body))
        .send()
        .await;
    let status = answer.as_ref().map(|answer| answer.status().as_u16()).unwrap_or_default();
    Ok(match (status, not_accepted(answer)) {
        (404 | 410, _) => SendOutcome::Never("the browser has ended its subscription".to_owned()),
        (_, None) => SendOutcome::Yes,
        (300.., _) => SendOutcome::Later(format!("the browser’s push service answered {status}")),
        (_, Some(reason)) => SendOutcome::Later(reason),
    })
}

// Browsers that show a person's alerts. A subscription's address is a secret: with it and the keys anyone can send.

/// Devices of a person.
pub const MOST_DEVICES: u64 = 10;
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
    /// The person has [`MOST_DEVICES`] devices.
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

    fn url(&self) -> anyhow::Result<Url> {
        // The parser's error quotes nothing of the address.
        Ok(Url::parse(&self.endpoint)?)
    }

    fn receiver(&self) -> anyhow::Result<Receiver> {
        let damaged = || anyhow::anyhow!("the keys of a browser's subscription are damaged");
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| damaged());
        let public = PublicKey::from_sec1_bytes(&decoded(&self.p256dh)?).map_err(|_| damaged())?;
        let auth = decoded(&self.auth)?.try_into().map_err(|_| damaged())?;
        Ok(Receiver { public, auth })
    }
}

/// Stores a browser's subscription as one of this person, also if it was another person's.
pub async fn add_device(
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
    in_transaction(&app.store, async |tx| {
        alert_device::Entity::delete_of(VENDOR).filter(Column::EndpointHash.eq(key)).exec(tx).await?;
        if of(person_id).count(tx).await? >= MOST_DEVICES {
            return Err(NotSubscribed::TooMany);
        }
        alert_device::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
        Ok(())
    })
    .await
}

fn of(person_id: Uuid) -> sea_orm::Select<alert_device::Entity> {
    alert_device::Entity::of_tenant(VENDOR).filter(Column::PersonId.eq(person_id))
}

/// The devices of these people, the oldest first.
pub async fn devices_of(
    db: &impl ConnectionTrait,
    people: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<alert_device::Model>, DbErr> {
    let rows = alert_device::Entity::of_tenant(VENDOR).filter(Column::PersonId.is_in(people));
    rows.order_by_asc(Column::Id).all(db).await
}

fn open_device(app: &AlertNoticeContext, row: &alert_device::Model) -> anyhow::Result<Subscription> {
    let plain = app.vault.open_sealed(VENDOR, Place::AlertDevice, &row.id.to_string(), &row.subscription)?;
    // The error's own text would quote the address.
    serde_json::from_slice(&plain).map_err(|_| anyhow::anyhow!("a browser's subscription is damaged"))
}

/// Removes a device of a person. False if there is none.
pub async fn remove_device(db: &impl ConnectionTrait, person_id: Uuid, id: Uuid) -> Result<bool, DbErr> {
    let gone = alert_device::Entity::delete_of(VENDOR)
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(gone.rows_affected > 0)
}

// The encryption of a notification for one browser (RFC 8291): a key agreed by ECDH on P-256, one record of AES-128-GCM
// (RFC 8188).

/// Size of a record, as announced; a message is one record, and push services take no more in all.
const RECORD: u32 = 4096;
/// Salt, record size, length of the key, and the key.
const HEAD: usize = 16 + 4 + 1 + 65;
const TAG: usize = 16;
/// The most bytes of a notification.
const MOST_BYTES: usize = 4096 - HEAD - TAG - 1;
/// Ends the text of the last record; nothing pads it.
const LAST: u8 = 2;

/// The keys of a browser's subscription.
struct Receiver {
    pub public: PublicKey,
    /// Known to the browser and to us, not to the push service.
    pub auth: [u8; 16],
}

/// The body of a request to the push service.
fn encrypt(receiver: &Receiver, text: &[u8]) -> anyhow::Result<Vec<u8>> {
    sealed(receiver, &new_key(), rand::random(), text)
}

/// A new secret key.
fn new_key() -> SecretKey {
    loop {
        // Practically every number of 32 bytes is a key.
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(rand::random());
        if let Ok(key) = SecretKey::from_slice(bytes.as_slice()) {
            return key;
        }
    }
}

fn sealed(receiver: &Receiver, ours: &SecretKey, salt: [u8; 16], text: &[u8]) -> anyhow::Result<Vec<u8>> {
    ensure!(text.len() <= MOST_BYTES, "a notification has {} bytes, more than {MOST_BYTES}", text.len());
    let (theirs, public) = (receiver.public.to_sec1_bytes(), ours.public_key().to_sec1_bytes());
    let shared = p256::ecdh::diffie_hellman(ours.to_nonzero_scalar(), receiver.public.as_affine());
    let info = [b"WebPush: info\0".as_slice(), &theirs, &public].concat();
    let agreed: Zeroizing<[u8; 32]> = derived(&receiver.auth, shared.raw_secret_bytes().as_slice(), &info)?;
    let key: Zeroizing<[u8; 16]> = derived(&salt, agreed.as_slice(), b"Content-Encoding: aes128gcm\0")?;
    let nonce: Zeroizing<[u8; 12]> = derived(&salt, agreed.as_slice(), b"Content-Encoding: nonce\0")?;
    let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(*key));
    let record = [text, &[LAST]].concat();
    let record = cipher
        .encrypt(&Nonce::<Aes128Gcm>::from(*nonce), record.as_slice())
        .map_err(|_| anyhow!("a notification could not be encrypted"))?;
    let length = u8::try_from(public.len()).context("the length of a key")?;
    Ok([salt.as_slice(), &RECORD.to_be_bytes(), &[length], &public, &record].concat())
}

/// HKDF with SHA-256 (RFC 5869).
fn derived<const LENGTH: usize>(salt: &[u8], key: &[u8], info: &[u8]) -> anyhow::Result<Zeroizing<[u8; LENGTH]>> {
    let mut out = Zeroizing::new([0; LENGTH]);
    let done = Hkdf::<Sha256>::new(Some(salt), key).expand(info, out.as_mut_slice());
    done.map_err(|_| anyhow!("a key of {LENGTH} bytes cannot be derived"))?;
    Ok(out)
}

// The key by which push services recognise this server (RFC 8292). Browsers subscribe for it, so it stays the same: it is
// stored sealed, and all processes share it.

/// How long a signature is valid, in seconds; a day is the most.
const VALID: i64 = 12 * 3_600;

/// The public key for browsers, in base64url.
pub async fn public_key(app: &AlertNoticeContext) -> anyhow::Result<String> {
    Ok(encoded(&key(app).await?))
}

/// The `Authorization` header for a push service.
async fn authorization(app: &AlertNoticeContext, service: &Url) -> anyhow::Result<String> {
    let email = &app.config.vendor.support_email;
    let contact = if email.is_empty() { app.public_url().to_owned() } else { format!("mailto:{email}") };
    Ok(signed(&key(app).await?, service, &contact, app.clock.now().timestamp()))
}

fn signed(key: &SecretKey, service: &Url, contact: &str, now: i64) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"aud": service.origin().ascii_serialization(), "exp": now + VALID, "sub": contact});
    let text = format!("{}.{}", part(json!({"typ": "JWT", "alg": "ES256"})), part(claims));
    let signature: Signature = SigningKey::from(key).sign(text.as_bytes());
    format!("vapid t={text}.{}, k={}", URL_SAFE_NO_PAD.encode(signature.to_bytes()), encoded(key))
}

fn encoded(key: &SecretKey) -> String {
    URL_SAFE_NO_PAD.encode(key.public_key().to_sec1_bytes())
}

/// The stored key; made once, by whichever process needs it first.
async fn key(app: &AlertNoticeContext) -> anyhow::Result<SecretKey> {
    if let Some(row) = push_key::Entity::of_tenant(VENDOR).one(app.store.read()).await? {
        return opened(app, &row);
    }
    let sealed = app.vault.seal(VENDOR, Place::PushKey, "", new_key().to_bytes().as_slice());
    let row = push_key::Model { tenant_id: VENDOR, secret: sealed, created_at: app.clock.millis() };
    let first = OnConflict::column(push_key::Column::TenantId).do_nothing().to_owned();
    push_key::Entity::insert(row.into_active_model())
        .on_conflict(first)
        .exec_without_returning(app.store.write())
        .await?;
    let row = push_key::Entity::of_tenant(VENDOR).one(app.store.write()).await?;
    opened(app, &row.ok_or_else(|| anyhow::anyhow!("the key for push services was not stored"))?)
}

fn opened(app: &AlertNoticeContext, row: &push_key::Model) -> anyhow::Result<SecretKey> {
    let plain = app.vault.open_sealed(VENDOR, Place::PushKey, "", &row.secret)?;
    SecretKey::from_slice(&plain).map_err(|_| anyhow::anyhow!("the key for push services is damaged"))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn browsers_subscribe_where_they_trust_the_page() {
        for (url, wanted) in [
            ("https://parom.example", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://parom.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_trusted(&Url::parse(url).unwrap()), wanted, "{url}");
        }
    }

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

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// What a browser does (RFC 8291 §3.3, RFC 8188 §2), from its secret key.
    fn read(secret: &SecretKey, auth: &[u8; 16], body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        assert_eq!((&rest[..4], rest[4]), (&4096_u32.to_be_bytes()[..], 65));
        let (key, record) = rest[5..].split_at(65);
        let theirs = PublicKey::from_sec1_bytes(key).unwrap();
        let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), theirs.as_affine());
        let info = [b"WebPush: info\0".as_slice(), &secret.public_key().to_sec1_bytes(), key].concat();
        let agreed: Zeroizing<[u8; 32]> = derived(auth, shared.raw_secret_bytes().as_slice(), &info).unwrap();
        let key: Zeroizing<[u8; 16]> = derived(salt, agreed.as_slice(), b"Content-Encoding: aes128gcm\0").unwrap();
        let nonce: Zeroizing<[u8; 12]> = derived(salt, agreed.as_slice(), b"Content-Encoding: nonce\0").unwrap();
        let cipher = Aes128Gcm::new(&Key::<Aes128Gcm>::from(*key));
        let mut text = cipher.decrypt(&Nonce::<Aes128Gcm>::from(*nonce), record).unwrap();
        assert_eq!(text.pop(), Some(LAST));
        text
    }

    /// RFC 8291, section 5.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let ours = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let public = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let auth: [u8; 16] = bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap();
        let receiver = Receiver { public: PublicKey::from_sec1_bytes(&bytes(public)).unwrap(), auth };
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let body = sealed(&receiver, &ours, salt, text).unwrap();
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8\
            wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(&body), wanted);
        let theirs = SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap();
        assert_eq!(read(&theirs, &auth, &body), text);
    }

    proptest! {
        #[test]
        fn a_browser_reads_every_text_and_the_push_service_takes_it(
            text in proptest::collection::vec(any::<u8>(), 0..=MOST_BYTES), auth in any::<[u8; 16]>(),
        ) {
            let secret = new_key();
            let body = encrypt(&Receiver { public: secret.public_key(), auth }, &text).unwrap();
            prop_assert!(body.len() <= 4096);
            prop_assert_eq!(read(&secret, &auth, &body), text);
        }
    }

    #[test]
    fn a_payload_that_is_too_long_is_refused_before_it_is_sent() {
        let receiver = Receiver { public: new_key().public_key(), auth: [7; 16] };
        assert!(encrypt(&receiver, &[0; MOST_BYTES + 1]).is_err());
        assert_eq!(encrypt(&receiver, &[0; MOST_BYTES]).unwrap().len(), 4096);
    }
}
