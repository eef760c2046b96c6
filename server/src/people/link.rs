//! Links that sign somebody in once: asked for by e-mail, given by an inviter, printed for an operator.

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::token;
use crate::app::App;
use crate::store::{VENDOR, directory};

const MINUTE: i64 = 60_000;
const MAILED: &str = ":mailed";

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Its owner asked for it at the panel.
    SignIn,
    /// Somebody was invited into an account.
    Invitation,
    /// An owner gives it to a member who cannot sign in.
    Handed,
    /// An operator of the vendor, for the admin.
    Operator,
    /// The first step is done, the code of the authenticator is missing.
    SecondStep,
}

impl Purpose {
    const ALL: [Self; 5] = [Self::SignIn, Self::Invitation, Self::Handed, Self::Operator, Self::SecondStep];

    const fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Invitation => "invitation",
            Self::Handed => "handed",
            Self::Operator => "operator",
            Self::SecondStep => "second_step",
        }
    }

    /// Milliseconds that a link lives.
    pub const fn life(self) -> i64 {
        match self {
            Self::SignIn | Self::Handed | Self::Operator => 15 * MINUTE,
            Self::SecondStep => 5 * MINUTE,
            Self::Invitation => 7 * 24 * 60 * MINUTE,
        }
    }
}

/// What a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub person_id: Uuid,
    pub purpose: Purpose,
    /// The account that somebody was invited to.
    pub tenant_id: Option<Uuid>,
    /// It went to the person's own address: whoever has it reads that mail. Otherwise somebody handed it over.
    pub mailed: bool,
}

/// Makes a link's token.
pub async fn issue(app: &App, db: &impl ConnectionTrait, link: Link) -> Result<String, DbErr> {
    let token = token::new();
    let entry = directory::Entry {
        tenant_id: link.tenant_id.unwrap_or(VENDOR),
        id: link.person_id,
        note: format!("{}{}", link.purpose.word(), if link.mailed { MAILED } else { "" }),
        expires_at: Some(app.clock.millis() + link.purpose.life()),
    };
    directory::enter(db, directory::Kind::SignInLink, &token::hash(&token), entry).await?;
    Ok(token)
}

/// The address of the page that takes a token.
pub fn address(app: &App, purpose: Purpose, token: &str) -> String {
    let door = if purpose == Purpose::Operator { "admin" } else { "panel" };
    format!("{}/{door}/link?token={token}", app.public_url())
}

/// What a token would open; it stays good.
pub async fn look(app: &App, token: &str) -> Result<Option<Link>, DbErr> {
    if !token::looks_right(token) {
        return Ok(None);
    }
    let key = token::hash(token);
    let found = directory::find(app.store.read(), directory::Kind::SignInLink, &key, app.clock.millis()).await?;
    Ok(found.and_then(read))
}

/// Uses a token up: of two callers only one gets the link.
pub async fn take(app: &App, token: &str) -> Result<Option<Link>, DbErr> {
    if !token::looks_right(token) {
        return Ok(None);
    }
    let key = token::hash(token);
    let taken = directory::take(app.store.write(), directory::Kind::SignInLink, &key, app.clock.millis()).await?;
    Ok(taken.and_then(read))
}

fn read(entry: directory::Entry) -> Option<Link> {
    let word = entry.note.trim_end_matches(MAILED);
    let purpose = Purpose::ALL.into_iter().find(|purpose| purpose.word() == word)?;
    let tenant_id = Some(entry.tenant_id).filter(|id| *id != VENDOR);
    Some(Link { person_id: entry.id, purpose, tenant_id, mailed: entry.note.ends_with(MAILED) })
}
