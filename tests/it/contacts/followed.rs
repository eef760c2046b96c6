//! A contact afterwards: amoCRM that does not answer, contacts that people join, move and delete, and the CRM's
//! hooks about them.

use std::time::Duration;

use amocrm::rest::{NewTemplate, ReviewOutcome, WabaTemplate};
use entity::{crm_subscription, raw_hook};
use parom::tenant::token::with_token;
use parom::tenant::{Who, erase};
use parom_tests::settings::HOST;
use parom_tests::{Line, Reply, World, answer, both, once};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use simulator::crm::{Fault, Part};

use super::{PHONE, anna_writes, because, line, linked_contact, shown, why};

/// Looks at the conversation's page after a while.
async fn looked_at(world: &World, line: &Line) {
    world.advance(Duration::from_secs(601));
    let list = world.api.get(&line.path("/conversations")).await.is(200);
    let id = list.text_at("/items/0/id");
    let olga = world.panel_as(line.tenant_id, 2001, "Olga Owner", true).await;
    olga.opens(&format!("/panel/conversations/{id}")).await.is(200);
}

/// Renamed, joined with another, moved, deleted: each is seen when people look, and messages go on.
async fn what_became_of_a_contact_is_seen(world: &mut World) {
    let line = line(world, "link").await;
    let gone = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let kept = world.sandbox.add_contact(HOST, "Anna Kept", None, None);
    let other = world.sandbox.add_contact(HOST, "Anna's husband", None, None);
    anna_writes(world, &line).await;
    assert!(world.sandbox.rename_contact(HOST, gone, "Anna Married"));
    looked_at(world, &line).await;
    assert_eq!(why(world, &line).await, because(gone, "phone"));
    assert_eq!(shown(world, &line).await["amocrm_contact_name"], "Anna Married");
    assert!(world.sandbox.merge_contacts(HOST, kept, gone));
    looked_at(world, &line).await;
    assert_eq!(linked_contact(world, &line), kept);
    assert_eq!(why(world, &line).await, because(kept, "merged"));
    assert_eq!(shown(world, &line).await["amocrm_contact_name"], "Anna Kept");
    assert!(world.sandbox.link_chat(HOST, &world.manager(&line).chat_with("anna"), other));
    looked_at(world, &line).await;
    assert_eq!(why(world, &line).await, because(other, "moved"));
    assert!(world.sandbox.delete_contact(HOST, other));
    looked_at(world, &line).await;
    assert_eq!(why(world, &line).await, (None, Some("gone".to_owned())));
    world.customer(&line, "anna").writes("And more").await;
    world.deliver_all().await;
    assert_eq!(world.texts_at_crm(&line), ["Hello", "And more"]);
}

async fn a_contact_that_is_deleted_while_it_is_being_linked(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    world.sandbox.faults().next_with(Part::Rest, "chat_id", 1, Fault::Status { code: 400, retry_after: None });
    anna_writes(world, &line).await;
    assert!(world.sandbox.delete_contact(HOST, anna));
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(why(world, &line).await, because(linked_contact(world, &line), "crm"));
}

// A CRM that does not answer delays no message; the link is retried until a person works on the lead.

fn down(world: &World) {
    world.sandbox.faults().until_cleared(Part::Rest, Fault::Status { code: 503, retry_after: None });
}

async fn a_crm_that_is_down_holds_no_message_and_is_asked_later(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    down(world);
    anna_writes(world, &line).await;
    assert_ne!(linked_contact(world, &line), anna, "amoCRM made its own");
    assert_eq!(why(world, &line).await, (None, None));
    assert_eq!(world.works("contacts").await, 0, "not at once");
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1, "still down");
    world.sandbox.faults().clear();
    assert_eq!(world.works("contacts").await, 0);
    world.advance(Duration::from_secs(301));
    assert_eq!(world.works("contacts").await, 1);
    assert_eq!(linked_contact(world, &line), anna);
    assert_eq!(world.sandbox.incoming_leads(HOST)[0].contact_id, anna, "the lead goes with its chat");
    assert_eq!(why(world, &line).await, because(anna, "phone"));
}

