//! Webhooks as they come: large, many in one body, doubled, out of order (whatsapp §2, §3).

use parom_tests::both;
use serde_json::json;
use simulator::crm::HookMessage;
use simulator::whatsapp::{Batch, HookFault, NewPerson};

use super::super::at_crm;
use super::{WhatsAppWorld, arrives, chatting, connected, last, posts};

fn texts(world: &WhatsAppWorld) -> Vec<String> {
    at_crm(world).into_iter().map(|one| one.text).collect()
}

async fn a_body_of_three_megabytes_is_taken_and_a_larger_one_is_not(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let body = |padding: usize| {
        let metadata = json!({"display_phone_number": "77010009900", "phone_number_id": chat.number.phone});
        let message = json!({"from": super::MARIAS_PHONE, "id": "wamid.LARGE", "timestamp": "1795168900",
                             "type": "text", "text": {"body": "Large"}, "padding": "x".repeat(padding)});
        let value = json!({"messaging_product": "whatsapp", "metadata": metadata, "messages": [message]});
        let changes = json!([{"field": "messages", "value": value}]);
        json!({"object": "whatsapp_business_account", "entry": [{"id": chat.number.waba, "changes": changes}]})
            .to_string()
    };
    let secret = Some(chat.number.app.secret.as_str());
    assert_eq!(posts(world, &chat.path(), secret, &body(3 * 1024 * 1024 - 1_000)).await, 200);
    world.deliver_all().await;
    assert_eq!(last(world).text, "Large");
    // Little more than is taken, so that all of it is sent before the answer.
    assert_eq!(posts(world, &chat.path(), secret, &body(3 * 1024 * 1024 + 64 * 1024)).await, 413);
}

async fn many_of_one_body_arrive_each_and_in_order(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let ivan = NewPerson {
        wa_id: "77015556677".to_owned(),
        name: "Ivan".to_owned(),
        user_id: Some("KZ.7770001112223334445".to_owned()),
        ..NewPerson::default()
    };
    let ivan = world.messenger.add_person(ivan);
    for batch in [Batch::Entries, Batch::Changes, Batch::Messages] {
        let before = texts(world).len();
        world.messenger.hold_hooks(true);
        for number in 1..=5 {
            chat.customer(world).writes(&format!("Maria {number}")).unwrap();
            world.messenger.customer(ivan, &chat.number.phone).writes(&format!("Ivan {number}")).unwrap();
        }
        world.messenger.set_batch(Some(batch));
        world.messenger.hold_hooks(false);
        arrives(world).await;
        let came = texts(world).split_off(before);
        for who in ["Maria", "Ivan"] {
            let own: Vec<&String> = came.iter().filter(|text| text.starts_with(who)).collect();
            assert_eq!(
                own,
                (1..=5).map(|number| format!("{who} {number}")).collect::<Vec<_>>().iter().collect::<Vec<_>>()
            );
        }
    }
    let times: Vec<i64> =
        at_crm(world).into_iter().filter(|one| one.text.starts_with("Maria")).map(|one| one.msec_timestamp).collect();
    assert!(times.chunks(5).all(|five| five.windows(2).all(|two| two[0] <= two[1])), "{times:?}");
}

async fn repeats_and_late_ones_are_taken_once(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for fault in [HookFault::Doubled, HookFault::LostAnswer] {
        world.messenger.faults().next_hooks(1, fault);
        chat.customer(world).writes(&format!("{fault:?}")).unwrap();
        arrives(world).await;
        world.advance(std::time::Duration::from_secs(3_600));
        world.messenger.tick();
        arrives(world).await;
    }
    assert_eq!(texts(world), ["Hello", "Doubled", "LostAnswer"]);
    world.messenger.faults().next_hooks(1, HookFault::Late);
    chat.customer(world).writes("one").unwrap();
    chat.customer(world).writes("two").unwrap();
    arrives(world).await;
    let mut came = texts(world).split_off(3);
    came.sort();
    assert_eq!(came, ["one", "two"]);
    chat.manager_gets_through(world, HookMessage::text("Both")).await;
    assert_eq!(chat.texts(world), ["Both"]);
}

/// What the database does not take is not answered 200, and Meta brings it again.
async fn a_webhook_is_answered_when_it_is_stored(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for fault in ["accept.before_commit=error:1", "accept.after_commit=error:1"] {
        world.faults.add(fault).unwrap();
        chat.customer(world).writes(fault).unwrap();
        arrives(world).await;
        world.advance(std::time::Duration::from_secs(3_600));
        world.messenger.tick();
        arrives(world).await;
        assert_eq!(last(world).text, fault);
    }
    assert_eq!(texts(world).len(), 3);
}

async fn unreadable_bodies_are_kept_and_block_no_others(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let deep = format!("{{\"entry\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies = ["", "not json", "[]", "null", &deep, "{\"object\":\"page\",\"entry\":[]}", "{\"object\":7}"];
    for body in bodies {
        assert_eq!(posts(world, &chat.path(), Some(&chat.number.app.secret), body).await, 200, "{body:.20}");
    }
    assert_eq!(world.quarantined().await.len(), bodies.len());
    chat.customer(world).writes("Вы здесь?").unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "Вы здесь?");
}

/// A source that is gone accepts nothing more, and Meta gets a refusal.
async fn a_deleted_source_is_gone(world: &mut WhatsAppWorld) {
    let (line, number) = connected(world).await;
    world.api.delete(&line.path("")).await.is(204);
    let path = format!("/hooks/whatsapp/{}", line.source_id);
    assert_eq!(posts(world, &path, Some(&number.app.secret), "{}").await, 410);
}

both!(
    a_body_of_three_megabytes_is_taken_and_a_larger_one_is_not,
    many_of_one_body_arrive_each_and_in_order,
    repeats_and_late_ones_are_taken_once,
    a_webhook_is_answered_when_it_is_stored,
    unreadable_bodies_are_kept_and_block_no_others,
    a_deleted_source_is_gone,
);
