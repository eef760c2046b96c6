//! A message that a manager wrote outside amoCRM may come back as a hook (chats-api §3.4.3): it is recognised by the id
//! in amoCRM's answer, and is not delivered twice.

use parom_tests::{World, both};
use serde_json::json;

async fn a_managers_own_message_that_comes_back_is_known(world: &mut World) {
    let line = world.line("support").await;
    let anna = world.customer(&line, "anna");
    anna.writes("Are you open?").await;
    world.deliver_all().await;
    let users = world.sandbox.users(&line.host);
    let user = users.into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    let body = json!({
        "id": "from-the-phone", "conversation": {"id": anna.conversation()},
        "sender": {"role": "manager", "id": "mgr-5", "name": "Oleg", "user_id": user.id.to_string()},
        "receiver": {"id": "user-anna", "name": "Anna"},
        "content": {"type": "text", "text": "From 9 to 18"},
    });
    anna.posts(&body).await.is(202);
    world.deliver_all().await;
    let there = world.sandbox.messages(&line.host).pop().unwrap();
    assert_eq!(there.text, "From 9 to 18");
    for _ in 0..2 {
        assert_eq!(world.sandbox.echoes(&line.host, &there.id).await.unwrap().status, Some(200));
        world.deliver_all().await;
    }
    assert!(world.messenger.received().is_empty(), "the messenger had it first");
    assert_eq!(world.messages().await.len(), 2, "no message was made of it");
    assert!(world.quarantined().await.is_empty());
    // What the manager writes in amoCRM goes its way.
    world.manager(&line).answers("anna", "And on Sunday").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["And on Sunday"]);
}

both!(a_managers_own_message_that_comes_back_is_known);
