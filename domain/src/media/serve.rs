//! `GET /media/{token}/{name}`: a file or a range of it, for anyone with the link. Content that a browser might execute
//! is never displayed inline, whatever its name.
//!
//! Links are signed, expire, and do not reveal a file's origin.
//!
//! ```text
//! {public_url}/media/{token}/{file name}
//! token = base64url(version (1) ‖ tenant (16) ‖ file (16) ‖ end in ms (8) ‖ HMAC-SHA256 of these (32))
//! ```
//!
//! The name is for people and for clients that use its extension; it is neither signed nor checked.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    self, ByteRangeSpec, ContentRange, ContentRangeSpec, ETag, EntityTag, Header, IfNoneMatch, IfRange, Range as Ranges,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use base::i18n::{Language, Words};
use base::message::day_of;
use base::millis::HOUR;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use entity::media::{self, Column};
use futures_util::stream::{BoxStream, empty};
use futures_util::{StreamExt, TryStreamExt};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::files::FileKey;
use super::{FileOrigin, MediaContext, MediaKind, MediaState, fetch, name};

/// No scripts, no subresources, no framing.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Seconds after which a file that is not here yet may be asked for again.
const SOON: &str = "5";

/// Mounts `/media`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/media/{token}/{name}").route(web::get().to(get)).route(web::head().to(get)));
}

async fn get(app: web::Data<MediaContext>, path: web::Path<(String, String)>, request: HttpRequest) -> HttpResponse {
    let Some(target) = verify(&app, &path.0) else { return nothing(&request, StatusCode::NOT_FOUND) };
    let now = app.clock.millis();
    if target.end <= now {
        return nothing(&request, StatusCode::GONE);
    }
    let found = match row(&app, target.tenant_id, target.id).await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(tenant.id = %target.tenant_id, media.id = %target.id, %error, "a file's row cannot be read");
            return nothing(&request, StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    // The API shows a link as soon as the message is accepted.
    if found.as_ref().is_some_and(|row| row.state == MediaState::Wanted.number()) {
        return nothing(&request, StatusCode::SERVICE_UNAVAILABLE);
    }
    let found = found.filter(|row| row.state == MediaState::Kept.number() && row.day >= day_of(now));
    match found.map(|row| StoredFile::of(&row, None)) {
        Some(kept) => lend(&app, &request, &kept).await,
        None => nothing(&request, StatusCode::NOT_FOUND),
    }
}

/// The same answer for every error, so that guessing reveals nothing.
fn nothing(request: &HttpRequest, status: StatusCode) -> HttpResponse {
    let words = Words::new(Language::accepted(request.headers()));
    let key = if status == StatusCode::SERVICE_UNAVAILABLE { "media-busy" } else { "media-nothing-here" };
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.insert_header((header::RETRY_AFTER, SOON));
    }
    answer
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(format!("{}\n", words.text(key)))
}

/// The requested part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ByteRange {
    Whole,
    Some(Range<u64>),
    /// A range beyond the end.
    Nowhere,
}