async fn a_chat_with_an_accepted_lead_is_not_moved(world: &mut World) {
    let line = line(world, "link").await;
    let anna = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    down(world);
    anna_writes(world, &line).await;
    let made = linked_contact(world, &line);
    let lead = world.sandbox.incoming_leads(HOST)[0].clone();
    assert!(world.sandbox.accept_lead(HOST, &lead.uid));
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(61));
    assert_eq!(world.works("contacts").await, 1);
    assert_ne!(made, anna);
    assert_eq!(linked_contact(world, &line), made);
    assert_eq!(why(world, &line).await, because(made, "late"));
}

async fn it_ends_after_some_days(world: &mut World) {
    let line = line(world, "link").await;
    down(world);
    anna_writes(world, &line).await;
    let mut tries = 0;
    for _ in 0..10 {
        world.advance(Duration::from_secs(86_401));
        tries += world.works("contacts").await;
    }
    assert_eq!(tries, 6);
    assert_eq!(why(world, &line).await, (None, Some("unclear".to_owned())));
}

/// What waits for one account's amoCRM delays no other account.
async fn an_account_whose_crm_hangs_delays_no_other(world: &mut World) {
    let acme = line(world, "link").await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    world.api.patch(&other.path(""), &json!({"contact_rule": "link"})).await.is(200);
    down(world);
    anna_writes(world, &acme).await;
    anna_writes(world, &other).await;
    world.sandbox.faults().clear();
    world.advance(Duration::from_secs(61));
    let gate = world.sandbox.faults().hold(Part::Rest);
    let jobs = world.app().jobs.clone();
    let linking = tokio::spawn(async move { parom::job::due_of(&jobs, "contacts").await });
    gate.until_waiting(2).await;
    gate.open();
    assert_eq!(linking.await.unwrap(), 2);
}

// The CRM's hooks: subscribed automatically, accepted only at the secret address, and a reason to query amoCRM at once.

const DAY: Duration = Duration::from_secs(86_400);

const FORM: &str = "application/x-www-form-urlencoded";

/// The address of the only subscription.
fn address(world: &World) -> String {
    let all = world.sandbox.webhooks(HOST);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].destination.clone()
}

async fn posts(world: &World, address: &str, kind: &str, body: impl Into<reqwest::Body>) -> Reply {
    let request = world.api.anonymous(Method::POST, address).header("content-type", kind);
    answer(request.body(body)).await
}

async fn kept(world: &World) -> Vec<raw_hook::Model> {
    let all = raw_hook::Entity::find().all(world.app().store.write()).await.unwrap();
    all.into_iter().filter(|row| row.kind == "crm").collect()
}

async fn state(world: &World) -> String {
    let row = crm_subscription::Entity::find().one(world.app().store.write()).await.unwrap().expect("a row");
    row.state
}

async fn subscribed_by_itself_and_again_when_it_is_lost(world: &mut World) {
    let line = world.line("support").await;
    assert_eq!((world.works("subscriptions").await, world.works("subscriptions").await), (1, 0), "once");
    let there = address(world);
    assert!(there.starts_with(&format!("{}/crm/hooks/", world.api.base())), "{there}");
    let mut settings = world.sandbox.webhooks(HOST)[0].settings.clone();
    settings.sort();
    assert_eq!(
        settings,
        ["add_chat_template_review", "add_talk", "delete_contact", "status_lead", "update_contact", "update_talk"]
    );
    assert_eq!(state(world).await, "on");
    let rows = format!("{:?}", crm_subscription::Entity::find().all(world.app().store.write()).await.unwrap());
    let token = there.rsplit('/').next().unwrap();
    assert!(token.len() >= 43 && !rows.contains(token), "the address is sealed");
    // Switched off by amoCRM, then deleted by a user: each is found within a day.
    assert!(world.sandbox.set_webhook_disabled(HOST, &there, true));
    world.advance(DAY);
    assert_eq!(world.works("subscriptions").await, 1);
    assert!(!world.sandbox.webhooks(HOST)[0].disabled);
    assert!(world.sandbox.delete_webhook(HOST, &there));
    world.advance(DAY);
    assert_eq!(world.works("subscriptions").await, 1);
    assert_eq!(address(world), there, "the same address");
    // A disconnected account gets no more hooks; one that returns does.
    parom::tenant::disconnect(&world.app().tenants, line.tenant_id).await.unwrap();
    assert_eq!(world.works("subscriptions").await, 1);
    assert!(world.sandbox.webhooks(HOST).is_empty());
    assert_eq!(posts(world, &there, FORM, "a=b").await.status, 404);
    parom::tenant::connect(&world.app().tenants, line.tenant_id, None).await.unwrap();
    assert_eq!(world.works("subscriptions").await, 1);
    assert_eq!(address(world), there);
    assert_eq!(posts(world, &there, FORM, "a=b").await.status, 200);
    // The address of an account that left is unknown.
    world.owner(HOST).uninstalls().await;
    let has_left = async || (world.tenant(HOST).await?["status"] == "uninstalled").then_some(());
    world.until("the account has left", has_left).await;
    world.works("subscriptions").await;
    assert_eq!(posts(world, &there, FORM, "contacts[delete][0][id]=5").await.status, 404);
    assert_eq!(state(world).await, "off");
}

