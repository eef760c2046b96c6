//! Authentication: a bearer key with its tenant and scope. Handlers can reach data only through a key.

pub mod key_maker;
pub mod key_ring;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use base::browser::client_address;
use base::cache::Cache;
use base::clock::Clock;
use base::config::LimitsConfig;
use base::error::{Error, Result};
use base::i18n::LocalizedText;
use base::rate_limit::Meter;
use base::store::{Store, VENDOR, directory};
use base::vault;
use entity::{api_key, source};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use sea_orm::{ColumnTrait, QueryFilter};
use secrecy::SecretString;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::audit::{AuditLogKind, RefusedAction};
use crate::identity::{IdentityContext, realm};
use crate::tenant::plan;
use crate::usage::{RequestRate, UsageContext, bytes_of, too_many_bytes};
use key_maker::KeyRight;

/// Prefix of every key.
pub const PREFIX: &str = "prm_";
/// How long a revoked key may still be accepted: with the request that reads it, less than a second.
const FRESH: Duration = Duration::from_millis(750);
/// Characters of a key that the audit log shows, including the prefix.
const SHOWN: usize = 8;
/// Maximum length; anything longer cannot be one of our keys.
const MOST_BYTES: usize = 200;

/// A valid key.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: Uuid,
    /// None for a vendor key, which may act in every tenant within its scope.
    pub tenant: Option<Uuid>,
    pub scope: Scope,
}

impl ApiKey {
    /// Rejects with 403 what the key's scope does not allow.
    pub fn needs(&self, scope: Scope) -> Result<()> {
        if self.scope >= scope {
            return Ok(());
        }
        let detail = LocalizedText::new("said-scope").with("needed", scope.name()).with("has", self.scope.name());
        Err(Error::Forbidden(detail))
    }

    /// Rejects access to another tenant with 404, which does not reveal whether the tenant exists.
    pub fn in_tenant(&self, tenant_id: Uuid) -> Result<()> {
        match self.tenant {
            Some(own) if own != tenant_id => Err(Error::NotFound),
            _ => Ok(()),
        }
    }

    /// Rejects a tenant key on vendor routes with 403.
    pub fn vendor(&self) -> Result<()> {
        match self.tenant {
            None => Ok(()),
            Some(_) => Err(Error::Forbidden(LocalizedText::new("said-vendor-only"))),
        }
    }

    /// A source that this key may see. Deleted sources and sources that are still being created are not found.
    pub async fn source(&self, app: &UsageContext, source_id: Uuid) -> Result<Arc<source::Model>> {
        let source = self.source_or_deleted(app, source_id).await?;
        if source.deleted_at.is_none() { Ok(source) } else { Err(Error::NotFound) }
    }

    /// The same with deleted sources: what they carried can still be read.
    pub async fn source_or_deleted(&self, app: &UsageContext, source_id: Uuid) -> Result<Arc<source::Model>> {
        let source = app.lookup.source_of_caller(source_id).await?;
        let source = source.filter(|source| source.is_made()).ok_or(Error::NotFound)?;
        self.in_tenant(source.tenant_id)?;
        Ok(source)
    }

    /// The tenant under which the key's own data is stored.
    pub fn home(&self) -> Uuid {
        self.tenant.unwrap_or(VENDOR)
    }
}

/// Cache of recently used keys by hash; one per worker thread.
#[derive(Clone)]
pub struct KeyCache(Cache<String, Arc<KnownKey>>);

/// A key's row with what it may do.
#[derive(Debug)]
struct KnownKey {
    row: api_key::Model,
    right: KeyRight,
}

impl Default for KeyCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(10_000).time_to_live(FRESH).build())
    }
}

impl FromRequest for ApiKey {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let metered = Metered::over(request, payload);
        let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let key = header.and_then(bearer).map(|key| (vault::hash(key), key.chars().take(SHOWN).collect::<String>()));
        let parts = request
            .app_data::<web::Data<UsageContext>>()
            .cloned()
            .zip(request.app_data::<web::Data<KeyCache>>().cloned())
            .zip(request.app_data::<web::Data<IdentityContext>>().cloned());
        let request = request.clone();
        async move {
            let ((app, cache), identity) =
                parts.ok_or_else(|| anyhow::anyhow!("the application is not among the app data"))?;
            let (hash, shown) = key.ok_or(Error::Unauthorized)?;
            let known = match cache.0.get(&hash).await {
                Some(known) => known,
                None => {
                    let Some(known) = find(&app.store, &hash).await? else {
                        return Err(refused(&identity, &request, (VENDOR, &shown), "unknown"));
                    };
                    key_maker::ask_again(&app.tenants, &identity.clone().into_inner(), &known.right);
                    let known = Arc::new(known);
                    cache.0.insert(hash, known.clone()).await;
                    known
                }
            };
            let now = app.clock.millis();
            let row = &known.row;
            let key = valid(&known, now)
                .map_err(|why| refused(&identity, &request, (row.tenant_id, &row.id.to_string()), why))?;
            let limits = &app.config.limits;
            let rate =
                RequestRate { a_second: requests_a_second(&app, &key).await?, burst: limits.requests_burst_per_key };
            let counted = app.keys.request(key.id, rate, now).await;
            let left = app.keys.requests_left(key.id, rate, now).await;
            let bytes = KeyMeter::of(&app, key.id).await;
            let shown = KeyLimits { requests: left.map(|left| (rate, left)), bytes: bytes.clone() };
            request.extensions_mut().insert(shown);
            counted?;
            if let Some(bytes) = bytes {
                metered.begin(limits, bytes)?;
            }
            Ok(key)
        }
        .boxed_local()
    }
}

