//! Signed, expiring links to files that do not reveal a file's origin.
//!
//! ```text
//! {public_url}/media/{token}/{file name}
//! token = base64url(version (1) ‖ tenant (16) ‖ file (16) ‖ end in ms (8) ‖ HMAC-SHA256 of these (32))
//! ```
//!
//! The name is for people and for clients that use its extension; it is neither signed nor checked.

use base::millis::HOUR;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::media::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq;
use url::Url;
use uuid::Uuid;

use super::ensure::StoredFile;
use crate::media::MediaContext;

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
    media::Entity::update_many()
        .col_expr(Column::Day, Expr::value(i32::MAX))
        .filter(Column::TenantId.eq(kept.tenant_id))
        .filter(Column::Id.eq(kept.id))
        .filter(Column::Day.lt(i32::MAX))
        .exec(app.store.write())
        .await?;
    Ok(link(app, kept, LinkRecipient::CrmForEver))
}

/// The file and expiry of a verified link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkTarget {
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
pub(super) fn verify(app: &MediaContext, token: &str) -> Option<LinkTarget> {
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
