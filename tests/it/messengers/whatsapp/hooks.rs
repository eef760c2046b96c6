//! Webhooks of many messages in one body (whatsapp §2, §3).

use parom_tests::once;
use simulator::whatsapp::{Batch, NewPerson};

use super::super::{at_crm, texts_at_crm};
use super::{WhatsAppWorld, arrives, chatting};

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
        let before = texts_at_crm(world).len();
        world.messenger.hold_hooks(true);
        for number in 1..=5 {
            chat.customer(world).writes(&format!("Maria {number}")).unwrap();
            world.messenger.customer(ivan, &chat.number.phone).writes(&format!("Ivan {number}")).unwrap();
        }
        world.messenger.set_batch(Some(batch));
        world.messenger.hold_hooks(false);
        arrives(world).await;
        let came = texts_at_crm(world).split_off(before);
        for who in ["Maria", "Ivan"] {
            let own = came.iter().filter(|text| text.starts_with(who));
            assert!(own.eq((1..=5).map(|number| format!("{who} {number}")).collect::<Vec<_>>().iter()), "{came:?}");
        }
    }
    let times: Vec<i64> =
        at_crm(world).into_iter().filter(|one| one.text.starts_with("Maria")).map(|one| one.msec_timestamp).collect();
    assert!(times.chunks(5).all(|five| five.windows(2).all(|two| two[0] <= two[1])), "{times:?}");
}

once!(many_of_one_body_arrive_each_and_in_order);
