//! What requests of the public API share: the JSON body, `Idempotency-Key` (a write request that is repeated with the
//! same key is executed once and answered every time), and who acts.

use std::future::Future;
use std::sync::Arc;

use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use anyhow::{Context, anyhow};
use base::browser::client_address;
use base::error::{Error, Result};
use base::i18n::{CRM, Language, LocalizedText, Words};
use base::json::{MOST_BYTES, parse};
use base::store::VENDOR;
use base::vault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use domain::api_key::ApiKey;
use domain::audit::Actor;
use domain::cursor::PageRequest;
use domain::source::By;
use domain::usage::{Trace, UsageContext};
use entity::idempotency::{self, Column};
use entity::{api_key, source, tenant};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use uuid::Uuid;

/// A request with a valid key. Its body is read only after the handler knows what the key may do.
pub struct Call {
    pub app: web::Data<UsageContext>,
    pub key: ApiKey,
    pub request: HttpRequest,
    pub payload: Payload,
    /// Of the body, once it is read.
    fingerprint: Option<RequestFingerprint>,
}

impl FromRequest for Call {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let app = web::Data::from_request(request, payload);
        // The key counts the bytes of the payload, so it is first.
        let key = ApiKey::from_request(request, payload);
        let (request, payload) = (request.clone(), payload.take());
        async move { Ok(Self::of(app.await?, key.await?, request, payload)) }.boxed_local()
    }
}

impl Call {
    /// A call whose caller is known.
    pub fn of(app: web::Data<UsageContext>, key: ApiKey, request: HttpRequest, payload: Payload) -> Self {
        Self { app, key, request, payload, fingerprint: None }
    }

    /// Reads a JSON object. Errors: 415 for another type, 413 above [`MOST_BYTES`] (no more is buffered), 400 for
    /// malformed JSON, 422 with a pointer for an unknown, missing or mistyped field.
    pub async fn read<T: DeserializeOwned>(&mut self) -> Result<T> {
        self.check_type()?;
        let bytes = self.collect().await?;
        let value = parse(&bytes)?;
        self.fingerprint = Some(RequestFingerprint::of(&self.request, &bytes)?);
        Ok(value)
    }

    /// Does the work once for all repeats of the request, as [`once`]; a body that was not read is ignored.
    pub async fn once(&self, work: impl Future<Output = Result<HttpResponse>>) -> Result<HttpResponse> {
        let fingerprint = match &self.fingerprint {
            Some(fingerprint) => fingerprint.clone(),
            None => RequestFingerprint::of(&self.request, &[])?,
        };
        once(&self.app, &self.key, fingerprint, work).await
    }

    /// The actor for the audit log. 429 for an account whose keys fill it.
    pub async fn by(&self) -> Result<By> {
        leaves(&self.app, &self.key, Trace::Audit).await?;
        let row = api_key::Entity::find_by_id((self.key.home(), self.key.id));
        let name = row.one(self.app.store.read()).await?.map(|row| row.name).unwrap_or_default();
        let actor = Actor::Key { id: self.key.id, name };
        Ok(By { actor, address: client_address(&self.request, &self.app.config.server.trusted_proxies) })
    }

    /// Notes in the audit log what the key did.
    pub async fn did(&self, action: &'static str, object: (Uuid, &str), detail: Value) -> Result<()> {
        Ok(self.by().await?.did(&self.app, self.app.store.write(), action, object, detail).await?)
    }

    /// An account that the key may see, read from the database: the cached one may be seconds old.
    pub async fn tenant(&self, tenant_id: Uuid) -> Result<tenant::Model> {
        self.key.in_tenant(tenant_id)?;
        tenant::Entity::of_tenant(tenant_id).one(self.app.store.read()).await?.ok_or(Error::NotFound)
    }

    /// A source that the key may see.
    pub async fn source(&self, source_id: Uuid) -> Result<Arc<source::Model>> {
        self.key.source(&self.app, source_id).await
    }

    /// The same with deleted sources.
    pub async fn source_or_deleted(&self, source_id: Uuid) -> Result<Arc<source::Model>> {
        self.key.source_or_deleted(&self.app, source_id).await
    }

    /// A source that the key may see, read from the database.
    pub async fn current_source(&self, source_id: Uuid) -> Result<source::Model> {
        let kept = self.source(source_id).await?;
        domain::source::find(&self.app.sources, kept.tenant_id, source_id).await
    }

    fn check_type(&self) -> Result<()> {
        let headers = self.request.headers();
        let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = text.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(Error::MediaType(LocalizedText::new("said-json-type")));
        }
        if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(Error::MediaType(LocalizedText::new("said-json-compressed")));
        }
        Ok(())
    }

    async fn collect(&mut self) -> Result<Vec<u8>> {
        let given = self.request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if given
            .and_then(|text| text.parse::<u64>().ok())
            .is_some_and(|given| usize::try_from(given).map_or(true, |given| given > MOST_BYTES))
        {
            return Err(Error::TooLarge(MOST_BYTES));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|_| Error::Malformed(LocalizedText::new("said-body-broke")))?;
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(Error::TooLarge(MOST_BYTES));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }
}

