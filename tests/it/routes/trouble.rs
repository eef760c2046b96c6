//! amoCRM does not answer, or refuses, while an enquiry is decided about and carried out.

use parom_tests::settings::HOST;
use parom_tests::{World, once};
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{HOUR, MINUTE, SOON, decision, has_a_lead, has_rules, is_alerted, is_said, lead, person, second_stage};
use crate::pages::olga;

async fn an_unpaid_account_is_asked_again(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(manager)}}])).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.faults.add("route.decided=error:1").unwrap();
    world.advance(SOON);
    assert_eq!(world.works("routes").await, 1);
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
    world.advance(2 * MINUTE);
    assert_eq!(world.works("routes").await, 1);
    assert!(is_alerted(world, &line).await);
    world.sandbox.switch(HOST, |switches| switches.unpaid = false);
    world.advance(48 * HOUR);
    world.visits_accounts().await;
    assert_eq!(world.works("routes").await, 1);
    assert_eq!(lead(world).responsible_user_id, manager);
    assert_eq!(decision(world, &line, &message).await.row.state, "done");
}

/// It is tried for a day and a half, and then the alert stays.
async fn an_enquiry_is_given_up_at_last(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(manager)}}])).await;
    let message = world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.faults.add("route.before_step=error:1000").unwrap();
    let mut tries = 0;
    for _ in 0..37 * 4 {
        world.advance(15 * MINUTE);
        tries += world.works("routes").await;
    }
    assert_eq!(tries, parom::route::carry::BACK_OFF.len() + 1);
    assert_eq!(decision(world, &line, &message).await.row.state, "failed");
    assert!(is_alerted(world, &line).await);
}

/// An account that is not paid cannot be asked who the customer is: the alert says that nothing is distributed, and minutes after the
/// payment the enquiry is.
async fn an_enquiry_that_waits_for_amocrm_is_told_and_routed_soon(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let then = json!({"accept": true, "responsible": person(manager), "greeting": "Good morning!"});
    has_rules(world, &line, json!([{"id": "all", "then": then}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
    for (minutes, is_told) in [(1, false), (2, true)] {
        world.advance(minutes * MINUTE);
        assert_eq!(world.works("routes").await, 1);
        assert_eq!(is_said(world, &line, "undecided").await, is_told);
    }
    let olga = olga(world, line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200).says(&["New enquiries are not distributed"]);
    for _ in 0..20 {
        world.advance(HOUR);
        assert_eq!(world.works("routes").await, 1);
    }
    world.sandbox.switch(HOST, |switches| switches.unpaid = false);
    world.advance(16 * MINUTE);
    world.visits_accounts().await;
    assert_eq!(world.works("routes").await, 1);
    assert_eq!(lead(world).responsible_user_id, manager);
    assert!(!is_said(world, &line, "undecided").await);
    world.deliver_all().await;
    assert!(world.messenger.texts().is_empty(), "nobody is greeted twenty hours later");
}

/// Between lead and responsible person amoCRM answers with a gateway's page, limits the rate, or is not paid: the same lead gets
/// what is left to do. A trouble of a moment is no alert.
async fn trouble_between_two_steps_makes_no_second_lead(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    let (pipeline, stage) = second_stage(world);
    let then =
        json!({"lead": "new", "responsible": person(manager), "stage": {"pipeline_id": pipeline, "status_id": stage}});
    has_rules(world, &line, json!([{"id": "all", "when": {"text_begins": ["again"]}, "then": then}])).await;
    let status = |code: u16| Fault::Status { code, retry_after: None };
    let faults = [Fault::Page(403), Fault::Page(502), Fault::Html200, status(429), status(402), Fault::HalfBody];
    for (number, fault) in faults.into_iter().enumerate() {
        has_a_lead(world, &line, &format!("c{number}")).await;
        let message = world.customer(&line, &format!("c{number}")).writes("Again").await;
        world.deliver_all().await;
        world.faults.add("route.lead_made=error:1").unwrap();
        world.advance(SOON);
        assert_eq!(world.works("routes").await, 1);
        assert!(!is_alerted(world, &line).await);
        world.sandbox.faults().next_with(Part::Rest, "status_id", 1, fault.clone());
        world.advance(2 * MINUTE);
        assert_eq!(world.works("routes").await, 1);
        world.advance(HOUR);
        world.visits_accounts().await;
        world.works("routes").await;
        let leads = world.sandbox.leads(HOST);
        assert_eq!(leads.len(), 2 * (number + 1), "{fault:?}: the former and the new one: {leads:#?}");
        let made = decision(world, &line, &message).await;
        assert_eq!(made.row.state, "done", "{fault:?}: {made:#?}");
        let made = leads.iter().find(|lead| lead.id == made.row.lead_id).unwrap();
        assert_eq!((made.status_id, made.responsible_user_id), (stage, manager), "{fault:?}");
        assert!(!is_alerted(world, &line).await, "{fault:?}: the rule works");
    }
}

/// A short outage of amoCRM raises only the alert about amoCRM. One of twenty minutes also raises the alert about enquiries, which
/// names no API call and no address.
async fn a_short_outage_is_no_second_alert(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(manager)}}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
    for (minutes, is_told) in [(1, false), (1, false), (5, false), (15, true)] {
        world.advance(minutes * MINUTE);
        assert_eq!(world.works("routes").await, 1);
        assert_eq!(is_said(world, &line, "undecided").await, is_told, "{minutes} minutes later");
    }
    let told = olga(world, line.tenant_id).await.opens("/panel/alerts").await.is(200);
    assert!(!["503", "/api/v4"].iter().any(|word| told.text.contains(word)), "{}", told.text);
    world.sandbox.faults().clear();
    world.advance(15 * MINUTE);
    assert_eq!(world.works("routes").await, 1);
    assert!(!is_said(world, &line, "undecided").await && lead(world).responsible_user_id == manager);
}

/// Its customer is blocked, so nothing waits any more.
async fn an_undecided_enquiry_of_a_blocked_customer_is_no_alert(world: &mut World) {
    let line = world.line("support").await;
    let manager = world.sandbox.users(HOST)[1].id;
    has_rules(world, &line, json!([{"id": "all", "then": {"accept": true, "responsible": person(manager)}}])).await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.sandbox.switch(HOST, |switches| switches.unpaid = true);
    for minutes in [1, 2] {
        world.advance(minutes * MINUTE);
        world.works("routes").await;
    }
    assert!(is_said(world, &line, "undecided").await);
    let chat = world.api.get(&line.path("/conversations")).await.is(200).text_at("/items/0/id");
    let olga = olga(world, line.tenant_id).await;
    olga.sends(&format!("/panel/customers/{chat}/block"), &[]).await.is(303);
    assert_eq!(world.works("routes").await, 1, "at once, and not when it is tried again");
    assert!(!is_said(world, &line, "undecided").await);
}

once!(
    a_short_outage_is_no_second_alert,
    an_unpaid_account_is_asked_again,
    an_enquiry_is_given_up_at_last,
    an_enquiry_that_waits_for_amocrm_is_told_and_routed_soon,
    an_undecided_enquiry_of_a_blocked_customer_is_no_alert,
    trouble_between_two_steps_makes_no_second_lead
);
