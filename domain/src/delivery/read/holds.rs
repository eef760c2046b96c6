//! Why letters wait for a person: the held turns.

use std::collections::BTreeMap;

use base::message::Direction;
use entity::{source, turn};
use queue::HELD;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter};
use uuid::Uuid;

/// Reason of a person's pause, as turns have it.
const PAUSED: &str = "paused";

/// Why letters of one source wait, by direction.
#[derive(Clone, Debug, Default)]
pub struct HoldReasons {
    pub to_crm: Option<String>,
    pub to_messenger: Option<String>,
}

impl HoldReasons {
    /// Reads the turns of a source and of its channel.
    pub async fn of(db: &impl ConnectionTrait, source: &source::Model) -> Result<Self, DbErr> {
        let turns = turn::Entity::of_tenant(source.tenant_id)
            .filter(turn::Column::Target.is_in([source.id, source.channel_id]))
            .all(db)
            .await?;
        Ok(AllHolds(turns.into_iter().filter_map(reason_of).collect()).of(source))
    }

    /// Why letters in this direction are held; none if they are not.
    pub fn reason(&self, direction: Direction) -> Option<&String> {
        match direction {
            Direction::ToCrm => self.to_crm.as_ref(),
            Direction::ToMessenger => self.to_messenger.as_ref(),
        }
    }
}

/// All held targets of an account, with the reasons.
#[derive(Clone, Debug, Default)]
pub struct AllHolds(BTreeMap<Uuid, String>);

impl AllHolds {
    /// Reads the turns of an account.
    pub async fn of_tenant(db: &impl ConnectionTrait, tenant_id: Uuid) -> Result<Self, DbErr> {
        let held = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Reason.starts_with(HELD)).all(db).await?;
        Ok(Self(held.into_iter().filter_map(reason_of).collect()))
    }

    /// Holds of one source.
    pub fn of(&self, source: &source::Model) -> HoldReasons {
        // The way to amoCRM has no turn of its own: the source says itself that it is paused.
        let paused = source.is_paused_by_person().then(|| PAUSED.to_owned());
        HoldReasons {
            to_crm: paused.or_else(|| self.0.get(&source.channel_id).cloned()),
            to_messenger: self.0.get(&source.id).cloned(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn reason_of(turn: turn::Model) -> Option<(Uuid, String)> {
    let reason = turn.reason.strip_prefix(HELD)?.to_owned();
    Some((turn.target, reason))
}
