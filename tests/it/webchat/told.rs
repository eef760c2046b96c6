//! What a visitor tells beside new messages: answers to the shop's questions and a rating become notes in the lead; replies
//! and corrections arrive as such.

use std::time::Duration;

use base::message::Visits;
use entity::conversation;
use parom_tests::settings::HOST;
use parom_tests::{World, both, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{OnSite, SHOP, chat_of, chat_with};

fn settings() -> Value {
    json!({"allowed_origins": [SHOP], "custom_fields": ["Order number *", "City"], "rating": true})
}

/// A visitor who answered the shop's first question and wrote, and the id of their lead, which a person has accepted.
async fn answered(world: &mut World) -> (OnSite, i64) {
    let source = chat_with(world, settings()).await;
    let anna = OnSite::new(&source);
    let look = anna.gets(world, "/look").await.is(200);
    assert_eq!(look.json["fields"][0], json!({"label": "Order number", "required": true}));
    anna.posts(world, "/rating", json!({"score": "good"})).await.is(404);
    let first = json!({"id": Uuid::new_v4(), "text": "Hello", "about": {"fields": [" A-17 ", "", "no such question"]}});
    anna.posts(world, "/messages", first).await.is(202);
    world.deliver_all().await;
    let lead = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
    (anna, lead.lead_id)
}

/// Works on what is due after this time.
async fn after(world: &World, seconds: u64) -> usize {
    world.advance(Duration::from_secs(seconds));
    world.works("lead_notes").await
}

const ANSWERS: &str = "Ответы перед чатом\nOrder number: A-17";

async fn answers_and_a_rating_become_notes_in_the_lead(world: &mut World) {
    let (anna, lead) = answered(world).await;
    assert_eq!(after(world, 11).await, 1);
    assert_eq!(world.sandbox.notes_of(HOST, lead), [ANSWERS]);
    // Later answers change nothing.
    let again = json!({"id": Uuid::new_v4(), "text": "More", "about": {"fields": ["B-18"]}});
    anna.posts(world, "/messages", again).await.is(202);
    world.deliver_all().await;
    assert_eq!(after(world, 11).await, 0);

    // The comment follows its score, and they are one note.
    anna.posts(world, "/rating", json!({"score": "bad"})).await.is(204);
    anna.posts(world, "/rating", json!({"score": "good", "comment": "x".repeat(1001)})).await.is(422);
    anna.posts(world, "/rating", json!({"score": "great"})).await.is(422);
    assert_eq!(after(world, 60).await, 0);
    anna.posts(world, "/rating", json!({"score": "good", "comment": " Quick!\n"})).await.is(204);
    let rated_at = anna.gets(world, "/history").await.is(200).json["rated_at"].clone();
    assert_eq!(rated_at, json!(world.clock.millis()));
    assert_eq!(after(world, 181).await, 1);
    let notes = world.sandbox.notes_of(HOST, lead);
    assert_eq!((notes.len(), notes[0].as_str()), (2, ANSWERS), "{notes:?}");
    assert!(notes[1].starts_with("Оценка чата, ") && notes[1].ends_with(": Хорошо\nQuick!"), "{notes:?}");
    assert_eq!(after(world, 86_400).await, 0);

    // Both are on the chat's page in the panel.
    let panel = world.panel(world.active(HOST).await).await;
    let id = conversation::Entity::find().one(world.app().store.read()).await.unwrap().unwrap().id;
    panel.opens(&format!("/panel/conversations/{id}")).await.is(200).says(&["Order number", "A-17", "Quick!"]);
}

async fn what_a_visitor_told_waits_for_a_person_to_accept_the_lead(world: &mut World) {
    let source = chat_with(world, settings()).await;
    let anna = OnSite::new(&source);
    let first = json!({"id": Uuid::new_v4(), "text": "Hello", "about": {"fields": ["A-17"]}});
    anna.posts(world, "/messages", first).await.is(202);
    world.deliver_all().await;
    assert_eq!(after(world, 11).await, 1, "it looks");
    let lead = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.notes_of(HOST, lead.lead_id).is_empty());
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
    assert_eq!(after(world, 3_600).await, 1);
    assert_eq!(world.sandbox.notes_of(HOST, lead.lead_id), [ANSWERS]);
}

