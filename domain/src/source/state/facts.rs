//! Reads the data for states: a fixed number of queries, however many sources are requested.

use std::collections::HashMap;

use base::error::{Error, Result};
use base::message::Direction;
use entity::{letter, source, tenant_channel, turn};
use sea_orm::{ColumnTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{NOT_ANSWERING, SourceState, StateFacts};
use crate::alert;
use crate::source::SourceContext;
use crate::tenant as tenants;

/// The state of one source.
pub async fn state(app: &SourceContext, source: &source::Model) -> Result<SourceState> {
    let found = states(app, source.tenant_id, std::slice::from_ref(source)).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// The states of one account's sources, in their order.
pub async fn states(app: &SourceContext, tenant_id: Uuid, sources: &[source::Model]) -> Result<Vec<SourceState>> {
    let db = app.store.read();
    let tenant = tenants::load(db, tenant_id).await?.ok_or(Error::NotFound)?;
    let channels = tenant_channel::Entity::of_tenant(tenant_id).all(db).await?;
    let targets = sources.iter().flat_map(|source| [source.id, source.channel_id]);
    let turns = turn::Entity::of_tenant(tenant_id).filter(turn::Column::Target.is_in(targets)).all(db).await?;
    let turns: HashMap<Uuid, &turn::Model> = turns.iter().map(|turn| (turn.target, turn)).collect();
    let status = tenants::TenantStatus::stored(&tenant);
    let account_since = match status {
        tenants::TenantStatus::Active => None,
        _ => alert::open(db, tenant_id).await?.into_iter().find(|row| row.kind == status.as_str()),
    };
    let account_since = account_since.map(|row| row.opened_at);
    let mut states = Vec::with_capacity(sources.len());
    for source in sources {
        let to_crm = turns.get(&source.channel_id).copied();
        let not_answering = to_crm.is_some_and(|turn| turn.failures >= NOT_ANSWERING);
        let away = turns.get(&source.id).is_some_and(|turn| turn.failures >= NOT_ANSWERING);
        let facts = StateFacts {
            source,
            tenant: &tenant,
            channel: channels.iter().find(|channel| channel.channel_id == source.channel_id),
            to_crm,
            to_messenger: turns.get(&source.id).copied(),
            account_since,
            proof: app.source_observations.proofs.last(source.id),
            waits_since: if not_answering { oldest(app, source, Direction::ToCrm).await? } else { None },
            waits_for_messenger_since: if away { oldest(app, source, Direction::ToMessenger).await? } else { None },
        };
        states.push(facts.state());
    }
    Ok(states)
}

async fn oldest(app: &SourceContext, source: &source::Model, direction: Direction) -> Result<Option<i64>, DbErr> {
    let oldest = letter::Entity::of_tenant(source.tenant_id)
        .filter(letter::Column::SourceId.eq(source.id))
        .filter(letter::Column::Direction.eq(direction.number()))
        .order_by_asc(letter::Column::AcceptedAt)
        .limit(1)
        .one(app.store.read())
        .await?;
    Ok(oldest.map(|letter| letter.accepted_at))
}