async fn lend(app: &MediaContext, request: &HttpRequest, kept: &StoredFile) -> HttpResponse {
    let tag = EntityTag::new_strong(kept.checksum.clone());
    if knows(request, &tag) {
        return headed(HttpResponse::NotModified(), kept, tag).finish();
    }
    let (range, mut answer) = match part(request, &tag, kept.size) {
        ByteRange::Nowhere => {
            let announced = ContentRange(ContentRangeSpec::Bytes { range: None, instance_length: Some(kept.size) });
            return headed(HttpResponse::RangeNotSatisfiable(), kept, tag).insert_header(announced).finish();
        }
        ByteRange::Whole => (0..kept.size, headed(HttpResponse::Ok(), kept, tag)),
        ByteRange::Some(range) => {
            let last = range.end - 1;
            let announced =
                ContentRangeSpec::Bytes { range: Some((range.start, last)), instance_length: Some(kept.size) };
            let mut answer = headed(HttpResponse::PartialContent(), kept, tag);
            answer.insert_header(ContentRange(announced));
            (range, answer)
        }
    };
    let (content_type, inline) = name::served(&kept.mime_type);
    answer.insert_header((header::CONTENT_TYPE, content_type));
    answer.insert_header(name::disposition(inline, &kept.file_name));
    let length = range.end - range.start;
    if request.method() == Method::HEAD {
        return answer.body(SizedStream::new(length, empty::<Result<_, std::io::Error>>()));
    }
    match app.media.files.read(kept.key(), range).await {
        Ok(Some(bytes)) => answer.body(SizedStream::new(length, bytes)),
        Ok(None) => {
            tracing::error!(tenant.id = %kept.tenant_id, media.id = %kept.id, "a stored file is missing from the file store");
            nothing(request, StatusCode::NOT_FOUND)
        }
        Err(error) => {
            tracing::error!(tenant.id = %kept.tenant_id, media.id = %kept.id, %error, "the file store cannot be read");
            nothing(request, StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn headed(mut answer: HttpResponseBuilder, kept: &StoredFile, tag: EntityTag) -> HttpResponseBuilder {
    let private = if kept.size > 0 { "private, max-age=3600" } else { "no-store" };
    answer
        .insert_header(ETag(tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, private))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    answer
}

fn knows(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|one| one.weak_eq(tag)),
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Err(_) => false,
    }
}

/// A single range is honoured; several or invalid ones mean the whole file (RFC 9110 §14.2), as does a condition that
/// fails.
fn part(request: &HttpRequest, tag: &EntityTag, size: u64) -> ByteRange {
    let Ok(Ranges::Bytes(specs)) = Ranges::parse(request) else { return ByteRange::Whole };
    let same = !request.headers().contains_key(header::IF_RANGE)
        || matches!(IfRange::parse(request), Ok(IfRange::EntityTag(announced)) if announced.strong_eq(tag));
    match specs.as_slice() {
        [spec] if same => satisfied(spec, size),
        _ => ByteRange::Whole,
    }
}

fn satisfied(spec: &ByteRangeSpec, size: u64) -> ByteRange {
    match spec.to_satisfiable_range(size) {
        Some((first, last)) => ByteRange::Some(first..last + 1),
        None => ByteRange::Nowhere,
    }
}

const VERSION: u8 = 1;
/// The purpose from which signatures are derived.
const KIND: &str = "media link";
const SIGNED: usize = 1 + 16 + 16 + 8;
/// The expiry of a link that never expires.
const NEVER: i64 = i64::MAX;

/// The recipient of a link, which decides its lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRecipient {
    /// A messenger's server: two days, twice the promised time.
    Webhook,
    /// amoCRM, which fetches "a little later": eight days.
    Crm,
    /// amoCRM if the channel's option is to store files: amoCRM then stores the link instead of a copy, so it never
    /// expires. Use [`crm_link`], which also keeps the file.
    CrmForEver,
    /// A page that is open now: an hour.
    Panel,
}

/// A link to a file; in mode `pass` the public address.
pub fn link(app: &MediaContext, kept: &StoredFile, reader: LinkRecipient) -> Url {
    if let Some(passed) = &kept.passed {
        return passed.clone();
    }
    let now = app.clock.millis();
    let end = match reader {
        LinkRecipient::Webhook => now + 48 * HOUR,
        LinkRecipient::Crm => now + 8 * 24 * HOUR,
        LinkRecipient::CrmForEver => NEVER,
        LinkRecipient::Panel => now + HOUR,
    };
    let mut url = app.config.server.public_url.clone();
    let token = sign(app, kept.tenant_id, kept.id, end);
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(["media", &token, &kept.file_name]);
    }
    url
}

