//! More new chats than a source passes on within an hour: held, with an alert, until a person releases or blocks them.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{Line, World, both, once};
use serde_json::json;

use crate::pages::olga;

/// A line that passes on two new chats an hour, and four strangers.
async fn flooded(world: &mut World) -> Line {
    let line = world.line("support").await;
    world.api.patch(&line.path(""), &json!({"new_chats_per_hour": 2})).await.is(200);
    for name in ["anna", "boris", "carl", "dora"] {
        world.customer(&line, name).writes(&format!("I am {name}")).await;
        world.advance(Duration::from_secs(1));
    }
    world.customer(&line, "anna").writes("Still me").await;
    world.customer(&line, "dora").writes("Anybody?").await;
    world.deliver_all().await;
    assert_eq!(world.sandbox.chats(HOST).len(), 2, "the others are held");
    line
}

async fn looks(world: &World) {
    parom::alert_checks::round(&world.app().usage).await.unwrap();
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

async fn what_is_too_much_is_held_and_released(world: &mut World) {
    let line = flooded(world).await;
    assert_eq!(sorted(world.texts_at_crm(&line)), ["I am anna", "I am boris", "Still me"]);
    looks(world).await;
    let olga = olga(world, line.tenant_id).await;
    let alerts = olga.opens("/panel/alerts").await.is(200);
    alerts.says(&["Line support", "2 chats are on hold"]);
    let list = format!("/panel/held/{}", line.source_id);
    assert!(alerts.text.contains(&list), "it leads to the list");
    let held = olga.opens(&list).await.is(200);
    held.says(&["carl", "dora", "Release all (2)", "Block all (2)", "accepts at most 2 new chats an hour"]);
    held.never_says(&["boris"]);
    let customer = held.between("href=\"/panel/customers/", "\"").unwrap().to_owned();
    olga.opens(&format!("/panel/customers/{customer}")).await.is(200).says(&["On hold since", "Unblock"]);
    // One that comes after the page was opened is not decided by it.
    let until = held.field("until");
    world.customer(&line, "emma").writes("I am emma").await;
    olga.sends(&list, &[("do", "release"), ("until", &until)]).await.is(303);
    world.restart().await;
    while world.works("held_chats").await > 0 {}
    world.customer(&line, "dora").writes("At last").await;
    world.deliver_all().await;
    let all = ["Anybody?", "At last", "I am anna", "I am boris", "I am carl", "I am dora", "Still me"];
    assert_eq!(sorted(world.texts_at_crm(&line)), all);
    let ledger = world.api.get(&line.path("/ledger")).await.is(200).json["to_crm"].clone();
    assert_eq!((&ledger["accepted"], &ledger["delivered"]), (&json!(7), &json!(7)));

    let held = olga.opens(&list).await.is(200);
    olga.sends(&list, &[("do", "block"), ("until", &held.field("until"))]).await.is(303);
    world.customer(&line, "emma").writes("Hey").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line).len(), all.len());
    olga.opens(&list).await.is(200).says(&["No chats are on hold"]);
    world.advance(Duration::from_secs(61));
    looks(world).await;
    olga.opens("/panel/alerts").await.is(200).says(&["No open alerts"]);
    // An hour later strangers are welcome.
    world.advance(Duration::from_secs(3601));
    world.customer(&line, "fred").writes("I am fred").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line).len(), all.len() + 1);
}

async fn a_held_chat_is_released_alone(world: &mut World) {
    let line = flooded(world).await;
    world.api.post(&line.path("/conversations/chat-dora/unblock"), &json!({})).await.is(204);
    world.deliver_all().await;
    let expected = ["Anybody?", "I am anna", "I am boris", "I am dora", "Still me"];
    assert_eq!(sorted(world.texts_at_crm(&line)), expected);
    let shown = world.api.patch(&line.path(""), &json!({"new_chats_per_hour": 0})).await.is(200);
    assert_eq!(shown.json["new_chats_per_hour"], 0);
    world.customer(&line, "emma").writes("I am emma").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line).len(), expected.len() + 1);
}

/// A person who blocks one of the held chats keeps it from being released with the others; lists tell the two apart.
async fn a_held_chat_can_be_blocked(world: &mut World) {
    let line = flooded(world).await;
    world.api.post(&line.path("/conversations/chat-dora/block"), &json!({})).await.is(204);
    let olga = olga(world, line.tenant_id).await;
    let messages = olga.opens("/panel/messages").await.is(200);
    let shown = |badge: &str| messages.text.matches(badge).count();
    assert_eq!((shown("Blocked customer"), shown("Held chat")), (2, 1), "two of dora's, one of carl's");
    let list = format!("/panel/held/{}", line.source_id);
    let held = olga.opens(&list).await.is(200);
    held.says(&["Release all (1)"]);
    let customer = held.between("href=\"/panel/customers/", "\"").unwrap().to_owned();
    let carl = olga.opens(&format!("/panel/customers/{customer}")).await.is(200);
    carl.says(&["On hold since", "Unblock"]);
    assert!(carl.text.contains(&format!("{customer}/block")), "a held chat can be blocked");
    olga.sends(&list, &[("do", "release"), ("until", &held.field("until"))]).await.is(303);
    while world.works("held_chats").await > 0 {}
    world.deliver_all().await;
    assert_eq!(sorted(world.texts_at_crm(&line)), ["I am anna", "I am boris", "I am carl", "Still me"]);
}

/// A limit that cannot be read is no wish for none: the field says so, and the earlier limit stays.
async fn a_limit_that_is_no_number_is_refused_at_its_field(world: &mut World) {
    let line = world.line("support").await;
    world.api.patch(&line.path(""), &json!({"new_chats_per_hour": 20})).await.is(200);
    let olga = olga(world, line.tenant_id).await;
    let path = format!("/panel/sources/{}", line.source_id);
    for typed in ["twenty", "2.5", "-1", "100001"] {
        let version = olga.opens(&format!("{path}/settings")).await.is(200).field("version");
        let fields = [("name", "Line support"), ("new_chats", typed), ("version", &version)];
        let refused = olga.sends(&path, &fields).await.is(422);
        refused.says(&["“New chats an hour, at most”: enter a number from 0 to 100,000."]);
        assert!(refused.text.contains("href=\"#f-new_chats\"") && refused.text.contains("id=\"e-new_chats\""));
        assert!(refused.text.contains(&format!("value=\"{typed}\"")), "it can be mended");
        assert_eq!(world.api.get(&line.path("")).await.is(200).json["new_chats_per_hour"], 20);
    }
    let version = olga.opens(&format!("{path}/settings")).await.is(200).field("version");
    olga.sends(&path, &[("name", "Line support"), ("new_chats", " "), ("version", &version)]).await.is(303);
    assert_eq!(world.api.get(&line.path("")).await.is(200).json["new_chats_per_hour"], 0, "empty is no limit");
}

both!(what_is_too_much_is_held_and_released);
once!(a_held_chat_is_released_alone, a_held_chat_can_be_blocked, a_limit_that_is_no_number_is_refused_at_its_field);
