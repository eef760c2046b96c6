//! Webhooks: their bodies, their repeats.

use simulator::kit::signature;
use simulator::meta::{HookFault, HookState};

use super::World;
use crate::stage::Called;

#[tokio::test]
async fn bodies_are_signed_and_repeated_until_they_are_taken() {
    let world = World::hooked().await;
    let (receiver, meta) = (&world.receiver, world.meta());
    receiver.answers(&[(500, ""), (503, ""), (500, "")]);
    let writes = |text: &str| world.anna(&world.instagram).writes(text).unwrap();
    writes("Сколько стоит?");
    assert_eq!(meta.deliver_all().await, 2, "the first repeat comes at once");
    writes("Эй");
    assert_eq!(meta.deliver_all().await, 2, "nothing waits for an older event");
    world.stage.advance(60).await;
    meta.faults().next_hooks(1, HookFault::Forged);
    writes("forged");
    meta.deliver_all().await;
    let is_signed = |call: Called| {
        let body = std::str::from_utf8(&call.bytes).unwrap();
        assert!(body.is_ascii() && call.headers["user-agent"] == "facebookexternalua", "Meta escapes everything else");
        call.headers["x-hub-signature-256"] == format!("sha256={}", signature(&world.app.secret, body))
    };
    let signed: Vec<bool> = receiver.calls().into_iter().map(is_signed).collect();
    assert_eq!(signed, [true, true, true, true, true, false]);
    receiver.always(500, "");
    writes("lost");
    meta.deliver_all().await;
    world.stage.advance(36 * 3600 + 1).await;
    assert_eq!(meta.hooks(&world.instagram.id).last().unwrap().state, HookState::Dropped);
}

#[tokio::test]
async fn programs_act_and_break_by_json() {
    let world = World::start().await;
    let (page, stage, meta) = (&world.page, &world.stage, world.meta());
    let post = meta.add_post(&page.id, "Roses", "FEED");
    let mid = world.anna(page).writes("Hello").unwrap();
    let (who, own) = (format!("\"who\":{}", world.anna), format!("\"{post}\""));
    let real = [
        ("\"who\":1", &who),
        ("17841400000000002", &page.id),
        ("\"POST\"", &own),
        ("MID", &mid),
        ("TOKEN", &page.token),
    ];
    stage.takes_examples("meta", &real.map(|(known, real)| (known, real.as_str()))).await;
    let chat = meta.history(&page.id, world.anna);
    assert_eq!((chat[0].id.as_str(), chat[1].text.as_str()), (mid.as_str(), "Look"));
    assert_eq!(world.get(page, "me").await, Err((190, 460)));
}