async fn a_plan_without_hooks_is_asked_again_daily(world: &mut World) {
    world.line("support").await;
    world.sandbox.switch(HOST, |switches| switches.no_webhooks = true);
    assert_eq!((world.works("subscriptions").await, state(world).await.as_str()), (1, "refused"));
    assert_eq!(world.tenant(HOST).await.unwrap()["status"], "active");
    world.sandbox.switch(HOST, |switches| switches.no_webhooks = false);
    assert_eq!(world.works("subscriptions").await, 0);
    world.advance(DAY);
    assert_eq!((world.works("subscriptions").await, state(world).await.as_str()), (1, "on"));
}

async fn changed_contacts_are_checked_at_once(world: &mut World) {
    let line = line(world, "link").await;
    world.works("subscriptions").await;
    let gone = world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    let kept = world.sandbox.add_contact(HOST, "Anna Kept", None, None);
    anna_writes(world, &line).await;
    assert_eq!(why(world, &line).await, because(gone, "phone"));
    assert!(world.sandbox.rename_contact(HOST, gone, "Anna Married"));
    let named = async || (super::shown(world, &line).await["amocrm_contact_name"] == "Anna Married").then_some(());
    world.until("the new name is known", named).await;
    assert!(world.sandbox.merge_contacts(HOST, kept, gone));
    world.until("the join is known", async || (why(world, &line).await == because(kept, "merged")).then_some(())).await;
    let other = world.sandbox.add_contact(HOST, "Anna's husband", None, None);
    assert!(world.sandbox.link_chat(HOST, &world.manager(&line).chat_with("anna"), other));
    assert!(world.sandbox.delete_contact(HOST, kept));
    let moved = async || (why(world, &line).await.0 == Some(other)).then_some(());
    world.until("the new place is known", moved).await;
    let hooks = world.sandbox.crm_hooks();
    assert!(!hooks.is_empty() && hooks.iter().all(|hook| hook.status == Some(200)), "{hooks:?}");
}

async fn unrequested_hooks_have_no_effect(world: &mut World) {
    let line = world.line("support").await;
    world.works("subscriptions").await;
    let there = address(world);
    let other = format!("{}/crm/hooks/{}", world.api.base(), "A".repeat(43));
    assert_eq!(posts(world, &other, FORM, "contacts[delete][0][id]=5").await.status, 404);
    assert_eq!(posts(world, &other, "application/json", "{}").await.status, 404, "the answer reveals no more");
    assert_eq!(posts(world, &there, "application/json", "{}").await.status, 415);
    let packed =
        world.api.anonymous(Method::POST, &there).header("content-type", FORM).header("content-encoding", "gzip");
    assert_eq!(answer(packed.body("x")).await.status, 415);
    assert_eq!(posts(world, &there, FORM, vec![b'a'; (1 << 20) + 1]).await.status, 413);
    let deep = format!("contacts{}=1", "[x]".repeat(40));
    let many = "contacts[delete][][id]=1&".repeat(5001);
    for (body, quarantined) in [
        (deep.as_str(), true),
        (many.as_str(), true),
        ("", false),
        ("=&[]=&[[]]=]&contacts=1", false),
        ("contacts[delete][18446744073709551615][id]=x&contacts[delete][a][b][c]=d", false),
        ("leads[add][0][id]=5&account[id]=1", true),
        ("account[id]=1", true),
        ("contacts[update][0][id]=99999999999999999999&contacts[update][0][name]=%00%ff", false),
        ("message[add][0][text]=canary", false),
    ] {
        let before = kept(world).await.len();
        assert_eq!(posts(world, &there, FORM, body.to_owned()).await.status, 200, "{body:.60}");
        let new = kept(world).await.len() - before;
        assert_eq!(new, usize::from(quarantined), "{body:.60}");
    }
    // What is acted upon is kept, once for the same bytes.
    let account = world.tenant(HOST).await.unwrap()["account_id"].as_str().unwrap().to_owned();
    let body = format!("contacts%5Bdelete%5D%5B3%5D%5Bid%5D=5&account%5Bid%5D={account}");
    for _ in 0..2 {
        assert_eq!(posts(world, &there, FORM, body.clone()).await.status, 200);
    }
    let good: Vec<_> = kept(world).await.into_iter().filter(|row| row.quarantine.is_empty()).collect();
    assert_eq!((good.len(), good[0].tenant_id, good[0].target.as_str()), (1, line.tenant_id, ""));
    assert_eq!(good[0].body, body.as_bytes());
}