/// A link for amoCRM. `stores_files`: the channel's option; with it neither link nor file expires.
pub async fn crm_link(app: &MediaContext, kept: &StoredFile, stores_files: bool) -> Result<Url, DbErr> {
    if !stores_files {
        return Ok(link(app, kept, LinkRecipient::Crm));
    }
    media::Entity::update_by_id((kept.tenant_id, kept.id))
        .col_expr(Column::Day, Expr::value(i32::MAX))
        .filter(Column::Day.lt(i32::MAX))
        .exec(app.store.write())
        .await?;
    Ok(link(app, kept, LinkRecipient::CrmForEver))
}

/// The file and expiry of a verified link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LinkTarget {
    pub tenant_id: Uuid,
    pub id: Uuid,
    /// Milliseconds since 1970.
    pub end: i64,
}

fn sign(app: &MediaContext, tenant_id: Uuid, id: Uuid, end: i64) -> String {
    let mut token = vec![VERSION];
    token.extend(tenant_id.as_bytes());
    token.extend(id.as_bytes());
    token.extend(end.to_be_bytes());
    let signature = signature(app, &token);
    token.extend(signature);
    URL_SAFE_NO_PAD.encode(token)
}

fn signature(app: &MediaContext, signed: &[u8]) -> [u8; 32] {
    *app.vault.derive(KIND, &[&hex::encode(signed)])
}

/// Links stay valid after their signing key is replaced: amoCRM stores some for ever.
fn is_ours(app: &MediaContext, signed: &[u8], given: &[u8]) -> bool {
    app.vault.derived(KIND, &[&hex::encode(signed)]).iter().any(|signature| signature.as_slice().ct_eq(given).into())
}

/// `None` if it is not a link of ours.
fn verify(app: &MediaContext, token: &str) -> Option<LinkTarget> {
    let token = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (signed, given) = token.split_at_checked(SIGNED)?;
    if !is_ours(app, signed, given) {
        return None;
    }
    let (version, rest) = signed.split_first()?;
    let (tenant_id, rest) = rest.split_first_chunk::<16>()?;
    let (id, end) = rest.split_first_chunk::<16>()?;
    let end = i64::from_be_bytes(end.try_into().ok()?);
    let target = LinkTarget { tenant_id: Uuid::from_bytes(*tenant_id), id: Uuid::from_bytes(*id), end };
    (*version == VERSION).then_some(target)
}

/// How long a delivery waits for a fetch in progress.
const WAIT: Duration = Duration::from_secs(5);
/// How long a delivery leaves a due file to the worker before it fetches it itself.
const LEAVE: Duration = Duration::from_secs(1);
/// Time limit of a delivery's own fetch.
const BUDGET: Duration = Duration::from_secs(8);
/// Time limit for an avatar, which the message does not depend on.
const BUDGET_OF_AVATAR: Duration = Duration::from_secs(3);
/// Time limit for a preview, which the contract promises if there is one.
const BUDGET_OF_PREVIEW: Duration = Duration::from_secs(5);
/// Interval of checks for a fetch by another instance.
const LOOK: Duration = Duration::from_millis(250);

/// Whether a file can be sent.
#[derive(Clone, Debug)]
pub enum FileReadiness {
    Kept(StoredFile),
    /// Not yet: ask again after this time.
    Later {
        after: Duration,
    },
    /// Never: send [`super::placeholder`] instead. The reason is a key.
    Gone {
        reason: String,
    },
}

/// A file that can be sent.
#[derive(Clone)]
pub struct StoredFile {
    pub tenant_id: Uuid,
    pub id: Uuid,
    pub file_name: String,
    /// Detected from its first bytes; empty in mode `pass`.
    pub mime_type: String,
    /// Bytes; 0 in mode `pass`.
    pub size: u64,
    /// Hex SHA-256; empty in mode `pass`.
    pub checksum: String,
    pub(super) epoch: i32,
    /// Mode `pass`: the public address.
    pub(super) passed: Option<Url>,
}

impl std::fmt::Debug for StoredFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Kept").field("id", &self.id).finish_non_exhaustive()
    }
}