/// The query of requests that have no parameters: any is unknown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParameters {}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TenantQuery {
    /// With a vendor key: the account to search. If omitted, all accounts are searched, newest first.
    #[param(value_type = Option<Uuid>)]
    pub tenant_id: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Maximum number of items per page.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// `next_cursor` from the previous page.
    cursor: Option<String>,
}

impl PageQuery {
    /// `filters`: the list's name and everything that selects its rows.
    pub fn page(&self, filters: &[&str]) -> Result<PageRequest> {
        PageRequest::read(self.limit.as_deref(), self.cursor.as_deref(), filters)
    }
}

// `Idempotency-Key`: a write request that is repeated with the same key is executed once and answered every time.
//
// ```text
// no row ──▶ row, status 0 (running) ──▶ 1xx–4xx: the response is stored for 24 hours
//                  │                └──▶ 5xx: the row is deleted, the request may be retried
//                  └─ running longer than any request may take: its process died, the next repeat takes over
// ```

pub(super) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// How long responses are stored.
const KEPT: TimeDelta = TimeDelta::days(1);
/// Maximum duration of a request.
const RUNNING: TimeDelta = TimeDelta::minutes(2);
pub(super) const KEY_BYTES: usize = 255;

/// The parts of a request that a repeat must have in common with it.
#[derive(Clone, Debug)]
pub struct RequestFingerprint {
    /// Method and path.
    route: String,
    key: Option<String>,
    body_hash: String,
    /// The language of errors, which are stored as they were sent.
    language: Language,
}

impl RequestFingerprint {
    /// For a request with its complete body.
    pub fn of(request: &HttpRequest, body: &[u8]) -> Result<Self> {
        let key = request.headers().get(IDEMPOTENCY_KEY).map(|value| value.to_str().unwrap_or_default().to_owned());
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > KEY_BYTES) {
            return Err(Error::field(
                format!("/{IDEMPOTENCY_KEY}"),
                LocalizedText::new("said-idempotency-signs").with("most", KEY_BYTES),
            ));
        }
        let mut hash = Sha256::new();
        hash.update(request.query_string());
        hash.update(b"\n");
        hash.update(body);
        let route = format!("{} {}", request.method(), request.match_info().as_str());
        let language = Language::accepted(request.headers());
        Ok(Self { route, key, body_hash: hex::encode(hash.finalize()), language })
    }
}

/// Does the work once for all repeats of a request; without the header it just does the work.
///
/// A repeat with the same body gets the stored response (`Idempotency-Replayed: true`), with another body 422, and 409
/// with `Retry-After` while the first request is still running.
pub async fn once(
    app: &UsageContext,
    key: &ApiKey,
    fingerprint: RequestFingerprint,
    work: impl Future<Output = Result<HttpResponse>>,
) -> Result<HttpResponse> {
    let Some(name) = fingerprint.key.clone() else { return work.await };
    leaves(app, key, Trace::Answer).await?;
    let place = ReplayKey { app, key, fingerprint: &fingerprint, name };
    if let Some(answer) = place.claim().await? {
        return Ok(answer);
    }
    let answer = work.await.unwrap_or_else(|error| {
        error.log();
        error.answer(Words::new(fingerprint.language), CRM)
    });
    let (head, body) = answer.into_parts();
    let body = to_bytes(body).await.map_err(|error| anyhow!("the body of an answer: {error}"))?;
    if let Err(error) = place.finish(head.status(), &body).await {
        tracing::warn!(%error, "the response to a request with Idempotency-Key could not be stored");
    }
    Ok(head.set_body(body).map_into_boxed_body())
}

/// The vendor's own keys may leave what they will.
async fn leaves(app: &UsageContext, key: &ApiKey, trace: Trace) -> Result<()> {
    if key.home() == VENDOR { Ok(()) } else { app.keys.leaves(key.home(), trace, app.clock.millis()).await }
}

/// The row of a key and route.
struct ReplayKey<'a> {
    app: &'a UsageContext,
    key: &'a ApiKey,
    fingerprint: &'a RequestFingerprint,
    name: String,
}

