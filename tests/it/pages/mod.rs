//! The panel's pages of sources, messages, the undelivered, keys and webhooks, as a browser without scripts meets them.

mod bulk;
mod consent;
mod consent_several;
mod customer;
mod lists;
mod messages;
mod reports;
mod sources;
mod webhooks;

use parom_tests::{Reply, Visitor, World};
use uuid::Uuid;

/// An owner of the account, come by a ticket as administrators of amoCRM do.
pub async fn olga(world: &World, tenant_id: Uuid) -> Visitor {
    world.panel_as(tenant_id, 2001, "Olga Owner", true).await
}

/// The same visitor, reading Russian from here on.
pub async fn in_russian(visitor: Visitor) -> Visitor {
    visitor.sends("/panel/language", &[("to", "ru")]).await.is(303);
    visitor
}

/// The ids of messages that a list links, in its order.
fn ids(list: &Reply) -> Vec<String> {
    let links = list.text.split("\"/panel/messages/").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|id| id.len() == 36).map(str::to_owned).collect()
}
