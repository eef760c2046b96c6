//! Events that overtake each other, and messages of several requests of which one is refused (whatsapp §5, §6).

use parom_tests::both;
use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookMessage, Said};

use super::super::at_crm;
use super::bare::{BareWorld, CUSTOMER, PHONE, comes, connected, last_wamid, message, reported, sent};

/// The customer's event of this second.
fn event(id: &str, second: i64, kind: &str, content: Value) -> Value {
    let mut event = message(id, kind, content);
    event["messages"][0]["timestamp"] = json!((1_795_165_300 + second).to_string());
    event
}

fn edit(id: &str, second: i64, text: &str) -> Value {
    let says = json!({"type": "text", "text": {"body": text}});
    event(id, second, "edit", json!({"original_message_id": "wamid.A", "message": says}))
}

fn reaction(id: &str, second: i64, about: &str, emoji: &str) -> Value {
    event(id, second, "reaction", json!({"message_id": about, "emoji": emoji}))
}

fn hello() -> Value {
    event("wamid.A", 0, "text", json!({"body": "Hello"}))
}

fn reactions(world: &BareWorld, id: &str) -> Vec<String> {
    let mut found = at_crm(world).into_iter().chain(world.sandbox.messages(parom_tests::settings::HOST));
    let found = found.rfind(|one| one.id == id).expect("amoCRM has the message");
    found.reactions.into_iter().map(|(_, emoji)| emoji).collect()
}

/// The newest edit wins, before its message and after it.
async fn an_edit_before_its_message_is_what_is_shown(world: &mut BareWorld) {
    let line = connected(world).await;
    for (event, shown) in [
        (edit("wamid.E3", 30, "third"), "third"),
        (edit("wamid.E2", 20, "second"), "third"),
        (hello(), "third"),
        (edit("wamid.E25", 25, "older"), "third"),
        (edit("wamid.E4", 40, "fourth"), "fourth"),
        (edit("wamid.E3", 30, "third"), "fourth"),
        (edit("wamid.E35", 35, "older than the fourth"), "fourth"),
    ] {
        comes(world, &line, event).await;
        let texts: Vec<_> = at_crm(world).into_iter().map(|one| one.text).collect();
        assert_eq!(texts.concat(), shown);
    }
}

async fn a_deletion_and_a_reaction_wait_for_their_messages(world: &mut BareWorld) {
    let line = connected(world).await;
    comes(world, &line, event("wamid.R", 5, "revoke", json!({"original_message_id": "wamid.A"}))).await;
    for _ in 0..2 {
        comes(world, &line, reaction("wamid.R1", 5, "wamid.B", "👍")).await;
    }
    assert!(at_crm(world).is_empty());
    comes(world, &line, hello()).await;
    assert_eq!(at_crm(world).pop().unwrap().text, "Удалено клиентом");
    comes(world, &line, hello()).await;
    assert_eq!(at_crm(world).len(), 1);
    comes(world, &line, event("wamid.B", 6, "text", json!({"body": "Thanks"}))).await;
    world.deliver_to_the_end().await;
    assert_eq!(reactions(world, &at_crm(world)[1].id), ["👍"]);
}

/// A message from amoCRM, and Meta's id of it.
async fn said_done(world: &mut BareWorld) -> (parom_tests::Line, Said) {
    let line = connected(world).await;
    comes(world, &line, hello()).await;
    let said = line.manager_sends(world, CUSTOMER, HookMessage::text("Done")).await;
    (line, said)
}

async fn a_reaction_that_was_taken_back_stays_away(world: &mut BareWorld) {
    let (line, said) = said_done(world).await;
    world.deliver_all().await;
    let wamid = last_wamid(world);
    comes(world, &line, reaction("wamid.R2", 20, &wamid, "")).await;
    comes(world, &line, reaction("wamid.R1", 10, &wamid, "👍")).await;
    assert!(reactions(world, &said.message_id).is_empty());
    comes(world, &line, reaction("wamid.R3", 30, &wamid, "🔥")).await;
    assert_eq!(reactions(world, &said.message_id), ["🔥"]);
}

/// The customer reacts as soon as the message is there, and its answer is still on its way.
async fn a_reaction_before_the_answer_of_the_send_arrives(world: &mut BareWorld) {
    let (line, said) = said_done(world).await;
    let (gate, asked) = (world.messenger.gate.clone(), world.messenger.asked.clone());
    let held = gate.lock_owned().await;
    let mut worker = world.another_worker();
    let reacts = async {
        asked.notified().await;
        let wamid = last_wamid(world);
        reported(world, &line, reaction("wamid.R2", 20, &wamid, "👍")).await;
        reported(world, &line, reaction("wamid.R1", 10, &wamid, "🔥")).await;
        drop(held);
    };
    let (delivered, ()) = tokio::join!(worker.deliver_all(), reacts);
    delivered.unwrap();
    world.deliver_to_the_end().await;
    assert_eq!(reactions(world, &said.message_id), ["👍"]);
}

