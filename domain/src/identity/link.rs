//! One-time sign-in links: requested by e-mail, given by an inviter, or printed for an operator.

use base::millis::MINUTE;
use base::store::{VENDOR, directory};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::session;
use crate::identity::IdentityContext;

const MAILED: &str = ":mailed";

base::worded! {
    /// The purpose of a link.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Purpose, word {
        /// Requested by its owner at the panel.
        SignIn = "sign_in",
        /// An invitation into an account.
        Invitation = "invitation",
        /// Handed by an owner to a member who cannot sign in.
        Handed = "handed",
        /// For an operator of the vendor, for the admin.
        Operator = "operator",
        /// Like `Operator`, for a person without an authenticator: only this sign-in can connect one.
        NewAuthenticator = "new_authenticator",
    }
}

impl Purpose {
    /// Whether it is for the admin.
    pub const fn is_of_operators(self) -> bool {
        matches!(self, Self::Operator | Self::NewAuthenticator)
    }

    /// Lifetime of a link in milliseconds.
    pub const fn life(self) -> i64 {
        match self {
            Self::SignIn | Self::Handed | Self::Operator | Self::NewAuthenticator => 10 * MINUTE,
            Self::Invitation => 7 * 24 * 60 * MINUTE,
        }
    }
}

/// The content of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInLink {
    pub person_id: Uuid,
    pub purpose: Purpose,
    /// The account of the invitation.
    pub tenant_id: Option<Uuid>,
    /// It was mailed to the person's own address, so its bearer reads that mail. Otherwise it was handed over.
    pub mailed: bool,
}

/// Creates a link's token. Earlier links of the same kind stop working.
pub async fn issue(app: &IdentityContext, db: &impl ConnectionTrait, link: SignInLink) -> Result<String, DbErr> {
    let token = session::new_token();
    let entry = directory::DirectoryEntry {
        tenant_id: link.tenant_id.unwrap_or(VENDOR),
        id: link.person_id,
        note: format!("{}{}", link.purpose.word(), if link.mailed { MAILED } else { "" }),
        expires_at: Some(app.clock.millis() + link.purpose.life()),
    };
    let latest = directory::DirectoryEntry { note: session::hash(&token), ..entry.clone() };
    directory::set(db, directory::IdKind::LatestLink, &place(&link), latest).await?;
    directory::enter(db, directory::IdKind::SignInLink, &session::hash(&token), entry).await?;
    Ok(token)
}

/// The address of the page that accepts a token.
pub fn address(app: &IdentityContext, purpose: Purpose, token: &str) -> String {
    let door = if purpose.is_of_operators() { "admin" } else { "panel" };
    format!("{}/{door}/link?token={token}", app.public_url())
}

/// The link of a token, which stays valid.
pub async fn look(app: &IdentityContext, token: &str) -> Result<Option<SignInLink>, DbErr> {
    if !session::is_token_shaped(token) {
        return Ok(None);
    }
    let key = session::hash(token);
    let found = directory::find(app.store.read(), directory::IdKind::SignInLink, &key, app.clock.millis()).await?;
    latest(app, app.store.read(), &key, found.and_then(read)).await
}

/// Consumes a token: of two callers only one gets the link.
pub async fn take(app: &IdentityContext, token: &str) -> Result<Option<SignInLink>, DbErr> {
    if !session::is_token_shaped(token) {
        return Ok(None);
    }
    let key = session::hash(token);
    let taken = directory::take(app.store.write(), directory::IdKind::SignInLink, &key, app.clock.millis()).await?;
    latest(app, app.store.write(), &key, taken.and_then(read)).await
}

/// The link, unless a newer one of the same kind exists.
async fn latest(
    app: &IdentityContext,
    db: &impl ConnectionTrait,
    key: &str,
    link: Option<SignInLink>,
) -> Result<Option<SignInLink>, DbErr> {
    let Some(link) = link else { return Ok(None) };
    let latest = directory::find(db, directory::IdKind::LatestLink, &place(&link), app.clock.millis()).await?;
    Ok(latest.is_none_or(|latest| latest.note == key).then_some(link))
}

/// Links with the same slot replace each other.
fn place(link: &SignInLink) -> String {
    format!("{}:{}:{}", link.person_id, link.purpose.word(), link.tenant_id.unwrap_or(VENDOR))
}

fn read(entry: directory::DirectoryEntry) -> Option<SignInLink> {
    let word = entry.note.trim_end_matches(MAILED);
    let purpose = Purpose::parse(word)?;
    let tenant_id = Some(entry.tenant_id).filter(|id| *id != VENDOR);
    Some(SignInLink { person_id: entry.id, purpose, tenant_id, mailed: entry.note.ends_with(MAILED) })
}