impl StoredFile {
    pub(super) fn of(row: &media::Model, passed: Option<Url>) -> Self {
        Self {
            tenant_id: row.tenant_id,
            id: row.id,
            file_name: row.file_name.clone(),
            mime_type: row.mime_type.clone(),
            size: u64::try_from(row.size).unwrap_or(0),
            checksum: row.checksum.clone(),
            epoch: row.epoch,
            passed,
        }
    }

    /// The kind it can be sent as if declared as `said`: a picture without an image's bytes is a file.
    pub fn kind_for(&self, declared: MediaKind) -> MediaKind {
        if self.passed.is_some() || name::fits(declared, &self.mime_type) { declared } else { MediaKind::File }
    }

    /// Only its public address is known: mode `pass`.
    pub fn is_passed(&self) -> bool {
        self.passed.is_some()
    }

    pub(super) fn key(&self) -> FileKey {
        FileKey { tenant_id: self.tenant_id, id: self.id, epoch: self.epoch }
    }
}

pub(super) async fn row(app: &MediaContext, tenant_id: Uuid, id: Uuid) -> Result<Option<media::Model>, DbErr> {
    media::Entity::find_by_id((tenant_id, id)).one(app.store.read()).await
}

/// The file of a `media_id`, fetched now if necessary. Waits a few seconds at most. Errors are the database's or mean a
/// damaged row.
pub async fn ensure(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> anyhow::Result<FileReadiness> {
    wait_for(app, tenant_id, media_id, BUDGET).await
}

async fn wait_for(
    app: &MediaContext,
    tenant_id: Uuid,
    media_id: Uuid,
    budget: Duration,
) -> anyhow::Result<FileReadiness> {
    let started = Instant::now();
    let mut fetched = false;
    loop {
        let mut rung = std::pin::pin!(app.media.settled.notified());
        rung.as_mut().enable();
        let Some(row) = row(app, tenant_id, media_id).await? else {
            return Ok(FileReadiness::Gone { reason: "media_gone".to_owned() });
        };
        if let Some(ready) = readiness(app, &row)? {
            return Ok(ready);
        }
        let wait = row.next_try_at.unwrap_or(0) - app.store.now().await?;
        let is_due = wait <= 0;
        if !is_due && !row.leased {
            // Backing off: nothing will happen earlier.
            return Ok(FileReadiness::Later { after: Duration::from_millis(u64::try_from(wait).unwrap_or(0)) });
        }
        let workers = !row.leased && app.media.worker_runs.load(Ordering::Relaxed) && started.elapsed() < LEAVE;
        if is_due && !workers && !fetched {
            if let Some(claimed) = fetch::claim(app, row).await? {
                fetched = true;
                fetch::attempt(app, claimed, Some(budget)).await;
            }
        } else if fetched || started.elapsed() >= WAIT.min(budget) {
            return Ok(FileReadiness::Later { after: WAIT });
        } else {
            let _ = tokio::time::timeout(LOOK, rung).await;
        }
    }
}

/// `None` while it is still to be fetched.
fn readiness(app: &MediaContext, row: &media::Model) -> anyhow::Result<Option<FileReadiness>> {
    Ok(match MediaState::from_number(row.state)? {
        MediaState::Wanted => None,
        MediaState::Kept => Some(FileReadiness::Kept(StoredFile::of(row, None))),
        MediaState::Gone | MediaState::Refused => Some(FileReadiness::Gone { reason: row.failure.clone() }),
        MediaState::Passed => match FileOrigin::of(app, row)? {
            FileOrigin::Url(url) => Some(FileReadiness::Kept(StoredFile::of(row, Some(address(&url)?)))),
            FileOrigin::Connector { .. } => anyhow::bail!("only public addresses are handed through"),
        },
    })
}

/// The error's own text would quote the address.
fn address(url: &str) -> anyhow::Result<Url> {
    Url::parse(url).map_err(|_| anyhow::anyhow!("the address of a file is damaged"))
}

/// The file as stored, without fetching. `None` if it is not here.
pub async fn find(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> anyhow::Result<Option<StoredFile>> {
    let Some(row) = row(app, tenant_id, media_id).await? else { return Ok(None) };
    Ok(match readiness(app, &row)? {
        Some(FileReadiness::Kept(kept)) => Some(kept),
        _ => None,
    })
}

/// A link to an avatar for amoCRM. `None` if it is not available within a few seconds, so that no message waits for it.
pub async fn avatar_link(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> Option<Url> {
    let kept = optional_file(app, tenant_id, media_id, BUDGET_OF_AVATAR).await?;
    Some(link(app, &kept, LinkRecipient::Crm))
}

/// A link to a preview for a messenger: waits up to five seconds for its first fetch. None when it is not available by
/// then, or is not a picture.
pub async fn preview_link(app: &MediaContext, tenant_id: Uuid, media_id: Uuid) -> Option<Url> {
    let kept = optional_file(app, tenant_id, media_id, BUDGET_OF_PREVIEW).await?;
    (kept.kind_for(MediaKind::Picture) == MediaKind::Picture).then(|| link(app, &kept, LinkRecipient::Webhook))
}

/// A file that its message can be sent without. `None` if it did not arrive in time.
async fn optional_file(app: &MediaContext, tenant_id: Uuid, media_id: Uuid, budget: Duration) -> Option<StoredFile> {
    match wait_for(app, tenant_id, media_id, budget).await {
        Ok(FileReadiness::Kept(kept)) => Some(kept),
        Ok(_) => None,
        Err(error) => {
            let cause = format!("{error:#}");
            tracing::warn!(tenant.id = %tenant_id, media.id = %media_id, cause, "an avatar or a preview was omitted");
            None
        }
    }
}

/// The bytes of a file, for connectors that upload them. Errors are the store's, or mean that it is not stored here.
pub async fn read(app: &MediaContext, kept: &StoredFile) -> anyhow::Result<BoxStream<'static, anyhow::Result<Bytes>>> {
    anyhow::ensure!(kept.passed.is_none(), "in mode pass the file is not here");
    let found = app.media.files.read(kept.key(), 0..kept.size).await?;
    let bytes = found.ok_or_else(|| anyhow::anyhow!("the file is no longer in the store"))?;
    Ok(bytes.map_err(anyhow::Error::from).boxed())
}

/// A file for a developer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFile {
    /// Valid for two days; in mode `pass` the public address.
    pub url: Url,
    /// Empty if it has none (yet).
    pub file_name: String,
    /// None if it is not known (yet).
    pub mime_type: Option<String>,
    /// Bytes; 0 if it is not known (yet).
    pub size: u64,
}

/// These files by their ids, read at once. Files that are gone or were refused are left out; the link of one that is
/// still being fetched works as soon as it is stored.
pub async fn shown(
    app: &MediaContext,
    tenant_id: Uuid,
    ids: BTreeSet<Uuid>,
) -> anyhow::Result<HashMap<Uuid, ShownFile>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = media::Entity::of_tenant(tenant_id).filter(Column::Id.is_in(ids)).all(app.store.read()).await?;
    let today = day_of(app.clock.millis());
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let passed = match MediaState::from_number(row.state)? {
            MediaState::Wanted => None,
            MediaState::Kept if row.day >= today => None,
            MediaState::Passed => match FileOrigin::of(app, &row)? {
                FileOrigin::Url(url) => Some(address(&url)?),
                FileOrigin::Connector { .. } => continue,
            },
            MediaState::Kept | MediaState::Gone | MediaState::Refused => continue,
        };
        let file = StoredFile::of(&row, passed);
        let url = link(app, &file, LinkRecipient::Webhook);
        let mime_type = Some(file.mime_type).filter(|kind| !kind.is_empty());
        found.insert(row.id, ShownFile { url, file_name: file.file_name, mime_type, size: file.size });
    }
    Ok(found)
}
