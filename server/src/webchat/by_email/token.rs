//! The links in letters: signed, for one purpose and one chat each.
//!
//! ```text
//! token = base64url(purpose (1) ‖ conversation (16) ‖ link_id (16) ‖ end in ms (8) ‖ HMAC-SHA256 of these (32))
//! ```

use base::millis::HOUR;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{chat_email, source};
use sea_orm::{DbErr, EntityTrait};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::webchat::WebchatContext;

/// The purpose from which signatures are derived.
const KIND: &str = "chat e-mail link";
const SIGNED: usize = 1 + 16 + 16 + 8;
/// The expiry of a link that never expires.
const NEVER: i64 = i64::MAX;
/// How long an address can be confirmed, and how long it is kept if it is not: a day.
pub(super) const CONFIRM_LIFE: i64 = 24 * HOUR;
/// Days for which a link back works.
pub(super) const BACK_DAYS: i64 = 7;

/// What a link may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenPurpose {
    /// Confirm the address.
    Confirm,
    /// Open the conversation.
    Back,
    /// End the letters.
    End,
}

impl TokenPurpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Confirm => 1,
            Self::Back => 2,
            Self::End => 3,
        }
    }

    /// The last part of the path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Back => "back",
            Self::End => "end",
        }
    }

    fn end(self, now: i64) -> i64 {
        match self {
            Self::Confirm => now + CONFIRM_LIFE,
            Self::Back => now + BACK_DAYS * 24 * HOUR,
            Self::End => NEVER,
        }
    }
}

/// The address of a link.
pub(super) fn link(app: &WebchatContext, row: &chat_email::Model, purpose: TokenPurpose) -> String {
    let mut token = vec![purpose.byte()];
    token.extend(row.conversation_id.as_bytes());
    token.extend(row.link_id.as_bytes());
    token.extend(purpose.end(app.clock.millis()).to_be_bytes());
    let signature = app.vault.derive(KIND, &[&row.source_id.to_string(), &hex::encode(&token)]);
    token.extend(signature.as_slice());
    let (url, path) = (app.public_url(), purpose.path());
    format!("{url}/chat/{}/email/{path}?token={}", row.source_id, URL_SAFE_NO_PAD.encode(token))
}

/// The row of a valid link for this purpose; none if it is expired, replaced by a newer request, or not ours.
pub(super) async fn row(
    app: &WebchatContext,
    source: &source::Model,
    token: &str,
    purpose: TokenPurpose,
) -> Result<Option<chat_email::Model>, DbErr> {
    let Some((conversation_id, link_id)) = verify(app, source.id, token, purpose) else { return Ok(None) };
    let found = chat_email::Entity::find_by_id((source.tenant_id, conversation_id)).one(app.store.write()).await?;
    Ok(found.filter(|row| row.link_id == link_id && row.source_id == source.id))
}

fn verify(app: &WebchatContext, source_id: Uuid, token: &str, purpose: TokenPurpose) -> Option<(Uuid, Uuid)> {
    let token = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (signed, given) = token.split_at_checked(SIGNED)?;
    let parts = [&source_id.to_string(), &hex::encode(signed)];
    // Links stay valid after their signing key is replaced.
    let known = app.vault.derived(KIND, &parts.map(String::as_str));
    if !known.iter().any(|signature| signature.as_slice().ct_eq(given).into()) {
        return None;
    }
    let (byte, rest) = signed.split_first()?;
    let (conversation_id, rest) = rest.split_first_chunk::<16>()?;
    let (link_id, end) = rest.split_first_chunk::<16>()?;
    let end = i64::from_be_bytes(end.try_into().ok()?);
    let holds = *byte == purpose.byte() && end > app.clock.millis();
    holds.then_some((Uuid::from_bytes(*conversation_id), Uuid::from_bytes(*link_id)))
}
