//! What is wrong with a number, as the state of its source: in words, with what to do (whatsapp §11).

use std::time::Duration;

use parom_tests::once;

use super::{Chat, WhatsAppWorld, arrives, chatting};
use crate::alerts::{looks, open};

const HOUR: Duration = Duration::from_secs(3_601);

/// Status, action, and the words of the source's page.
async fn state(world: &WhatsAppWorld, chat: &Chat) -> (String, String) {
    let source = world.api.get(&chat.line.path("")).await.is(200);
    let page = world.panel(chat.line.tenant_id).await.opens(&format!("/panel/sources/{}", chat.line.source_id)).await;
    (source.text_at("/status"), page.is(200).text.replace('\u{a0}', " "))
}

/// What Meta does not report is asked for once an hour.
async fn asks(world: &mut WhatsAppWorld) {
    world.advance(HOUR);
    world.works("polls").await;
}

async fn quality_status_and_name_are_asked_for(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    asks(world).await;
    assert_eq!(state(world, &chat).await.0, "working");
    let phone = chat.number.phone.clone();
    world.messenger.hold_hooks(true);
    world.messenger.set_quality(&phone, "RED", "FLAGGED", "TIER_1K");
    asks(world).await;
    let (status, page) = state(world, &chat).await;
    assert_eq!(status, "needs_attention");
    assert!(page.contains("the quality of the number is low") && page.contains("WhatsApp Manager"), "{page}");
    looks(world).await;
    assert_eq!(open(world, chat.line.tenant_id).await, ["line_trouble"]);
    world.messenger.set_quality(&phone, "GREEN", "UNFLAGGED", "TIER_1K");
    asks(world).await;
    assert_eq!(state(world, &chat).await.0, "working", "it ends as it began");
    looks(world).await;
    assert!(open(world, chat.line.tenant_id).await.is_empty());
    world.messenger.review_name(&phone, "Acme Shop", Some("Not like the site"));
    asks(world).await;
    let (status, page) = state(world, &chat).await;
    assert!(status == "needs_attention" && page.contains("Meta refused the display name"), "{page}");
    world.messenger.review_name(&phone, "Acme", None);
    asks(world).await;
    assert_eq!(state(world, &chat).await.0, "working");
}

async fn a_banned_number_stops(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.set_phone_status(&chat.number.phone, "BANNED");
    world.advance(Duration::from_secs(400));
    world.works("lines").await;
    let (status, page) = state(world, &chat).await;
    assert!(status == "stopped" && page.contains("Meta banned the number"), "{status}: {page}");
    world.messenger.set_phone_status(&chat.number.phone, "CONNECTED");
    world.advance(Duration::from_secs(400));
    world.works("lines").await;
    assert_ne!(state(world, &chat).await.0, "stopped");
}

/// Another service takes the number's webhook, and gives it back.
async fn a_number_taken_by_another_service_is_reported(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let before = world.messenger.addresses(&chat.number.waba);
    world.messenger.hijack(&chat.number.phone, "https://crm.example/hook");
    world.advance(Duration::from_secs(400));
    world.works("lines").await;
    let (status, page) = state(world, &chat).await;
    assert!(status == "needs_attention" && page.contains("crm.example"), "{status}: {page}");
    let visitor = world.panel(chat.line.tenant_id).await;
    visitor.does(&format!("/panel/sources/{}/take-back", chat.line.source_id), &[]).await;
    assert_eq!(state(world, &chat).await.0, "working");
    chat.customer(world).writes("Here again").unwrap();
    arrives(world).await;
    assert_eq!(
        (super::last(world).text.as_str(), world.messenger.addresses(&chat.number.waba)),
        ("Here again", before)
    );
}

once!(quality_status_and_name_are_asked_for, a_banned_number_stops, a_number_taken_by_another_service_is_reported);
