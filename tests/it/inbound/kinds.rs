//! Each kind of content that needs no file, and what is wrong with others.

use parom_tests::{World, both, once};
use serde_json::json;

use super::{last_at_crm, received_message, with_content};

async fn a_place_and_a_card_arrive(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let place = with_content(&anna, "one", json!({"type": "location", "latitude": 55.7558, "longitude": 37.6173}));
    anna.posts(&place).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!(
        (there.kind.as_str(), &received_message(&there)["location"]),
        ("location", &json!({"lon": 37.6173, "lat": 55.7558}))
    );
    let card = with_content(&anna, "two", json!({"type": "contact", "name": "Иван", "phone": "+79990003344"}));
    let sent = anna.posts(&card).await.is(202);
    world.deliver_all().await;
    let there = last_at_crm(world, &line);
    assert_eq!(there.kind, "contact");
    assert_eq!(received_message(&there)["contact"], json!({"name": "Иван", "phone": "+79990003344"}));
    let shown = world.api.get(&format!("/api/v1/messages/{}", sent.text_at("/id"))).await.is(200);
    assert_eq!(shown.json["content"], json!({"type": "contact", "name": "Иван", "phone": "+79990003344"}));
    assert_eq!(shown.json["status"], "delivered");
}

async fn a_chosen_row_comes_back(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let chosen = with_content(&anna, "one", json!({"type": "text", "text": "Delivery", "callback_data": "k7Qp2Zx1"}));
    anna.posts(&chosen).await.is(202);
    world.deliver_all().await;
    assert_eq!(received_message(&last_at_crm(world, &line))["callback_data"], "k7Qp2Zx1");
}

async fn the_same_id_with_other_content_is_reported(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    let place = |latitude: f64| {
        with_content(&anna, "one", json!({"type": "location", "latitude": latitude, "longitude": 37.6}))
    };
    anna.posts(&place(55.7)).await.is(202);
    assert_eq!(anna.posts(&place(55.7)).await.is(200).json["duplicate"], true);
    anna.posts(&place(55.8)).await.is(409);
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(&line.host).len(), 1);
}

both!(a_place_and_a_card_arrive, a_chosen_row_comes_back);
once!(the_same_id_with_other_content_is_reported);