async fn a_rejected_template_is_reported(world: &mut World) {
    let line = world.line("support").await;
    let services = json!([{"type": "whatsapp", "params": {"waba": true}, "pages": []}]);
    world.api.patch(&line.path(""), &json!({"services": services})).await.is(200);
    world.works("subscriptions").await;
    let waba = WabaTemplate { category: "UTILITY".into(), language: "ru".into(), ..WabaTemplate::default() };
    let new = NewTemplate { name: "Ready".into(), content: "It is".into(), waba: Some(waba), ..NewTemplate::default() };
    let made = with_token(&world.app().tenants, line.tenant_id, |rest, token| {
        let new = new.clone();
        async move { rest.create_templates(&token, &[new]).await }
    });
    let id = made.await.unwrap()[0].id;
    let asked =
        with_token(
            &world.app().tenants,
            line.tenant_id,
            |rest, token| async move { rest.request_review(&token, id).await },
        );
    let review = asked.await.unwrap()[0].id;
    let no = ReviewOutcome::Rejected("Too loud".to_owned());
    let told = with_token(&world.app().tenants, line.tenant_id, |rest, token| {
        let no = no.clone();
        async move { rest.report_review(&token, id, review, &no).await }
    });
    told.await.unwrap();
    // amoCRM reports requested reviews; the hook is only a reason to query it.
    let body = format!("chat_template_reviews[add][0][id]={id}&chat_template_reviews[add][0][type]=waba");
    assert_eq!(posts(world, &address(world), FORM, body).await.status, 200);
    let open = async || {
        let open = parom::alert::open(world.app().store.read(), line.tenant_id).await.unwrap();
        open.into_iter().find(|alert| alert.kind == "template_rejected")
    };
    let alert = world.until("the alert is open", open).await;
    assert!(alert.detail.contains("Too loud") && alert.detail.contains("Ready"), "{}", alert.detail);
}

async fn hook_data_about_a_customer_is_erased_with_them(world: &mut World) {
    let line = line(world, "link").await;
    world.works("subscriptions").await;
    world.sandbox.add_contact(HOST, "Anna Card", Some(PHONE), None);
    anna_writes(world, &line).await;
    let body =
        format!("contacts[update][0][id]=1&contacts[update][0][name]=A&contacts[update][0][x]=%2B{}", &PHONE[1..]);
    assert_eq!(posts(world, &address(world), FORM, body.clone()).await.status, 200);
    let has = async || kept(world).await.iter().any(|row| row.body == body.as_bytes());
    assert!(has().await);
    erase(&world.app().tenants, line.tenant_id, &Who::Phone(PHONE.to_owned()), "test").await.unwrap();
    assert!(!has().await, "however it was written");
    assert_eq!(why(world, &line).await, (None, None));
    assert_eq!(shown(world, &line).await["amocrm_contact_name"], serde_json::Value::Null);
}

both!(a_crm_that_is_down_holds_no_message_and_is_asked_later, changed_contacts_are_checked_at_once);
both!(what_became_of_a_contact_is_seen);
once!(a_contact_that_is_deleted_while_it_is_being_linked, hook_data_about_a_customer_is_erased_with_them);
once!(subscribed_by_itself_and_again_when_it_is_lost, an_account_whose_crm_hangs_delays_no_other);
once!(a_chat_with_an_accepted_lead_is_not_moved, a_plan_without_hooks_is_asked_again_daily, it_ends_after_some_days);
once!(unrequested_hooks_have_no_effect, a_rejected_template_is_reported);
