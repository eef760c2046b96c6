//! A panic ends what it happened in, and nothing else.

use std::time::Duration;

use parom_tests::{World, both};

async fn in_the_writer(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.faults.add("accept.before_commit=panic:1").unwrap();
    let body = anna.body("one", "one");
    anna.posts(&body).await.is(503);
    anna.posts(&body).await.is(202);
    anna.writes("two").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"], "the writer was started again");
}

async fn in_a_delivery(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.faults.add("carry.before_call=panic:3").unwrap();
    anna.writes("poison").await;
    anna.writes("after").await;
    for _ in 0..4 {
        world.deliver_all().await;
        world.advance(Duration::from_secs(60));
    }
    assert_eq!(world.texts_at_crm(&line), ["after"], "three starts without an end are enough");
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"][0]["reason"], "poison", "{}", dead.text);
}

async fn after_the_call(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    world.faults.add("carry.after_call=panic:1").unwrap();
    anna.writes("one").await;
    anna.writes("two").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"], "amoCRM is asked whether it has the first");
}

/// A killed process interrupts the calls that it was making. That is no reason to give their letters up.
async fn a_process_killed_again_and_again_gives_up_no_letter(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("one").await;
    anna.writes("two").await;
    for _ in 0..6 {
        world.faults.add("carry.before_call=error:1").unwrap();
        world.deliver_all().await;
        assert!(world.texts_at_crm(&line).is_empty(), "it dies before the call");
        world.restart().await;
        world.advance(Duration::from_secs(1));
    }
    world.deliver_to_the_end().await;
    assert_eq!(world.texts_at_crm(&line), ["one", "two"]);
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    assert_eq!(dead.json["items"].as_array().map(Vec::len), Some(0), "{}", dead.text);
}

both!(in_the_writer, in_a_delivery, after_the_call, a_process_killed_again_and_again_gives_up_no_letter);