/// The forms of what was posted to the customer, with repeats.
fn posted(world: &BareWorld) -> Vec<String> {
    sent(world).into_iter().map(|one| one["type"].as_str().unwrap().to_owned()).collect()
}

/// A voice message with a text takes two requests. `second`: what Meta answers to the second one at first.
async fn begun(world: &mut BareWorld, second: (u16, Value)) -> (parom_tests::Line, Said) {
    let line = connected(world).await;
    comes(world, &line, hello()).await;
    let first = (200, json!({"messages": [{"id": "wamid.audio"}]}));
    world.messenger.refusals.lock().unwrap().extend([first, second]);
    let voice = HookMessage::attachment(Attachment::sample("voice")).caption("Listen");
    let said = line.manager_sends(world, CUSTOMER, voice).await;
    world.deliver_all().await;
    assert_eq!(posted(world), ["audio", "text"]);
    (line, said)
}

fn too_fast() -> (u16, Value) {
    (400, json!({"error": {"code": 131_056, "message": "(#131056) Pair rate limit hit"}}))
}

async fn a_part_is_not_sent_again_because_the_next_was_refused(world: &mut BareWorld) {
    let (line, said) = begun(world, too_fast()).await;
    world.messenger.refusals.lock().unwrap().push_back(too_fast());
    world.restart().await;
    world.deliver_to_the_end().await;
    assert_eq!(posted(world), ["audio", "text", "text", "text"]);
    assert_eq!(sent(world)[3]["text"]["body"], "Listen");
    for id in ["wamid.audio".to_owned(), last_wamid(world)] {
        let read = json!({"id": id, "status": "read", "timestamp": "1795165400"});
        comes(world, &line, json!({"metadata": {"phone_number_id": PHONE}, "statuses": [read]})).await;
    }
    assert_eq!(world.statuses_at_crm(&line, &said.message_id), [2], "each part is known by its id");
}

/// The answer to the second one is lost: only its outcome is unknown, not that of the first one.
async fn an_unknown_outcome_is_one_of_the_last_part(world: &mut BareWorld) {
    begun(world, (200, json!("not an answer"))).await;
    world.deliver_to_the_end().await;
    assert_eq!(posted(world), ["audio", "text", "text"]);
}

/// The status of the second part shows that it arrived.
async fn a_part_with_a_lost_answer_is_settled_by_its_status(world: &mut BareWorld) {
    let (line, said) = begun(world, (200, json!("not an answer"))).await;
    let letter = sent(world)[1]["biz_opaque_callback_data"].clone();
    for (id, letter) in [("wamid.audio", &letter), ("wamid.text", &letter)] {
        let read = json!({"id": id, "status": "read", "timestamp": "1795165400", "biz_opaque_callback_data": letter});
        comes(world, &line, json!({"metadata": {"phone_number_id": PHONE}, "statuses": [read]})).await;
    }
    world.deliver_to_the_end().await;
    assert_eq!(posted(world), ["audio", "text"]);
    assert_eq!(world.statuses_at_crm(&line, &said.message_id).last(), Some(&2));
}

/// A picture is refused above buttons, also as a document, and becomes a link before them. The answer to it is lost.
async fn what_follows_a_changed_part_with_a_lost_answer_is_sent(world: &mut BareWorld) {
    let line = connected(world).await;
    comes(world, &line, hello()).await;
    let refused = (400, json!({"error": {"code": 131_053, "message": "(#131053) Media upload error"}}));
    let lost = (200, json!("not an answer"));
    world.messenger.refusals.lock().unwrap().extend([refused.clone(), refused.clone(), refused, lost]);
    let yes = Button { text: "Yes".to_owned(), url: None };
    let picture = HookMessage::attachment(Attachment::sample("picture")).caption("This one?").buttons(&[vec![yes]]);
    line.manager_sends(world, CUSTOMER, picture).await;
    world.deliver_all().await;
    assert_eq!(posted(world), ["interactive", "interactive", "interactive", "text"]);
    let letter = sent(world)[3]["biz_opaque_callback_data"].clone();
    let read =
        json!({"id": "wamid.link", "status": "read", "timestamp": "1795165400", "biz_opaque_callback_data": letter});
    comes(world, &line, json!({"metadata": {"phone_number_id": PHONE}, "statuses": [read]})).await;
    world.deliver_to_the_end().await;
    assert_eq!(posted(world), ["interactive", "interactive", "interactive", "text", "interactive"]);
    let last = &sent(world)[4]["interactive"];
    assert_eq!((last.get("header"), &last["body"]["text"]), (None, &json!("This one?")));
}

both!(what_follows_a_changed_part_with_a_lost_answer_is_sent, a_part_is_not_sent_again_because_the_next_was_refused);
both!(a_part_with_a_lost_answer_is_settled_by_its_status, a_deletion_and_a_reaction_wait_for_their_messages);
both!(a_reaction_before_the_answer_of_the_send_arrives, an_edit_before_its_message_is_what_is_shown);
both!(an_unknown_outcome_is_one_of_the_last_part, a_reaction_that_was_taken_back_stays_away);
