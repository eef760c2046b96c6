//! A number that stays in the phone app: what its owner changes there, and what was written before (whatsapp §13).

use parom_tests::once;
use parom_tests::settings::{HOST, START};
use serde_json::json;
use simulator::crm::{Direction, HookMessage};
use simulator::whatsapp::{Act, Content, NewPerson, NewPhone};

use super::super::{at_crm, with_bot};
use super::{VendorsWorld, WABA, WhatsAppWorld, arrives, chatting, has_app, last};
use crate::contract::has_bot;

async fn edits_of_the_owner_are_applied(world: &mut WhatsAppWorld) {
    with_bot(world).await;
    let chat = chatting(world).await;
    let content = Content::text("Завтра");
    let message = chat.customer(world).does_own("owner_sends", |act| act.content(content)).unwrap().id;
    arrives(world).await;
    let edits = |act: Act| act.message(&message).text("Послезавтра");
    chat.customer(world).does_own("owner_edits", edits).unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), at_crm(world).len()), ("Послезавтра", 2));
    chat.customer(world).does_own("owner_revokes", |act| act.message(&message)).unwrap();
    arrives(world).await;
    assert_eq!(at_crm(world).len(), 2);
    assert_ne!(last(world).text, "Послезавтра");
    // A customer's quote of it finds it.
    chat.manager_gets_through(world, HookMessage::text("Ждём")).await;
    assert_eq!(chat.texts(world), ["Ждём"]);
}

/// A person to whom the owner writes first becomes a chat. The owner's phone book has Brazil's ninth digit, WhatsApp's answer has not: one customer, one chat.
async fn both_spellings_of_a_number_are_one_chat(world: &mut WhatsAppWorld) {
    with_bot(world).await;
    let (_, number) = super::connected(world).await;
    let people = [["5588991234567", "558891234567"], ["541123456789", "5491123456789"]].map(|spellings| {
        spellings.map(|wa_id| NewPerson { wa_id: wa_id.to_owned(), user_id: None, ..NewPerson::default() })
    });
    for [dialled, answers] in people {
        let before = at_crm(world).len();
        let to = world.messenger.add_person(dialled);
        let content = Content::text("Bom dia, aqui é a Acme");
        world.messenger.customer(to, &number.phone).does_own("owner_sends", |act| act.content(content)).unwrap();
        arrives(world).await;
        let wa_id = answers.wa_id.clone();
        let from = world.messenger.add_person(answers);
        world.messenger.customer(from, &number.phone).writes("Oi?").unwrap();
        arrives(world).await;
        let chats: Vec<_> = at_crm(world).split_off(before).into_iter().map(|one| one.chat_id).collect();
        assert_eq!((chats.len(), chats[0] == chats[1]), (2, true), "{wa_id}");
    }
}

/// What was written before the number was connected arrives silently, in its order, and its files follow.
async fn earlier_messages_come_silently(world: &mut VendorsWorld) {
    world.setup_is(|config| {
        has_app(config);
        has_bot(config);
    });
    world.restart().await;
    let waba = world.messenger.add_waba(WABA, "Acme");
    let phone = world.messenger.add_phone(NewPhone { is_on_biz_app: true, ..NewPhone::of(&waba) });
    let token = world.messenger.add_token(&world.app.id, &[&waba]);
    let maria = world.messenger.add_person(NewPerson::default());
    let began = START / 1_000 - 3_600;
    for (at, by_owner, content) in [
        (120, false, Content::of("image").saying("Вот такой")),
        (0, false, Content::text("Здравствуйте")),
        (60, true, Content::text("Добрый день")),
    ] {
        world.messenger.remembers(&phone, maria, by_owner, &content, began + at).unwrap();
    }
    let settings = json!({"phone_number_id": phone, "waba_id": waba, "access_token": token, "stays_in_app": true});
    world.line_of("whatsapp", "Acme", "wa-1", settings).await;
    arrives(world).await;
    let came = at_crm(world);
    let shown: Vec<_> = came.iter().map(|one| (one.direction, one.kind.as_str(), one.text.as_str())).collect();
    assert_eq!(
        shown,
        [
            (Direction::Incoming, "text", "Здравствуйте"),
            (Direction::Imported, "text", "Добрый день"),
            (Direction::Incoming, "picture", "Вот такой"),
        ]
    );
    assert!(came.iter().all(|one| one.silent && one.chat_id == came[0].chat_id), "{came:?}");
    assert!(world.sandbox.incoming_leads(HOST).is_empty(), "no manager is notified of what is over");
    world.messenger.customer(maria, &phone).writes("Вы работаете?").unwrap();
    arrives(world).await;
    assert_eq!((last(world).silent, last(world).chat_id), (false, came[0].chat_id.clone()));
}

once!(earlier_messages_come_silently, edits_of_the_owner_are_applied, both_spellings_of_a_number_are_one_chat);