/// By the plan of the key's account, where there are plans; 0: no limit.
pub async fn requests_a_second(app: &UsageContext, key: &ApiKey) -> Result<u32> {
    let all = app.config.limits.requests_per_key;
    match key.tenant {
        Some(tenant_id) if !app.config.plan_list.get().is_empty() => {
            let tenant = app.lookup.tenant(tenant_id).await?;
            Ok(tenant.map_or(all, |tenant| plan::requests_per_key(&app.config, &tenant)))
        }
        _ => Ok(all),
    }
}

/// Records a rejected key for the audit log.
fn refused(app: &IdentityContext, request: &HttpRequest, (tenant_id, key): (Uuid, &str), why: &'static str) -> Error {
    let place = client_address(request, &app.config.server.trusted_proxies).map(realm::network_of).unwrap_or_default();
    let refusal =
        RefusedAction { whose: AuditLogKind::Account(tenant_id, key), action: "key.used", why, place: &place };
    app.refusals.note(refusal, &app.clock);
    Error::Unauthorized
}

/// Reads the key from an `Authorization` header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.split_once(' ')?;
    let key = key.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && key.starts_with(PREFIX) && key.len() <= MOST_BYTES;
    fits.then_some(key)
}

/// Generates a key: 32 random bytes in the URL-safe alphabet.
pub fn new_key() -> SecretString {
    use base64::Engine;
    let bytes: [u8; 32] = rand::random();
    SecretString::from(format!("{PREFIX}{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)))
}

async fn find(store: &Store, hash: &str) -> Result<Option<KnownKey>> {
    let db = store.read();
    let entry = directory::find(db, directory::IdKind::ApiKey, hash, store.clock().millis()).await?;
    let Some(entry) = entry else { return Ok(None) };
    let row = api_key::Entity::of_tenant(entry.tenant_id).filter(api_key::Column::Id.eq(entry.id)).one(db).await?;
    let Some(row) = row.filter(|row| bool::from(row.hash.as_bytes().ct_eq(hash.as_bytes()))) else { return Ok(None) };
    let right = key_maker::right(db, &row).await?;
    Ok(right.map(|right| KnownKey { row, right }))
}

/// The key, or why it is none.
fn valid(KnownKey { row, right }: &KnownKey, now: i64) -> Result<ApiKey, &'static str> {
    let tenant = (row.tenant_id != VENDOR).then_some(row.tenant_id);
    match right.scope {
        _ if row.revoked_at.is_some() => Err("revoked"),
        _ if row.expires_at.is_some_and(|end| end <= now) => Err("expired"),
        None => Err("maker_gone"),
        Some(scope) => Ok(ApiKey { id: row.id, tenant, scope }),
    }
}

// Scopes of API keys.

base::worded! {
    /// What a key may do; each scope includes the ones before it.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Scope, name {
        /// Read-only.
        Read = "read",
        /// Also writes messages, statuses, sources and dead letters.
        #[default]
        Write = "write",
        /// Also exports and erases customers' data, and changes accounts (a vendor key).
        Admin = "admin",
    }
}

// Counts the bytes of request bodies as they arrive and stops reading when the key's daily limit is reached.

/// The count of one request, kept in its extensions so that the response can say why reading stopped.
#[derive(Clone, Default)]
pub struct Metered(Arc<MeteredRequest>);

#[derive(Default)]
struct MeteredRequest {
    announced: u64,
    /// The key, once it is known.
    key: OnceLock<KeyMeter>,
    /// Milliseconds until more is allowed; 0 while within the limit.
    over: AtomicI64,
}

#[derive(Clone)]
struct KeyMeter {
    meter: Meter,
    most: u64,
    clock: Clock,
}

impl KeyMeter {
    /// None without a limit.
    async fn of(app: &UsageContext, key: Uuid) -> Option<Self> {
        let most = bytes_of(app.config.limits.key_mb_per_day);
        let meter = app.keys.meter(key);
        if most > 0 { Some(Self { meter: meter.await, most, clock: app.clock.clone() }) } else { None }
    }
}

/// What the key of a request may use and what is left of it, kept in its extensions for the response.
pub struct KeyLimits {
    /// With the number of requests that are left.
    requests: Option<(RequestRate, i64)>,
    bytes: Option<KeyMeter>,
}

