//! What Meta refuses for a while (whatsapp §15).

use parom_tests::both;
use simulator::crm::HookMessage;
use simulator::whatsapp::NewPerson;

use super::{WhatsAppWorld, arrives, chatting};

/// Who is written to faster than Meta allows waits alone: no other person's messages are slower for it.
async fn a_burst_to_one_person_slows_no_other_chat(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let oleg = NewPerson {
        wa_id: "77010002233".to_owned(),
        name: "Oleg".to_owned(),
        user_id: Some("KZ.2222222222222222222".to_owned()),
        ..NewPerson::default()
    };
    let oleg = world.messenger.add_person(oleg);
    world.messenger.customer(oleg, &chat.number.phone).writes("Hello").unwrap();
    arrives(world).await;
    world.messenger.set_rates(true, 2);
    let wanted: Vec<String> = (1..=6).map(|number| format!("message {number}")).collect();
    for text in &wanted {
        chat.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_all().await;
    let to = |world: &WhatsAppWorld, who: i64| -> Vec<String> {
        world.messenger.sent_to(&chat.number.phone, who).into_iter().map(|one| one.text).collect()
    };
    chat.line.manager_sends(world, "KZ.2222222222222222222", HookMessage::text("To Oleg")).await;
    // The clock does not move: what waits for a time goes on waiting.
    let arrived = async || {
        world.another_worker().deliver_all().await.unwrap();
        (to(world, oleg) == ["To Oleg"]).then_some(())
    };
    world.until("Oleg has his", arrived).await;
    let hers = to(world, chat.maria);
    assert!(hers.len() <= 2 && hers == wanted[..hers.len()], "the third one is refused, and waits: {hers:?}");
    world.deliver_to_the_end().await;
    arrives(world).await;
    assert_eq!(to(world, chat.maria), wanted, "all, and in order");
    assert!(world.messenger.calls_of("messages").iter().any(|call| call.status == 400), "the limit was met");
}

both!(a_burst_to_one_person_slows_no_other_chat);
