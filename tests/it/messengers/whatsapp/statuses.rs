//! How far a message has come, and what becomes of one whose answer was lost (whatsapp §5).

use parom_tests::once;
use simulator::crm::{Attachment, HookMessage};
use simulator::whatsapp::{Fault, HookFault, Status};

use super::{WhatsAppWorld, arrives, chatting, failure};

/// What is only sent is not delivered. Statuses may come doubled, out of order, and after a later one; none goes back.
async fn the_highest_status_stays(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let voice = HookMessage::attachment(Attachment::sample("voice"));
    let voice = chat.manager_gets_through(world, voice).await;
    chat.customer(world).does_own("play", |act| act.message(&chat.last_sent(world).id)).unwrap();
    arrives(world).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &voice.message_id), [1, 2], "a customer who plays it has it");
    world.messenger.set_delivers(false);
    let said = chat.manager_gets_through(world, HookMessage::text("Good morning")).await;
    assert!(world.statuses_at_crm(&chat.line, &said.message_id).is_empty());
    let id = chat.last_sent(world).id;
    world.messenger.faults().hooks_until_cleared(HookFault::Doubled);
    for status in [Status::Delivered, Status::Read, Status::Delivered, Status::Sent, Status::Read] {
        world.messenger.reports(&id, status);
        arrives(world).await;
    }
    world.messenger.faults().clear();
    world.messenger.fails(&id, 131_026);
    arrives(world).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1, 2]);
}

async fn a_failure_reaches_the_manager(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.set_delivers(false);
    for (code, expected) in [(131_047, 905), (131_026, 904), (131_049, 905)] {
        let said = chat.manager_gets_through(world, HookMessage::text("Good morning")).await;
        world.messenger.fails(&chat.last_sent(world).id, code);
        arrives(world).await;
        let (told, words) = failure(world, &said);
        assert!(told == expected && !words.is_empty(), "{code}: {told} {words}");
    }
}

/// The answer is lost, the message is there: its status reports it, and nothing is sent twice.
async fn a_lost_answer_is_settled_by_the_status(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.faults().next("messages", 1, Fault::ResetAfter);
    let said = chat.manager_gets_through(world, HookMessage::text("Once")).await;
    world.deliver_to_the_end().await;
    arrives(world).await;
    assert_eq!(chat.texts(world), ["Once"]);
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    // It is known by Meta's id from now on.
    chat.customer(world).reacts(&chat.last_sent(world).id, "👍").unwrap();
    chat.customer(world).reads().unwrap();
    arrives(world).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1, 2]);
    let messages = world.sandbox.messages(&chat.line.host);
    assert_eq!(messages.iter().find(|one| one.id == said.message_id).unwrap().reactions.len(), 1);
    // Statuses overtake the answer of the send.
    world.messenger.faults().next("messages", 1, Fault::AnswerLast);
    let said = chat.manager_gets_through(world, HookMessage::text("Quick")).await;
    assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    assert_eq!(chat.texts(world), ["Once", "Quick"]);
}

once!(a_lost_answer_is_settled_by_the_status, a_failure_reaches_the_manager, the_highest_status_stays);
