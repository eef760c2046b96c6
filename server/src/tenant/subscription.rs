//! The account's subscription to the CRM's hooks (crm-api §7.1), at an address that nobody can guess.
//!
//! ```text
//! connected, or back ─▶ soon ─▶ look ─▶ on        looked at daily: switched off or lost, it is made again
//!                                   └▶ refused    the plan has no hooks: asked again daily, contacts are looked at slowly
//! disconnected, uninstalled ─▶ soon ─▶ off        the address is dead from then on
//! ```
//!
//! The address is the subscription's identity at amoCRM, so it stays the same over the account's whole life here.

mod due;
mod look;

use entity::crm_subscription::{self, Column};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, IntoActiveModel};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::app::App;
use crate::store::directory::{self, Kind};

pub use due::{due_now, run};

/// Where the door is, below the public address.
const PLACE: &str = "/crm/hooks/";

/// Has the subscription looked at at once: the account was connected, came back or left.
pub(super) async fn soon(db: &impl ConnectionTrait, tenant_id: Uuid, now: i64) -> Result<(), DbErr> {
    let row = crm_subscription::Model {
        tenant_id,
        destination: None,
        state: "off".to_owned(),
        detail: String::new(),
        checked_at: 0,
        next_try_at: Some(now),
        tries: 0,
    };
    crm_subscription::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::TenantId).update_columns([Column::NextTryAt, Column::Tries]).to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// How an account's subscription stands.
#[derive(Debug)]
pub struct Standing {
    pub state: State,
    /// What amoCRM said when it refused.
    pub detail: String,
    /// When amoCRM last said so, in milliseconds.
    pub checked_at: i64,
}

/// Whether amoCRM tells of changes of contacts and talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    On,
    /// Not asked yet, or the account left.
    Off,
    /// The account's plan has no hooks, or amoCRM says no: contacts are looked at by whoever looks.
    Refused,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Refused => "refused",
        }
    }
}

/// How it stands; none: the account never was connected.
pub async fn standing(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Option<Standing>, DbErr> {
    let row = crm_subscription::Entity::of_tenant(tenant_id).one(db).await?;
    Ok(row.map(|row| Standing {
        state: match row.state.as_str() {
            "on" => State::On,
            "refused" => State::Refused,
            _ => State::Off,
        },
        detail: row.detail,
        checked_at: row.checked_at,
    }))
}

/// Whose hooks come with this token; none: nobody's, or not any more.
pub async fn tenant_of(app: &App, token: &str) -> Result<Option<Uuid>, DbErr> {
    let found = directory::find(app.store.read(), Kind::CrmHooks, &hash(token), app.clock.millis()).await?;
    Ok(found.map(|entry| entry.tenant_id))
}

/// What the directory knows a token by.
fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