async fn a_chat_without_ratings_takes_none(world: &mut World) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let anna = OnSite::new(&source);
    anna.writes(world, "Hello").await.is(202);
    world.deliver_all().await;
    anna.posts(world, "/rating", json!({"score": "good"})).await.is(404);
    let row = conversation::Entity::find().one(world.app().store.read()).await.unwrap().unwrap();
    assert!(Visits::stored(&row.visit).is_none_or(|visits| visits.rating.is_none()));
}

/// The id of the manager's first message to a visitor.
async fn answer_in(world: &World, visitor: &OnSite) -> Value {
    let lines = visitor.gets(world, "/history").await.json["lines"].clone();
    lines.as_array().unwrap().iter().find(|line| line["mine"] == false).unwrap()["id"].clone()
}

async fn a_reply_names_the_answer_that_it_is_about(world: &mut World) {
    let source = chat_with(world, settings()).await;
    let (anna, boris) = (OnSite::new(&source), OnSite::new(&source));
    for (visitor, text) in [(&anna, "I am Anna"), (&boris, "I am Boris")] {
        visitor.writes(world, text).await.is(202);
        world.deliver_all().await;
        world.sandbox.manager_says(HOST, &chat_of(world, text), &format!("To: {text}")).await.unwrap();
        world.deliver_all().await;
    }
    let about = answer_in(world, &anna).await;
    for (visitor, text, quoted) in [(&anna, "That one", json!("To: I am Anna")), (&boris, "Not mine", Value::Null)] {
        let said = json!({"id": Uuid::new_v4(), "text": text, "reply_to": about});
        visitor.posts(world, "/messages", said).await.is(202);
        let lines = visitor.gets(world, "/history").await.json["lines"].clone();
        let said = lines.as_array().unwrap().iter().find(|line| line["text"] == text).unwrap();
        assert_eq!(said["quote"]["text"], quoted, "{lines}");
    }
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    let of = |text: &str| there.iter().find(|message| message.text == text).unwrap();
    assert_eq!(of("That one").payload["reply_to"]["message"]["id"], json!(of("To: I am Anna").id));
    assert_eq!(of("Not mine").payload["reply_to"], Value::Null, "a stranger's message is not quoted");
}

async fn a_text_can_be_corrected_for_a_quarter_of_an_hour(world: &mut World) {
    let source = chat_with(world, settings()).await;
    let (anna, boris) = (OnSite::new(&source), OnSite::new(&source));
    let id = Uuid::new_v4();
    anna.posts(world, "/messages", json!({"id": id, "text": "Too sofas"})).await.is(202);
    boris.writes(world, "Hello").await.is(202);
    world.deliver_all().await;
    let edit = |text: &str| json!({"id": id, "text": text});
    boris.posts(world, "/edits", edit("Mine")).await.is(404);
    anna.posts(world, "/edits", edit(" ")).await.is(422);
    anna.posts(world, "/edits", edit("Two sofas")).await.is(204);
    anna.posts(world, "/edits", edit("Two sofas")).await.is(204);
    world.deliver_all().await;
    let there = world.sandbox.messages(HOST);
    let edited = there.iter().find(|message| message.edited).unwrap();
    assert_eq!(edited.text, "Two sofas");
    assert_eq!(anna.texts(world).await, ["Two sofas"]);
    // Neither an answer nor an old message is hers to change.
    world.sandbox.manager_says(HOST, &edited.chat_id, "Fine").await.unwrap();
    world.deliver_all().await;
    let answer = answer_in(world, &anna).await;
    anna.posts(world, "/edits", json!({"id": answer, "text": "Not fine"})).await.is(404);
    world.advance(Duration::from_secs(901));
    anna.posts(world, "/edits", edit("Ten sofas")).await.is(404);
}

both!(answers_and_a_rating_become_notes_in_the_lead);
once!(what_a_visitor_told_waits_for_a_person_to_accept_the_lead, a_chat_without_ratings_takes_none);
once!(a_reply_names_the_answer_that_it_is_about, a_text_can_be_corrected_for_a_quarter_of_an_hour);
