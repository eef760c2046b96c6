//! What is wrong with a number, as the state of its source: in words, with what to do (whatsapp §11).

use std::time::Duration;

use parom_tests::once;

use super::{Chat, WhatsAppWorld, arrives, chatting, last};
use crate::alerts::{looks, open};
use crate::contract::watched;

const HOUR: Duration = Duration::from_secs(3_601);

async fn state(world: &WhatsAppWorld, chat: &Chat) -> String {
    world.api.get(&chat.line.path("")).await.is(200).text_at("/status")
}

/// What Meta does not report is asked for once an hour.
async fn asks(world: &mut WhatsAppWorld) {
    world.advance(HOUR);
    world.works("polls").await;
}

async fn quality_status_and_name_are_asked_for(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let phone = chat.number.phone.clone();
    asks(world).await;
    assert_eq!(state(world, &chat).await, "working");
    world.messenger.hold_hooks(true);
    world.messenger.set_quality(&phone, "RED", "FLAGGED", "TIER_1K");
    asks(world).await;
    assert_eq!(state(world, &chat).await, "needs_attention");
    looks(world).await;
    assert_eq!(open(world, chat.line.tenant_id).await, ["line_trouble"]);
    world.messenger.set_quality(&phone, "GREEN", "UNFLAGGED", "TIER_1K");
    asks(world).await;
    assert_eq!(state(world, &chat).await, "working", "it ends as it began");
    looks(world).await;
    assert!(open(world, chat.line.tenant_id).await.is_empty());
    for (refused, status) in [(Some("Not like the site"), "needs_attention"), (None, "working")] {
        world.messenger.review_name(&phone, "Acme Shop", refused);
        asks(world).await;
        assert_eq!(state(world, &chat).await, status, "{refused:?}");
    }
}

/// Another service takes the number's webhook, which is taken back; a banned number stops until it is not.
async fn a_number_that_is_taken_or_banned_is_reported(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let before = world.messenger.addresses(&chat.number.waba);
    world.messenger.hijack(&chat.number.phone, "https://crm.example/hook");
    watched(world).await;
    assert_eq!(state(world, &chat).await, "needs_attention");
    let visitor = world.panel(chat.line.tenant_id).await;
    let page = format!("/panel/sources/{}", chat.line.source_id);
    visitor.opens(&page).await.is(200).says(&["crm.example"]);
    visitor.does(&format!("{page}/take-back"), &[]).await;
    assert_eq!(state(world, &chat).await, "working");
    chat.customer(world).writes("Here again").unwrap();
    arrives(world).await;
    assert_eq!((last(world).text.as_str(), world.messenger.addresses(&chat.number.waba)), ("Here again", before));
    world.messenger.set_phone_status(&chat.number.phone, "BANNED");
    watched(world).await;
    assert_eq!(state(world, &chat).await, "stopped");
    world.messenger.set_phone_status(&chat.number.phone, "CONNECTED");
    watched(world).await;
    assert_ne!(state(world, &chat).await, "stopped");
}

once!(quality_status_and_name_are_asked_for, a_number_that_is_taken_or_banned_is_reported);
