//! amoCRM that fails, and processes that die.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{HOUR, SOON, accepts, after, came_by_a_campaign, tracking};

async fn a_note_is_not_written_twice_after_a_lost_answer(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    world.sandbox.remove_tracking_fields(HOST, &["UTM_SOURCE"]);
    accepts(world);
    world.sandbox.faults().next_with(Part::Rest, "custom_fields_values", 1, Fault::LostAnswer);
    assert_eq!(after(world, SOON).await, 1);
    assert_eq!(
        tracking(world, lead)["UTM_CAMPAIGN"],
        json!("summer"),
        "the fields were written, and Parom does not know it"
    );
    world.sandbox.faults().next_with(Part::Rest, "note_type", 1, Fault::LostAnswer);
    assert_eq!(after(world, HOUR).await, 1);
    assert_eq!(world.sandbox.notes_of(HOST, lead).len(), 1);
    assert_eq!(after(world, HOUR).await, 1);
    assert_eq!(world.sandbox.notes_of(HOST, lead).len(), 1, "it was found");
    assert_eq!(after(world, HOUR).await, 0);
}

async fn a_process_that_dies_loses_nothing(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    world.restart().await;
    accepts(world);
    world.sandbox.faults().next_with(Part::Rest, "custom_fields_values", 1, Fault::LostAnswer);
    assert_eq!(after(world, SOON).await, 1);
    world.restart().await;
    assert_eq!(after(world, HOUR).await, 1);
    assert_eq!(tracking(world, lead)["UTM_SOURCE"], json!("mail"));
    assert_eq!(after(world, HOUR).await, 0);
}

async fn a_crm_that_fails_is_asked_later_and_then_given_up(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    accepts(world);
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    assert_eq!(after(world, SOON).await, 1);
    assert_eq!(after(world, Duration::from_secs(50)).await, 0, "not at once");
    let mut attempts = 1;
    for _ in 0..12 {
        attempts += after(world, Duration::from_secs(86_401)).await;
    }
    assert_eq!(attempts, 7);
    world.sandbox.faults().clear();
    assert_eq!(after(world, 24 * HOUR).await, 0);
    assert_eq!(tracking(world, lead), json!({}));
}

async fn an_unaccepted_lead_is_not_waited_for_indefinitely(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    let mut looks = 0;
    for _ in 0..200 {
        looks += after(world, 6 * HOUR).await;
    }
    assert!((100..=140).contains(&looks), "{looks}");
    accepts(world);
    assert_eq!(after(world, 24 * HOUR).await, 0);
    assert_eq!(tracking(world, lead), json!({}));
}

both!(
    a_note_is_not_written_twice_after_a_lost_answer,
    a_process_that_dies_loses_nothing,
    a_crm_that_fails_is_asked_later_and_then_given_up,
    an_unaccepted_lead_is_not_waited_for_indefinitely,
);
