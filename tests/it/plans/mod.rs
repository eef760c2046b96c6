//! Plans of accounts: what they limit, what is reported before an end, and what happens after it.

mod ends;
mod limits;
mod notices;
mod settings;
mod usage;

use std::time::Duration;

use base::config::{Config, Plan, PlansConfig, VendorWebhook};
use entity::vendor_event;
use parom_tests::{Engine, Place, Setup, World};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::Value;

pub const DAY: Duration = Duration::from_secs(86_400);

/// A small plan that new accounts try for two weeks, and one without limits.
fn plans(config: &mut Config) {
    let plan = |name: &str| Plan {
        name: name.to_owned(),
        sources: None,
        messages_a_month: None,
        connectors: None,
        storage_mb: None,
        requests_per_key: None,
    };
    let days = vec![7, 3, 1];
    let plans = PlansConfig { grace_days: 7, warn_days: days, default: "start".to_owned(), trial_days: 14 };
    config.plans = plans.into();
    config.plan_list = vec![
        Plan {
            sources: Some(2),
            messages_a_month: Some(5),
            connectors: Some(vec!["custom".to_owned(), "webchat".to_owned()]),
            storage_mb: Some(2),
            requests_per_key: Some(1),
            ..plan("start")
        },
        plan("all"),
    ]
    .into();
    config.vendor_webhooks = vec![VendorWebhook {
        name: "billing".to_owned(),
        url: "http://127.0.0.1:9/".parse().unwrap(),
        secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=".into(),
        types: Vec::new(),
    }];
}

/// A world with these plans, on both databases.
async fn each(test: impl AsyncFn(&mut World)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let Some(mut world) = World::start(engine, Setup { change: plans, ..Setup::default() }).await else { continue };
        test(&mut world).await;
        world.close().await;
    }
}

/// Does what is due for ends of subscriptions.
async fn looks(world: &World) {
    world.works("plans").await;
}

/// Bodies of the vendor's events of one kind, the oldest first.
async fn events(world: &World, kind: &str) -> Vec<Value> {
    let rows = vendor_event::Entity::find().order_by_asc(vendor_event::Column::Id).all(world.app().store.read()).await;
    let rows = rows.unwrap().into_iter().filter(|row| row.kind == kind);
    rows.map(|row| serde_json::from_str(&row.body).unwrap()).collect()
}