impl ReplayKey<'_> {
    /// None if this request has to do the work, otherwise the stored response.
    async fn claim(&self) -> Result<Option<HttpResponse>> {
        // The second attempt is for a row that was deleted or expired between the two reads.
        for _ in 0..2 {
            if self.insert().await? {
                return Ok(None);
            }
            let Some(row) = self.row().one(self.app.store.write()).await? else { continue };
            let now = self.app.clock.millis();
            let limit = if row.status == 0 { RUNNING.num_milliseconds() } else { KEPT.num_milliseconds() };
            if row.created_at + limit <= now {
                self.remove(row.created_at).await?;
                continue;
            }
            if row.body_hash != self.fingerprint.body_hash {
                return Err(Error::field(format!("/{IDEMPOTENCY_KEY}"), LocalizedText::new("said-idempotency-other")));
            }
            if row.status != 0 {
                return self.replay(&row).map(Some);
            }
            break;
        }
        Err(Error::Conflict { problem: "idempotency_running", detail: LocalizedText::new("said-idempotency-running") })
    }

    async fn insert(&self) -> Result<bool> {
        let row = idempotency::ActiveModel {
            tenant_id: Set(self.key.home()),
            key_id: Set(self.key.id),
            route: Set(self.fingerprint.route.clone()),
            key: Set(self.name.clone()),
            body_hash: Set(self.fingerprint.body_hash.clone()),
            status: Set(0),
            answer: Set(String::new()),
            created_at: Set(self.app.clock.millis()),
        };
        let columns = [Column::TenantId, Column::KeyId, Column::Route, Column::Key];
        let done = idempotency::Entity::insert(row)
            .on_conflict(OnConflict::columns(columns).do_nothing().to_owned())
            .exec_without_returning(self.app.store.write())
            .await?;
        Ok(done > 0)
    }

    fn is_its(&self) -> Condition {
        Condition::all()
            .add(Column::TenantId.eq(self.key.home()))
            .add(Column::KeyId.eq(self.key.id))
            .add(Column::Route.eq(self.fingerprint.route.as_str()))
            .add(Column::Key.eq(self.name.as_str()))
    }

    fn row(&self) -> sea_orm::Select<idempotency::Entity> {
        idempotency::Entity::of_tenant(self.key.home()).filter(self.is_its())
    }

    async fn remove(&self, created_at: i64) -> Result<()> {
        idempotency::Entity::delete_many()
            .filter(self.is_its())
            .filter(Column::CreatedAt.eq(created_at))
            .exec(self.app.store.write())
            .await?;
        Ok(())
    }

    async fn finish(&self, status: StatusCode, body: &[u8]) -> Result<()> {
        if status.is_server_error() {
            let row = self.row().one(self.app.store.write()).await?;
            return match row.filter(|row| row.status == 0) {
                Some(row) => self.remove(row.created_at).await,
                None => Ok(()),
            };
        }
        // A response may contain a secret (`webhook_secret`).
        let sealed =
            STANDARD.encode(self.app.vault.seal(self.key.home(), vault::Place::Idempotency, &self.bound_to(), body));
        idempotency::Entity::update_many()
            .col_expr(Column::Status, Expr::value(i32::from(status.as_u16())))
            .col_expr(Column::Answer, Expr::value(sealed))
            .filter(self.is_its())
            .filter(Column::Status.eq(0))
            .exec(self.app.store.write())
            .await?;
        Ok(())
    }

    fn replay(&self, row: &idempotency::Model) -> Result<HttpResponse> {
        let sealed = STANDARD.decode(&row.answer).context("a kept answer")?;
        let opened = self.app.vault.open_sealed(self.key.home(), vault::Place::Idempotency, &self.bound_to(), &sealed);
        let body = opened.context("a kept answer")?.to_vec();
        let status = u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
        let status = status.with_context(|| format!("a kept answer with the status {}", row.status))?;
        let mut answer = HttpResponse::build(status);
        answer.insert_header(("Idempotency-Replayed", "true"));
        if body.is_empty() {
            return Ok(answer.finish());
        }
        let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
        Ok(answer.content_type(kind).body(body))
    }

    fn bound_to(&self) -> String {
        format!("{}\n{}\n{}", self.key.id, self.fingerprint.route, self.name)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_repeat_is_known_by_route_query_and_body() {
        let of = |uri: &str, body: &[u8]| {
            RequestFingerprint::of(
                &TestRequest::post().uri(uri).insert_header((IDEMPOTENCY_KEY, "k1")).to_http_request(),
                body,
            )
            .unwrap()
        };
        let first = of("/api/v1/a", b"{}");
        assert_eq!((first.route.as_str(), first.key.as_deref()), ("POST /api/v1/a", Some("k1")));
        assert_eq!(first.body_hash, of("/api/v1/a", b"{}").body_hash);
        assert_ne!(first.body_hash, of("/api/v1/a", b"{ }").body_hash);
        assert_ne!(first.body_hash, of("/api/v1/a?x=1", b"{}").body_hash);
    }

    #[test]
    fn keys_have_a_length() {
        for wrong in [String::new(), "k".repeat(256)] {
            let request = TestRequest::post().insert_header((IDEMPOTENCY_KEY, wrong)).to_http_request();
            assert!(matches!(RequestFingerprint::of(&request, b""), Err(Error::Invalid(_))));
        }
        assert!(RequestFingerprint::of(&TestRequest::post().to_http_request(), b"").unwrap().key.is_none());
    }
}
