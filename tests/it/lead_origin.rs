//! Where a customer came from, in the lead: campaign parameters of a page, payloads of links.

use std::time::Duration;

use parom_tests::settings::HOST;
use parom_tests::{TelegramWorld, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{Fault, Part};
use uuid::Uuid;

use crate::webchat::{OnSite, SHOP, chat_with};

/// The entry page of the customers of these tests.
const LANDING: &str = "https://shop.example/?utm_source=mail&utm_campaign=summer";

/// A message of a visitor who entered the site by this address.
async fn writes_from(world: &World, visitor: &OnSite, landing: &str, text: &str) {
    let visit = json!({"url": "https://shop.example/cart", "title": "Cart", "referrer": "https://mail.example/x",
        "landing": landing});
    let body = json!({"id": Uuid::new_v4(), "text": text, "visit": visit});
    visitor.posts(world, "/messages", body).await.is(202);
}

/// A chat on a site whose first visitor came by a campaign and wrote; their incoming lead.
async fn came_by_a_campaign(world: &mut World) -> (OnSite, i64) {
    let source = chat_with(world, json!({"allowed_origins": [SHOP]})).await;
    let visitor = OnSite::new(&source);
    writes_from(world, &visitor, LANDING, "Hello").await;
    world.deliver_all().await;
    let lead = world.sandbox.incoming_leads(HOST)[0].lead_id;
    (visitor, lead)
}

/// A person accepts the incoming lead.
fn accepts(world: &World) {
    let lead = world.sandbox.incoming_leads(HOST).remove(0);
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
}

/// The number of attempts that are due after this time.
async fn after(world: &World, time: Duration) -> usize {
    world.advance(time);
    world.works("lead_origins").await
}

fn tracking(world: &World, lead: i64) -> Value {
    json!(world.sandbox.tracking_of(HOST, lead))
}

const SOON: Duration = Duration::from_secs(11);
const HOUR: Duration = Duration::from_secs(3_600);

// amoCRM that fails, and processes that die.

async fn a_note_is_not_written_twice_after_a_lost_answer(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    world.sandbox.switch(HOST, |switches| switches.removed_fields = ["UTM_SOURCE"].map(str::to_owned).into());
    accepts(world);
    world.sandbox.faults().next_with(Part::Rest, "custom_fields_values", 1, Fault::LostAnswer);
    assert_eq!(after(world, SOON).await, 1);
    assert_eq!(
        tracking(world, lead)["UTM_CAMPAIGN"],
        json!("summer"),
        "the fields were written, and Parom does not know it"
    );
    world.sandbox.faults().next_with(Part::Rest, "note_type", 1, Fault::LostAnswer);
    assert_eq!(after(world, HOUR).await, 1);
    assert_eq!(world.sandbox.notes_of(HOST, lead).len(), 1);
    assert_eq!(after(world, HOUR).await, 1);
    assert_eq!(world.sandbox.notes_of(HOST, lead).len(), 1, "it was found");
    assert_eq!(after(world, HOUR).await, 0);
}

async fn a_crm_that_fails_is_asked_later_and_then_given_up(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    accepts(world);
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    assert_eq!(after(world, SOON).await, 1);
    assert_eq!(after(world, Duration::from_secs(50)).await, 0, "not at once");
    let mut attempts = 1;
    for _ in 0..12 {
        attempts += after(world, Duration::from_secs(86_401)).await;
    }
    assert_eq!(attempts, 7);
    world.sandbox.faults().clear();
    assert_eq!(after(world, 24 * HOUR).await, 0);
    assert_eq!(tracking(world, lead), json!({}));
}

async fn an_unaccepted_lead_is_not_waited_for_indefinitely(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    let mut looks = 0;
    for _ in 0..200 {
        looks += after(world, 6 * HOUR).await;
    }
    assert!((100..=140).contains(&looks), "{looks}");
    accepts(world);
    assert_eq!(after(world, 24 * HOUR).await, 0);
    assert_eq!(tracking(world, lead), json!({}));
}

fn both_marks() -> serde_json::Value {
    json!({"UTM_SOURCE": "mail", "UTM_CAMPAIGN": "summer", "REFERRER": "https://mail.example/x"})
}

async fn an_accepted_lead_has_the_campaign_in_its_fields_once(world: &mut World) {
    let (visitor, lead) = came_by_a_campaign(world).await;
    assert_eq!(after(world, SOON).await, 1, "it looks");
    assert_eq!(tracking(world, lead), json!({}), "the lead is a draft until a person accepts it");
    accepts(world);
    assert_eq!(after(world, HOUR).await, 1);
    assert_eq!(tracking(world, lead), both_marks());
    assert!(world.sandbox.notes_of(HOST, lead).is_empty(), "the fields say it");
    // Other pages of the same visit say nothing new.
    writes_from(world, &visitor, LANDING, "Still here").await;
    world.deliver_all().await;
    assert_eq!(after(world, HOUR).await, 0);
}

async fn values_without_a_field_become_one_note(world: &mut World) {
    let (_, lead) = came_by_a_campaign(world).await;
    world.sandbox.switch(HOST, |switches| {
        switches.removed_fields = ["UTM_SOURCE", "UTM_CAMPAIGN", "REFERRER"].map(str::to_owned).into()
    });
    accepts(world);
    assert_eq!(after(world, SOON).await, 1);
    assert_eq!(tracking(world, lead), json!({}));
    let note = "Откуда пришёл клиент\nutm_campaign: summer\nutm_source: mail\nСтраница: https://shop.example/cart\n\
        Откуда пришли: https://mail.example/x";
    assert_eq!(world.sandbox.notes_of(HOST, lead), [note]);
    assert_eq!(after(world, HOUR).await, 0);
}

async fn values_that_people_entered_stay(world: &mut World) {
    let (visitor, lead) = came_by_a_campaign(world).await;
    accepts(world);
    assert_eq!(after(world, SOON).await, 1);
    // The same customer comes again by another campaign, and the lead is the same.
    writes_from(world, &visitor, "https://shop.example/?utm_source=search&utm_term=boots", "Back again").await;
    world.deliver_all().await;
    assert_eq!(after(world, SOON).await, 1);
    let known = json!({"UTM_SOURCE": "mail", "UTM_CAMPAIGN": "summer", "UTM_TERM": "boots",
        "REFERRER": "https://mail.example/x"});
    assert_eq!(tracking(world, lead), known);
    let notes = world.sandbox.notes_of(HOST, lead);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("utm_source: search") && !notes[0].contains("boots"), "{notes:?}");
}

