//! Who made an API key: it may do at most what they may do now, and nothing once they have no access any more.
//!
//! Of some keys from before makers were stored, the audit log no longer says who made them. They may do what an
//! administrator may, because nobody with fewer rights could make one.

use std::sync::Arc;

use base::millis::HOUR;
use base::store::VENDOR;
use entity::{api_key, member as members};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::Scope;
use crate::identity::member::{self, FROM_CRM, Vouched};
use crate::identity::{IdentityContext, MemberRole, person};
use crate::tenant::users::{CrmRights, MaxAge};
use crate::tenant::{TenantContext, users};

/// Concurrent requests share an answer of amoCRM, also while it does not answer.
const MAX_AGE: MaxAge = MaxAge { answer: 60_000, unknown: 60_000 };

/// Who made a key, or took it over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMaker {
    /// A member of the account, in the panel.
    Member(Uuid),
    /// The vendor, with `parom key create`.
    CommandLine,
    Unknown,
}

/// What a key may do now.
#[derive(Clone, Debug)]
pub struct KeyRight {
    /// None: its maker has no access any more.
    pub scope: Option<Scope>,
    /// The maker, if their role follows amoCRM.
    from_crm: Option<members::Model>,
}

impl KeyMaker {
    /// The maker in a row.
    pub fn of(row: &api_key::Model) -> Self {
        match row.made_by.as_deref().map(|made_by| made_by.split_once(':').unwrap_or((made_by, ""))) {
            Some(("member", id)) => Uuid::try_parse(id).map_or(Self::Unknown, Self::Member),
            Some(("cli", _)) => Self::CommandLine,
            None if row.tenant_id == VENDOR => Self::CommandLine,
            _ => Self::Unknown,
        }
    }

    /// The value of the row; None for [`KeyMaker::Unknown`].
    pub fn stored(self) -> Option<String> {
        match self {
            Self::Member(person_id) => Some(format!("member:{person_id}")),
            Self::CommandLine => Some("cli".to_owned()),
            Self::Unknown => None,
        }
    }
}

/// The most that a key of a maker with this role may do.
pub const fn most(role: MemberRole) -> Scope {
    match role {
        MemberRole::Owner => Scope::Admin,
        MemberRole::Administrator => Scope::Write,
        MemberRole::Viewer => Scope::Read,
    }
}

impl KeyRight {
    /// The right of a key whose maker's role does not follow amoCRM.
    pub const fn with(scope: Option<Scope>) -> Self {
        Self { scope, from_crm: None }
    }
}

/// What a key may do now; None for a row with an unknown scope.
pub async fn right(db: &impl ConnectionTrait, row: &api_key::Model) -> Result<Option<KeyRight>, DbErr> {
    let Some(scope) = Scope::parse(&row.scope) else { return Ok(None) };
    let of = |most: Scope| Some(KeyRight::with(Some(scope.min(most))));
    Ok(match KeyMaker::of(row) {
        KeyMaker::CommandLine => of(Scope::Admin),
        KeyMaker::Unknown => of(most(MemberRole::Administrator)),
        KeyMaker::Member(person_id) => {
            let found = member::find(db, row.tenant_id, person_id).await?;
            let role = found.as_ref().and_then(|member| MemberRole::parse(&member.role));
            let from_crm = found.filter(|member| member.role_from == FROM_CRM);
            Some(KeyRight { scope: role.map(|role| scope.min(most(role))), from_crm })
        }
    })
}

/// The maker's name for lists; None if unknown.
pub async fn name(db: &impl ConnectionTrait, row: &api_key::Model) -> Result<Option<String>, DbErr> {
    Ok(match KeyMaker::of(row) {
        KeyMaker::Unknown => None,
        KeyMaker::CommandLine => Some("parom key create".to_owned()),
        KeyMaker::Member(person_id) => {
            let person = person::by_id(db, person_id).await?;
            person.map(|person| if person.name.is_empty() { person.email } else { person.name })
        }
    })
}

/// Asks amoCRM again about a maker whose role follows it, an hour after the last time and in the background: a request
/// with a key does not wait for amoCRM. While amoCRM does not answer, its last answer is used.
pub fn ask_again(tenants: &Arc<TenantContext>, identity: &Arc<IdentityContext>, right: &KeyRight) {
    let now = identity.clock.millis();
    let Some(maker) = right.from_crm.clone().filter(|maker| maker.crm_asked_at.saturating_add(HOUR) <= now) else {
        return;
    };
    let Some(user) = maker.crm_user_id else { return };
    let (tenants, identity) = (tenants.clone(), identity.clone());
    base::supervisor::detach("key_makers", async move {
        let Some(says) = ask_crm(&tenants, maker.tenant_id, user).await else { return };
        if let Err(error) = member::vouch(&identity, &maker, says).await {
            tracing::warn!(tenant.id = %maker.tenant_id, %error, "the rights of the maker of an API key could not be stored; they are asked for again");
        }
    });
}

/// What amoCRM says of a member; None while it does not answer.
pub async fn ask_crm(tenants: &Arc<TenantContext>, tenant_id: Uuid, crm_user_id: i64) -> Option<Vouched> {
    match users::rights_of(tenants, tenant_id, crm_user_id, MAX_AGE).await.rights {
        CrmRights::Administrator => Some(Vouched::Administrator),
        CrmRights::User => Some(Vouched::User),
        CrmRights::Gone => Some(Vouched::Gone),
        CrmRights::Unknown => None,
    }
}
