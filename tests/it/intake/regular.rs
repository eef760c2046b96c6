//! What Parom requests from messengers regularly, once for all processes.

use std::time::Duration;

use base::message::State;
use parom_tests::{both, once};
use secrecy::ExposeSecret;

use super::PigeonWorld;

async fn a_poll_finds_what_was_read(world: &mut PigeonWorld) {
    let line = world.chatting().await;
    let answer = world.answers(&line, "Good morning").await;
    let app = world.app().clone();
    let (one, other) = tokio::join!(parom::job::due_of(&app.jobs, "polls"), parom::job::due_of(&app.jobs, "polls"));
    assert_eq!(one + other, 1, "one of two asks");
    world.deliver_all().await;
    assert_eq!(world.now(&answer).await.state, State::Read.number());
    assert_eq!(world.statuses_at_crm(&line, &answer.amocrm_message_id), [2]);

    let second = world.answers(&line, "And you?").await;
    world.advance(Duration::from_secs(59));
    assert_eq!(parom::job::due_of(&app.jobs, "polls").await, 0, "once a minute");
    world.advance(Duration::from_secs(1));
    assert_eq!(parom::job::due_of(&app.jobs, "polls").await, 1);
    world.deliver_all().await;
    assert_eq!(world.now(&second).await.state, State::Read.number());
}

async fn a_deleted_source_is_not_asked(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    world.api.delete(&line.path("")).await.is(204);
    assert_eq!(world.works("polls").await, 0);
    world.advance(Duration::from_secs(3600));
    assert_eq!(world.works("renewals").await, 0);
}

async fn credentials_that_end_are_replaced(world: &mut PigeonWorld) {
    let line = world.pigeons("one").await;
    let app = world.app().clone();
    let token = async || {
        let source = app.lookup.source(line.source_id).await.unwrap().expect("the source");
        let settings = parom::settings::open(&app, &source).unwrap();
        let facts = settings.public["facts"].clone();
        (settings.secrets["token"].expose_secret().to_owned(), facts["ends"].as_i64(), settings.secrets.len())
    };
    assert_eq!(parom::job::due_of(&app.jobs, "renewals").await, 0, "they are new");
    assert_eq!(token().await, ("first".to_owned(), None, 2));
    world.advance(Duration::from_secs(3600));
    let (one, other) =
        tokio::join!(parom::job::due_of(&app.jobs, "renewals"), parom::job::due_of(&app.jobs, "renewals"));
    assert_eq!(one + other, 1, "one of two renews");
    assert_eq!(token().await, ("second".to_owned(), Some(7), 2), "the other secrets stay");
}

both!(a_poll_finds_what_was_read, credentials_that_end_are_replaced);
once!(a_deleted_source_is_not_asked);
