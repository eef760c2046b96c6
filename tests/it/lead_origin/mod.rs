//! Where a customer came from, in the lead: campaign parameters of a page, payloads of links.

mod failing;
mod written;

use std::time::Duration;

use parom_tests::World;
use parom_tests::settings::HOST;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::webchat::{OnSite, SHOP, chat_with};

/// The entry page of the customers of these tests.
const LANDING: &str = "https://shop.example/?utm_source=mail&utm_campaign=summer";

/// A message of a visitor who entered the site by this address.
async fn writes_from(world: &World, visitor: &OnSite, landing: &str, text: &str) {
    let visit = json!({"url": "https://shop.example/cart", "title": "Cart", "referrer": "https://mail.example/x",
        "landing": landing});
    let body = json!({"id": Uuid::new_v4(), "text": text, "visit": visit});
    visitor.posts(world, "/messages", body).await.is(202);
}

/// A chat on a site whose first visitor came by a campaign and wrote; their incoming lead.
async fn came_by_a_campaign(world: &mut World) -> (OnSite, i64) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let visitor = OnSite::new(&source);
    writes_from(world, &visitor, LANDING, "Hello").await;
    world.deliver_all().await;
    let lead = world.sandbox.incoming_leads(HOST)[0].lead_id;
    (visitor, lead)
}

/// A person accepts the incoming lead.
fn accepts(world: &World) {
    let lead = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
}

/// The number of attempts that are due after this time.
async fn after(world: &World, time: Duration) -> usize {
    world.advance(time);
    world.works("lead_origins").await
}

fn tracking(world: &World, lead: i64) -> Value {
    json!(world.sandbox.tracking_of(HOST, lead))
}

const SOON: Duration = Duration::from_secs(11);
const HOUR: Duration = Duration::from_secs(3_600);