async fn a_source_can_leave_leads_alone(world: &mut World) {
    let source = crate::webchat::chat_with(world, json!({"allowed_origins": [crate::webchat::SHOP]})).await;
    let path = format!("/api/v1/sources/{source}");
    assert_eq!(world.api.get(&path).await.is(200).json["lead_origin"], json!(true));
    let visitor = crate::webchat::OnSite::new(&source);
    writes_from(world, &visitor, LANDING, "Hello").await;
    world.deliver_all().await;
    accepts(world);
    // Switched off after it was planned, and before the next customer.
    world.api.patch(&path, &json!({"lead_origin": false})).await.is(200);
    assert_eq!(after(world, SOON).await, 1);
    let other = crate::webchat::OnSite::new(&source);
    writes_from(world, &other, LANDING, "Hello too").await;
    world.deliver_all().await;
    assert_eq!(after(world, SOON).await, 0);
    assert!(world.sandbox.contacts(HOST).iter().flat_map(|one| &one.leads).all(|id| tracking(world, *id) == json!({})));
    let panel = world.panel(world.active(HOST).await).await;
    let page = panel.opens(&format!("/panel/sources/{source}/settings")).await.is(200);
    page.says(&["name=\"lead_origin\" value=\"1\" aria"]);
}

async fn the_payload_of_a_link_is_one_note(world: &mut TelegramWorld) {
    let mut line = world.telegram_source(Default::default(), json!({})).await;
    line.person = world.telegram().add_person(Default::default());
    line.customer(world).starts("lead_77-A").unwrap();
    world.telegram_arrives().await;
    assert_eq!(after(world, SOON).await, 1, "the customer has not written yet");
    line.customer(world).writes("A sofa").unwrap();
    world.telegram_arrives().await;
    let lead = world.sandbox.incoming_leads(HOST)[0].lead_id;
    accepts(world);
    assert_eq!(after(world, HOUR).await, 1);
    let note = ["Откуда пришёл клиент\nПришёл по\u{a0}метке: lead_77-A"];
    assert_eq!(world.sandbox.notes_of(HOST, lead), note);
    // The same link again is nothing new.
    line.customer(world).starts("lead_77-A").unwrap();
    world.telegram_arrives().await;
    assert_eq!(after(world, HOUR).await, 0);
    assert_eq!(world.sandbox.notes_of(HOST, lead), note);
}

/// The customer's message goes on while amoCRM does not answer the calls about leads.
async fn messages_do_not_wait_for_it(world: &mut World) {
    let (visitor, _) = came_by_a_campaign(world).await;
    let gate = world.sandbox.faults().hold(Part::Rest);
    world.advance(SOON);
    let jobs = world.app().jobs.clone();
    let looking = tokio::spawn(async move { parom::job::due_of(&jobs, "lead_origins").await });
    gate.until_waiting(1).await;
    writes_from(world, &visitor, LANDING, "Meanwhile").await;
    world.deliver_all().await;
    assert_eq!(world.sandbox.messages(HOST).len(), 2);
    gate.open();
    assert_eq!(looking.await.unwrap(), 1);
}

both!(an_accepted_lead_has_the_campaign_in_its_fields_once);
once!(
    a_note_is_not_written_twice_after_a_lost_answer,
    a_crm_that_fails_is_asked_later_and_then_given_up,
    an_unaccepted_lead_is_not_waited_for_indefinitely,
    values_without_a_field_become_one_note,
    values_that_people_entered_stay,
    a_source_can_leave_leads_alone,
    the_payload_of_a_link_is_one_note,
    messages_do_not_wait_for_it
);
