//! A number that stays in the phone app: what its owner writes there, and what was written before (whatsapp §13).

use doubles::whatsapp::{Act, Content};
use parom_tests::both;
use sandbox::{Direction, HookMessage};

use super::super::at_crm;
use super::{MARIA, WhatsAppWorld, arrives, chatting, last, with_bot};

async fn what_the_owner_writes_is_the_managers(world: &mut WhatsAppWorld) {
    with_bot(world).await;
    let chat = chatting(world).await;
    let (phone, to) = (chat.number.phone.clone(), chat.maria);
    for content in [Content::text("Завтра привезём"), Content::image("Вот он")] {
        world.messenger.act(Act::OwnerSends { phone: phone.clone(), to, content }).unwrap();
        arrives(world).await;
    }
    let came = at_crm(world).split_off(1);
    let shown: Vec<_> = came.iter().map(|one| (one.direction, one.kind.as_str(), one.text.as_str())).collect();
    assert_eq!(shown, [(Direction::Imported, "text", "Завтра привезём"), (Direction::Imported, "picture", "Вот он")]);
    assert!(came.iter().all(|one| one.chat_id == chat.line.chat(world, MARIA)), "in the customer's chat");
    // It goes nowhere again.
    world.deliver_to_the_end().await;
    assert!(chat.sent(world).is_empty());
    chat.customer(world).writes("Спасибо").unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), last(world).direction), ("Спасибо", Direction::Incoming));
}

async fn what_the_owner_changes_is_changed(world: &mut WhatsAppWorld) {
    with_bot(world).await;
    let chat = chatting(world).await;
    let (phone, to) = (chat.number.phone.clone(), chat.maria);
    let content = Content::text("Завтра");
    let message = world.messenger.act(Act::OwnerSends { phone: phone.clone(), to, content }).unwrap().id;
    arrives(world).await;
    let text = "Послезавтра".to_owned();
    world.messenger.act(Act::OwnerEdits { phone: phone.clone(), to, message: message.clone(), text }).unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), at_crm(world).len()), ("Послезавтра", 2));
    world.messenger.act(Act::OwnerRevokes { phone, to, message }).unwrap();
    arrives(world).await;
    assert_eq!(at_crm(world).len(), 2);
    assert_ne!(last(world).text, "Послезавтра");
    // A customer's quote of it finds it.
    chat.manager_gets_through(world, HookMessage::text("Ждём")).await;
    assert_eq!(chat.texts(world), ["Ждём"]);
}

/// Whoever the owner writes to first becomes a chat.
async fn the_owner_begins_a_chat(world: &mut WhatsAppWorld) {
    with_bot(world).await;
    let (_, number) = super::connected(world).await;
    let to = world.messenger.add_person(doubles::whatsapp::NewPerson::default());
    let content = Content::text("Здравствуйте, это Acme");
    world.messenger.act(Act::OwnerSends { phone: number.phone.clone(), to, content }).unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "Здравствуйте, это Acme");
    world.messenger.customer(to, &number.phone).writes("Да?").unwrap();
    arrives(world).await;
    let chats: Vec<_> = at_crm(world).into_iter().map(|one| one.chat_id).collect();
    assert_eq!((chats.len(), chats[0] == chats[1]), (2, true));
}

both!(what_the_owner_writes_is_the_managers, what_the_owner_changes_is_changed, the_owner_begins_a_chat);
