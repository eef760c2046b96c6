//! The whole road, both ways.

use parom_tests::{World, both};

async fn a_conversation_goes_both_ways(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    assert_eq!(world.deliver_all().await, 1);
    assert_eq!(world.texts_at_crm(&line), ["Hello"]);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
}

both!(a_conversation_goes_both_ways);
