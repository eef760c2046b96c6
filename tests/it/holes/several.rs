//! Many lost messages: further pages, also while new messages shift them.

use parom_tests::{World, both};
use simulator::crm::{HookMessage, Part};

use super::{MINUTE, SECOND, asked, beats, chatting, is_away_for, looks, loses_text};

async fn further_pages_are_read_while_nothing_of_them_is_known(world: &mut World) {
    let (line, _) = chatting(world).await;
    for number in 0..60 {
        loses_text(world, &line, &number.to_string()).await;
        world.advance(SECOND);
    }
    is_away_for(world, MINUTE).await;
    world.deliver_to_the_end().await;
    assert_eq!(world.messenger.texts(), (0..60).map(|number| number.to_string()).collect::<Vec<_>>());
    let before = asked(world);
    is_away_for(world, MINUTE).await;
    assert_eq!(asked(world) - before, 1, "all of the newest page is known");
}

async fn new_messages_shift_the_pages_and_hide_nothing(world: &mut World) {
    let (line, manager) = chatting(world).await;
    for number in 0..60 {
        loses_text(world, &line, &number.to_string()).await;
        world.advance(SECOND);
    }
    world.advance(MINUTE);
    world.restart().await;
    beats(world).await;
    let first = world.sandbox.faults().hold(Part::History);
    let app = world.app().clone();
    let looking = tokio::spawn(async move { parom::missed_hooks::look_now(&app.intake).await.unwrap() });
    first.until_waiting(1).await;
    let second = world.sandbox.faults().hold(Part::History);
    first.open();
    second.until_waiting(1).await;
    let hook = manager.prepares("anna", HookMessage::text("new"));
    second.open();
    looking.await.unwrap();
    assert_eq!(manager.posts(&hook).await, Some(200));
    looks(world).await;
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    let mut wanted: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    wanted.push("new".to_owned());
    assert_eq!(world.messenger.texts(), wanted);
}

async fn a_busy_chat_is_read_back_to_the_interruption(world: &mut World) {
    let (line, manager) = chatting(world).await;
    loses_text(world, &line, "lost").await;
    world.advance(MINUTE);
    world.restart().await;
    for number in 0..120 {
        let told = manager.prepares("anna", HookMessage::text(&number.to_string()));
        assert_eq!(manager.posts(&told).await, Some(200));
        world.advance(SECOND);
    }
    beats(world).await;
    looks(world).await;
    world.deliver_to_the_end().await;
    let wanted = std::iter::once("lost".to_owned()).chain((0..120).map(|number| number.to_string()));
    assert_eq!(world.messenger.texts(), wanted.collect::<Vec<_>>());
}

both!(
    a_busy_chat_is_read_back_to_the_interruption,
    further_pages_are_read_while_nothing_of_them_is_known,
    new_messages_shift_the_pages_and_hide_nothing
);
