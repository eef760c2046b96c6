//! The key by which push services recognise this server (RFC 8292). Browsers subscribe for it, so it stays the same: it is
//! stored sealed, and all processes share it.

use base::store::VENDOR;
use base::vault::Place;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::push_key::{self, Column};
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use url::Url;

use super::encrypt::new_key;
use crate::alert_notices::AlertNoticeContext;

/// How long a signature is valid, in seconds; a day is the most.
const VALID: i64 = 12 * 3_600;

/// The public key for browsers, in base64url.
pub async fn public_key(app: &AlertNoticeContext) -> anyhow::Result<String> {
    Ok(encoded(&key(app).await?))
}

/// The `Authorization` header for a push service.
pub(super) async fn authorization(app: &AlertNoticeContext, service: &Url) -> anyhow::Result<String> {
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
    let first = OnConflict::column(Column::TenantId).do_nothing().to_owned();
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
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_push_service_can_check_who_sends() {
        let key = new_key();
        let service = Url::parse("https://push.example:8443/send/abc?x=1").unwrap();
        let header = signed(&key, &service, "mailto:help@parom.example", 1_000);
        let (token, public) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let (text, signature) = token.rsplit_once('.').unwrap();
        let public = VerifyingKey::from_sec1_bytes(&decoded(public)).unwrap();
        public.verify(text.as_bytes(), &Signature::from_slice(&decoded(signature)).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&decoded(text.split_once('.').unwrap().1)).unwrap();
        let wanted = json!({"aud": "https://push.example:8443", "exp": 44_200, "sub": "mailto:help@parom.example"});
        assert_eq!(claims, wanted);
    }
}
