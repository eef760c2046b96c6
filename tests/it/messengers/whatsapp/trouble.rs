//! What Meta refuses for a while, and what stops a number until a person repairs it (whatsapp §15).

use simulator::crm::{HookMessage, Part};
use std::time::Duration;

use parom_tests::both;
use serde_json::json;
use simulator::whatsapp::{Content, Fault, Given, NewPerson, refusal};

use super::super::at_crm;
use super::{WhatsAppWorld, arrives, chatting, last};

async fn a_revoked_token_stops_the_source_and_a_new_one_lets_everything_go(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.revoke_token(&chat.number.token);
    for text in ["one", "two"] {
        chat.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_all().await;
    let source = world.api.get(&chat.line.path("")).await.is(200);
    assert_eq!(source.json["held"]["count"], 2, "{}", source.text);
    assert_eq!(source.json["status"], "stopped", "{}", source.text);
    // What customers write arrives all the same.
    chat.customer(world).writes("Still there?").unwrap();
    arrives(world).await;
    assert_eq!(last(world).text, "Still there?");
    assert!(chat.sent(world).is_empty());
    let token = world.messenger.add_token(&chat.number.app.id, &[&chat.number.waba]);
    let settings = chat.number.settings_with(&json!({"access_token": token}));
    world.api.patch(&chat.line.path(""), &json!({"settings": settings})).await.is(200);
    world.deliver_to_the_end().await;
    arrives(world).await;
    assert_eq!(chat.texts(world), ["one", "two"]);
    let source = world.api.get(&chat.line.path("")).await.is(200);
    assert_eq!((&source.json["status"], &source.json["held"]["count"]), (&json!("working"), &json!(0)));
}

async fn limits_are_waited_for(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for code in [131_056, 130_429, 80_007, 4, 131_057] {
        world.messenger.faults().next("messages", 1, refusal(code));
        let said = chat.manager_sends(world, HookMessage::text(&code.to_string())).await;
        world.deliver_to_the_end().await;
        arrives(world).await;
        assert_eq!(chat.last_sent(world).text, code.to_string());
        assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1], "{code}");
    }
}

/// Meta's own limits by the clock: a burst to one person arrives whole and in order.
async fn a_burst_to_one_person_arrives_in_order(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.set_rates(true, 5);
    let wanted: Vec<String> = (1..=12).map(|number| format!("message {number}")).collect();
    for text in &wanted {
        chat.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_to_the_end().await;
    arrives(world).await;
    assert_eq!(chat.texts(world), wanted);
}

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

/// While amoCRM is away, Parom finds out itself whether a message arrived. Its page does not offer first what it warns of.
async fn sending_again_is_not_the_first_thing_while_amocrm_is_away(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.sandbox.faults().until_cleared(Part::Message, simulator::crm::Fault::Reset);
    chat.customer(world).writes("Still there?").unwrap();
    arrives(world).await;
    for _ in 0..3 {
        world.advance(Duration::from_secs(120));
        world.deliver_all().await;
    }
    let id = world.messages().await.last().expect("the customer's message").id;
    let path = format!("/panel/messages/{id}");
    let page = world.panel(chat.line.tenant_id).await.opens(&path).await.is(200);
    page.says(&[
        "Outcome is being checked",
        "Check the chat before you send again.",
        "amoCRM has not answered since 12:00.",
    ]);
    page.says(&[&format!("<a class=\"button\" href=\"{path}/again\">Send again</a>")]);
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    assert_eq!(last(world).text, "Still there?");
}

async fn a_quote_that_meta_does_not_have_costs_no_message(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let theirs = last(world);
    world.messenger.faults().next("messages", 1, refusal(131_009));
    chat.manager_gets_through(world, HookMessage::text("Yes").quoting(&theirs.id)).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.text.as_str(), sent.reply_to), ("Yes", None));
}

async fn the_timeline_shows_the_reason_of_a_failure_without_the_token(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let message = format!("bad token {}", chat.number.token);
    world.messenger.faults().next("messages", 1, Fault::refuse(400, 131_008, &message));
    chat.manager_gets_through(world, HookMessage::text("Hello?")).await;
    let dead = world.api.get(&chat.line.dead_letters()).await.is(200);
    let told = world.api.get(&format!("/api/v1/messages/{}", dead.text_at("/items/0/message_id"))).await.is(200);
    assert!(told.text.contains("131008") && told.text.contains("bad token"), "{}", told.text);
    assert!(!told.text.contains(&chat.number.token), "{}", told.text);
}

/// A file of the customer that Meta cannot give now is asked for later; one that it lost is named in the text.
async fn a_customers_file_is_waited_for(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    world.messenger.faults().next("media_url", 1, Fault::HtmlPage { status: 503 });
    chat.customer(world).sends(Content::of("image").saying("Чек")).unwrap();
    arrives(world).await;
    world.advance(Duration::from_secs(600));
    arrives(world).await;
    assert_eq!((last(world).kind.as_str(), last(world).text.as_str()), ("picture", "Чек"));
    // It is kept here: Meta forgets it, and amoCRM gets it all the same.
    let picture = last(world);
    for sent in world.messenger.history(&chat.number.phone, chat.maria) {
        if let Some(id) = sent.json["image"]["id"].as_str() {
            world.messenger.lose_file(id);
        }
    }
    let there = world.sandbox.downloads(&chat.line.host, &picture.id).await.unwrap();
    assert!(!there.bytes.is_empty());

    world.messenger.faults().next("media_url", 10, refusal(100));
    let lost = Given::sample().named("offer.pdf");
    chat.customer(world).sends(Content::of("document").file(lost)).unwrap();
    chat.customer(world).writes("Did you get it?").unwrap();
    arrives(world).await;
    world.deliver_to_the_end().await;
    let came: Vec<_> = at_crm(world).into_iter().rev().take(2).map(|one| (one.kind, one.text)).collect();
    assert_eq!(came[0], ("text".to_owned(), "Did you get it?".to_owned()), "it blocks nothing");
    assert!(came[1].0 == "text" && came[1].1.contains("offer.pdf"), "{came:?}");
}

both!(
    sending_again_is_not_the_first_thing_while_amocrm_is_away,
    a_revoked_token_stops_the_source_and_a_new_one_lets_everything_go,
    limits_are_waited_for,
    a_burst_to_one_person_arrives_in_order,
    a_burst_to_one_person_slows_no_other_chat,
    a_quote_that_meta_does_not_have_costs_no_message,
    the_timeline_shows_the_reason_of_a_failure_without_the_token,
    a_customers_file_is_waited_for,
);
