//! Every action on an account is recorded in its audit log with its author; so are refused attempts, without flooding
//! the log.

mod pages;
mod recorded;
mod refused;
mod said;
mod wall;

use entity::audit;
use parom_tests::World;
use sea_orm::{EntityTrait, QueryOrder};
use uuid::Uuid;

/// An account's log, the oldest row first; the nil id is the vendor's.
pub async fn log(world: &World, tenant_id: Uuid) -> Vec<audit::Model> {
    parom::audit::flush(world.app(), &world.app().identity.refusals).await;
    let rows = audit::Entity::of_tenant(tenant_id).order_by_asc(audit::Column::Id).all(world.app().store.read());
    rows.await.unwrap()
}

/// Adds rows as they might exist in a log.
pub async fn add(world: &World, rows: Vec<audit::Model>) {
    for chunk in rows.chunks(500) {
        let rows = chunk.iter().cloned().map(sea_orm::IntoActiveModel::into_active_model);
        audit::Entity::insert_many(rows).exec_without_returning(world.app().store.write()).await.unwrap();
    }
}

/// One of an account's people did something.
pub fn row(world: &World, tenant_id: Uuid, name: &str, action: &str) -> audit::Model {
    audit::Model {
        tenant_id,
        id: world.clock.uuid_v7(),
        at: world.clock.millis(),
        actor_kind: "member".to_owned(),
        actor_id: String::new(),
        actor_name: name.to_owned(),
        action: action.to_owned(),
        object: String::new(),
        detail: "{}".to_owned(),
        address: String::new(),
        outcome: "done".to_owned(),
    }
}