impl KeyLimits {
    /// `RateLimit-Policy` and `RateLimit`; none without limits. More requests are allowed within a second, because a limit
    /// is a number of them a second.
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let requests = self.requests.map(|(rate, left)| {
            let burst = rate.burst.max(1);
            let window = burst.div_ceil(rate.a_second.max(1));
            [format!("\"requests\";q={burst};w={window}"), format!("\"requests\";r={left};t=1")]
        });
        let bytes = self.bytes.as_ref().map(|bytes| {
            let (left, millis) = bytes.meter.left(bytes.most, bytes.clock.millis());
            let policy = format!("\"bytes\";q={};qu=\"content-bytes\";w=86400", bytes.most);
            [policy, format!("\"bytes\";r={left};t={}", (millis + 999) / 1_000)]
        });
        let named = |at: usize, name| {
            let all: Vec<String> = [&requests, &bytes].into_iter().flatten().map(|one| one[at].clone()).collect();
            Some((HeaderName::from_static(name), HeaderValue::from_str(&all.join(", ")).ok()?))
        };
        let is_limited = requests.is_some() || bytes.is_some();
        let headers = [named(0, "ratelimit-policy"), named(1, "ratelimit")];
        headers.into_iter().flatten().filter(|_| is_limited).collect()
    }
}

impl Metered {
    /// Starts counting a request's body.
    pub fn over(request: &HttpRequest, payload: &mut Payload) -> Self {
        let given = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let announced = given.and_then(|text| text.parse().ok()).unwrap_or(0);
        let metered = Self(Arc::new(MeteredRequest { announced, ..MeteredRequest::default() }));
        let inner = payload.take();
        if matches!(inner, Payload::None) {
            return metered;
        }
        request.extensions_mut().insert(metered.clone());
        let counted = metered.0.clone();
        let body = inner.map(move |chunk| chunk.and_then(|bytes| counted.take(bytes.len()).map(|()| bytes)));
        *payload = Payload::Stream { payload: Box::pin(body) };
        metered
    }

    /// Sets the key. Returns 429 if `Content-Length` exceeds what is left of the key's daily limit.
    fn begin(&self, limits: &LimitsConfig, whose: KeyMeter) -> Result<()> {
        let fits = whose.meter.holds(self.0.announced, whose.most, whose.clock.millis());
        fits.map_err(|millis| too_many_bytes(limits, millis))?;
        let _ = self.0.key.set(whose);
        Ok(())
    }

    /// The response to a body that exceeded the limit.
    pub fn refusal(&self, app: &UsageContext) -> Option<Error> {
        let over = self.0.over.load(Ordering::Relaxed);
        (over > 0).then(|| too_many_bytes(&app.config.limits, over))
    }
}

impl MeteredRequest {
    fn take(&self, bytes: usize) -> Result<(), PayloadError> {
        let Some(whose) = self.key.get() else { return Ok(()) };
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        whose.meter.add(bytes, whose.most, whose.clock.millis()).map_err(|millis| {
            self.over.store(millis, Ordering::Relaxed);
            PayloadError::Overflow
        })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn known() -> KnownKey {
        let right = KeyRight::with(Some(Scope::Write));
        KnownKey { row: row(), right }
    }

    fn row() -> api_key::Model {
        api_key::Model {
            tenant_id: VENDOR,
            id: Uuid::from_u128(1),
            name: "test".to_owned(),
            scope: "write".to_owned(),
            hash: String::new(),
            tail: String::new(),
            created_at: 0,
            expires_at: None,
            revoked_at: None,
            made_by: None,
        }
    }

    #[test]
    fn only_a_bearer_key_of_ours_is_looked_up() {
        assert_eq!(bearer("Bearer prm_abc"), Some("prm_abc"));
        assert_eq!(bearer("bearer  prm_abc "), Some("prm_abc"));
        let long = format!("Bearer prm_{}", "x".repeat(MOST_BYTES));
        for other in ["prm_abc", "Basic prm_abc", "Bearer abc", "Bearer", "", long.as_str()] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }

    #[test]
    fn fresh_keys_are_long_and_differ() {
        let (one, two) = (new_key(), new_key());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(one.expose_secret().len(), 4 + 43);
        assert_eq!(bearer(&format!("Bearer {}", one.expose_secret())), Some(one.expose_secret()));
    }

    #[test]
    fn expired_and_revoked_keys_are_no_keys() {
        let with = |row| KnownKey { row, ..known() };
        assert!(valid(&known(), 10).is_ok());
        assert!(valid(&with(api_key::Model { expires_at: Some(11), ..row() }), 10).is_ok());
        let expired = valid(&with(api_key::Model { expires_at: Some(10), ..row() }), 10);
        assert_eq!(expired.unwrap_err(), "expired");
        assert_eq!(valid(&with(api_key::Model { revoked_at: Some(5), ..row() }), 10).unwrap_err(), "revoked");
        let gone = KnownKey { right: KeyRight::with(None), ..known() };
        assert_eq!(valid(&gone, 10).unwrap_err(), "maker_gone");
    }
}
